//! The simulator against algebra. Every check also shows that it would notice planted bugs.

mod common;

use common::{Moment, cell, check, covariance, mean, observed, share};
use dyadsim::model::ending::EndReason;

/// Nobody leaves before the session cap.
const STAY: &str =
    "planned: 0.0, administrative: 0.0, dropout: -40.0, dropout_early: 0.0, dropout_alliance: 0.0, dropout_rupture: 0.0, dropout_gain: 0.0";

/// Symptoms that do nothing to alliance, and nothing that ruptures.
fn calm(extra: &str, alliance: &str, endings: &str) -> String {
    format!(
        "(clinics: (count: 4000, therapists: 5, clients_per_therapist: 2, outcome_sd: 0.0, dropout_sd: 0.0, severity_sd: 0.0, ending_sd: 0.0),
          alliance: (symptom_effect: 0.0, trait_drift: 0.0, {alliance}),
          interventions: [NoRuptures()], endings: ({endings}), {extra})"
    )
}

fn at(paths: &[Vec<Moment>], session: usize, of: fn(&Moment) -> f64) -> Vec<f64> {
    paths.iter().map(|path| of(&path[session - 1])).collect()
}

#[test]
fn trait_and_state_alliance_have_their_variances_and_the_state_its_autocovariance() {
    let cell = cell(&calm("", "", &format!("session_cap: 6, {STAY}")));
    let (arms, paths) = observed(&cell, 11, 0);
    let paths = &paths[0];
    // One client per therapist for the trait: clients of a therapist share her part.
    let traits: Vec<f64> = paths.iter().step_by(2).map(|path| path[0].trait_alliance).collect();
    check("trait variance", covariance(&traits, &traits, 0.0, 0.0), 0.75, &[("therapists left out", 0.70), ("state mixed in", 0.90)]);
    let (first, second): (Vec<f64>, Vec<f64>) = paths.chunks(2).map(|pair| (pair[0][0].trait_alliance, pair[1][0].trait_alliance)).unzip();
    check(
        "covariance of a therapist's clients",
        covariance(&first, &second, 0.0, 0.0),
        0.05,
        &[("no therapist", 0.0), ("match shared too", 0.35)],
    );
    for (k, truth) in [(0, 0.15), (1, 0.045), (2, 0.0135)] {
        let seen = covariance(&at(paths, 3, |m| m.state), &at(paths, 3 + k, |m| m.state), 0.0, 0.0);
        let bugs: &[(&str, f64)] = match k {
            0 => &[("innovation not scaled by 1 − φ²", 0.15 / (1.0 - 0.09))],
            1 => &[("inertia .35", 0.15 * 0.35), ("no inertia", 0.0)],
            _ => &[("lag off by one", 0.15 * 0.3)],
        };
        check(&format!("state autocovariance at lag {k}"), seen, truth, bugs);
    }
    // Alliance of therapists with two clients each is what their traits say.
    let therapist: Vec<f64> = arms[0].therapists.iter().map(|t| t.alliance).collect();
    check("variance between therapists", covariance(&therapist, &therapist, 0.0, 0.0), 0.05, &[("SD for variance", 0.0025)]);
}

#[test]
fn therapist_traits_correlate_as_asked() {
    let cell = cell(&calm("", "", "session_cap: 1"));
    let (arms, _) = observed(&cell, 12, 0);
    let of = |f: fn(&dyadsim::model::therapist::Therapist) -> f64| arms[0].therapists.iter().map(f).collect::<Vec<f64>>();
    let (skill, alliance, effectiveness) = (of(|t| t.skill), of(|t| t.alliance / 0.05f64.sqrt()), of(|t| t.effectiveness));
    check("skill with alliance", covariance(&skill, &alliance, 0.0, 0.0), 0.6, &[("uncorrelated", 0.0), ("wrong pair", 0.4)]);
    check("skill with effectiveness", covariance(&skill, &effectiveness, 0.0, 0.0), 0.4, &[("wrong pair", 0.6)]);
    check("alliance with effectiveness", covariance(&alliance, &effectiveness, 0.0, 0.0), 0.5, &[("wrong pair", 0.4)]);
    let uptake = of(|t| t.uptake);
    check("mean uptake", mean(&uptake), 0.5, &[("Beta(2, 3)", 0.4)]);
    check("variance of uptake", covariance(&uptake, &uptake, 0.5, 0.5), 0.05, &[("uniform", 1.0 / 12.0)]);
}

