//! Feedback: what questionnaires show to the therapist, and what she does about it. Nothing in
//! here sees the latent state.

use super::params::{choice, params};

params! {
    /// Who counts as not on track, and how often therapists notice without help. Expected curves
    /// are made once per scenario, from simulated usual-care clients who all stay.
    pub struct Tracking {
        /// Red alarm: observed score worse than expected for the intake band and session by more
        /// than this many standard deviations. These clients are "not on track".
        red_sd: f64 = 1.28, "SD of expected scores", [0.0, 10.0], "I16 Finch 2001, Lambert 2002: 90th percentile";
        /// Yellow: a warning that changes nothing but is recorded.
        yellow_sd: f64 = 1.0, "SD of expected scores", [0.0, 10.0], "I16: 84th percentile";
        /// Clients simulated for the expected curves.
        norm_clients: u32 = 4000, "clients", [200, 1000000], "I16: about 11,500 clients";
        /// Intake bands of equal size.
        intake_bands: u32 = 10, "bands", [1, 200], "I16: about 50 bands";
        /// Chance in each session that a therapist notices a case that is not on track unaided.
        unaided_notice: f64 = 0.03, "probability per session", [0.0, 1.0], "I13 Hannan 2005: 1 of 40 (3 %)";
        /// Chance of noticing a rupture in a session in which she noticed unaided that the case is not on track.
        unaided_rupture_notice: f64 = 0.9, "probability", [0.0, 1.0], "assumed to be as with feedback", weak;
    }
}

/// How an alarm is found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
pub enum Alarm {
    /// Worse than the expected curve of the client's intake band.
    #[default]
    Empirical,
    /// Worse than at intake by a fixed number of points.
    Rational,
}

params! {
    /// OQ-style feedback: alarms from symptom scores, with or without clinical support tools.
    pub struct Oq {
        /// How an alarm is found.
        alarm: Alarm = Alarm::Empirical => skip;
        /// Points worse than at intake that raise a rational alarm.
        rational_points: f64 = 14.0, "points", [0.0, 1000.0], "H3: one reliable change";
        /// With clinical support tools: rupture repair and improvement rate rise on an alarm.
        support_tools: bool = false => skip;
        /// Lasting extra improvement in a week after the therapist read the score: client and
        /// therapist work harder when progress is followed.
        engagement: f64 = 1.1, "points", [-20.0, 20.0], "calibrated to I1 de Jong 2021: d .15 over all cases", weak;
        /// Lasting extra improvement in a week after she acted on an alarm (on top).
        alarm_engagement: f64 = 0.0, "points", [-20.0, 20.0], "calibrated to I2 de Jong 2021: d .17 in cases not on track", weak;
        /// Change of the log-odds of dropout in a session in which she reads the score.
        retention: f64 = -0.27, "log-odds", [-10.0, 10.0], "calibrated to I3 de Jong 2021: odds ratio 1.19", weak;
        /// Chance of noticing a rupture when she acts on an alarm.
        alarm_notice: f64 = 0.9, "probability", [0.0, 1.0], "assumed", weak;
        /// Support tools: added log-odds of repair.
        tools_repair: f64 = 1.0, "log-odds", [-10.0, 10.0], "I5, I9 Shimokawa 2010; size assumed", weak;
        /// Support tools: improvement rate, times usual (on top).
        tools_rate: f64 = 1.3, "times usual", [0.0, 10.0], "I5, I9 Shimokawa 2010; size assumed", weak;
    }
}

params! {
    /// PCOMS-style feedback: an alert when the rated alliance is low or falling, or when symptoms
    /// are worse than their expected curve.
    pub struct Pcoms {
        /// Alliance alert: rated alliance below this.
        alliance_below: f64 = -0.7, "SD", [-10.0, 10.0], "D14 Duncan 2003: SRS below 36 in about 24 % of sessions";
        /// Alliance alert: rated alliance fell by more than this since it was last rated.
        alliance_fall: f64 = 0.7, "SD", [0.0, 20.0], "assumed", weak;
        /// Lasting extra improvement in a week after the therapist read the scores.
        engagement: f64 = 1.1, "points", [-20.0, 20.0], "as for OQ; I10 Østergård 2020: g .27 with allegiance, I11 about 0 in psychiatric settings", weak;
        /// Lasting extra improvement in a week after she acted on an alert (on top).
        alarm_engagement: f64 = 0.0, "points", [-20.0, 20.0], "as for OQ", weak;
        /// Change of the log-odds of dropout in a session in which she reads the scores.
        retention: f64 = -0.27, "log-odds", [-10.0, 10.0], "as for OQ", weak;
        /// Chance of noticing a rupture when she acts on an alert.
        alarm_notice: f64 = 0.9, "probability", [0.0, 1.0], "assumed", weak;
    }
}

