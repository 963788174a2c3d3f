//! Alliance and outcome between and within therapists.

use super::common::*;
use crate::estimators::levels::levels;
use crate::estimators::linear;
use crate::figures::scatter::{Class, Guide, Scatter};

/// The lesson.
pub const LESSON: Lesson = Lesson {
    id: "alliance",
    name: "Alliance: whose is it?",
    question: "Is it the therapist who makes the alliance work, or the client?",
    lead: "Alliance is rated at session 3. Dots are clients; triangles are the means of each therapist's clients. A correlation of \
           the triangles is one between therapists; within therapists, clients of the same therapist are compared.",
    scenario: include_str!("alliance_levels.ron"),
    sliders: &[
        Slider::key("alliance_effects.therapist", "How well the therapist's part works", (0.0, 4.0, 0.25), Told::With("times")),
        Slider::key("alliance_effects.client", "How well the client's part works", (0.0, 4.0, 0.25), Told::With("times")),
        Slider::key("therapists.alliance_variance", "How much therapists differ in alliance", (0.0, 0.5, 0.01), Told::Plain),
        Slider::key("therapists.effectiveness", "How much they differ in other ways", (0.0, 12.0, 0.5), Told::With("points")),
        Slider::key("clinics.therapists", "Therapists", (10.0, 80.0, 5.0), Told::With("")),
        Slider::key("clinics.clients_per_therapist", "Clients per therapist", (2.0, 40.0, 1.0), Told::With("")),
    ],
    guess: Guess::Choice {
        ask: "In this world only the therapist's part of the alliance helps anybody. Where will a study of this size find the larger \
              correlation with improvement?",
        answers: &["between therapists", "within therapists", "about the same (.05)"],
    },
    notes: &[
        note(
            "Try",
            "Turn it round: therapist's part 0, client's part 2. Then let therapists differ in other ways by 12 points, and see what \
                     the correlation between therapists does.",
        ),
        note("Ask", "A study finds r = .30 between therapists and .05 within. Should therapists be trained, or clients be chosen?"),
        note(
            "Mind",
            "Means of few clients hold much chance, so the correlation between therapists is uncertain even when all \
                      correlations in the table look exact.",
        ),
    ],
    scene,
};

/// Difference of two correlations that counts as one.
const SAME: f64 = 0.05;

fn scene(ask: &Ask, bench: &Bench) -> Result<Scene, Trouble> {
    let ran = bench.run(&ask.text, &[], CLIENTS)?;
    let clients = &ran.rows.clients;
    let early = ran.scenario.cells[0].arms[0].world.outcomes.early_session as i16;
    let mut groups: Vec<Vec<[f64; 2]>> = Vec::new();
    for row in ran.clients(0).filter(|&row| clients.sessions[row] >= early && clients.early_alliance[row].is_finite()) {
        let at = clients.therapist[row] as usize;
        groups.resize_with(groups.len().max(at), Vec::new);
        groups[at - 1].push([clients.early_alliance[row], clients.intake_score[row] - clients.final_score[row]]);
    }
    groups.retain(|group| !group.is_empty());
    let found = levels(&groups);
    let r = |x: f64| number(x, 2).replacen("0.", ".", 1);
    let sentence = format!(
        "Alliance and improvement correlate by {} over all clients, by {} between therapists and by {} within therapists.",
        r(found.total),
        r(found.between),
        r(found.within)
    );
    let answer = match found.between - found.within {
        x if x.abs() < SAME => 2,
        x => usize::from(x < 0.0),
    };
    let words = ["between therapists", "within therapists", "about the same"][answer];
    let truth = ask.reveal.then(|| {
        let parts = &ran.scenario.cells[0].arms[0].world.alliance_effects;
        format!(
            "In this world one SD of the therapist's part of the alliance works {} times as usual, and of the client's part {} times. \
             {} of what clients differ by in alliance, before error, is the therapist's.",
            number(parts.therapist, 2),
            number(parts.client, 2),
            percent(therapists_share(&ran)),
        )
    });
    let all: Vec<[f64; 2]> = groups.concat();
    let centre = |group: &Vec<[f64; 2]>| [0, 1].map(|i| Spread::of(group.iter().map(|pair| pair[i])).mean);
    let centres: Vec<[f64; 2]> = groups.iter().map(centre).collect();
    let mut guides = Vec::new();
    guides.extend(fitted(&centres).map(|(a, b)| Guide::Fit(a, b, "between therapists".into())));
    let within: Vec<[f64; 2]> = groups
        .iter()
        .zip(&centres)
        .flat_map(|(group, mean)| group.iter().map(move |pair| [pair[0] - mean[0], pair[1] - mean[1]]))
        .collect();
    let middle = centre(&all);
    let slope = fitted(&within).map(|(_, slope)| Guide::Slope(middle[1] - slope * middle[0], slope, "within therapists".into()));
    guides.extend(slope);
    let figure = Scatter {
        about: About::new("alliance", LESSON.question, &sentence, "Alliance rating and improvement of clients, and means by therapist."),
        x: Scale::fixed("Alliance rating at session 3", 1.0, 5.0),
        y: Scale::fixed("Improvement, points", -40.0, 80.0),
        classes: vec![
            Class { name: "clients".into(), hue: 6, dots: all, count: None },
            Class { name: "therapists' means".into(), hue: 1, dots: centres, count: None },
        ],
        guides,
        square: false,
        counted: String::new(),
    };
    Ok(Scene { figure: Box::new(figure), answer: answer as f64, answer_text: words.into(), truth })
}

/// Intercept and slope of a line through dots.
fn fitted(dots: &[[f64; 2]]) -> Option<(f64, f64)> {
    let [x, y] = [0, 1].map(|i| dots.iter().map(|dot| dot[i]).collect::<Vec<f64>>());
    let ones = vec![1.0; dots.len()];
    let fit = linear::fit(&y, &[ones, x]).ok()?;
    let [a, b] = [0, 1].map(|i| fit.coefficients[i].estimate);
    (a.is_finite() && b.is_finite()).then_some((a, b))
}

/// Share of the variance of trait alliance that lies between therapists.
fn therapists_share(ran: &Ran) -> f64 {
    let clients = &ran.rows.clients;
    let rows: Vec<usize> = ran.clients(0).collect();
    let trait_of = |row: usize| clients.trait_alliance[row];
    let own = |row: usize| clients.client_alliance[row] + clients.match_alliance[row];
    let all = Spread::of(rows.iter().map(|&row| trait_of(row))).sd;
    let therapist = Spread::of(rows.iter().map(|&row| trait_of(row) - own(row))).sd;
    (therapist * therapist) / (all * all)
}