#[test]
fn without_noise_symptoms_follow_the_exponential_path_exactly() {
    let text = calm("symptoms: Relaxation(noise: 0.0, state_effect: 0.0)", "", &format!("session_cap: 12, {STAY}"));
    let (arms, paths) = observed(&cell(&text), 13, 0);
    for (start, path) in arms[0].starts.iter().zip(&paths[0]) {
        for (t, moment) in path.iter().enumerate() {
            let expected = start.heading + (start.symptoms - start.heading) * (1.0 - start.rate.min(1.0)).powi(t as i32 + 1);
            assert!((moment.symptoms - expected).abs() < 1e-9, "session {}: {} {expected}", t + 1, moment.symptoms);
        }
    }
}

#[test]
fn with_noise_symptoms_have_the_mean_and_variance_of_an_ar1_around_the_heading() {
    let text = calm(
        "symptoms: Relaxation(heading: 66.0, rate: 0.125, noise: 7.6, state_effect: 0.0, rate_sd: 0.0, rate_alliance: 0.0, heading_alliance: 0.0,
         heading_sd: 0.0, heading_severity: 0.0),
         therapists: (effectiveness: 0.0), clients: (severity_sd: 0.0, severity_alliance: 0.0)",
        "",
        &format!("session_cap: 10, {STAY}"),
    );
    let (_, paths) = observed(&cell(&text), 14, 0);
    let (keep, sessions) = (0.875f64, 10);
    let levels = at(&paths[0], sessions, |m| m.symptoms);
    let truth = 66.0 + 12.0 * keep.powi(sessions as i32);
    check(
        "mean path",
        mean(&levels),
        truth,
        &[("one session too few", 66.0 + 12.0 * keep.powi(9)), ("wrong heading", 65.5 + 12.5 * keep.powi(10))],
    );
    let variance = 7.6f64.powi(2) * (1.0 - keep.powi(20)) / (1.0 - keep * keep);
    check(
        "variance of the path",
        covariance(&levels, &levels, truth, truth),
        variance,
        &[("noise once", 7.6f64.powi(2)), ("noise 8", variance * (8.0f64 / 7.6).powi(2))],
    );
}

