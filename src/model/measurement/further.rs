//! Measures that look on: everything about them that does not change during a run.

use super::{Construct, Gaps, Measure, Rater, Schedule, Timing};
use crate::model::instrument::items::ItemModel;
use crate::model::instrument::{Instrument, Scale};
use crate::model::rules::World;

/// A measure beside those of the process.
#[derive(Clone, Debug)]
pub struct Further {
    /// Its name.
    pub name: String,
    /// Its number within the arm, from 1, in the order of names, those of the process included.
    pub number: i16,
    /// What it is of.
    pub of: Construct,
    /// Who rates.
    pub rater: Rater,
    /// After the session, or before it.
    pub timing: Timing,
    /// At which sessions.
    pub schedule: Schedule,
    /// Which forms are missing.
    pub gaps: Option<Gaps>,
    /// Its form.
    pub scale: Scale,
    /// Its items, if they are asked for.
    pub items: Option<Items>,
}

/// The items of a form, and how a factor score comes from what the rater sees.
#[derive(Clone, Debug)]
pub struct Items {
    /// How answers come about.
    pub model: ItemModel,
    /// What the rater sees in the middle of the norm population.
    centre: f64,
    /// Factor score per unit of it.
    per_unit: f64,
}

impl Items {
    /// Factor score of a value as the rater sees it.
    pub fn factor(&self, seen: f64) -> f64 {
        (seen - self.centre) * self.per_unit
    }

    /// Bond, task and goal apart?
    pub fn apart(&self) -> bool {
        self.model.factor.iter().any(|&factor| factor > 0)
    }
}

/// Variance of bond, task or goal as a rater sees it, relative to that of alliance, and the correlation between two.
fn subscales(world: &World, rater: Rater) -> [f64; 2] {
    let (l, agreement) = (world.alliance.loading, world.raters.agreement(rater));
    let traits = world.therapists.alliance_variance + world.clients.alliance_variance + world.r#match.alliance_variance;
    let alliance = traits + world.clinics.alliance_variance + world.alliance.state_variance;
    let seen = world.raters.seen_variance(rater, alliance);
    // A part is what is seen of alliance plus agreement · (component − alliance).
    let common = seen + agreement * agreement * alliance * (2.0 * (l - 1.0) + (l - 1.0) * (l - 1.0));
    let own = agreement * agreement * traits * (1.0 - l * l);
    if seen > 0.0 && common + own > 0.0 { [(common + own) / seen, common / (common + own)] } else { [1.0, 1.0] }
}

/// The items of a measure; none when its norms cannot come from such answers.
pub(super) fn items(world: &World, measure: &Measure, instrument: &Instrument, of: Construct) -> Option<Items> {
    let one_factor = of != Construct::Alliance || instrument.bond_items + instrument.task_items + instrument.goal_items == 0;
    let [wider, between] = if one_factor { [1.0, 1.0] } else { subscales(world, measure.rater) };
    let model = ItemModel::solve(instrument, one_factor, between)?;
    let sd = instrument.latent_sd * (instrument.reliability * wider).sqrt();
    Some(Items { model, centre: instrument.latent_mean, per_unit: 1.0 / sd })
}

impl Further {
    /// All measures of a world that look on.
    pub fn of(world: &World) -> Vec<Self> {
        let numbered = (1..).zip(&world.measures.0);
        numbered
            .filter(|(_, (name, _))| !super::is_process(name))
            .filter_map(|(number, (name, measure))| Self::one(world, number, name, measure))
            .collect()
    }

    fn one(world: &World, number: i16, name: &str, measure: &Measure) -> Option<Self> {
        let of = measure.of?;
        let instrument = world.instrument(measure);
        let reliability = if measure.rater == Rater::Observer { world.raters.observer_reliability } else { instrument.reliability };
        let scale = Scale::of(&Instrument { reliability, ..instrument.clone() });
        let reference = if of == Construct::Symptoms { world.severity_on(&scale) } else { [scale.intercept, scale.slope] };
        Some(Self {
            name: name.to_owned(),
            number,
            of,
            rater: measure.rater,
            timing: measure.timing,
            schedule: Schedule::of(measure),
            gaps: Gaps::of(&measure.missing, reference),
            scale,
            items: if measure.items { items(world, measure, &instrument, of) } else { None },
        })
    }
}
