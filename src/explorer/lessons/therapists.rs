//! Therapist effects with small caseloads.

use super::common::*;
use crate::figures::caterpillar::{Caterpillar, Estimate};

/// Clients of each therapist in the run that shows what is true.
const MANY: usize = 300;

/// The lesson.
pub const LESSON: Lesson = Lesson {
    id: "therapists",
    name: "Therapist effects",
    question: "Does it matter which therapist you get?",
    lead: "A simulated clinic: every therapist treats a few clients. Each mark is a therapist, with what her clients gained beyond \
           clients who started at the same score, and a 95 % interval.",
    scenario: include_str!("therapists.ron"),
    sliders: &[
        Slider::key("clinics.therapists", "Therapists", (10.0, 60.0, 5.0), Told::With("")),
        Slider::key("clinics.clients_per_therapist", "Clients per therapist", (5.0, 100.0, 5.0), Told::With("")),
        Slider::key("therapists.effectiveness", "How much therapists differ", (0.0, 16.0, 0.5), Told::With("points")),
        Slider::key("therapists.alliance_variance", "How much their alliances differ", (0.0, 0.4, 0.01), Told::Plain),
        Slider::key("endings.dropout", "Chance to drop out of a session", (-5.5, -1.5, 0.25), Told::LogOdds),
    ],
    guess: Guess::Number {
        ask: "How many of the therapists will a study of this size call better or worse than average?",
        range: (0.0, 60.0, 1.0),
        start: 10.0,
        told: Told::With(""),
    },
    notes: &[
        note(
            "Try",
            "Set “How much therapists differ” to 0 and draw new random clinics: the picture still shows a best and a worst \
                     therapist. Then give every therapist 100 clients.",
        ),
        note("Ask", "Would you fire the therapist at the bottom? What would you need to know first?"),
        note(
            "Mind",
            "Two of forty intervals miss the average by chance alone. The rows are means of few clients, adjusted for the \
                      score at session 1 and not drawn towards the average; a mixed model would draw them in.",
        ),
    ],
    scene,
};

fn scene(ask: &Ask, bench: &Bench) -> Result<Scene, Trouble> {
    bench.needs(1 + u64::from(ask.reveal));
    let ran = bench.run(&ask.text, &[], CLIENTS)?;
    let groups = by_therapist(&ran, &gains(&ran)?);
    let seen = intervals(&groups);
    let icc = ran.outcome.totals.cells[0][0].mean("therapist_icc").value;
    let beyond = seen.iter().filter(|one| one[1] > 0.0 || one[2] < 0.0).count();
    let truth = if ask.reveal { Some(truly(&ask.text, bench)?) } else { None };
    let values: Vec<f64> = seen.iter().map(|one| one[0]).collect();
    let sentence = format!(
        "{beyond} of {} intervals miss the average. Estimated share of outcome that lies between therapists: {}.",
        seen.len(),
        percent(icc.max(0.0)),
    );
    let words = truth.as_ref().map(|(effects, icc)| {
        let best = ranks(&values).iter().position(|&rank| rank == 1).unwrap_or(0);
        format!(
            "With {MANY} clients each, the same therapists really differ by an SD of {} points (the picture suggests {}), and {} of \
             outcome lies between them. The therapist who looks best is truly number {} of {}.",
            number(Spread::of(effects.iter().copied()).sd, 1),
            number(Spread::of(values.iter().copied()).sd, 1),
            percent(icc.max(0.0)),
            ranks(effects)[best],
            seen.len(),
        )
    });
    let estimate = |(at, [value, low, high]): (usize, [f64; 3])| Estimate {
        name: format!("Therapist {}", at + 1),
        value,
        low,
        high,
        truth: truth.as_ref().map_or(f64::NAN, |(effects, _)| effects[at]),
    };
    let figure = Caterpillar {
        about: About::new("therapists", LESSON.question, &sentence, "One mark per therapist, from worst to best, with intervals."),
        order: "Therapists, lowest estimate first".into(),
        y: Scale::fixed("Extra points gained per client", -25.0, 25.0),
        interval: "95 % interval".into(),
        middle: 0.0,
        words: ["worse than average", "cannot tell", "better than average"].map(str::to_owned),
        truth: "with 300 clients each".into(),
        estimates: seen.iter().copied().enumerate().map(estimate).collect(),
    };
    Ok(Scene { figure: Box::new(figure), answer: beyond as f64, answer_text: format!("{beyond} of {}", seen.len()), truth: words })
}

/// Means of groups with the ends of their 95 % intervals; the error is what clients of one therapist differ by.
fn intervals(groups: &[Vec<f64>]) -> Vec<[f64; 3]> {
    let spreads: Vec<Spread> = groups.iter().map(|own| Spread::of(own.iter().copied())).collect();
    let squares: f64 = spreads.iter().filter(|one| one.n > 1).map(|one| one.sd * one.sd * (one.n as f64 - 1.0)).sum();
    let freedom: f64 = spreads.iter().map(|one| one.n as f64 - 1.0).sum();
    let within = (squares / freedom).sqrt();
    let reach = |one: &Spread| NINETY_FIVE * within / (one.n as f64).sqrt();
    spreads.iter().map(|one| [one.mean, one.mean - reach(one), one.mean + reach(one)]).collect()
}

/// The same therapists with many clients: their effects, and the share of outcome between them.
pub fn truly(text: &str, bench: &Bench) -> Result<(Vec<f64>, f64), Trouble> {
    let ran = bench.run(text, &[format!("clinics.clients_per_therapist={MANY}")], CLIENTS)?;
    let effects = means(&by_therapist(&ran, &gains(&ran)?));
    Ok((effects, ran.outcome.totals.cells[0][0].mean("therapist_icc").value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_use_the_spread_within_groups() {
        // Two groups with SD √2 within; standard error 1.
        let found = intervals(&[vec![-1.0, 1.0], vec![9.0, 11.0]]);
        assert!((found[0][2] - NINETY_FIVE).abs() < 1e-12 && (found[1][1] - (10.0 - NINETY_FIVE)).abs() < 1e-12, "{found:?}");
    }
}
