//! Couples: partners resemble each other, work on each other, and end together.

mod common;
mod studies;

use common::{cell, check, covariance, mean, observed, worlds};
use dyadsim::engine::couples::split;
use dyadsim::engine::design::see;
use dyadsim::engine::replicate::{ArmResult, CourseResult};
use dyadsim::engine::streams::ReplicateStreams;
use dyadsim::engine::summary::summarise;
use dyadsim::model::clinic::Clinic;
use dyadsim::model::couples::{Couples, end_together, start_together};
use dyadsim::model::courses::Courses;
use dyadsim::model::draws::{ClientLuck, SessionLuck};
use dyadsim::model::ending::EndReason;
use dyadsim::model::intake::{Start, start};
use dyadsim::model::rules::Rules;
use dyadsim::model::therapist::Therapist;
use dyadsim::scenario::design::{Design, Naturalistic};

/// Couples who are nothing to each other but for the end.
const STRANGERS: &str =
    "(alliance_correlation: 0.0, severity_correlation: 0.0, partner_share: 0.0, split_heading: 0.0, split_dropout: 0.0)";

fn rules(text: &str) -> Rules {
    Rules::of(&worlds(text)[0], None).unwrap_or_else(|found| panic!("{found:?}"))
}

/// Two partners of a typical therapist, with chosen luck.
fn partners(keys: &str, luck: [ClientLuck; 2]) -> [Start; 2] {
    let rules = rules(&format!("(clinics: (clients_per_therapist: 2), couples: Some(({keys})))"));
    let couples = rules.world.couples.as_ref().expect("couples");
    start_together(&rules, couples, &Clinic::default(), &Therapist::typical(&rules.world.therapists), [&luck[0], &luck[1]])
}

fn pairs(arm: &ArmResult, of: impl Fn(usize) -> f64) -> (Vec<f64>, Vec<f64>) {
    (0..arm.courses.len()).step_by(2).map(|i| (of(i), of(i + 1))).unzip()
}

#[test]
fn with_chosen_luck_partners_are_what_the_keys_say() {
    let luck = [
        ClientLuck { alliance: 1.0, match_rest: 0.5, severity: 2.0, ..ClientLuck::default() },
        ClientLuck { alliance: -1.0, match_rest: 0.0, severity: 0.0, ..ClientLuck::default() },
    ];
    let near = |a: f64, b: f64| assert!((a - b).abs() < 1e-12, "{a} is not {b}");
    let plain = "alliance_correlation: 0.0, severity_correlation: 0.0, partner_share: 0.0";
    let none = format!("{plain}, split_heading: 0.0, split_dropout: 0.0");
    let (alone, split) =
        (partners(&none, luck), partners(&format!("{plain}, split_heading: 4.0, split_dropout: 0.5, usual_split: 0.25"), luck));
    let difference = (alone[0].trait_alliance - alone[1].trait_alliance).abs();
    assert!(difference > 1.0);
    for (with, without) in split.iter().zip(&alone) {
        near(with.heading - without.heading, 4.0 * (difference - 0.25));
        near(with.dropout - without.dropout, 0.5 * (difference - 0.25));
        near(with.rate, without.rate);
        near(with.trait_alliance, without.trait_alliance);
    }
    // What works is a mixture: a quarter of the way from one's own to the partner's. Severity is evened out for this.
    let even = luck.map(|luck| ClientLuck { severity: 0.0, ..luck });
    let level = |keys: &str| partners(&format!("{none}, {keys}").replace("partner_share: 0.0, ", ""), even).map(|start| start.rate);
    let (own, mixed, alike) = (level("partner_share: 0.0"), level("partner_share: 0.25"), level("partner_share: 0.5"));
    near(mixed[0], 0.75 * own[0] + 0.25 * own[1]);
    near(mixed[1], 0.75 * own[1] + 0.25 * own[0]);
    near(alike[0], alike[1]);
    assert!(own[0] != own[1]);
    // The first partner is herself; the second one's luck leans on hers.
    let keys =
        none.replace("alliance_correlation: 0.0, severity_correlation: 0.0", "alliance_correlation: 0.6, severity_correlation: -1.0");
    let leaning = partners(&keys, luck);
    assert_eq!(leaning[0], alone[0]);
    let as_if = ClientLuck { alliance: 0.6 - 0.8, match_rest: 0.3, severity: -2.0, ..luck[1] };
    let rules = rules("()");
    let expected = start(&rules, &Clinic::default(), &Therapist::typical(&rules.world.therapists), &as_if);
    near(leaning[1].trait_alliance, expected.trait_alliance);
    near(leaning[1].symptoms, expected.symptoms);
}