#[test]
fn state_alliance_moves_the_next_change_by_its_coefficient() {
    // Two arms that share all luck: do(state += 1) at session 2.
    let text = format!(
        "(clinics: (count: 1, therapists: 10, clients_per_therapist: 10),
          alliance: (symptom_effect: 0.0, trait_drift: 0.0), rupture: (onset: Intensity(mean: 0.0)),
          endings: (session_cap: 5, {STAY}),
          arms: [(name: \"usual\"), (name: \"do\", set: {{ \"interventions\": [AllianceState(add: 1.0, from: 2, until: 2)] }})])"
    );
    let (arms, paths) = observed(&cell(&text), 15, 0);
    let coefficient = 0.06 * 8.0 / 0.15f64.sqrt();
    for ((usual, done), start) in paths[0].iter().zip(&paths[1]).zip(&arms[0].starts) {
        let state: Vec<f64> = usual.iter().zip(done).map(|(u, d)| d.state - u.state).collect();
        let symptoms: Vec<f64> = usual.iter().zip(done).map(|(u, d)| d.symptoms - u.symptoms).collect();
        let mut expected = 0.0;
        for t in 0..5 {
            let lift = if t == 0 { 0.0 } else { 0.3f64.powi(t as i32 - 1) };
            assert!((state[t] - lift).abs() < 1e-12, "session {}", t + 1);
            expected = expected * (1.0 - start.rate) - coefficient * lift;
            assert!((symptoms[t] - expected).abs() < 1e-9, "session {}: {} {expected}", t + 1, symptoms[t]);
        }
    }
}

#[test]
fn a_constant_hazard_gives_geometric_courses_with_early_sessions_apart() {
    let text = calm(
        "therapists: (dropout_sd: 0.0)",
        "",
        "session_cap: 400, planned: 0.0, administrative: 0.0, dropout: -2.0, dropout_early: 0.8, dropout_alliance: 0.0, dropout_rupture: 0.0, dropout_gain: 0.0",
    );
    let (arms, _) = observed(&cell(&text), 16, 0);
    let courses = &arms[0].courses;
    let hazard = |logit: f64| 1.0 / (1.0 + (-logit).exp());
    let (early, late) = (hazard(-1.2), hazard(-2.0));
    let survives = |t: i32| (1.0 - early).powi(t.min(2)) * (1.0 - late).powi((t - 2).max(0));
    for t in [1, 2, 3, 8] {
        let truth = survives(t);
        let hits = courses.iter().filter(|c| i32::from(c.sessions) > t).count();
        let bugs = [
            ("survival off by one session", survives(t + 1)),
            ("early sessions are three", (1.0 - early).powi(t.min(3)) * (1.0 - late).powi((t - 3).max(0))),
        ];
        check(&format!("survival beyond session {t}"), share(hits, courses.len(), truth), truth, &bugs[..if t < 3 { 1 } else { 2 }]);
    }
    assert!(courses.iter().all(|c| c.reason == EndReason::Dropout));
}

#[test]
fn competing_endings_split_in_their_order() {
    // Dropout .2, then planned .5 (always good enough), then administrative .3, in one session.
    let text = calm(
        "therapists: (dropout_sd: 0.0, ending_sd: 0.0), clients: (good_enough_mean: 1000.0)",
        "",
        "session_cap: 1, planned: 0.5, administrative: 0.3, dropout: -1.3862943611198906, dropout_early: 0.0, dropout_alliance: 0.0, dropout_rupture: 0.0, dropout_gain: 0.0",
    );
    let (arms, _) = observed(&cell(&text), 17, 0);
    let n = arms[0].courses.len();
    for (reason, truth, bug) in [
        (EndReason::Dropout, 0.2, 0.07),
        (EndReason::Planned, 0.4, 0.5),
        (EndReason::Administrative, 0.12, 0.3),
        (EndReason::Cap, 0.28, 0.0),
    ] {
        let hits = arms[0].courses.iter().filter(|c| c.reason == reason).count();
        check(reason.label(), share(hits, n, truth), truth, &[("other order", bug)]);
    }
}

/// Ruptures open at session 1 for everybody and never again.
fn one_rupture(rupture: &str) -> String {
    format!(
        "(clinics: (count: 4000, therapists: 5, clients_per_therapist: 1), alliance: (symptom_effect: 0.0, trait_drift: 0.0),
          rupture: (onset: Logistic(intercept: 40.0, alliance: 0.0), {rupture}),
          interventions: [NoRuptures(from: 2)], tracking: (unaided_notice: 0.0), endings: (session_cap: 6, {STAY}))"
    )
}

#[test]
fn open_ruptures_last_geometrically() {
    // Noticed always, repaired with probability .3 at each try, no decay.
    let text = one_rupture(
        "notice_withdrawal: 1.0, notice_confrontation: 1.0, repair_intercept: -0.8472978603872036, repair_skill: 0.0, carry_over: 1.0, faded_below: 0.0",
    );
    let (_, paths) = observed(&cell(&text), 18, 0);
    for t in 1..=5 {
        let truth = 0.7f64.powi(t);
        let open = paths[0].iter().filter(|path| path[t as usize - 1].open).count();
        check(
            &format!("open after session {t}"),
            share(open, paths[0].len(), truth),
            truth,
            &[("first try a session late", 0.7f64.powi(t - 1)), ("repair .33", 0.67f64.powi(t))],
        );
    }
}

#[test]
fn an_open_rupture_decays_and_fades_and_costs_what_it_should() {
    let text = one_rupture("notice_withdrawal: 0.0, notice_confrontation: 0.0, repair_unnoticed: 0.0, carry_over: 0.5, faded_below: 0.2");
    let two = text.trim_end().trim_end_matches(')').to_owned()
        + "), arms: [(name: \"usual\"), (name: \"none\", set: { \"interventions\": [NoRuptures()] })])";
    let (_, paths) = observed(&cell(&two), 19, 0);
    for (with, without) in paths[0].iter().zip(&paths[1]) {
        let lost: Vec<f64> = with.iter().zip(without).map(|(a, b)| a.state - b.state).collect();
        // Intensity 1, .5, .25, then .125 < .2: over. Cost .6 per unit, inertia .3.
        let mut expected = 0.0;
        for (t, intensity) in [1.0, 0.5, 0.25, 0.0, 0.0].into_iter().enumerate() {
            expected = 0.3 * expected - 0.6 * intensity;
            assert!((lost[t] - expected).abs() < 1e-12, "session {}: {} {expected}", t + 1, lost[t]);
            assert_eq!(with[t].open, intensity > 0.0);
        }
    }
}

#[test]
fn notice_and_kind_follow_their_probabilities() {
    let text = one_rupture("notice_skill: 0.0, carry_over: 0.0");
    let (_, paths) = observed(&cell(&text), 20, 0);
    let truth = 0.75 * 0.35 + 0.25 * 0.85;
    let noticed = paths[0].iter().filter(|path| path[0].noticed).count();
    check(
        "noticed",
        share(noticed, paths[0].len(), truth),
        truth,
        &[("kinds swapped", 0.75 * 0.85 + 0.25 * 0.35), ("withdrawal .70", 0.7 * 0.35 + 0.3 * 0.85)],
    );
}

#[test]
fn exponential_intensity_crosses_thresholds_with_probability_exp_minus_threshold_over_mean() {
    let text = format!(
        "(clinics: (count: 4000, therapists: 5, clients_per_therapist: 2),
          rupture: (onset: Intensity(mean: 0.3, insecurity: 0.0, personality_disorder: 0.0, mismatch: 0.0, burnout: 0.0, state: 0.0), carry_over: 0.0),
          endings: (session_cap: 1, {STAY}))"
    );
    let (arms, _) = observed(&cell(&text), 21, 0);
    let n = arms[0].courses.len();
    for (rater, threshold) in [(0, 0.12), (1, 0.29), (2, 0.44)] {
        let truth = (-threshold / 0.3f64).exp();
        let hits = arms[0].courses.iter().filter(|c| c.reports[rater] > 0).count();
        check(&format!("rater {rater}"), share(hits, n, truth), truth, &[("mean .28", (-threshold / 0.28f64).exp())]);
    }
}

