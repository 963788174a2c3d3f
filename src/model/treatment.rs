//! Treatments: through which pathways a good alliance helps, how much of each there is, and what else sets a
//! treatment apart. Treatments are data: shipped ones and the scenario's own.

use super::params::params;
use std::collections::BTreeMap;

params! {
    /// Which treatment clients get, and how strong it is.
    pub struct Treatment {
        /// Name of a treatment: one from `treatments`, or a shipped one (reference, CBT, psychodynamic, humanistic,
        /// interpersonal, exposure, pharmacotherapy, placebo limited, placebo augmented, internet, videoconference, text).
        kind: String = String::from(REFERENCE) => skip;
        /// How much care comes through, on top of the treatment's own strength.
        care: f64 = 1.0, "times usual", [0.0, 5.0], "design; 1 is the treatment as described";
        /// How much expectancy it raises, on top of its own strength.
        expectancy: f64 = 1.0, "times usual", [0.0, 5.0], "design; 1 is the treatment as described";
        /// How much of its specific ingredients is there, on top of its own strength.
        ingredients: f64 = 1.0, "times usual", [0.0, 5.0], "design; 1 is the treatment as described";
        /// Competence in delivering the ingredients.
        competence: f64 = 1.0, "times usual", [0.0, 5.0], "design; 1 is usual competence";
    }
}

params! {
    /// A treatment as data. What is left out is as in the reference treatment.
    pub struct TreatmentProfile {
        /// Weight of the bond in working alliance (cognitive-behavioural .2, relational .4).
        bond_weight: f64 = 0.3, "share", [0.0, 1.0], "assumed; weights of bond, task and goal add up to 1", weak;
        /// Weight of agreement on tasks (cognitive-behavioural .4, relational .3).
        task_weight: f64 = 0.35, "share", [0.0, 1.0], "assumed", weak;
        /// Weight of agreement on goals (cognitive-behavioural .4, relational .3).
        goal_weight: f64 = 0.35, "share", [0.0, 1.0], "assumed", weak;
        /// Share of the effect of trait alliance that is care received (through the bond).
        care_share: f64 = 0.4, "share", [0.0, 1.0], "B12 Kaptchuk trial shows that care alone helps; shares assumed, they add up to 1", weak;
        /// Share that is expectancy (through agreement on tasks and goals).
        expectancy_share: f64 = 0.3, "share", [0.0, 1.0], "assumed", weak;
        /// Share that is engagement in the treatment's specific ingredients.
        specific_share: f64 = 0.3, "share", [0.0, 1.0], "assumed", weak;
        /// How much care the treatment lets through (1 as usual; .5 limited, 1.5 augmented).
        care: f64 = 1.0, "times usual", [0.0, 5.0], "1 is the reference treatment";
        /// How much expectancy it raises.
        expectancy: f64 = 1.0, "times usual", [0.0, 5.0], "1 is the reference treatment";
        /// How much of specific ingredients there is (0: placebo or support only).
        ingredients: f64 = 1.0, "times usual", [0.0, 5.0], "1 is the reference treatment";
        /// Points by which it lowers the level that clients are heading for, whoever the therapist is, compared with the
        /// reference treatment (positive: a drug that works; negative: a waiting list). Under relaxation only.
        effect: f64 = 0.0, "points", [-200.0, 200.0], "0 is the reference treatment";
        /// Shift of mean trait alliance (text below, an augmented relationship above). It acts like the match part.
        alliance: f64 = 0.0, "SD", [-5.0, 5.0], "0 is the reference treatment";
        /// How much of what therapists differ in comes through, alliance and effectiveness (1 in person, little in a
        /// programme to which the alliance is formed).
        therapist_share: f64 = 1.0, "times usual", [0.0, 5.0], "1 is the reference treatment";
        /// State alliance lost in each session of a demanding phase (confronting what is feared).
        alliance_cost: f64 = 0.0, "SD", [-5.0, 5.0], "0 is the reference treatment";
        /// First session of that phase.
        cost_from: u16 = 3, "session", [1, 400], "assumed", weak;
        /// Last session of that phase.
        cost_until: u16 = 8, "session", [1, 400], "assumed", weak;
        /// Trait alliance gained in the session after that phase: mastery gives back what confronting took.
        mastery: f64 = 0.0, "SD", [-5.0, 5.0], "0 is the reference treatment";
        /// Shift of the log mean of rupture intensity (of the log-odds, where ruptures happen or not).
        rupture: f64 = 0.0, "log", [-3.0, 3.0], "0 is the reference treatment";
        /// Shift of the log-odds of dropout.
        dropout: f64 = 0.0, "log-odds", [-10.0, 10.0], "F4 Swift and Greenberg 2012: neither orientation nor format matters";
    }
}

