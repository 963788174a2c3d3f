//! Caseload, waiting list and burnout in an open clinic.

use super::common::*;
use crate::engine::service::TIMELINE;
use crate::figures::lines::{Lines, Panel, Point, Series, Stroke};

/// The lesson.
pub const LESSON: Lesson = Lesson {
    id: "waiting",
    name: "Caseload and waiting",
    question: "Can a clinic help more people by giving every therapist more clients?",
    lead: "Six therapists, 20 sessions a week each, and more referrals than they can treat. The clinic as it is (20 clients each) \
           against your plan, with the same people referred in the same weeks.",
    scenario: include_str!("waiting.ron"),
    sliders: &[
        Slider::key("workload.caseload", "Your plan: clients per therapist", (5.0, 60.0, 5.0), Told::With("")),
        Slider::key("workload.referrals", "Clients referred in a week", (10.0, 60.0, 2.0), Told::With("")),
        Slider::key("workload.capacity", "Sessions a therapist can hold in a week", (10.0, 35.0, 1.0), Told::With("")),
        Slider::key("workload.leave", "Chance in a week to give up waiting", (0.0, 0.2, 0.01), Told::Percent),
        Slider::key("workload.burnout_overload", "How overload wears therapists out", (0.0, 0.5, 0.02), Told::With("")),
        Slider::key("endings.session_cap", "Most sessions of a course", (6.0, 40.0, 1.0), Told::With("")),
    ],
    guess: Guess::Choice {
        ask: "Suppose every therapist takes 40 clients instead of 20. How many clients will be helped in a year?",
        answers: &["more", "about as many (within 5 %)", "fewer"],
    },
    notes: &[
        note(
            "Try",
            "Show the waiting list first, then move the caseload to 40: the list falls for a while, since more are let in. Reveal the \
                     truth and look at how often those in treatment are seen. Then shorten courses to 12 sessions instead.",
        ),
        note("Ask", "A ministry counts weeks on the waiting list. What does that measure reward?"),
        note(
            "Mind",
            "The wait itself changes nobody's symptoms here, and how burnout lowers effectiveness is weakly known: \
                      both are keys of the scenario.",
        ),
    ],
    scene,
};

/// Change of clients helped that counts as one.
const SAME: f64 = 0.05;

fn scene(ask: &Ask, bench: &Bench) -> Result<Scene, Trouble> {
    let ran = bench.run(&ask.text, &[], TOTALS)?;
    let totals = &ran.outcome.totals.cells[0];
    let level = |arm: usize, name: &str| totals[arm].mean(name).value;
    let helped = [0, 1].map(|arm| level(arm, "helped_per_year"));
    let waits = [0, 1].map(|arm| level(arm, "weeks_waited"));
    let plan = of(&ask.values, "workload.caseload");
    let sentence = format!(
        "With {} clients per therapist the wait is {} weeks instead of {}, and a therapist helps {} clients a year instead of {}.",
        number(plan, 0),
        number(waits[1], 1),
        number(waits[0], 1),
        number(helped[1], 1),
        number(helped[0], 1)
    );
    let change = helped[1] / helped[0] - 1.0;
    let answer = if change > SAME { 0 } else { usize::from(change < -SAME) + 1 };
    let truth = ask.reveal.then(|| {
        let [worn, worn_now] = [1, 0].map(|arm| number(level(arm, "burnout"), 2));
        let shares = |name: &str| [1, 0].map(|arm| percent(level(arm, name)));
        let ([better, better_now], [all, all_now]) = (shares("success"), shares("success_of_referred"));
        let [load, load_now] = shares("session_load");
        format!(
            "Your plan against the clinic as it is: sessions wanted are {load} of those that can be held ({load_now}), burnout is \
             {worn} ({worn_now}), {better} of those treated are helped ({better_now}), and {all} of all who were referred \
             ({all_now})."
        )
    });
    let week = TIMELINE.iter().position(|(name, ..)| *name == "waiting").unwrap_or(0);
    let warm_up = ran.scenario.cells[0].arms[0].world.workload.as_ref().map_or(0, |workload| workload.warm_up as usize);
    let arms = ran.arms();
    let series = |arm: usize| {
        let weeks = totals[arm].weeks.iter().enumerate().skip(warm_up.saturating_sub(1));
        let points = weeks.map(|(at, all)| Point::bare(at as f64 + 1.0 - warm_up as f64, all[week].measured().value)).collect();
        Series { name: arms[arm].clone(), hue: arm, stroke: if arm == 0 { Stroke::Dashed } else { Stroke::Solid }, steps: false, points }
    };
    let figure = Lines {
        about: About::new("waiting", LESSON.question, &sentence, "Clients on the waiting list week by week, in both arms."),
        x: Scale::count("Week", Some([0.0, 52.0])),
        y: Scale::fixed("Clients on the waiting list", 0.0, 300.0),
        band: String::new(),
        levels: Vec::new(),
        panels: vec![Panel { heading: String::new(), series: vec![series(0), series(1)] }],
    };
    let words = ["more", "about as many", "fewer"][answer];
    Ok(Scene {
        figure: Box::new(figure),
        answer: answer as f64,
        answer_text: format!("{words} ({} %), with {} clients per therapist", signed(100.0 * change, 0), number(plan, 0)),
        truth,
    })
}
