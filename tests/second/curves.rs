//! Section 6 of `docs/model.md`, written again: expected curves from usual-care clients who stay.

use super::course::Setting;
use super::people::Luck;
use dyadsim::model::rules::World;

/// Limits of the chart.
pub struct Curves {
    /// Highest intake score of each band.
    bands: Vec<f64>,
    /// Where red begins: by band, by session (from 1 on).
    red: Vec<Vec<f64>>,
    /// Where yellow begins.
    yellow: Vec<Vec<f64>>,
}

impl Curves {
    /// Makes the curves of a world from charts of usual-care clients who stayed.
    pub fn of(world: &World, charts: &[Vec<f64>]) -> Self {
        let (red_sd, yellow_sd) = (world.tracking.red_sd, world.tracking.yellow_sd);
        let mut charts = charts.to_vec();
        charts.sort_by(|one, other| one[0].total_cmp(&other[0]));
        let bands = world.tracking.intake_bands as usize;
        let mut curves = Self { bands: Vec::new(), red: Vec::new(), yellow: Vec::new() };
        for band in 0..bands {
            let members = &charts[band * charts.len() / bands..(band + 1) * charts.len() / bands];
            curves.bands.push(members.last().unwrap()[0]);
            curves.red.push(limits(members, red_sd));
            curves.yellow.push(limits(members, yellow_sd));
        }
        curves
    }

    /// The intake band of a score at session 1.
    pub fn band(&self, intake_score: f64) -> usize {
        let first = self.bands.iter().position(|&highest| intake_score <= highest);
        first.unwrap_or(self.bands.len() - 1)
    }

    /// Above this the signal is red.
    pub fn red_limit(&self, band: usize, session: u16) -> f64 {
        self.red[band][usize::from(session) - 1]
    }

    /// Above this the signal is at least yellow.
    pub fn yellow_limit(&self, band: usize, session: u16) -> f64 {
        self.yellow[band][usize::from(session) - 1]
    }
}

/// Scores by session of usual-care clients who stay to the cap.
pub fn norm_charts(world: &World, luck: &mut Luck) -> Vec<Vec<f64>> {
    let mut usual = world.clone();
    usual.feedback = None;
    usual.interventions.clear();
    usual.endings.dropout = f64::NEG_INFINITY;
    usual.endings.planned = 0.0;
    usual.endings.administrative = 0.0;
    let setting = Setting::of(&usual, None, None);
    let mut charts: Vec<Vec<f64>> = Vec::new();
    while charts.len() < usual.tracking.norm_clients as usize {
        setting.everybody(luck, &mut |session, score| {
            if session == 1 {
                charts.push(Vec::new());
            }
            charts.last_mut().unwrap().push(score);
        });
    }
    charts
}

/// Mean + `sds` SD of the members' scores at each session; none at session 1.
fn limits(members: &[Vec<f64>], sds: f64) -> Vec<f64> {
    let n = members.len() as f64;
    let at = |t: usize| {
        let mean = members.iter().map(|chart| chart[t]).sum::<f64>() / n;
        let variance = members.iter().map(|chart| (chart[t] - mean).powi(2)).sum::<f64>() / (n - 1.0);
        mean + sds * variance.sqrt()
    };
    let sessions = members[0].len();
    (0..sessions).map(|t| if t == 0 { f64::INFINITY } else { at(t) }).collect()
}
