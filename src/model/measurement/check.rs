//! Measures and instruments that are each in range but make no sense together.

use super::{ALLIANCE, Construct, Instrument, Measure, Rater, SYMPTOMS, Timing, construct, further, is_process, shipped_instruments};
use crate::model::instrument::shipped;
use crate::model::rules::{Contradiction, World};

/// Longest course.
const LAST_SESSION: u16 = 400;

/// What is wrong with the measures and instruments of a world.
pub fn contradictions(world: &World) -> Vec<Contradiction> {
    let mut found = Vec::new();
    for (name, measure) in &world.measures.0 {
        let mut say = |key: &str, what: String, help: String| {
            found.push(Contradiction { path: format!("measures[\"{name}\"]{key}"), what, help, slip: None });
        };
        instrument_exists(world, name, measure, &mut say);
        if is_process(name) {
            of_the_process(name, measure, &mut say);
        } else {
            looks_on(world, name, measure, &mut say);
        }
        if let Some(wrong) = measure.at.iter().find(|&&t| t == 0 || t > LAST_SESSION) {
            say(".at", format!("there is no session {wrong}"), format!("sessions count from 1 to at most {LAST_SESSION}"));
        }
        let slopes = measure.missing.observed != 0.0 || measure.missing.unobserved != 0.0;
        if slopes && measure.missing.chance == 0.0 {
            say(
                ".missing.chance",
                "is 0: no form is missing, so nothing can make it more likely".into(),
                "give a chance above 0, or leave `observed` and `unobserved` out".into(),
            );
        }
        if slopes && construct(name, measure) == Some(Construct::Symptoms) && world.clients.severity_sd == 0.0 {
            say(
                ".missing",
                "counts in SDs of clients' severity, and clients.severity_sd is 0".into(),
                "make clients.severity_sd larger than 0, or keep only `chance`".into(),
            );
        }
    }
    final_form(world, &mut found);
    for (name, instrument) in &world.instruments {
        found.extend(own_instrument(name, instrument));
    }
    found
}

type Say<'a> = dyn FnMut(&str, String, String) + 'a;

/// The instrument of a measure is known, and made for what is measured.
fn instrument_exists(world: &World, measure_name: &str, measure: &Measure, say: &mut Say) {
    let known = shipped_instruments();
    let name = measure.instrument.as_str();
    let of_symptoms = |of: Construct| of == Construct::Symptoms;
    let made_for = shipped().into_iter().find(|one| one.name == name && !world.instruments.contains_key(name)).and_then(|one| one.of);
    if let (Some(made_for), Some(wanted)) = (made_for, construct(measure_name, measure))
        && of_symptoms(made_for) != of_symptoms(wanted)
    {
        let fits = shipped().into_iter().filter(|one| one.of.is_some_and(|of| of_symptoms(of) == of_symptoms(wanted))).map(|one| one.name);
        let what = if of_symptoms(made_for) { "symptoms" } else { "the alliance" };
        say(
            ".instrument",
            format!("\"{name}\" is a form about {what}, and \"{measure_name}\" is about something else"),
            format!("use one of {}, or describe a form of your own under `instruments`", fits.collect::<Vec<_>>().join(", ")),
        );
    }
    if !known.contains_key(name) && !world.instruments.contains_key(name) {
        let names: Vec<&str> = known.keys().copied().chain(world.instruments.keys().map(String::as_str)).collect();
        let help = format!("use one of {}, or describe it under `instruments`", names.join(", "));
        say(".instrument", format!("no instrument is called \"{name}\""), help);
    }
}

/// The measures "symptoms" and "alliance" work in every session, so they can do less.
fn of_the_process(name: &str, measure: &Measure, say: &mut Say) {
    let own = if name == SYMPTOMS { Construct::Symptoms } else { Construct::Alliance };
    let beside = "add a measure of another name for that, such as \"therapist's view\"";
    if measure.of.is_some_and(|of| of != own) {
        say(".of", format!("\"{name}\" cannot be of {:?}", measure.of.unwrap_or(own)), format!("leave `of` out, or {beside}"));
    }
    if measure.rater != Rater::Client {
        say(".rater", format!("\"{name}\" is rated by the client: charts and endings go by it"), beside.into());
    }
    if measure.timing != Timing::PostSession {
        say(".timing", format!("\"{name}\" has its own place in a session"), beside.into());
    }
    if measure.items {
        say(".items", format!("\"{name}\" has a total score only"), beside.into());
    }
    if name == SYMPTOMS && !measure.at.is_empty() && !measure.at.contains(&1) {
        say(".at", "\"symptoms\" is not measured at session 1: there would be no score at intake".into(), "put 1 into the list".into());
    }
}

