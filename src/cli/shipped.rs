//! What comes with the program, by name: instruments, treatments, diagnosis groups.

use crate::model::diagnosis::{ShippedGroup, shipped_groups};
use crate::model::instrument::{Shipped as Instrument, shipped as shipped_instruments};
use crate::model::measurement::Construct;
use crate::model::treatment::{Shipped as Treatment, shipped_treatments};

/// All numbers of what is called `name`, in whatever letters.
pub fn described(name: &str) -> Option<String> {
    let is = |own: &str| own.eq_ignore_ascii_case(name);
    let instruments = || shipped_instruments().iter().find(|one| is(one.name)).map(instrument);
    let treatments = || shipped_treatments().iter().find(|one| is(one.name)).map(treatment);
    let groups = || shipped_groups().iter().find(|one| is(one.name)).map(group);
    instruments().or_else(treatments).or_else(groups)
}

/// What is shipped for a key, as lines after its explanation.
pub fn listed(path: &str) -> String {
    let lines: Vec<(&str, &str)> = match path {
        "instruments" | "measures[…].instrument" => shipped_instruments().iter().map(|one| (one.name, one.title)).collect(),
        "treatments" | "treatment.kind" => shipped_treatments().iter().map(|one| (one.name, one.basis)).collect(),
        "diagnoses" => shipped_groups().iter().map(|one| (one.name, one.basis)).collect(),
        _ => return String::new(),
    };
    let widest = lines.iter().map(|line| line.0.len()).max().unwrap_or(0);
    let line = |(name, meaning): &(&str, &str)| format!("    {name:widest$}  {meaning}\n");
    format!("  shipped with the program (`dyadsim explain NAME` tells more):\n{}", lines.iter().map(line).collect::<String>())
}

fn treatment(one: &Treatment) -> String {
    let p = &one.profile;
    let mut lines = vec![
        format!("{}\n  A treatment that comes with the program: treatment: (kind: \"{}\")", one.name, one.name),
        format!("weights of bond, task, goal: {}, {}, {}", p.bond_weight, p.task_weight, p.goal_weight),
        format!("shares of care, expectancy, specific ingredients: {}, {}, {}", p.care_share, p.expectancy_share, p.specific_share),
        format!("strengths of care, expectancy, ingredients: {}, {}, {} (times usual)", p.care, p.expectancy, p.ingredients),
        format!("effect: {} points; alliance: {} SD; therapist_share: {} (times usual)", p.effect, p.alliance, p.therapist_share),
        format!("rupture: {} (log); dropout: {} (log-odds)", p.rupture, p.dropout),
    ];
    if p.alliance_cost != 0.0 {
        let phase = format!("in sessions {} to {}", p.cost_from, p.cost_until);
        lines.push(format!("alliance_cost: {} SD {phase}; mastery: {} SD", p.alliance_cost, p.mastery));
    }
    lines.push(format!("source: {}", one.basis));
    lines.join("\n  ") + "\n"
}

fn group(one: &ShippedGroup) -> String {
    let g = &one.group;
    let mut lines = vec![
        format!("{}\n  A diagnosis group that comes with the program: diagnoses: {{ \"{}\": (share: 1.0) }}", one.name, one.name),
        format!("severity: {} points; alliance: {} SD; alliance_effect: {} (times usual)", g.severity, g.alliance, g.alliance_effect),
        format!("rupture: {} (log); dropout: {} (log-odds)", g.rupture, g.dropout),
    ];
    if let Some(chance) = g.personality_disorder {
        lines.push(format!("personality_disorder: {chance} (probability)"));
    }
    lines.push(format!("source: {}", one.basis));
    lines.join("\n  ") + "\n"
}

/// All numbers of a shipped instrument.
fn instrument(one: &Instrument) -> String {
    let i = &one.instrument;
    let range = |low: f64, high: f64, step: f64| format!("from {low} to {high} in steps of {}", (step * 1000.0).round() / 1000.0);
    let mut lines = vec![format!("{}\n  {}", one.name, one.title)];
    if let Some(of) = one.of {
        let better = if i.reversed || of != Construct::Symptoms { "better" } else { "worse" };
        lines.push(format!("measures: {of:?}; a high score is {better}"));
    }
    if i.items > 0 {
        lines.push(format!("score: {}", range(i.lowest, i.highest, i.step)));
        lines.push(format!("items: {}, answers {}", i.items, range(i.item_lowest, i.item_highest, i.item_step)));
    }
    if i.bond_items > 0 {
        lines.push(format!("subscales: bond {}, task {}, goal {} items", i.bond_items, i.task_items, i.goal_items));
    }
    lines.push(format!("norms: mean {}, SD {}, where the latent value has mean {}, SD {}", i.mean, i.sd, i.latent_mean, i.latent_sd));
    lines.push(format!("reliability: {}", i.reliability));
    if i.reliable_change < 1e8 {
        lines.push(format!("cut-off: {}; reliable change: {:.1}", i.cutoff, i.reliable_change));
    }
    lines.push(format!("source: {}{}", one.source, if one.weak { " (weak evidence)" } else { "" }));
    lines.join("\n  ") + "\n"
}