#[test]
fn the_end_of_a_couple_by_cases() {
    let rules =
        rules("(clinics: (clients_per_therapist: 2), couples: Some(()), endings: (session_cap: 9, planned: 0.5, administrative: 0.1))");
    let code = |reason: EndReason| reason as i8 as f64 + 1.0;
    let (dropped, planned, outside) = (code(EndReason::Dropout), code(EndReason::Planned), code(EndReason::Administrative));
    // What each would do alone; whether each is well; luck of planning and of outside reasons; session; what the couple does.
    let cases = [
        ([0.0, 0.0], [false, false], [0.9, 0.9], [0.9, 0.9], 3.0, None),
        ([0.0, dropped], [true, true], [0.1, 0.1], [0.05, 0.9], 9.0, Some(EndReason::Dropout)),
        ([dropped, planned], [true, true], [0.1, 0.1], [0.9, 0.9], 3.0, Some(EndReason::Dropout)),
        ([planned, 0.0], [true, false], [0.1, 0.9], [0.9, 0.9], 3.0, None),
        ([planned, 0.0], [true, true], [0.1, 0.9], [0.9, 0.9], 3.0, Some(EndReason::Planned)),
        ([0.0, planned], [true, true], [0.9, 0.1], [0.9, 0.9], 3.0, None),
        ([outside, 0.0], [true, true], [0.9, 0.9], [0.05, 0.9], 3.0, Some(EndReason::Administrative)),
        ([0.0, outside], [true, true], [0.9, 0.9], [0.9, 0.05], 3.0, None),
        ([code(EndReason::Cap), code(EndReason::Cap)], [true, true], [0.9, 0.9], [0.9, 0.9], 9.0, Some(EndReason::Cap)),
    ];
    for (alone, well, plan, leave, session, wanted) in cases {
        for lane in [0, 4] {
            let (mut c, mut luck) = (Courses::default(), SessionLuck::default());
            for i in 0..2 {
                c.end[lane + i] = alone[i];
                c.score[lane + i] = if well[i] { 40.0 } else { 60.0 };
                c.good_enough[lane + i] = 50.0;
                c.planned[lane + i] = 0.5;
                c.administrative[lane + i] = 0.1;
                c.session[lane + i] = session;
                luck.planned[lane + i] = plan[i];
                luck.administrative[lane + i] = leave[i];
            }
            end_together(&rules, &luck, &mut c);
            assert_eq!([c.ended(lane), c.ended(lane + 1)], [wanted; 2], "{alone:?} {well:?} {plan:?} {leave:?} {session}");
        }
    }
}

#[test]
fn partners_end_in_the_same_session_for_the_same_reason() {
    let text = "(clinics: (count: 3, therapists: 7, clients_per_therapist: 22), couples: Some(()), feedback: Oq(support_tools: true))";
    let (arms, paths) = observed(&cell(text), 5, 1);
    let mut reasons = std::collections::BTreeSet::new();
    for (i, couple) in arms[0].courses.chunks(2).enumerate() {
        assert_eq!((couple[0].sessions, couple[0].reason), (couple[1].sessions, couple[1].reason), "couple {i}");
        assert_eq!(paths[0][2 * i].len(), usize::from(couple[0].sessions));
        assert_ne!(paths[0][2 * i], paths[0][2 * i + 1]);
        reasons.insert(couple[0].reason);
    }
    assert_eq!(reasons.len(), 4, "{reasons:?}");
}

