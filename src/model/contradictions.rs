//! Contradictions between keys of treatments, diagnosis groups, couples and the calendar: names that nothing has, shares that
//! do not add up, clients without a partner, dates that never come.

use super::rules::{Contradiction, World};
use super::symptoms::Symptoms;
use super::treatment::{Delivered, TreatmentProfile, shipped_treatments, treatment};

/// Shares may miss 1 by this much.
const ROUNDING: f64 = 1e-6;

impl World {
    /// The treatment as it is delivered (the reference treatment, if the name is not known).
    pub fn delivered(&self) -> Delivered {
        let profile = treatment(&self.treatments, &self.treatment.kind).unwrap_or_default();
        Delivered::new(profile, &self.treatment)
    }

    /// What contradicts itself about treatments.
    pub(super) fn treatment_contradictions(&self) -> Vec<Contradiction> {
        let mut found: Vec<Contradiction> =
            self.treatments.iter().flat_map(|(name, profile)| profile_contradictions(name, profile)).collect();
        let shipped = shipped_treatments();
        let taken = self.treatments.keys().filter(|name| shipped.iter().any(|one| one.name == name.as_str()));
        found.extend(taken.map(|name| {
            Contradiction {
                path: format!("treatments[\"{name}\"]"),
                what: format!("\"{name}\" is a shipped treatment, and yours would replace all of it"),
                help:
                    "give yours a name of its own, write out what it should share with the shipped one, and choose it with `treatment.kind`"
                        .into(),
                slip: None,
            }
        }));
        found.extend(self.unknown_treatment());
        let effect = self.delivered().profile.effect;
        if matches!(self.symptoms, Symptoms::LinearGrowth(_)) && effect != 0.0 {
            found.push(Contradiction {
                path: "treatment.kind".into(),
                what: format!("\"{}\" moves the level clients are heading for, and straight lines have none", self.treatment.kind),
                help: "with LinearGrowth use a treatment whose `effect` is 0, and change `symptoms.slope` instead".into(),
                slip: None,
            });
        }
        found
    }

    /// Shares of diagnosis groups that do not add up.
    pub(super) fn group_contradictions(&self) -> Option<Contradiction> {
        let sum: f64 = self.diagnoses.values().map(|group| group.share).sum();
        (!self.diagnoses.is_empty() && (sum - 1.0).abs() > ROUNDING).then(|| Contradiction {
            path: "diagnoses".into(),
            what: format!("the shares of the diagnosis groups add up to {sum:.3}"),
            help: "make the shares add up to 1".into(),
            slip: None,
        })
    }

    /// A training after the last client has started.
    pub(super) fn calendar_contradictions(&self) -> Option<Contradiction> {
        let training = &self.therapists.development.training;
        let last = self.weeks_of_intake();
        (training.share > 0.0 && training.week > last).then(|| Contradiction {
            path: "therapists.development.training.week".into(),
            what: format!("training begins in week {}, when all clients have started (week {last})", training.week),
            help: match self.workload {
                Some(_) => "look at more weeks with `workload.weeks`, or train earlier".into(),
                None => "let clients start over more weeks with `clinics.recruitment_weeks`, or train earlier".into(),
            },
            slip: None,
        })
    }

    /// A first service that leaves nobody for the second, or whose treatment does not exist.
    pub(super) fn step_contradictions(&self) -> Vec<Contradiction> {
        let Some(step) = self.workload.as_ref().and_then(|workload| workload.first_step.as_ref()) else {
            return Vec::new();
        };
        let mut found = Vec::new();
        if step.therapists >= self.clinics.therapists {
            found.push(Contradiction {
                path: "workload.first_step.therapists".into(),
                what: format!(
                    "is {}, of {} therapists in each clinic: nobody is left for the second service",
                    step.therapists, self.clinics.therapists
                ),
                help: "let fewer therapists work in the first service, or raise `clinics.therapists`".into(),
                slip: None,
            });
        }
        found.extend(self.no_such_treatment("workload.first_step.treatment", &step.treatment));
        found
    }

    /// Couples where nobody has a partner of her own, or where straight lines head for no level.
    pub(super) fn couple_contradictions(&self) -> Vec<Contradiction> {
        let Some(couples) = &self.couples else {
            return Vec::new();
        };
        let mut found = Vec::new();
        let mut say = |path: &str, what: String, help: String| {
            found.push(Contradiction { path: path.into(), what, help, slip: None });
        };
        let clients = self.clinics.clients_per_therapist;
        if self.workload.is_some() {
            let what = "clients come in couples, but in an open clinic each is referred alone".into();
            say("couples", what, "leave out `workload`, or leave out `couples`".into());
        } else if !clients.is_multiple_of(2) {
            let what = format!("is {clients}, and with `couples` one client of each therapist would have no partner");
            say("clinics.clients_per_therapist", what, format!("make it even, such as {}: two clients are a couple", clients + 1));
        }
        if matches!(self.symptoms, Symptoms::LinearGrowth(_)) && couples.split_heading != 0.0 {
            let what = format!("is {}, and straight lines head for no level that a split could move", couples.split_heading);
            say("couples.split_heading", what, "with LinearGrowth make it 0".into());
        }
        found
    }

    fn unknown_treatment(&self) -> Option<Contradiction> {
        self.no_such_treatment("treatment.kind", &self.treatment.kind)
    }

    fn no_such_treatment(&self, path: &str, kind: &str) -> Option<Contradiction> {
        treatment(&self.treatments, kind).is_none().then(|| {
            let shipped = shipped_treatments().into_iter().map(|one| one.name.to_owned());
            let names: Vec<String> = shipped.chain(self.treatments.keys().cloned()).collect();
            Contradiction {
                path: path.into(),
                what: format!("no treatment is called \"{kind}\""),
                help: format!("use one of {}, or describe it under `treatments`", names.join(", ")),
                slip: Some((kind.to_owned(), names)),
            }
        })
    }
}

fn profile_contradictions(name: &str, p: &TreatmentProfile) -> Vec<Contradiction> {
    let mut found = Vec::new();
    let mut say = |key: &str, what: String, help: &str| {
        found.push(Contradiction { path: format!("treatments[\"{name}\"].{key}"), what, help: help.into(), slip: None });
    };
    let weights = p.bond_weight + p.task_weight + p.goal_weight;
    if (weights - 1.0).abs() > ROUNDING {
        say("bond_weight", format!("bond_weight + task_weight + goal_weight is {weights:.3}"), "make the three weights add up to 1");
    }
    let shares = p.care_share + p.expectancy_share + p.specific_share;
    if (shares - 1.0).abs() > ROUNDING {
        say("care_share", format!("care_share + expectancy_share + specific_share is {shares:.3}"), "make the three shares add up to 1");
    }
    if p.cost_from > p.cost_until {
        say(
            "cost_from",
            format!("starts at session {} and ends at session {}", p.cost_from, p.cost_until),
            "make cost_from at most cost_until",
        );
    }
    found
}
