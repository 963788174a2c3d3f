//! Chapter 7: what an arm does to each client, which only a simulation can show.

use super::change::{of_one_study, some};
use super::parts::{Chapter, Part};
use super::source::Source;
use crate::figures::frame::Scale;
use crate::figures::histogram::{Histogram, Kind};
use crate::figures::paired::{self, Paired};
use crate::figures::sheet::{About, number, percent};

/// Clients whose lines are drawn.
const LINES: usize = 60;
/// Kinds of clients with their colours: better in the arm, the same, worse.
const KINDS: [(&str, usize); 3] = [("better", 0), ("the same", 6), ("worse", 1)];

/// Effects on single clients of every arm after the first.
pub fn chapter(source: &Source) -> Chapter {
    let (id, title) = ("effects", "The same client in two arms");
    if source.arms().len() < 2 || source.clients.is_empty() {
        return Chapter { id, title, parts: Vec::new() };
    }
    let mut parts = Vec::new();
    for arm in 1..source.arms().len() {
        if let Some(figure) = histogram(source, arm) {
            parts.push(Part::of_arm("effects", arm, figure));
            parts.push(Part::of_arm("pairs", arm, pairs(source, arm)));
        }
    }
    Chapter { id, title, parts }
}

/// Which of [`KINDS`] an effect is.
fn kind(effect: f64, worse: f64) -> usize {
    if effect == 0.0 {
        1
    } else if effect * worse < 0.0 {
        0
    } else {
        2
    }
}

/// Ends of an axis around 0 that hold 98 % of the differences and leave some room.
fn ends(effects: &[f64]) -> [f64; 2] {
    let mut sizes: Vec<f64> = effects.iter().map(|x| x.abs()).collect();
    sizes.sort_by(f64::total_cmp);
    let reach = sizes.get(sizes.len() * 98 / 100).copied().unwrap_or(0.0).max(1.0);
    let unit = if reach > 20.0 { 10.0 } else { 2.0 };
    let end = (1.2 * reach / unit).ceil() * unit;
    [-end, end]
}

fn histogram(source: &Source, arm: usize) -> Option<Histogram> {
    let (arms, effects) = (source.clients.numbers("arm"), source.clients.numbers("effect"));
    let mine: Vec<f64> =
        (0..arms.len()).filter(|&row| arms[row] as usize == arm + 1).map(|row| effects[row]).filter(|x| x.is_finite()).collect();
    let n = mine.len() as f64;
    if mine.is_empty() {
        return None;
    }
    let mean = mine.iter().sum::<f64>() / n;
    let (name, base) = (&source.arms()[arm], &source.arms()[0]);
    let of = |which: usize| mine.iter().copied().filter(|&x| kind(x, source.worse()) == which).collect::<Vec<_>>();
    let kinds: Vec<Kind> = KINDS
        .iter()
        .enumerate()
        .map(|(which, (words, hue))| Kind { name: (*words).into(), hue: *hue, values: of(which) })
        .filter(|kind| !kind.values.is_empty())
        .collect();
    let share = |which: usize| percent(of(which).len() as f64 / n, 0);
    let sentence = format!(
        "With {name}, {} of clients end better than with {base}, {} end worse and {} the same; the mean difference is {} points.{}",
        share(0),
        share(2),
        share(1),
        number(mean, 2),
        source.of_which_cell()
    );
    Some(Histogram {
        about: About::new(
            &format!("effects-{}", arm + 1),
            &format!("Individual effects: {name} against {base}"),
            &sentence,
            "Final score of each client in one arm minus the same client's in the comparison arm, with the same luck in every session. \
             Differences beyond the ends of the axis are in the bars at its ends.",
        ),
        x: Scale { ends: Some(ends(&mine)), ..Scale::free(&format!("Difference in final score, {}", source.symptoms())) },
        counted: "Clients".into(),
        most: None,
        kinds,
        guides: vec![(mean, format!("mean {}", number(mean, 1)))],
        dots: false,
    })
}

fn pairs(source: &Source, arm: usize) -> Paired {
    let (post, effect) = (source.clients.numbers("final_score"), source.clients.numbers("effect"));
    let study: Vec<usize> = of_one_study(source, arm).into_iter().filter(|&row| effect[row].is_finite()).collect();
    let drawn = some(&study, LINES);
    let of =
        |which: usize, rows: &[usize]| rows.iter().copied().filter(|&row| kind(effect[row], source.worse()) == which).collect::<Vec<_>>();
    let one = |(which, (words, hue)): (usize, &(&str, usize))| paired::Kind {
        name: (*words).into(),
        hue: *hue,
        pairs: of(which, &drawn).into_iter().map(|row| [post[row] - effect[row], post[row]]).collect(),
        count: Some(of(which, &study).len() as f64),
    };
    let (name, base) = (&source.arms()[arm], &source.arms()[0]);
    Paired {
        about: About::new(
            &format!("pairs-{}", arm + 1),
            &format!("One line per client: {base} and {name}"),
            &format!("{} of the {} clients of one simulated study, each in both arms.{}", drawn.len(), study.len(), source.of_which_cell()),
            "For each client, the final score in the comparison arm on the left and in the other arm on the right, joined by a line.",
        ),
        y: Scale::free(&format!("{}, after", source.symptoms())),
        conditions: [base.clone(), name.clone()],
        kinds: KINDS.iter().enumerate().map(one).collect(),
    }
}