/// The treatment to which others are compared, and the default.
pub const REFERENCE: &str = "reference";

/// A treatment that comes with the program.
#[derive(Clone, Debug, PartialEq)]
pub struct Shipped {
    /// Its name.
    pub name: &'static str,
    /// What it is like.
    pub profile: TreatmentProfile,
    /// What speaks for these numbers.
    pub basis: &'static str,
}

impl TreatmentProfile {
    fn weights([bond_weight, task_weight, goal_weight]: [f64; 3], [care_share, expectancy_share, specific_share]: [f64; 3]) -> Self {
        Self { bond_weight, task_weight, goal_weight, care_share, expectancy_share, specific_share, ..Self::default() }
    }
}

/// The treatments that come with the program. Between psychotherapies nothing but weights, shares and ruptures differs:
/// the alliance–outcome correlation does not differ between treatments (A21), nor does dropout (F4).
pub fn shipped_treatments() -> Vec<Shipped> {
    let of = TreatmentProfile::weights;
    let usual = TreatmentProfile::default;
    let ship = |name, profile, basis| Shipped { name, profile, basis };
    vec![
        ship(REFERENCE, usual(), "mixed outpatient psychotherapy; A21: r does not differ between treatments"),
        ship(
            "CBT",
            TreatmentProfile { rupture: -0.1, ..of([0.2, 0.4, 0.4], [0.3, 0.3, 0.4]) },
            "weights assumed; E8 Muran 2009: fewest ruptures in cognitive-behavioural therapy; weak",
        ),
        ship("psychodynamic", of([0.4, 0.3, 0.3], [0.5, 0.25, 0.25]), "weights assumed; weak"),
        ship("humanistic", of([0.4, 0.3, 0.3], [0.55, 0.25, 0.2]), "weights assumed; weak"),
        ship("interpersonal", of([0.4, 0.3, 0.3], [0.4, 0.3, 0.3]), "weights assumed; weak"),
        ship(
            "exposure",
            TreatmentProfile { alliance_cost: 0.15, mastery: 0.1, ..of([0.2, 0.4, 0.4], [0.2, 0.4, 0.4]) },
            "B11 Hagen: tasks and goals matter, the bond does not; cost and mastery assumed; weak",
        ),
        ship(
            "pharmacotherapy",
            TreatmentProfile { effect: 5.6, therapist_share: 1.47, ..of([0.3, 0.35, 0.35], [0.45, 0.45, 0.1]) },
            "B13: psychiatrists 9 %, drug 3 % of outcome variance; the rest assumed",
        ),
        ship(
            "placebo limited",
            TreatmentProfile {
                care: 0.5,
                ingredients: 0.0,
                effect: -8.5,
                alliance: -0.5,
                therapist_share: 1.14,
                rupture: -0.3,
                ..of([0.3, 0.35, 0.35], [0.45, 0.45, 0.1])
            },
            "B12 Kaptchuk trial: relationship 3.0 %, practitioners 6.9 % of outcome variance; the rest assumed",
        ),
        ship(
            "placebo augmented",
            TreatmentProfile {
                care: 1.5,
                ingredients: 0.0,
                effect: -3.4,
                alliance: 0.3,
                therapist_share: 1.14,
                rupture: -0.3,
                ..of([0.3, 0.35, 0.35], [0.45, 0.45, 0.1])
            },
            "as above",
        ),
        ship(
            "internet",
            TreatmentProfile {
                care: 1.25,
                expectancy: 1.25,
                ingredients: 1.25,
                therapist_share: 0.2,
                rupture: -0.5,
                ..of([0.2, 0.4, 0.4], [0.2, 0.4, 0.4])
            },
            "A2 Flückiger 2018: r .275 as in person; with guidance; the rest assumed; weak",
        ),
        ship("videoconference", TreatmentProfile { alliance: -0.1, ..usual() }, "A2; shift of alliance assumed; weak"),
        ship("text", TreatmentProfile { alliance: -0.3, therapist_share: 0.7, rupture: 0.1, ..usual() }, "A2; the rest assumed; weak"),
    ]
}