#[test]
fn partners_who_are_nothing_to_each_other_are_singles_until_the_end() {
    let size = "clinics: (count: 2, therapists: 6, clients_per_therapist: 10, recruitment_weeks: 0.0)";
    let text = format!("({size}, arms: [(name: \"alone\"), (name: \"couples\", set: {{ \"couples\": Some({STRANGERS}) }})])");
    let (arms, paths) = observed(&cell(&text), 9, 0);
    assert_eq!(arms[0].starts, arms[1].starts);
    for (client, (alone, couple)) in paths[0].iter().zip(&paths[1]).enumerate() {
        let both = alone.len().min(couple.len());
        assert_eq!(alone[..both], couple[..both], "client {client}");
    }
    // Those who all stay to the cap do not even end differently. A correlation of partners is noticed.
    let stay = "endings: (session_cap: 5, planned: 0.0, administrative: 0.0, dropout: -40.0, dropout_early: 0.0, dropout_alliance: 0.0)";
    let courses = |couples: &str| observed(&cell(&format!("({size}, {stay}, couples: {couples})")), 9, 0).0.swap_remove(0).courses;
    assert_eq!(courses("None"), courses(&format!("Some({STRANGERS})")));
    assert_ne!(courses("None"), courses(&format!("Some({})", STRANGERS.replace("alliance_correlation: 0.0", "alliance_correlation: 0.1"))));
}

/// Whoever sits beside whom in which lane: arms of other sizes, odd ones too, change nothing.
#[test]
fn couples_are_the_same_alone_and_beside_arms_of_other_sizes() {
    let clinics = |clients: u32| format!("count: 2, therapists: 5, clients_per_therapist: {clients}");
    let alone = |clients: u32, couples: &str| {
        observed(&cell(&format!("(clinics: ({}), tracking: (unaided_notice: 0.0), couples: {couples})", clinics(clients))), 3, 2)
            .0
            .swap_remove(0)
    };
    for (clients, others) in [(6, 9), (10, 3), (4, 4)] {
        let text = format!(
            "(tracking: (unaided_notice: 0.0), arms: [(name: \"couples\", set: {{ \"clinics\": ({}), \"couples\": Some(()) }}), (name: \"alone\", set: {{ \"clinics\": ({}) }})])",
            clinics(clients),
            clinics(others)
        );
        let (arms, _) = observed(&cell(&text), 3, 2);
        assert_eq!(arms[0].courses, alone(clients, "Some(())").courses);
        assert_eq!(arms[1].starts, alone(others, "None").starts);
        // The expected curves are those of the first arm; apart from the chart nothing goes by them here.
        let off_the_chart = |arm: &ArmResult| arm.courses.iter().map(|c| CourseResult { first_red: 0, ..*c }).collect::<Vec<_>>();
        assert_eq!(format!("{:?}", off_the_chart(&arms[1])), format!("{:?}", off_the_chart(&alone(others, "None"))));
    }
}

#[test]
fn partners_resemble_each_other_as_asked() {
    // Client part: what attachment (-.09 and -.13) leaves of .40 is shared with r .5; the match part has nothing but itself.
    let text = "(clinics: (count: 1000, therapists: 10, clients_per_therapist: 2, severity_sd: 0.0), clients: (severity_sd: 19.5),
        match: (attachment_mismatch: 0.0, shared_background: 0.0),
        couples: Some((alliance_correlation: 0.5, severity_correlation: 0.4, partner_share: 0.0)),
        endings: (session_cap: 1))";
    let (arms, _) = observed(&cell(text), 21, 0);
    let starts = &arms[0].starts;
    let (first, second) = pairs(&arms[0], |i| starts[i].client_alliance);
    check("client parts", covariance(&first, &second, 0.0, 0.0), 0.5 * 0.375, &[("alone", 0.0), ("all of it shared", 0.375)]);
    check("variance of the second's", covariance(&second, &second, 0.0, 0.0), 0.40, &[("own luck not scaled down", 0.40 + 0.25 * 0.375)]);
    let (first, second) = pairs(&arms[0], |i| starts[i].match_alliance);
    check("match parts", covariance(&first, &second, 0.0, 0.0), 0.5 * 0.30, &[("alone", 0.0), ("the same", 0.30)]);
    let (first, second) = pairs(&arms[0], |i| starts[i].symptoms);
    let shared = 9.0 * (0.05 + 0.5 * (0.375 + 0.30));
    let severity = covariance(&first, &second, 78.0, 78.0);
    check("severity", severity, 0.4 * 19.5 * 19.5 + shared, &[("alone", shared), ("r .5", 0.5 * 19.5 * 19.5 + shared)]);
}

