//! Chapter 6: what a study of this size can say about single therapists.

use super::change::{of_one_study, some};
use super::parts::{Chapter, NINETY_FIVE, Part};
use super::source::Source;
use super::truth::{Truth, effects};
use crate::dataset::text::listed;
use crate::estimators::distributions::{normal_cdf, normal_quantile};
use crate::estimators::mixed::{Criterion, Design, Model, RandomPart};
use crate::figures::caterpillar::{Caterpillar, Estimate};
use crate::figures::frame::Scale;
use crate::figures::lines::{Level, Lines, Panel, Point, Series};
use crate::figures::sheet::{About, percent};

/// Most therapists in a chart.
const SHOWN: usize = 120;
/// The best quarter.
const BEST: f64 = 0.25;

/// What is predicted for a therapist: difference from the average in final score, and its standard error.
#[derive(Clone, Copy, Debug)]
struct Predicted {
    therapist: u32,
    effect: f64,
    se: f64,
}

/// Caterpillar and ranks of one study in each arm.
pub fn chapter(source: &Source) -> Chapter {
    let (id, title) = ("therapists", "Therapists compared");
    if source.clients.is_empty() {
        return Chapter { id, title, parts: Vec::new() };
    }
    let mut parts = Vec::new();
    let (mut failed, mut alike) = (Vec::new(), Vec::new());
    for (arm, name) in source.arms().iter().enumerate() {
        let Some(predicted) = predictions(source, arm) else {
            failed.push(name.clone());
            continue;
        };
        if predicted.iter().all(|one| one.se < 1e-6) {
            alike.push(name.clone());
            continue;
        }
        let truth = effects(source, arm);
        parts.push(Part::of_arm("caterpillar", arm, caterpillar(source, arm, &predicted, truth.as_ref())));
        if predicted.len() <= RANKED {
            parts.push(Part::of_arm("ranks", arm, ranks(source, arm, &predicted)));
        }
    }
    if !alike.is_empty() {
        let words = format!(
            "In {}, the model puts the variance between therapists at 0 in this study, as happens with few therapists or clients: it \
             can say nothing about single ones, which does not mean that they are alike.",
            listed(&alike)
        );
        parts.push(Part::Words(words));
    }
    if !failed.is_empty() {
        let words =
            format!("In {}, the model of therapists had no answer in this study (too few therapists or clients).", failed.join(", "));
        parts.push(Part::Words(words));
    }
    Chapter { id, title, parts }
}

/// Final score on intake score with a random intercept for therapists (REML): their predicted effects.
fn predictions(source: &Source, arm: usize) -> Option<Vec<Predicted>> {
    let (pre, post, by) =
        (source.clients.numbers("intake_score"), source.clients.numbers("final_score"), source.clients.numbers("therapist"));
    let study: Vec<usize> = of_one_study(source, arm).into_iter().filter(|&row| post[row].is_finite() && by[row] >= 1.0).collect();
    let pick = |values: &[f64]| study.iter().map(|&row| values[row]).collect::<Vec<f64>>();
    let (y, x, ones) = (pick(&post), pick(&pre), vec![1.0; study.len()]);
    let groups: Vec<u32> = pick(&by).into_iter().map(|code| code as u32).collect();
    let fixed: [&[f64]; 2] = [&ones, &x];
    let random = [RandomPart { groups: &groups, columns: vec![&ones], correlated: true }];
    let model = Model::new(&Design { y: &y, x: &fixed, random: &random }).ok()?;
    let fit = model.fit(Criterion::Reml, None).ok()?;
    let effects = model.random_effects(&fit).into_iter().next()?;
    let one = |(i, therapist): (usize, &u32)| Predicted {
        therapist: *therapist,
        effect: effects.effects[(i, 0)],
        se: effects.covariances[i][(0, 0)].max(0.0).sqrt(),
    };
    Some(effects.groups.iter().enumerate().map(one).collect())
}

