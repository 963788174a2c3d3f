//! Arms share all luck: what that promises, and what it buys.

mod common;

use common::{cell, observed};
use dyadsim::engine::replicate::{Unobserved, Workspace};
use dyadsim::engine::summary::summarise;
use dyadsim::engine::vector::Width;
use dyadsim::performance::Moments;

fn arms(second: &str, size: &str) -> String {
    format!("(clinics: ({size}), arms: [(name: \"one\"), (name: \"two\", set: {{ {second} }})])")
}

const SMALL: &str = "count: 2, therapists: 5, clients_per_therapist: 10";

#[test]
fn identical_arms_have_identical_clients_bit_for_bit() {
    let cell = cell(&arms("", SMALL));
    for replicate in 0..20 {
        let (arms, paths) = observed(&cell, 1, replicate);
        assert_eq!(arms[0].courses, arms[1].courses);
        assert_eq!(arms[0].therapists, arms[1].therapists);
        assert_eq!(paths[0], paths[1]);
    }
}

#[test]
fn an_arm_is_the_same_alone_and_beside_others() {
    let alone = observed(&cell(&format!("(clinics: ({SMALL}))")), 1, 4);
    let beside = observed(&cell(&arms("\"feedback\": Oq(), \"symptoms.life_event\": 0.1, \"endings.session_cap\": 40", SMALL)), 1, 4);
    assert_eq!(alone.0[0].courses, beside.0[0].courses);
    assert_eq!(alone.1[0], beside.1[0]);
}

#[test]
fn changing_one_clients_trait_changes_no_other_client() {
    // Raising the share of personality disorder makes it true of a few more clients and of nobody else.
    let cell = cell(&arms("\"clients.personality_disorder\": 0.17", "count: 5, therapists: 20, clients_per_therapist: 20"));
    let (arms, paths) = observed(&cell, 2, 0);
    let changed: Vec<usize> =
        (0..arms[0].starts.len()).filter(|&i| arms[0].starts[i].personality_disorder != arms[1].starts[i].personality_disorder).collect();
    assert!((15..=70).contains(&changed.len()), "{} clients changed, about 40 expected", changed.len());
    for (i, pair) in paths[0].iter().zip(&paths[1]).enumerate().filter(|(i, _)| !changed.contains(i)) {
        assert_eq!(pair.0, pair.1, "client {i}");
    }
    assert!(changed.iter().any(|&i| paths[0][i] != paths[1][i]));
}

#[test]
fn a_client_keeps_her_luck_when_the_study_grows() {
    let small = observed(&cell(&format!("(clinics: ({SMALL}))")), 3, 1).0.remove(0);
    let large = observed(&cell("(clinics: (count: 3, therapists: 7, clients_per_therapist: 14))"), 3, 1).0.remove(0);
    assert_eq!(small.shared_with(&large).count(), 100);
    for (i, l) in small.shared_with(&large) {
        let [k, j, c] = [i / 50, i / 10 % 5, i % 10];
        assert_eq!((small.courses[i], l), (large.courses[l], (k * 7 + j) * 14 + c));
    }
}

#[test]
fn arms_of_different_size_share_the_clients_they_have_in_common() {
    let cell = cell(&arms("\"clinics.clients_per_therapist\": 4", SMALL));
    let (arms, _) = observed(&cell, 3, 1);
    assert_eq!((arms[0].courses.len(), arms[1].courses.len()), (100, 40));
    assert_eq!(arms[1].shared_with(&arms[0]).count(), 40);
    for (i, first) in arms[1].shared_with(&arms[0]) {
        assert_eq!((arms[1].courses[i], first), (arms[0].courses[first], i / 4 * 10 + i % 4));
    }
}

#[test]
fn a_paired_contrast_has_less_than_a_fiftieth_of_the_unpaired_variance() {
    let cell = cell(&arms("\"rupture.repair_skill\": 0.66", "count: 2, therapists: 10, clients_per_therapist: 20"));
    let mut work = Workspace::default();
    let (mut one, mut two, mut paired) = (Moments::default(), Moments::default(), Moments::default());
    for replicate in 0..200 {
        work.simulate(&cell, 5, replicate, &mut Unobserved);
        let score = |a: usize| summarise(&cell.arms[a], &work.arms[a]).final_score;
        let (a, b) = (score(0), score(1));
        one.add(a);
        two.add(b);
        paired.add(b - a);
    }
    let gain = (one.variance() + two.variance()) / paired.variance();
    assert!(paired.variance() > 0.0 && gain > 50.0, "variance falls by a factor of {gain:.0}");
}

#[test]
fn replicates_and_seeds_give_different_clients() {
    let cell = cell(&format!("(clinics: ({SMALL}))"));
    let of = |seed, replicate| observed(&cell, seed, replicate).0.remove(0).courses;
    assert_eq!(of(1, 1), of(1, 1));
    assert_ne!(of(1, 1), of(1, 2));
    assert_ne!(of(1, 1), of(2, 1));
}

#[test]
fn every_vector_width_gives_the_same_bits() {
    let cell = cell(&arms("\"feedback\": Pcoms(), \"symptoms.life_event\": 0.1", SMALL));
    let results: Vec<_> = Width::available()
        .into_iter()
        .map(|width| {
            let mut work = Workspace::default();
            work.width = width;
            work.simulate(&cell, 9, 9, &mut Unobserved);
            (work.arms[0].courses.clone(), work.arms[1].courses.clone(), work.arms[1].starts.clone())
        })
        .collect();
    assert!(results.windows(2).all(|pair| pair[0] == pair[1]));
}

#[test]
fn arms_whose_sizes_cross_lose_nobody() {
    // Clients 6 to 900 of each therapist of the second clinic belong to neither arm: nobody to treat for a while is not the end.
    let two = "(clinics: (count: 2, therapists: 3, clients_per_therapist: 5), arms: [(name: \"wide\"), \
               (name: \"deep\", set: { \"clinics.count\": 1, \"clinics.clients_per_therapist\": 900 })])";
    let (arms, _) = observed(&cell(two), 3, 1);
    let alone = observed(&cell("(clinics: (count: 2, therapists: 3, clients_per_therapist: 5))"), 3, 1).0.remove(0);
    assert_eq!((arms[0].courses.len(), arms[1].courses.len()), (30, 2700));
    assert_eq!(arms[0].courses, alone.courses);
    assert!(arms.iter().flat_map(|arm| &arm.courses).all(|course| course.sessions > 0));
}