#[test]
fn the_usual_split_is_the_mean_split_by_default() {
    let text = "(clinics: (count: 1000, therapists: 10, clients_per_therapist: 2), couples: Some(()), endings: (session_cap: 1))";
    let cell = cell(text);
    let (arms, _) = observed(&cell, 22, 0);
    let (first, second) = pairs(&arms[0], |i| arms[0].starts[i].trait_alliance);
    let splits: Vec<f64> = first.iter().zip(&second).map(|(a, b)| (a - b).abs()).collect();
    // Twice the variance of client and match parts, less what is shared, of a normal difference.
    let truth = (2.0 * (0.70 - 0.2 * (0.375 + 0.295)) * std::f64::consts::FRAC_2_PI).sqrt();
    check("mean split", mean(&splits), truth, &[("nothing shared", (1.4 * std::f64::consts::FRAC_2_PI).sqrt()), ("variance", 1.132)]);
    let usual = cell.arms[0].world.couples.as_ref().map(|couples| couples.usual_split);
    assert!(usual.is_some_and(|usual| (usual - truth).abs() < 0.005), "{usual:?} is not {truth}");
    assert_eq!(Couples::default().usual_split, 0.85);
}

#[test]
fn the_split_that_a_study_sees_is_that_of_the_early_ratings() {
    let cell = cell("(clinics: (count: 2, therapists: 10, clients_per_therapist: 20), couples: Some(()))");
    let (arms, _) = observed(&cell, 8, 3);
    let arm = &arms[0];
    let early = cell.arms[0].world.outcomes.early_session;
    let (mut x, mut y) = (Vec::new(), Vec::new());
    for i in (0..arm.courses.len()).step_by(2) {
        let [a, b] = [&arm.courses[i], &arm.courses[i + 1]];
        assert_eq!(split(arm, i), (a.early_rating - b.early_rating).abs());
        assert_eq!(split(arm, i), split(arm, i + 1));
        if a.sessions >= early {
            x.push(split(arm, i));
            y.push(-(a.final_score + b.final_score));
        }
    }
    let n = x.len() as f64;
    let (mx, my) = (x.iter().sum::<f64>() / n, y.iter().sum::<f64>() / n);
    let sum = |f: &dyn Fn(f64, f64) -> f64| x.iter().zip(&y).map(|(a, b)| f(a - mx, b - my)).sum::<f64>();
    let r = sum(&|a, b| a * b) / (sum(&|a, _| a * a) * sum(&|_, b| b * b)).sqrt();
    let summary = summarise(&cell.arms[0], arm);
    assert!((summary.split_r - r).abs() < 1e-9, "{} is not {r}", summary.split_r);
    assert!(summary.couple_r > 0.0);
}

#[test]
fn studies_sample_whole_couples() {
    let cell = cell("(clinics: (count: 2, therapists: 10, clients_per_therapist: 20), couples: Some(()))");
    let (arms, _) = observed(&cell, 8, 3);
    let design = Design::Naturalistic(Naturalistic { clients_per_therapist: vec![4], ..Naturalistic::default() });
    let seen = see(&design, ReplicateStreams::new(8, 3), &arms).swap_remove(0);
    assert!(seen.positions().count() >= 40);
    for i in seen.positions() {
        assert!(seen.sees(i ^ 1), "client {i} is seen without her partner");
    }
}

#[test]
fn split_alliances_go_with_poorer_outcome_where_they_cost_something() {
    let arms = studies::arms("scenarios/studies/friedlander_2018.ron", &["replicates=60"]);
    let [couples, agree, free] = [0, 1, 2].map(|arm| arms[arm].mean("split_r"));
    assert!(couples.value < -0.12 - 4.0 * couples.mcse, "{couples:?}");
    assert!(free.value - couples.value > 4.0 * (free.mcse + couples.mcse), "{free:?} where a split costs nothing");
    assert!(agree.value > couples.value, "{agree:?} where partners agree");
    assert!(arms[0].mean("couple_r").value > 0.1);
    assert!(arms[3].mean("split_r").value.is_nan() && arms[3].mean("couple_r").value.is_nan());
}