fn caterpillar(source: &Source, arm: usize, predicted: &[Predicted], truth: Option<&Truth>) -> Caterpillar {
    let name = &source.arms()[arm];
    let truly = |therapist: u32| {
        let found = truth.and_then(|truth| truth.effects.iter().find(|(number, _)| *number == therapist));
        found.map_or(f64::NAN, |(_, effect)| *effect)
    };
    let one = |one: &Predicted| Estimate {
        name: format!("Therapist {}", one.therapist),
        value: one.effect,
        low: one.effect - NINETY_FIVE * one.se,
        high: one.effect + NINETY_FIVE * one.se,
        truth: truly(one.therapist),
    };
    let mut sorted = predicted.to_vec();
    sorted.sort_by(|a, b| a.effect.total_cmp(&b.effect));
    let shown = some(&sorted, SHOWN);
    let words = if source.worse() > 0.0 {
        ["better than average", "cannot tell", "worse"]
    } else {
        ["worse", "cannot tell", "better than average"]
    };
    let figure = Caterpillar {
        order: "Therapists, in order of estimate".into(),
        y: Scale::free(&format!("Difference in final score, {}", source.symptoms())),
        interval: "95 % interval".into(),
        middle: 0.0,
        words: words.map(str::to_owned),
        truth: "true therapist effect".into(),
        estimates: sorted.iter().map(one).collect(),
        about: About::default(),
    };
    let [low, _, high] = figure.counts();
    let drawn = if shown.len() < sorted.len() { format!(" {} of them are drawn.", shown.len()) } else { String::new() };
    let sentence = format!(
        "In {name}, {} of {} intervals miss the average, in one simulated study.{}{drawn}{}",
        low + high,
        predicted.len(),
        told(predicted, &truly),
        source.of_which_cell()
    );
    let description = "Predicted difference of each therapist's clients from the average in final score, intake score held constant (mixed \
                       model, REML), from the lowest to the highest, each with its 95 % interval.";
    let description = format!("{description}{}", truth.map_or_else(String::new, known));
    Caterpillar {
        about: About::new(&format!("caterpillar-{}", arm + 1), &format!("Therapist effects: {name}"), &sentence, &description),
        estimates: shown.iter().map(one).collect(),
        ..figure
    }
}

/// How estimates stand to what is true.
fn told(predicted: &[Predicted], truly: &dyn Fn(u32) -> f64) -> String {
    let pairs: Vec<(f64, f64)> =
        predicted.iter().map(|one| (one.effect - truly(one.therapist), one.se)).filter(|pair| pair.0.is_finite()).collect();
    if pairs.is_empty() {
        return String::new();
    }
    let held = pairs.iter().filter(|(error, se)| error.abs() <= NINETY_FIVE * se).count();
    format!(" {held} of {} hold the true effect.", pairs.len())
}

/// Where the truth comes from.
fn known(truth: &Truth) -> String {
    format!(
        " Open circles: the true effect, which only a simulation knows: what the therapist's latent traits (skill, alliance, \
         effectiveness, what keeps clients, burnout) and her clinic do to the final score, on average over the {} therapists of this arm in \
         the file.",
        truth.from
    )
}

/// Nodes by which a normal distribution is averaged over: medians of equal shares.
const NODES: usize = 61;

/// Up to so many others the distribution of the number below is worked out, beyond it is close to normal.
const EXACT: usize = 150;
/// More therapists than this have no chart of ranks.
const RANKED: usize = 1000;

/// Probability that fewer than `best` of independent events happen, given the probability of each.
fn fewer_than(best: usize, events: &[f64]) -> f64 {
    if events.len() > EXACT {
        let (mean, variance) = events.iter().fold((0.0, 0.0), |(mean, variance), p| (mean + p, variance + p * (1.0 - p)));
        return normal_cdf((best as f64 - 0.5 - mean) / variance.max(1e-12).sqrt());
    }
    // Probabilities of 0, 1, … events, up to one less than `best`.
    let mut happened = vec![0.0; best];
    happened[0] = 1.0;
    for p in events {
        for k in (0..best).rev() {
            happened[k] = happened[k] * (1.0 - p) + if k > 0 { happened[k - 1] * p } else { 0.0 };
        }
    }
    happened.iter().sum()
}

