//! Chapter 5: before and after treatment, client by client.

use super::parts::{Chapter, Part};
use super::source::Source;
use crate::estimators::linear;
use crate::figures::frame::Scale;
use crate::figures::scatter::{Class, Guide, Scatter};
use crate::figures::sheet::{About, number, percent};

/// What is told where no rows of clients are kept.
const NO_CLIENTS: &str = "Rows of clients were not kept in this file. Run again with `--set 'output.clients=Share(0.1)'` (every \
                          tenth replicate) for this chapter, for therapists compared, and for the same client in two arms.";
/// Most dots in a chart.
const DOTS: usize = 450;
/// Outcome classes with their colours.
const CLASSES: [(&str, usize); 4] = [("recovered", 2), ("improved", 0), ("unchanged", 6), ("deteriorated", 1)];

/// A Jacobson plot for each arm, and early alliance against outcome.
pub fn chapter(source: &Source) -> Chapter {
    let (id, title) = ("change", "Change of each client");
    if source.clients.is_empty() {
        return Chapter { id, title, parts: vec![Part::Missing(NO_CLIENTS.into())] };
    }
    let ends = ends(source);
    let mut parts: Vec<Part> = (0..source.arms().len()).map(|arm| Part::of_arm("jacobson", arm, jacobson(source, arm, ends))).collect();
    parts.extend((0..source.arms().len()).filter_map(|arm| Some(Part::of_arm("alliance-outcome", arm, scatter(source, arm)?))));
    Chapter { id, title, parts }
}

/// Rows of an arm in the first replicate that was kept: one study.
pub fn of_one_study(source: &Source, arm: usize) -> Vec<usize> {
    let (replicates, arms, sessions) =
        (source.clients.numbers("replicate"), source.clients.numbers("arm"), source.clients.numbers("sessions"));
    let first = replicates.first().copied();
    (0..replicates.len()).filter(|&row| Some(replicates[row]) == first && arms[row] as usize == arm + 1 && sessions[row] >= 1.0).collect()
}

/// Some of many, evenly.
pub fn some<T: Copy>(all: &[T], most: usize) -> Vec<T> {
    let every = all.len().div_ceil(most).max(1);
    all.iter().step_by(every).copied().collect()
}

/// The range of all scores before and after, in tens.
fn ends(source: &Source) -> [f64; 2] {
    let scores = [source.clients.numbers("intake_score"), source.clients.numbers("final_score")].concat();
    let finite = scores.into_iter().filter(|x| x.is_finite());
    let (low, high) = finite.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| (low.min(x), high.max(x)));
    let unit = if high - low > 60.0 { 10.0 } else { 1.0 };
    [(low / unit).floor() * unit, (high / unit).ceil() * unit]
}

fn jacobson(source: &Source, arm: usize, [low, high]: [f64; 2]) -> Scatter {
    let rows = &source.clients;
    let (pre, post, class) = (rows.numbers("intake_score"), rows.numbers("final_score"), rows.labels("outcome_class"));
    let study = of_one_study(source, arm);
    let of_class = |&(name, hue): &(&str, usize)| {
        let mine: Vec<usize> = study.iter().copied().filter(|&row| class[row] == name).collect();
        let share = DOTS * mine.len() / study.len().max(1) + 1;
        let dots = some(&mine, share).into_iter().map(|row| [pre[row], post[row]]).collect();
        Class { name: name.into(), hue, dots, count: Some(mine.len() as f64) }
    };
    let classes: Vec<Class> = CLASSES.iter().map(of_class).collect();
    let recovered = classes[0].count.unwrap_or(0.0);
    let drawn: usize = classes.iter().map(|class| class.dots.len()).sum();
    let note = if drawn < study.len() { format!(" {drawn} of {} clients are drawn.", study.len()) } else { String::new() };
    let name = &source.arms()[arm];
    let sentence = format!(
        "{} of {} clients recovered in {name} ({}), in one simulated study.{note}{}",
        number(recovered, 0),
        study.len(),
        percent(recovered / study.len() as f64, 0),
        source.of_which_cell()
    );
    let description = "Each client's score before treatment (across) and after it (up), with the line of no change, the lines of reliable \
                       change on either side of it, and the cut-off between the clinical and the general population.";
    let about = About::new(&format!("jacobson-{}", arm + 1), &format!("Before and after: {name}"), &sentence, description);
    let symptoms = source.symptoms();
    let scale = |when: &str| Scale::fixed(&format!("{symptoms}, {when}"), low, high);
    let (cut_off, reliable) = source.form.map_or((f64::NAN, f64::NAN), |form| (form.cut_off, form.reliable));
    let mut figure = Scatter::jacobson(about, (scale("before"), scale("after")), classes, cut_off, reliable);
    if source.form.is_none() {
        figure.guides.truncate(1);
    }
    figure
}

/// Early alliance and outcome in one study.
fn scatter(source: &Source, arm: usize) -> Option<Scatter> {
    let rows = &source.clients;
    let (early, post) = (rows.numbers("early_alliance"), rows.numbers("final_score"));
    let study: Vec<usize> = of_one_study(source, arm).into_iter().filter(|&row| early[row].is_finite() && post[row].is_finite()).collect();
    let x: Vec<f64> = study.iter().map(|&row| early[row]).collect();
    let y: Vec<f64> = study.iter().map(|&row| post[row]).collect();
    let fit = linear::fit(&y, &[vec![1.0; x.len()], x]).ok()?;
    let [intercept, slope] = [fit.coefficients.first()?, fit.coefficients.get(1)?];
    let [low, high] = slope.interval(0.95);
    let name = &source.arms()[arm];
    let sentence = format!(
        "In {name}, one alliance point more goes with {} symptom points (95 % interval {} to {}) after treatment, in one simulated study of \
         {} clients. An association, not an effect.{}",
        number(slope.estimate, 2),
        number(low, 2),
        number(high, 2),
        study.len(),
        source.of_which_cell()
    );
    let dots = some(&study, DOTS).into_iter().map(|row| [early[row], post[row]]).collect();
    Some(Scatter {
        about: About::new(
            &format!("alliance-outcome-{}", arm + 1),
            &format!("Early alliance and outcome: {name}"),
            &sentence,
            "Each client's early alliance rating (across) and symptom score after treatment (up), with the regression line.",
        ),
        x: Scale::free(&format!("Early alliance, {}", source.alliance())),
        y: Scale::free(&format!("{}, after", source.symptoms())),
        classes: vec![Class { name: String::new(), hue: arm, dots, count: Some(study.len() as f64) }],
        guides: vec![Guide::Fit(intercept.estimate, slope.estimate, format!("slope {}", number(slope.estimate, 2)))],
        square: false,
        counted: "Clients".into(),
    })
}
