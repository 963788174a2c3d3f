//! Churn in league tables.

use super::common::*;
use super::therapists::truly;
use crate::figures::lines::{Level, Lines, Panel, Point, Series};

/// The lesson.
pub const LESSON: Lesson = Lesson {
    id: "league",
    name: "League tables",
    question: "Is this year's best therapist still the best next year?",
    lead: "Therapists are ranked by what their clients gained, in one year and again in the next with new clients. Nothing about \
           the therapists changes between the years. The coloured lines are the best fifth of the first year.",
    scenario: include_str!("league.ron"),
    sliders: &[
        Slider::key("clinics.therapists", "Therapists", (10.0, 60.0, 5.0), Told::With("")),
        Slider::key("clinics.clients_per_therapist", "Clients per therapist, both years", (10.0, 200.0, 10.0), Told::With("")),
        Slider::key("therapists.effectiveness", "How much therapists differ", (0.0, 16.0, 0.5), Told::With("points")),
        Slider::key("clients.severity_sd", "How much clients differ at the start", (5.0, 30.0, 0.5), Told::Plain),
    ],
    guess: Guess::Number {
        ask: "Of the best fifth of the first year, how many per cent are in the best fifth of the second year?",
        range: (0.0, 100.0, 5.0),
        start: 60.0,
        told: Told::With("%"),
    },
    notes: &[
        note(
            "Try",
            "Raise the clients per therapist to 200, then set “How much therapists differ” to 0: who is at the top is pure \
                     chance then, and a fifth of the best stay there by chance.",
        ),
        note("Ask", "A clinic pays a bonus to the best fifth each year. Who gets it? What do those learn who do not?"),
        note("Mind", "Ranks exaggerate: two therapists in the middle may be ten places apart and differ by less than a point."),
    ],
    scene,
};

fn scene(ask: &Ask, bench: &Bench) -> Result<Scene, Trouble> {
    bench.needs(1 + u64::from(ask.reveal));
    let ran = bench.run(&ask.text, &[], CLIENTS)?;
    let groups = by_therapist(&ran, &gains(&ran)?);
    let halves = [0, 1].map(|year| {
        let of_year = |own: &Vec<f64>| {
            let half = own.len() / 2;
            if year == 0 { own[..half].to_vec() } else { own[half..].to_vec() }
        };
        means(&groups.iter().map(of_year).collect::<Vec<_>>())
    });
    let [first, second] = [ranks(&halves[0]), ranks(&halves[1])];
    let truth = if ask.reveal { Some(truly(&ask.text, bench)?.0) } else { None };
    let true_ranks = truth.as_ref().map(|effects| ranks(effects));
    let (n, top) = (first.len(), (first.len() / 5).max(1));
    let stay = (0..n).filter(|&at| first[at] <= top && second[at] <= top).count();
    let share = 100.0 * stay as f64 / top as f64;
    let best_fifth: Vec<bool> = first.iter().map(|&rank| rank <= top).collect();
    let best = first.iter().position(|&rank| rank == 1).unwrap_or(0);
    let sentence = format!(
        "{stay} of the {top} best therapists of the first year are among the {top} best of the second. The number 1 of the \
         first year is number {} in the second.",
        second[best]
    );
    let words = true_ranks.as_ref().map(|truth| {
        let truly_best = (0..n).filter(|&at| first[at] <= top && truth[at] <= top).count();
        format!(
            "Of the {top} at the top in the first year, {truly_best} are truly among the {top} best. The therapist who is truly best \
             was number {} in the first year and number {} in the second.",
            truth.iter().position(|&rank| rank == 1).map_or(0, |at| first[at]),
            truth.iter().position(|&rank| rank == 1).map_or(0, |at| second[at]),
        )
    });
    Ok(Scene {
        figure: Box::new(picture([&halves[0], &halves[1]], truth.as_deref(), &best_fifth, &sentence)),
        answer: (share / 5.0).round() * 5.0,
        answer_text: format!("{} %: {stay} of {top}", number(share, 0)),
        truth: words,
    })
}

/// A line per therapist from what her clients gained in one year to what they gained in the next.
fn picture(years: [&[f64]; 2], truth: Option<&[f64]>, best: &[bool], sentence: &str) -> Lines {
    let line = |at: usize| {
        let mut points: Vec<Point> = (1..).zip(years).map(|(year, means)| Point::bare(f64::from(year), means[at])).collect();
        points.extend(truth.map(|effects| Point::bare(3.0, effects[at])));
        let (name, hue) = if best[at] { ("best fifth of year 1", 0) } else { ("the others", 6) };
        Series { name: name.into(), hue, points, ..Series::default() }
    };
    // The best are drawn last, above the others.
    let mut order: Vec<usize> = (0..best.len()).collect();
    order.sort_by_key(|&at| best[at]);
    Lines {
        about: About::new("league", LESSON.question, sentence, "Lines from each therapist's mean in one year to her mean in the next."),
        x: Scale::count(if truth.is_some() { "Year (3: the truth)" } else { "Year" }, Some([1.0, if truth.is_some() { 3.0 } else { 2.0 }])),
        y: Scale::fixed("Extra points gained per client", -15.0, 15.0),
        band: String::new(),
        levels: vec![Level { at: 0.0, name: String::new() }],
        panels: vec![Panel { heading: String::new(), series: order.into_iter().map(line).collect() }],
    }
}