#[test]
fn ratings_carry_the_error_of_their_reliability() {
    let text = calm(
        "instruments: { \"plain\": (reliability: 0.9) }, measures: { \"alliance\": (instrument: \"plain\") }",
        "growth: 0.0",
        &format!("session_cap: 2, {STAY}"),
    );
    let (_, paths) = observed(&cell(&text), 22, 0);
    let errors: Vec<f64> = paths[0].iter().map(|path| path[1].rating - path[1].trait_alliance - path[1].state).collect();
    check("mean error", mean(&errors), 0.0, &[("leniency .03", 0.03)]);
    check("error variance", covariance(&errors, &errors, 0.0, 0.0), 0.10, &[("SD for variance", 0.01), ("twice", 0.2)]);
}

#[test]
fn without_any_change_reliable_change_happens_as_often_as_error_allows() {
    let text = calm(
        "symptoms: Relaxation(rate: 0.0, noise: 0.0, state_effect: 0.0),
         instruments: { \"plain\": (sd: 18.6, latent_sd: 18.6, reliability: 0.93, cutoff: 63.0, reliable_change: 14.0) },
         measures: { \"symptoms\": (instrument: \"plain\") }",
        "",
        &format!("session_cap: 3, {STAY}"),
    );
    let cell = cell(&text);
    let (arms, _) = observed(&cell, 23, 0);
    let n = arms[0].courses.len();
    // P(|N(0, 2 e²)| ≥ 14), e² = 18.6² · .07, half on each side.
    let z = 14.0 / (2.0f64 * 18.6 * 18.6 * 0.07).sqrt();
    let truth = 0.5 * libm::erfc(z / 2f64.sqrt());
    let worse = arms[0].courses.iter().filter(|c| c.final_score - c.intake_score >= 14.0).count();
    check(
        "false deterioration",
        share(worse, n, truth),
        truth,
        &[("error at one occasion only", 0.5 * libm::erfc(14.0 / (18.6 * 0.07f64.sqrt()) / 2f64.sqrt()))],
    );
}

#[test]
fn linear_growth_has_the_moments_of_its_mixed_model() {
    let text = calm(
        "symptoms: LinearGrowth(trait_effect: 0.0, state_effect: 0.0), clients: (severity_alliance: 0.0),
         measures: { \"symptoms\": (instrument: \"exact\") }",
        "",
        &format!("session_cap: 8, {STAY}"),
    );
    let (_, paths) = observed(&cell(&text), 24, 0);
    // Score at session t: 78 − 1·(t − 1) + u₀ + v₀ + (u₁ + v₁)(t − 1) + e.
    let (s0, s1, rho, v0, v1, e) = (19.5f64, 0.8, -0.3, 2.0f64, 0.25, 7.0f64);
    let scores = |t: usize| at(&paths[0], t, |m| m.score);
    let one_each: Vec<usize> = (0..paths[0].len()).step_by(2).collect();
    let pick = |values: Vec<f64>| one_each.iter().map(|&i| values[i]).collect::<Vec<f64>>();
    let (first, last) = (pick(scores(1)), pick(scores(8)));
    check("mean at session 8", mean(&last), 71.0, &[("one slope too many", 70.0)]);
    let truth = s0 * s0 + v0 * v0 + 7.0 * (rho * s0 * s1);
    let seen = covariance(&first, &last, 78.0, 71.0);
    check("covariance of sessions 1 and 8", seen, truth, &[("no correlation of intercept and slope", s0 * s0 + v0 * v0)]);
    let variance = s0 * s0 + v0 * v0 + 49.0 * (s1 * s1 + v1 * v1) + 14.0 * rho * s0 * s1 + e * e;
    check("variance at session 8", covariance(&last, &last, 71.0, 71.0), variance, &[("residual left out", variance - e * e)]);
    let pairs: (Vec<f64>, Vec<f64>) = scores(8).chunks(2).map(|pair| (pair[0], pair[1])).unzip();
    let between = v0 * v0 + 49.0 * v1 * v1;
    check(
        "covariance of a therapist's clients at session 8",
        covariance(&pairs.0, &pairs.1, 71.0, 71.0),
        between,
        &[("no therapists", -12.0)],
    );
}

#[test]
fn growth_of_bond_task_and_goal_adds_up_to_the_growth_of_alliance() {
    let text = calm("", "state_variance: 0.0, initial_state_variance: 0.0", &format!("session_cap: 5, {STAY}"));
    let cell = cell(&text);
    let (_, paths) = observed(&cell, 25, 0);
    let growth = |t: f64| 0.25 * (1.0 - (-t / 5.0f64).exp());
    let ratings = at(&paths[0], 4, |m| m.rating);
    let traits = at(&paths[0], 4, |m| m.trait_alliance);
    // Below the ceiling a rating is trait + growth + error (zero mean), in units of .7 from 4.
    let low: Vec<f64> = ratings.iter().zip(&traits).filter(|(_, a)| **a < -0.6).map(|(r, a)| (r - 4.0) / 0.7 - a).collect();
    check("growth at session 4", mean(&low), growth(4.0), &[("one session late", growth(3.0)), ("no growth", 0.0)]);
}

#[test]
fn endings_are_geometric_with_the_odds_of_therapist_and_service() {
    // Nobody is well enough and nobody drops out: a course ends after session 1 with the shifted probability alone.
    let endings = "administrative: 0.3, planned: 0.0, dropout: -40.0, dropout_early: 0.0, dropout_alliance: 0.0, session_cap: 40";
    let text = format!(
        "(clinics: (count: 2000, therapists: 5, clients_per_therapist: 4, ending_sd: 0.6), therapists: (ending_sd: 0.8),
          interventions: [NoRuptures()], endings: ({endings}))"
    );
    let (arms, _) = observed(&cell(&text), 19, 0);
    let courses = &arms[0].courses;
    let starts = &arms[0].starts;
    let logits: Vec<f64> = starts.iter().map(|s| (s.administrative / (1.0 - s.administrative)).ln() - (0.3f64 / 0.7).ln()).collect();
    // One client of each therapist, and pairs from two therapists of a clinic.
    let own: Vec<f64> = logits.iter().copied().step_by(4).collect();
    check("variance of the shift", covariance(&own, &own, 0.0, 0.0), 1.0, &[("services alike", 0.64), ("therapists alike", 0.36)]);
    let (one, other): (Vec<f64>, Vec<f64>) = logits.chunks(20).map(|clinic| (clinic[0], clinic[4])).unzip();
    check("covariance within a service", covariance(&one, &other, 0.0, 0.0), 0.36, &[("services alike", 0.0), ("shared whole", 1.0)]);
    let ends: Vec<f64> = starts.iter().zip(courses).map(|(s, c)| f64::from(u8::from(c.sessions == 1)) - s.administrative).collect();
    let unshifted: Vec<f64> = starts.iter().map(|s| 0.3 - s.administrative).collect();
    check("end after session 1", mean(&ends), 0.0, &[("no shift", mean(&unshifted).value)]);
}

#[test]
fn the_case_mix_of_services_adds_its_variance_to_intake() {
    let text = "(clinics: (count: 20000, therapists: 2, clients_per_therapist: 1, severity_sd: 6.0), interventions: [NoRuptures()],
        endings: (session_cap: 1))";
    let (arms, _) = observed(&cell(text), 20, 0);
    let severity: Vec<f64> = arms[0].starts.iter().map(|s| s.symptoms - 78.0).collect();
    // Clients of different therapists of one clinic have nothing else in common.
    let (one, other): (Vec<f64>, Vec<f64>) = severity.chunks(2).map(|clinic| (clinic[0], clinic[1])).unzip();
    check("covariance within a clinic", covariance(&one, &other, 0.0, 0.0), 36.0, &[("no case mix", 0.0), ("SD for variance", 6.0)]);
}