/// The treatment called `name`: the scenario's own, or a shipped one. No scenario has its own under a shipped name.
pub fn treatment(own: &BTreeMap<String, TreatmentProfile>, name: &str) -> Option<TreatmentProfile> {
    let shipped = || shipped_treatments().into_iter().find(|one| one.name == name).map(|one| one.profile);
    own.get(name).cloned().or_else(shipped)
}

/// A treatment as it is delivered: its profile times the strengths that the scenario asks for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Delivered {
    /// The profile.
    pub profile: TreatmentProfile,
    /// Effective alliance per SD of pull through care, expectancy and specific ingredients.
    pub pathways: [f64; 3],
    /// A phase that costs alliance, or mastery after it.
    pub has_phase: bool,
}

impl Delivered {
    /// The profile at the strengths of the scenario.
    pub fn new(profile: TreatmentProfile, strength: &Treatment) -> Self {
        let p = &profile;
        Self {
            pathways: [
                p.care_share * (p.care * strength.care),
                p.expectancy_share * (p.expectancy * strength.expectancy),
                p.specific_share * (p.ingredients * strength.ingredients) * strength.competence,
            ],
            has_phase: p.alliance_cost != 0.0 || p.mastery != 0.0,
            profile,
        }
    }

    /// Effective trait alliance, SD: the pull of alliance through care, expectancy and specific
    /// work. `pull` is the trait alliance that counts, `own` the components' own parts (bond, task,
    /// goal) divided by their loading.
    #[inline(always)]
    pub fn effective_alliance(&self, pull: f64, own: [f64; 3]) -> f64 {
        let [care, expectancy, specific] = self.pathways;
        care * (pull + own[0]) + expectancy * (pull + 0.5 * (own[1] + own[2])) + specific * pull
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_and_shares_of_shipped_treatments_add_up_and_names_differ() {
        let all = shipped_treatments();
        for one in &all {
            let p = &one.profile;
            assert!((p.bond_weight + p.task_weight + p.goal_weight - 1.0).abs() < 1e-9, "{}", one.name);
            assert!((p.care_share + p.expectancy_share + p.specific_share - 1.0).abs() < 1e-9, "{}", one.name);
            assert_eq!(all.iter().filter(|other| other.name == one.name).count(), 1, "{}", one.name);
        }
    }

    #[test]
    fn strengths_multiply() {
        let own = BTreeMap::from([("mine".to_owned(), TreatmentProfile { care: 2.0, ..TreatmentProfile::default() })]);
        let profile = treatment(&own, "mine").expect("the scenario's own");
        let strength = Treatment { care: 1.5, ingredients: 0.5, competence: 0.2, ..Treatment::default() };
        let delivered = Delivered::new(profile, &strength);
        for (seen, expected) in delivered.pathways.into_iter().zip([0.4 * 2.0 * 1.5, 0.3, 0.3 * 0.5 * 0.2]) {
            assert!((seen - expected).abs() < 1e-12);
        }
        assert!(treatment(&own, "cbt").is_none());
    }
}