/// Measures beside the two of the process.
fn looks_on(world: &World, name: &str, measure: &Measure, say: &mut Say) {
    match measure.of {
        None => say(
            "",
            format!("measure \"{name}\" does not say what it is of"),
            format!("write of: Alliance (or Symptoms, Bond, Task, Goal); \"{SYMPTOMS}\" and \"{ALLIANCE}\" alone are known by their names"),
        ),
        Some(Construct::Symptoms) if measure.rater != Rater::Client => say(
            ".rater",
            "symptoms are rated by the client".into(),
            "leave `rater` out; therapists and observers rate alliance, bond, task and goal".into(),
        ),
        _ => {}
    }
    if measure.items {
        has_items(world, measure, say);
    }
}

/// Measures with answers to their items.
fn has_items(world: &World, measure: &Measure, say: &mut Say) {
    let (instrument, name) = (world.instrument(measure), &measure.instrument);
    let (what, help) = if measure.rater == Rater::Observer {
        ("observers' forms have a total score only".into(), "leave `items` out, or let the client or the therapist rate")
    } else if instrument.items == 0 || instrument.lowest < -1e8 || instrument.highest > 1e8 {
        (format!("\"{name}\" has no items"), "choose a form with items, or give the instrument `items`, `lowest` and `highest`")
    } else if !(instrument.reliability > 0.0 && instrument.reliability < 1.0) {
        (
            format!("items need a reliability between 0 and 1, and that of \"{name}\" is {}", instrument.reliability),
            "leave `items` out, or give the instrument its coefficient alpha as `reliability`",
        )
    } else if further::items(world, measure, &instrument, measure.of.unwrap_or(Construct::Alliance)).is_none() {
        (
            format!("no answers to the items of \"{name}\" can have its mean, SD and reliability together"),
            "look at `mean`, `sd`, `reliability` and the range of answers; a mean near an end leaves little room for an SD",
        )
    } else {
        return;
    };
    say(".items", what, help.into());
}

fn final_form(world: &World, found: &mut Vec<Contradiction>) {
    let form = &world.final_form;
    let slopes = form.observed != 0.0 || form.unobserved != 0.0;
    let mut say = |what: &str, help: &str| {
        found.push(Contradiction { path: "final_form".into(), what: what.into(), help: help.into(), slip: None });
    };
    if slopes && form.planned >= 1.0 && form.unplanned >= 1.0 {
        say("everybody fills in the final form, so nothing can make it missing", "lower `planned` or `unplanned` below 1");
    }
    if slopes && world.clients.severity_sd == 0.0 {
        say("`final_form` counts in SDs of clients' severity, and clients.severity_sd is 0", "make clients.severity_sd larger than 0");
    }
}

/// An instrument of the file's own.
fn own_instrument(name: &str, i: &Instrument) -> Vec<Contradiction> {
    let mut found = Vec::new();
    let mut say = |key: &str, what: String, help: &str| {
        found.push(Contradiction { path: format!("instruments[\"{name}\"].{key}"), what, help: help.into(), slip: None });
    };
    if i.lowest >= i.highest {
        say("lowest", format!("the lowest score {} is not below the highest {}", i.lowest, i.highest), "make lowest smaller than highest");
    }
    let subscales = i.bond_items + i.task_items + i.goal_items;
    if subscales != 0 && subscales != i.items {
        say(
            "bond_items",
            format!("bond_items + task_items + goal_items is {subscales}, and there are {} items", i.items),
            "make the three add up to `items`, or leave them out for one common factor",
        );
    }
    if i.item_lowest >= i.item_highest {
        say(
            "item_lowest",
            format!("the lowest answer {} is not below the highest {}", i.item_lowest, i.item_highest),
            "make item_lowest smaller than item_highest",
        );
    } else if (i.item_highest - i.item_lowest) / i.item_step > 1000.0 {
        say("item_step", "gives more than 1,000 possible answers to an item".into(), "make item_step larger");
    }
    found
}