/// Probability that each of several independent normal quantities (mean and standard error) is among the `best` lowest: averaged
/// over the values that it may have, the probability that fewer than `best` others are below.
fn among_lowest(values: &[(f64, f64)], best: usize) -> Vec<f64> {
    let below = |x: f64, i: usize, j: usize| {
        let (mean, se) = values[j];
        match se > 0.0 {
            true => normal_cdf((x - mean) / se),
            false => f64::from(u8::from(x > mean || (x == mean && j < i))),
        }
    };
    let of_one = |i: usize| {
        let (mean, se) = values[i];
        let at_node = |node: usize| {
            let x = mean + se * normal_quantile((node as f64 + 0.5) / NODES as f64);
            let others: Vec<f64> = (0..values.len()).filter(|&j| j != i).map(|j| below(x, i, j)).collect();
            fewer_than(best, &others)
        };
        (0..NODES).map(at_node).sum::<f64>() / NODES as f64
    };
    (0..values.len()).map(of_one).collect()
}

fn ranks(source: &Source, arm: usize, predicted: &[Predicted]) -> Lines {
    let mut sorted = predicted.to_vec();
    sorted.sort_by(|a, b| (source.worse() * a.effect).total_cmp(&(source.worse() * b.effect)));
    let best = ((BEST * sorted.len() as f64).round() as usize).max(1);
    let values: Vec<(f64, f64)> = sorted.iter().map(|one| (source.worse() * one.effect, one.se)).collect();
    let chances = among_lowest(&values, best);
    let name = &source.arms()[arm];
    let mean = chances[..best].iter().sum::<f64>() / best as f64;
    let sentence = format!(
        "The {best} therapists who look best in {name} belong to the true best quarter with a probability of {} on average; chance alone \
         gives {}.{}",
        percent(mean, 0),
        percent(best as f64 / sorted.len() as f64, 0),
        source.of_which_cell()
    );
    let places = some(&(0..chances.len()).collect::<Vec<_>>(), SHOWN);
    let points = places.into_iter().map(|at| Point::bare(at as f64 + 1.0, chances[at])).collect();
    Lines {
        about: About::new(
            &format!("ranks-{}", arm + 1),
            &format!("How sure is a place in the best quarter: {name}"),
            &sentence,
            "Probability that a therapist belongs to the best quarter, by place in the order of estimates, best first: from the estimates \
             and their standard errors, taken as independent and normal.",
        ),
        x: Scale::count("Place by estimate", Some([0.0, sorted.len() as f64 + 1.0])),
        y: Scale::share("Probability of the best quarter"),
        band: String::new(),
        levels: vec![Level {
            at: best as f64 / sorted.len() as f64,
            name: format!("chance {}", percent(best as f64 / sorted.len() as f64, 0)),
        }],
        panels: vec![Panel { heading: String::new(), series: vec![Series { hue: arm, points, ..Series::default() }] }],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chances_of_the_best_add_up_and_follow_the_estimates() {
        let values: Vec<(f64, f64)> = (0..12).map(|i| (f64::from(i) * 0.3, 1.0)).collect();
        let chances = among_lowest(&values, 3);
        assert!((chances.iter().sum::<f64>() - 3.0).abs() < 0.02, "{chances:?}");
        assert!(chances.windows(2).all(|pair| pair[0] > pair[1]), "{chances:?}");
        // Two alike: the toss of a coin. Without error: certain.
        let even = among_lowest(&[(0.0, 1.0), (0.0, 1.0)], 1);
        assert!((even[0] - 0.5).abs() < 1e-3, "{even:?}");
        assert_eq!(among_lowest(&[(0.0, 0.0), (1.0, 0.0), (2.0, 0.0)], 1), [1.0, 0.0, 0.0]);
        // One better than the other by one standard error of the difference: Φ(1).
        let apart = among_lowest(&[(0.0, 0.5f64.sqrt()), (1.0, 0.5f64.sqrt())], 1);
        assert!((apart[0] - 0.8413).abs() < 2e-3, "{apart:?}");
    }

    #[test]
    fn many_events_are_close_to_normal() {
        let events: Vec<f64> = (0..EXACT).map(|i| 0.1 + 0.5 * i as f64 / EXACT as f64).collect();
        let mut one_more = events.clone();
        one_more.push(0.0);
        for best in [40, 50, 55, 65] {
            let (exact, normal) = (fewer_than(best, &events), fewer_than(best, &one_more));
            assert!((exact - normal).abs() < 0.005, "{best}: {exact} {normal}");
        }
    }
}
