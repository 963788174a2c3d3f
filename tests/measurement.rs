//! Raters, forms and what is missing, against algebra. Every check also shows that it would notice planted bugs.

mod common;

use common::{Moment, cell, check, covariance, mean, observed, share};
use dyadsim::engine::assess::{Form, LatentLog, assess};
use dyadsim::engine::replicate::{ArmResult, Cell, Workspace};
use dyadsim::engine::streams::ReplicateStreams;
use dyadsim::engine::summary::{Summary, compare, summarise};
use dyadsim::model::ending::EndReason;
use dyadsim::model::measurement::Construct;
use dyadsim::performance::Measured;

/// Nobody leaves before the session cap.
const STAY: &str =
    "planned: 0.0, administrative: 0.0, dropout: -40.0, dropout_early: 0.0, dropout_alliance: 0.0, dropout_rupture: 0.0, dropout_gain: 0.0";

/// Alliance that varies as in the reference clinic and goes nowhere; everybody stays for four sessions.
fn calm(measures: &str, extra: &str) -> String {
    format!(
        "(clinics: (count: 4000, therapists: 5, clients_per_therapist: 2, outcome_sd: 0.0, dropout_sd: 0.0, severity_sd: 0.0, ending_sd: 0.0),
          alliance: (symptom_effect: 0.0, trait_drift: 0.0, growth: 0.0), tracking: (norm_clients: 200),
          clients: (severity_sd: 19.5, severity_alliance: 0.0), interventions: [NoRuptures()], endings: (session_cap: 4, {STAY}),
          instruments: {{ \"plain\": (reliability: 0.9), \"points\": (sd: 19.5, latent_sd: 19.5) }},
          measures: {{ {measures} }}, {extra})"
    )
}

/// One replicate, and all forms of those who look on, arm by arm.
fn forms(cell: &Cell, seed: u64) -> (Vec<ArmResult>, Vec<Vec<Form>>) {
    let mut work = Workspace::default();
    let mut log = LatentLog::for_cell(cell).expect("somebody looks on");
    work.simulate(cell, seed, 0, &mut log);
    let streams = ReplicateStreams::new(seed, 0);
    let all = cell.arms.iter().zip(&work.arms).enumerate().map(|(a, (rules, arm))| assess(streams, rules, arm, &log, a)).collect();
    (work.arms, all)
}

/// Scores of one measure at one session, in client order.
fn scores(forms: &[Form], measure: usize, session: u16) -> Vec<f64> {
    forms.iter().filter(|form| form.measure == measure && form.session == session).map(|form| form.score).collect()
}

fn at(paths: &[Vec<Moment>], session: usize, of: fn(&Moment) -> f64) -> Vec<f64> {
    paths.iter().map(|path| of(&path[session - 1])).collect()
}

fn present(values: &[f64]) -> Vec<f64> {
    values.iter().copied().filter(|value| !value.is_nan()).collect()
}

#[test]
fn clients_and_therapists_agree_and_differ_as_published() {
    let cell = cell(&calm(r#""alliance": (instrument: "plain"), "therapist": (instrument: "plain", of: Alliance, rater: Therapist)"#, ""));
    let (_, paths) = observed(&cell, 31, 0);
    let (_, forms) = forms(&cell, 31);
    // One client per therapist: clients of a therapist are rated alike.
    let every = |values: Vec<f64>, from: usize| values.into_iter().skip(from).step_by(2).collect::<Vec<f64>>();
    let client = every(at(&paths[0], 3, |m| m.rating), 0);
    let (therapist, other) = (every(scores(&forms[0], 0, 3), 0), every(scores(&forms[0], 0, 3), 1));
    check(
        "client with therapist",
        covariance(&client, &therapist, 0.0, -0.63),
        0.36,
        &[("agreement .5", 0.45), ("they share their error", 0.46)],
    );
    check("variance of therapists' ratings", covariance(&therapist, &therapist, -0.63, -0.63), 1.0, &[("no relationship", 0.536)]);
    check(
        "therapist's part of them",
        covariance(&therapist, &other, -0.63, -0.63),
        0.30,
        &[("no perceiver", 0.008), ("clients' ratings", 0.05)],
    );
    let gap: Vec<f64> = client.iter().zip(&therapist).map(|(c, t)| c - t).collect();
    check("client minus therapist", mean(&gap), 0.63, &[("the other way round", -0.63), ("severe disorders", 0.46)]);
    // The relationship lasts: two sessions share it.
    let later = every(scores(&forms[0], 0, 4), 0);
    check("two sessions", covariance(&therapist, &later, -0.63, -0.63), 0.16 * (0.75 + 0.045) + 0.756, &[("relationship anew", 0.42)]);
}

#[test]
fn observers_have_their_own_reliability() {
    let cell = cell(&calm(r#""observer": (instrument: "plain", of: Alliance, rater: Observer, at: [3])"#, ""));
    let (_, forms) = forms(&cell, 32);
    let seen = scores(&forms[0], 0, 3);
    check("variance of observers' ratings", covariance(&seen, &seen, 0.0, 0.0), 1.0, &[("the form's reliability", 0.9)]);
    assert!(forms[0].iter().all(|form| form.session == 3));
}

#[test]
fn leniency_stays_with_the_client_and_reaches_every_rating_of_hers() {
    let cell =
        cell(&calm(r#""alliance": (instrument: "plain"), "again": (instrument: "plain", of: Bond)"#, "raters: (client_leniency_sd: 0.6)"));
    let (_, paths) = observed(&cell, 33, 0);
    let (_, forms) = forms(&cell, 33);
    let extra: Vec<f64> = paths[0].iter().map(|path| path[0].rating - path[0].trait_alliance - path[0].state).collect();
    let later: Vec<f64> = paths[0].iter().map(|path| path[3].rating - path[3].trait_alliance - path[3].state).collect();
    check("leniency at two sessions", covariance(&extra, &later, 0.0, 0.0), 0.36, &[("drawn anew", 0.0), ("variance for SD", 0.6)]);
    check("leniency on the other form", covariance(&extra, &scores(&forms[0], 0, 4), 0.0, 0.0), 0.36, &[("its own leniency", 0.0)]);
}

#[test]
fn looking_back_before_the_session_misses_growth_and_afterglow() {
    let text =
        calm(r#""before": (instrument: "exact", of: Alliance, timing: PreSession), "just after": (instrument: "exact", of: Alliance)"#, "")
            .replace("growth: 0.0", "growth: 0.5, growth_sessions: 5.0");
    let (_, forms) = forms(&cell(&text), 34);
    for t in [1, 4] {
        let gap: Vec<f64> = scores(&forms[0], 1, t).iter().zip(scores(&forms[0], 0, t)).map(|(post, pre)| post - pre).collect();
        let growth = |t: f64| 0.5 * (1.0 - (-t / 5.0f64).exp());
        let grown = growth(f64::from(t)) - growth(f64::from(t) - 1.0);
        check(&format!("session {t}"), mean(&gap), 0.1 + grown, &[("no afterglow", grown), ("no growth", 0.1)]);
    }
}

/// Alliance does nothing, and nothing does anything to alliance.
const IDLE: &str = "alliance_effects: (therapist: 0, client: 0, match: 0, clinic: 0, state: 0)";

#[test]
fn halo_makes_a_correlation_where_alliance_does_nothing() {
    let r = |halo: f64| -> Measured {
        let text = format!(
            "(clinics: (count: 2, therapists: 10, clients_per_therapist: 25, outcome_sd: 0.0),
              alliance: (symptom_effect: 0.0, trait_drift: 0.0), clients: (severity_alliance: 0.0), therapists: (effectiveness: 0.0),
              symptoms: Relaxation(heading_anxiety: 0.0), interventions: [NoRuptures()],
              endings: (session_cap: 6, {STAY}), {IDLE}, raters: (halo: {halo}))"
        );
        let cell = cell(&text);
        let mut work = Workspace::default();
        let of = |replicate| {
            work.simulate(&cell, 35, replicate, &mut dyadsim::engine::replicate::Unobserved);
            summarise(&cell.arms[0], &work.arms[0]).alliance_r_last
        };
        mean(&(0..40).map(of).collect::<Vec<f64>>())
    };
    check("without halo", r(0.0), 0.0, &[("alliance works after all", 0.05)]);
    let with = r(0.8);
    assert!(with.z(0.0) > 8.0, "{with:?}");
}

/// Mean of a standard normal variable among those whose form is there, by integration.
fn mean_of_observed(chance: f64, slope: f64) -> f64 {
    let base = (chance / (1.0 - chance)).ln();
    let (mut sum, mut weight) = (0.0, 0.0);
    for i in -8000..=8000 {
        let z = f64::from(i) / 1000.0;
        let there = (-0.5 * z * z).exp() / (1.0 + (base + slope * z).exp());
        sum += z * there;
        weight += there;
    }
    sum / weight
}

#[test]
fn what_is_missing_by_chance_does_no_harm_and_what_is_missing_for_a_reason_does() {
    let cell = cell(&calm(
        r#""chance": (instrument: "points", of: Symptoms, missing: (chance: 0.4)),
           "observed": (instrument: "points", of: Symptoms, missing: (chance: 0.4, observed: 1.0)),
           "unobserved": (instrument: "points", of: Symptoms, missing: (chance: 0.4, unobserved: 1.0))"#,
        "",
    ));
    let (_, forms) = forms(&cell, 36);
    // Level at session 1: N(78, 19.5²). Measures come in the order of their names.
    let biased = 78.0 + 19.5 * mean_of_observed(0.4, 1.0);
    let seen = |measure| mean(&present(&scores(&forms[0], measure, 1)));
    check("completely at random", seen(0), 78.0, &[("not at random", biased)]);
    check("at random, nothing observed before", seen(1), 78.0, &[("not at random", biased)]);
    check("not at random", seen(2), biased, &[("at random", 78.0), ("the healthy stay away", 78.0 - (biased - 78.0))]);
    let n = forms[0].iter().filter(|form| form.measure == 0).count();
    let missing = forms[0].iter().filter(|form| form.measure == 0 && form.score.is_nan()).count();
    check("share missing", share(missing, n, 0.4), 0.4, &[("the complement", 0.6)]);
    // At session 2 those who were worse at session 1 are missing more often, among those whose first form is there.
    let (first, second) = (scores(&forms[0], 1, 1), scores(&forms[0], 1, 2));
    let worse = |gone: bool| -> Vec<f64> {
        first.iter().zip(&second).filter(|(one, two)| !one.is_nan() && two.is_nan() == gone).map(|(one, _)| *one).collect()
    };
    check("at random", mean(&worse(false)), biased, &[("by chance", 78.0)]);
    assert!(mean(&worse(true)).value > 84.0);
}

#[test]
fn a_measure_more_changes_no_other_number() {
    let small = |measures: &str| {
        format!(
            "(clinics: (count: 2, therapists: 5, clients_per_therapist: 10), tracking: (norm_clients: 200), measures: {{ {measures} }},
              arms: [(name: \"a\"), (name: \"b\", set: {{ \"feedback\": Pcoms() }})])"
        )
    };
    let therapist =
        r#""therapist": (instrument: "WAI-SR", of: Alliance, rater: Therapist, missing: (chance: 0.2, observed: 0.5), items: true)"#;
    let more = r#", "a first one": (instrument: "PHQ-9", of: Symptoms), "z": (instrument: "SRS", of: Task, every: 3)"#;
    let (one, many) = (cell(&small(therapist)), cell(&small(&format!("{therapist}{more}"))));
    let ((arms, few), (same, all)) = (forms(&one, 37), forms(&many, 37));
    let (plain, _) = observed(&cell(&small("")), 37, 0);
    for a in 0..2 {
        assert_eq!((&arms[a].courses, &arms[a].courses), (&same[a].courses, &plain[a].courses));
        let of_therapist: Vec<&Form> = all[a].iter().filter(|form| form.measure == 1).collect();
        assert_eq!(few[a].len(), of_therapist.len());
        for (x, y) in few[a].iter().zip(of_therapist) {
            assert_eq!((x.client, x.session, x.score.to_bits(), &x.answers), (y.client, y.session, y.score.to_bits(), &y.answers));
        }
    }
    // Arms share the luck: at session 1 nothing has happened yet.
    let first = |forms: &[Form]| forms.iter().filter(|form| form.session == 1).map(|form| form.score.to_bits()).collect::<Vec<_>>();
    assert_eq!(first(&all[0]), first(&all[1]));
}

/// All arms with feedback of every kind, on a symptom form.
fn every_feedback(form: &str) -> String {
    format!(
        "(clinics: (count: 3, therapists: 5, clients_per_therapist: 20), tracking: (norm_clients: 1000, unaided_notice: 0.2),
          instruments: {{ \"form\": ({form}) }}, measures: {{ \"symptoms\": (instrument: \"form\") }},
          arms: [(name: \"usual\"), (name: \"oq\", set: {{ \"feedback\": Oq(support_tools: true) }}),
                 (name: \"rational\", set: {{ \"feedback\": Oq(alarm: Rational, alarm_engagement: 2.0) }}),
                 (name: \"pcoms\", set: {{ \"feedback\": Pcoms() }})])"
    )
}

fn summaries(cell: &Cell) -> (Vec<ArmResult>, Vec<Summary>) {
    let (arms, _) = observed(cell, 38, 0);
    let of = |a: usize| {
        let mut summary = summarise(&cell.arms[a], &arms[a]);
        compare(&cell.arms[a], &arms[a], &arms[0], &mut summary);
        summary
    };
    let all = (0..arms.len()).map(of).collect();
    (arms, all)
}

const OQ: &str = "mean: 45.2, sd: 18.6, latent_mean: 45.2, latent_sd: 18.6, reliability: 0.93, lowest: 0, highest: 180, step: 1, cutoff: 63, reliable_change: 14";

/// The OQ-45 with other numbers on it is the same form: turned round, and counted in half points.
#[test]
fn what_is_printed_on_the_form_changes_nothing_but_the_scores() {
    let turned = "mean: 134.8, sd: 18.6, latent_mean: 45.2, latent_sd: 18.6, reliability: 0.93, lowest: 0, highest: 180, step: 1, cutoff: 117, reliable_change: 14, reversed: true";
    let halved = "mean: 22.6, sd: 9.3, latent_mean: 45.2, latent_sd: 18.6, reliability: 0.93, lowest: 0, highest: 90, step: 0.5, cutoff: 31.5, reliable_change: 7";
    let (arms, oq) = summaries(&cell(&every_feedback(OQ)));
    for (form, own) in [(turned, (|x| 180.0 - x) as fn(f64) -> f64), (halved, |x| x / 2.0)] {
        let (others, all) = summaries(&cell(&every_feedback(form)));
        for a in 0..4 {
            for (x, y) in arms[a].courses.iter().zip(&others[a].courses) {
                assert_eq!(
                    (x.sessions, x.reason, x.first_red, x.first_improved, x.repairs),
                    (y.sessions, y.reason, y.first_red, y.first_improved, y.repairs)
                );
                assert!((own(x.intake_score) - y.intake_score).abs() < 1e-9 && (own(x.final_score) - y.final_score).abs() < 1e-9);
            }
            let same =
                |of: fn(&Summary) -> f64| assert!((of(&oq[a]) - of(&all[a])).abs() < 1e-9, "arm {a}: {} {}", of(&oq[a]), of(&all[a]));
            for of in [
                (|s| s.recovered) as fn(&Summary) -> f64,
                |s| s.deteriorated,
                |s| s.pre_post_d,
                |s| s.sessions_to_improvement,
                |s| s.alliance_r_early,
                |s| s.alliance_r_adjusted,
                |s| s.repair_r,
                |s| s.not_on_track,
                |s| s.not_on_track_success,
                |s| s.therapist_icc,
            ] {
                same(of);
            }
            if a > 0 {
                for of in [(|s| s.between_d) as fn(&Summary) -> f64, |s| s.helped, |s| s.harmed] {
                    same(of);
                }
            }
        }
        assert!((own(oq[1].final_score) - all[1].final_score).abs() < 1e-9);
        assert!((own(1.0) - own(0.0)) * (oq[0].change / all[0].change) > 0.0);
    }
}

#[test]
fn clients_get_better_on_the_ors_too() {
    let text = every_feedback(OQ).replace("\"form\") }", "\"ORS\") }");
    let (_, all) = summaries(&cell(&text));
    let usual = &all[0];
    assert!(usual.change > 0.0 && usual.pre_post_d > 0.0 && usual.success > usual.deteriorated && usual.not_on_track > 0.05, "{usual:?}");
    assert!(all[1].between_d > 0.0 && all[1].final_score > usual.final_score, "{:?}", all[1]);
}

#[test]
fn a_missing_form_is_not_on_the_chart() {
    let text = |missing: &str| {
        format!(
            "(clinics: (count: 2, therapists: 5, clients_per_therapist: 20), tracking: (norm_clients: 400),
              measures: {{ \"symptoms\": (instrument: \"OQ-45\", {missing}), \"alliance\": (instrument: \"SRS\", {missing}) }}, feedback: Pcoms())"
        )
    };
    let never = observed(&cell(&text("missing: (chance: 1.0)")), 39, 0).0.remove(0);
    assert!(
        never.courses.iter().all(|c| c.first_red == 0 && c.first_improved == 0 && c.early_rating.is_nan() && c.intake_score.is_finite())
    );
    let full = observed(&cell(&text("")), 39, 0).0.remove(0);
    let half = observed(&cell(&text("missing: (chance: 0.5)")), 39, 0).0.remove(0);
    let red = |arm: &ArmResult| arm.courses.iter().filter(|c| c.first_red > 0).count();
    assert!(red(&half) > 0 && red(&half) < red(&full), "{} {}", red(&half), red(&full));
    assert!(half.courses.iter().zip(&full.courses).all(|(a, b)| a.intake_score == b.intake_score));
}

#[test]
fn a_list_of_sessions_says_when_the_alliance_is_rated() {
    let text =
        "(clinics: (count: 1, therapists: 5, clients_per_therapist: 20), tracking: (norm_clients: 200), outcomes: (early_session: 4),
                 measures: { \"alliance\": (instrument: \"WAI-SR\", at: [3]) })";
    let (arms, paths) = observed(&cell(text), 40, 0);
    for (course, path) in arms[0].courses.iter().zip(&paths[0]) {
        let rated = path.get(2).map_or(f64::NAN, |third| third.rating);
        assert_eq!(course.early_rating.to_bits(), rated.to_bits());
    }
}

#[test]
fn who_ends_unplanned_leaves_no_form_behind() {
    let text = |slopes: &str| {
        format!(
            "(clinics: (count: 400, therapists: 5, clients_per_therapist: 10), tracking: (norm_clients: 200), final_form: (planned: 0.9, unplanned: 0.3, {slopes}))"
        )
    };
    let cell = cell(&text(""));
    let arm = observed(&cell, 41, 0).0.remove(0);
    for (planned, truth) in [(true, 0.9), (false, 0.3)] {
        let those: Vec<bool> =
            arm.courses.iter().filter(|c| (c.reason == EndReason::Planned) == planned).map(|c| c.final_observed).collect();
        let seen = share(those.iter().filter(|&&there| there).count(), those.len(), truth);
        check(&format!("planned {planned}"), seen, truth, &[("missing for filled in", 1.0 - truth)]);
    }
    let honest = summarise(&cell.arms[0], &arm);
    let all: usize = arm.courses.iter().filter(|c| c.final_observed).count();
    assert!((honest.final_observed - all as f64 / arm.courses.len() as f64).abs() < 1e-12);
    // Those with planned endings are better: completers look better than everybody, and more so when the ill stay away.
    let world = common::cell(&text("unobserved: 1.0"));
    let hidden = summarise(&world.arms[0], &observed(&world, 41, 0).0.remove(0));
    assert_eq!(honest.final_score, hidden.final_score);
    assert!(hidden.final_score_observed < honest.final_score_observed - 1.0 && honest.final_score_observed < honest.final_score - 1.0);
}

/// Coefficient alpha, mean and SD of sums, and mean correlations within and between factors.
fn scale_statistics(answers: &[&Vec<u16>], factor: &[usize]) -> (f64, f64, f64, [f64; 2]) {
    let (n, items) = (answers.len() as f64, factor.len());
    let mean: Vec<f64> = (0..items).map(|k| answers.iter().map(|form| f64::from(form[k])).sum::<f64>() / n).collect();
    let covariance =
        |a: usize, b: usize| answers.iter().map(|f| (f64::from(f[a]) - mean[a]) * (f64::from(f[b]) - mean[b])).sum::<f64>() / (n - 1.0);
    let all: Vec<Vec<f64>> = (0..items).map(|a| (0..items).map(|b| covariance(a, b)).collect()).collect();
    let total: f64 = all.iter().flatten().sum();
    let own: f64 = (0..items).map(|k| all[k][k]).sum();
    let k = items as f64;
    let (mut r, mut pairs) = ([0.0; 2], [0.0; 2]);
    for a in 0..items {
        for b in 0..a {
            let which = usize::from(factor[a] != factor[b]);
            r[which] += all[a][b] / (all[a][a] * all[b][b]).sqrt();
            pairs[which] += 1.0;
        }
    }
    (k / (k - 1.0) * (1.0 - own / total), mean.iter().sum(), total.sqrt(), [r[0] / pairs[0], r[1] / f64::max(pairs[1], 1.0)])
}

#[test]
fn items_have_the_alpha_mean_sd_and_factors_that_were_asked_for() {
    let text = calm(
        r#""wai": (instrument: "WAI-SR", of: Alliance, items: true, at: [2]), "bond": (instrument: "WAI-SR", of: Bond, items: true, at: [2])"#,
        "",
    );
    let cell = cell(&text);
    let (_, forms) = forms(&cell, 42);
    for (measure, of) in [(0, Construct::Bond), (1, Construct::Alliance)] {
        let further = &cell.arms[0].further[measure];
        let model = &further.items.as_ref().expect("items").model;
        assert_eq!(further.of, of);
        let of_measure: Vec<&Form> = forms[0].iter().filter(|form| form.measure == measure).collect();
        let answers: Vec<&Vec<u16>> = of_measure.iter().map(|form| &form.answers).collect();
        let (alpha, mean, sd, r) = scale_statistics(&answers, &model.factor);
        // Standard errors for 40,000 clients, a few per cent wider since clients share therapists.
        let n = answers.len() as f64;
        let seen = |value: f64, mcse: f64| Measured { value, mcse: 1.05 * mcse };
        let score = |sum: f64| 1.0 + sum / 12.0;
        check("mean", seen(score(mean), 0.7 / n.sqrt()), 4.0, &[("answers from 0", 3.0), ("cut at whole numbers", 3.5)]);
        // Bond varies a little less than alliance: variance .858 for .90 of the shared part.
        let (variance, wanted): (f64, f64) = if of == Construct::Bond { (0.8584 / 0.90, 0.9) } else { (1.0, 0.9) };
        let truth = 0.7 * (variance * wanted + 1.0 - wanted).sqrt();
        check("SD", seen(sd / 12.0, 0.7 / (2.0 * n).sqrt() * 1.3), truth, &[("answers without what they share", 0.7 * 0.1f64.sqrt())]);
        let alpha_se = (1.0 - wanted) * (2.0 * 12.0 / (11.0 * n)).sqrt() * 1.3;
        if of == Construct::Alliance {
            check("alpha", seen(alpha, alpha_se), wanted, &[("coarse answers not made up for", 0.88)]);
            let [within, between] = model.correlations();
            check("within a subscale", seen(r[0], 0.003), within, &[("one factor", 0.4286)]);
            check("between subscales", seen(r[1], 0.003), between, &[("one factor", 0.4286)]);
            assert!(of_measure.iter().all(|form| {
                let sum: u16 = form.answers.iter().sum();
                (form.score - score(f64::from(sum))).abs() < 1e-9
            }));
        }
    }
}
