//! What burnout takes away at intake, and that a change of burnout during a course does exactly the same.

mod common;

use dyadsim::model::clinic::Clinic;
use dyadsim::model::courses::Courses;
use dyadsim::model::development::Career;
use dyadsim::model::draws::ClientLuck;
use dyadsim::model::intake::{Start, start};
use dyadsim::model::rules::Rules;
use dyadsim::model::symptoms::Relaxation;
use dyadsim::model::therapist::{Therapist, Therapists};

const THERAPIST: Therapist = Therapist {
    skill: 0.7,
    alliance: 0.3,
    effectiveness: -0.4,
    dropout: 0.1,
    ending: 0.2,
    anxiety: -0.2,
    avoidance: 0.5,
    uptake: 0.4,
    burnout: 0.0,
    growth: [0.6, -0.9],
    career: Career {
        years: 3.0,
        practises: 0.0,
        supervised: 0.0,
        attends: 0.0,
        progress: 0.1,
        alliance: 0.0,
        notice: 0.2,
        repair: 0.0,
        dropout: -0.1,
    },
};

fn client() -> ClientLuck {
    ClientLuck {
        severity: 0.8,
        attachment: [1.1, -0.3],
        alliance: -0.6,
        match_rest: 0.9,
        components: [0.4, -0.7, 0.2],
        rate: 0.5,
        support: 1.5,
        ..ClientLuck::default()
    }
}

fn rules(settings: &str) -> Rules {
    Rules::of(&common::worlds(&format!("({settings})"))[0], None).expect("a world without contradictions")
}

fn begin(rules: &Rules, burnout: f64) -> Start {
    let clinic = Clinic { outcome: 1.0, alliance: 0.2, dropout: 0.1, severity: 2.0, ending: -0.1, alliance_effect: 1.0 };
    start(rules, &clinic, &Therapist { burnout, ..THERAPIST }, &client())
}

/// Trait, level, rate, notice and rupture of a course.
fn constants(rules: &Rules, burnout: f64, later: f64) -> [f64; 5] {
    let mut courses = Courses::default();
    courses.admit(3, &begin(rules, burnout));
    rules.burnout.change(&mut courses, 3, later - burnout);
    [courses.trait_alliance[3], courses.heading[3], courses.rate[3], courses.notice[3], courses.rupture[3]]
}

const WORLDS: [&str; 5] = [
    "",
    "alliance_effects: (therapist: 1.7, quadratic: -0.3, support: 0.4), treatment: (care: 1.4), therapists: (alliance_variance: 0.2)",
    "symptoms: LinearGrowth(), rupture: (notice_burnout: -0.9)",
    "rupture: (onset: Logistic())",
    "diagnoses: { \"personality\": (share: 1.0, alliance_effect: 1.9) }, treatment: (kind: \"internet\"), therapists: (alliance_variance: 0.3)",
];

#[test]
fn a_course_whose_therapist_burns_out_goes_on_as_if_it_had_begun_like_that() {
    for world in WORLDS {
        let rules = rules(world);
        let relaxes = world != WORLDS[2];
        for (from, to) in [(0.3, 0.8), (1.2, 0.0), (0.0, 2.0)] {
            let (changed, begun, unchanged) = (constants(&rules, from, to), constants(&rules, to, to), constants(&rules, from, from));
            for k in 0..5 {
                let fixed = relaxes && k == 2;
                let expected = if fixed { unchanged[k] } else { begun[k] };
                assert!((changed[k] - expected).abs() < 1e-12, "{world}: constant {k}: {changed:?} {begun:?}");
                let matters = !(k == 1 && !relaxes || k == 4 && world == WORLDS[3]);
                assert!(!matters || (begun[k] - unchanged[k]).abs() > 1e-3, "{world}: constant {k} does not depend on burnout");
            }
        }
    }
}

#[test]
fn a_unit_of_burnout_takes_what_the_keys_say() {
    let rules = rules("therapists: (burnout_cost: 0.5, burnout_alliance: 0.8), alliance_effects: (therapist: 2.0)");
    let (rested, burnt) = (begin(&rules, 0.0), begin(&rules, 1.0));
    let lost = 0.8 * 0.05f64.sqrt();
    assert!((rested.trait_alliance - burnt.trait_alliance - lost).abs() < 1e-12);
    assert!(
        (burnt.heading
            - rested.heading
            - (Relaxation::default().heading_alliance * 2.0 * lost + Therapists::default().effectiveness * 0.5))
            .abs()
            < 1e-12
    );
    // Rates are still logarithms here.
    assert!((rested.rate - burnt.rate - 0.15 * 2.0 * lost).abs() < 1e-12);
    assert!((burnt.notice - rested.notice + 0.5).abs() < 1e-12);
    assert!((burnt.rupture - rested.rupture - 0.3).abs() < 1e-12);
    // Clients do not come with more distress because their therapist is tired.
    assert_eq!(rested.symptoms, burnt.symptoms);
}