choice! {
    /// A feedback system.
    pub enum Feedback {
        /// OQ-style.
        Oq(Oq),
        /// PCOMS-style.
        Pcoms(Pcoms),
    }
}

crate::category! {
    /// What the progress chart shows at a session.
    pub enum Signal {
        /// As expected or better.
        OnTrack = "on track",
        /// Worse than expected by the yellow margin.
        Yellow = "yellow",
        /// Worse than expected by the red margin: not on track.
        Red = "red",
    }
}

/// Expected scores of usual-care clients: for each intake band and session, where yellow and red
/// begin.
#[derive(Clone, Debug, PartialEq)]
pub struct ExpectedCurves {
    /// Highest intake score of each band but the last, rising.
    pub band_limits: Vec<f64>,
    /// Sessions per band in `yellow` and `red` (session t stands at index t).
    pub stride: usize,
    /// Yellow begins above this score; `[band * stride + session]`.
    pub yellow: Vec<f64>,
    /// Red begins above this score.
    pub red: Vec<f64>,
}

impl ExpectedCurves {
    /// Start of the row of the band that an intake score falls in.
    #[inline(always)]
    pub fn row(&self, intake_score: f64) -> usize {
        self.band_limits.iter().filter(|&&limit| intake_score > limit).count() * self.stride
    }

    /// Curves from usual-care score paths: `paths[client][session − 1]`, all of equal length.
    /// Bands hold equal numbers of clients; a margin is a multiple of the SD within band and session.
    pub fn from_paths(tracking: &Tracking, paths: &[Vec<f64>]) -> Self {
        let sessions = paths.first().map_or(0, Vec::len);
        let bands = (tracking.intake_bands as usize).clamp(1, (paths.len() / 20).max(1));
        let mut order: Vec<&Vec<f64>> = paths.iter().collect();
        order.sort_by(|a, b| a[0].total_cmp(&b[0]));
        let edges: Vec<usize> = (0..=bands).map(|b| b * order.len() / bands).collect();
        let stride = sessions + 1;
        let mut curves = Self {
            band_limits: (1..bands).map(|b| order[edges[b] - 1][0]).collect(),
            stride,
            yellow: vec![f64::INFINITY; bands * stride],
            red: vec![f64::INFINITY; bands * stride],
        };
        for band in 0..bands {
            let members = &order[edges[band]..edges[band + 1]];
            let n = members.len() as f64;
            // Session 1 defines the band, so it can raise no alarm.
            for session in 1..sessions {
                let mean = members.iter().map(|path| path[session]).sum::<f64>() / n;
                let variance = members.iter().map(|path| (path[session] - mean).powi(2)).sum::<f64>() / (n - 1.0);
                let at = band * stride + session + 1;
                curves.yellow[at] = mean + tracking.yellow_sd * variance.sqrt();
                curves.red[at] = mean + tracking.red_sd * variance.sqrt();
            }
        }
        curves
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expected_curves_band_by_intake_and_start_at_session_two() {
        let tracking = Tracking { intake_bands: 2, red_sd: 2.0, yellow_sd: 1.0, ..Tracking::default() };
        let paths: Vec<Vec<f64>> = (0..40).map(|i| vec![f64::from(i), f64::from(i % 2) * 2.0 + if i < 20 { 10.0 } else { 50.0 }]).collect();
        let curves = ExpectedCurves::from_paths(&tracking, &paths);
        assert_eq!((curves.band_limits.as_slice(), curves.stride), ([19.0].as_slice(), 3));
        assert_eq!((curves.row(19.0), curves.row(19.5)), (0, 3));
        assert_eq!(curves.red[1], f64::INFINITY);
        // Scores of 10 and 12, half each: mean 11, SD √(20/19).
        assert!((curves.red[2] - (11.0 + 2.0 * (20.0f64 / 19.0).sqrt())).abs() < 1e-12);
        assert!((curves.yellow[3 + 2] - (51.0 + (20.0f64 / 19.0).sqrt())).abs() < 1e-12);
    }
}
