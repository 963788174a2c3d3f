//! What a calibration found, for people.

use super::sheet::Sheet;
use crate::calibration::report::{ParameterRow, Report, TargetRow, rounded};
use crate::cli::layout::{WIDTH, wrap};

/// Targets beyond which a miss is told.
const MISS: f64 = 2.0;

/// Weakest sensitivity that is told, units of the target per prior SD.
const FELT: f64 = 0.5;

/// Everything, as tables and paragraphs.
pub struct Pages {
    sheets: Vec<(Sheet, Vec<String>)>,
}

impl Pages {
    /// From the report.
    pub fn new(report: &Report) -> Self {
        let (fitted, left_out): (Vec<&TargetRow>, Vec<&TargetRow>) = report.targets.iter().partition(|target| target.fitted);
        let mut sheets =
            vec![(parameters(&report.parameters), about_parameters(report)), (targets("Targets of the fit", &fitted), about_fit(report))];
        if !left_out.is_empty() {
            sheets.push((targets("Targets left out of the fit", &left_out), about_left_out(&left_out)));
        }
        sheets.push((sensitivity(report), vec![format!(
            "By how many of its units (the uncertainty its miss is counted in) each target moves when the parameter rises by one prior SD; \
             at least {FELT}."
        )]));
        Self { sheets }
    }

    /// For a screen.
    pub fn text(&self, style: impl Fn(&str) -> String + Copy) -> String {
        let page = |(sheet, notes): &(Sheet, Vec<String>)| {
            let notes: String = notes.iter().flat_map(|note| wrap(note, WIDTH)).map(|line| format!("{line}\n")).collect();
            format!("{}{notes}", sheet.text(style))
        };
        self.sheets.iter().map(page).collect::<Vec<_>>().join("\n")
    }

    /// For a document.
    pub fn markdown(&self) -> String {
        let page = |(sheet, notes): &(Sheet, Vec<String>)| {
            let notes: String = notes.iter().map(|note| format!("\n{}\n", wrap(note, 120).join("\n"))).collect();
            format!("{}{notes}", sheet.markdown())
        };
        self.sheets.iter().map(page).collect::<Vec<_>>().join("\n")
    }
}

/// A number with the digits that its uncertainty deserves.
fn number(value: f64, sd: f64) -> String {
    let digits = if sd > 0.0 && sd.is_finite() { (1.0 - sd.log10().floor()).clamp(0.0, 6.0) as usize } else { 3 };
    format!("{:.digits$}", rounded(value, sd))
}

fn parameters(rows: &[ParameterRow]) -> Sheet {
    let mut sheet = Sheet::new("Parameters", &["key", "what the targets say", "before", "after", "± SD", "SD left"], 2);
    for row in rows {
        let bound = if row.at_bound { ", at its bound" } else { "" };
        sheet.rows.push(vec![
            row.key.clone(),
            format!("{}{bound}", row.verdict.words()),
            number(row.before, row.sd),
            number(row.after, row.sd),
            number(row.sd, row.sd),
            format!("{:.0} %", 100.0 * row.left),
        ]);
    }
    sheet
}

fn about_parameters(report: &Report) -> Vec<String> {
    let mut notes = vec![
        "SD left: posterior SD as a share of the prior SD. Up to 50 % the targets pin the parameter down, up to 90 % partly; above, the \
         value is the prior's."
            .to_owned(),
    ];
    notes.extend(report.open.iter().cloned());
    let pair = |pair: &crate::calibration::report::PairRow| {
        let how = if pair.correlation > 0.0 { "rise and fall together" } else { "stand in for each other" };
        format!("`{}` and `{}` {how}: posterior correlation {:.2}.", pair.keys[0], pair.keys[1], pair.correlation)
    };
    notes.extend(report.pairs.iter().map(pair));
    notes
}

fn targets(title: &str, rows: &[&TargetRow]) -> Sheet {
    let mut sheet = Sheet::new(title, &["target", "published", "± unit", "before", "after", "MCSE", "z before", "z after"], 1);
    for row in rows {
        let shown = |x: f64| number(x, row.unit);
        sheet.rows.push(vec![
            row.id.clone(),
            shown(row.published),
            shown(row.unit),
            shown(row.before),
            shown(row.after),
            number(row.mcse, row.mcse),
            format!("{:+.1}", row.z_before),
            format!("{:+.1}", row.z),
        ]);
    }
    sheet
}

fn about_fit(report: &Report) -> Vec<String> {
    let mut notes = vec![format!(
        "Sum of squared misses: {:.1} before, {:.1} after, of {} targets, with {:.1} parameters' worth of freedom used.",
        report.chi_square_before,
        report.chi_square,
        report.fitted(),
        report.freedom_used
    )];
    let missed: Vec<&str> = report.targets.iter().filter(|t| t.fitted && t.z.abs() > MISS).map(|t| t.id.as_str()).collect();
    if !missed.is_empty() {
        notes.push(format!("Not reached (more than {MISS:.0} units off): {}.", missed.join(", ")));
    }
    if !report.converged {
        notes.push("The search used up its rounds: start again from what it found.".into());
    }
    notes
}

fn about_left_out(rows: &[&TargetRow]) -> Vec<String> {
    let within = rows.iter().filter(|row| row.z.abs() <= MISS).count();
    vec![format!(
        "{within} of {} lie within {MISS:.0} units; the unit includes what the parameters leave open. Nothing was fitted to them.",
        rows.len()
    )]
}

fn sensitivity(report: &Report) -> Sheet {
    let mut sheet = Sheet::new("What moves what", &["target", "parameters"], 2);
    for row in &report.targets {
        let mut felt: Vec<(f64, &str)> = row.sensitivity.iter().copied().zip(report.parameters.iter().map(|p| p.key.as_str())).collect();
        felt.retain(|(s, _)| s.abs() >= FELT);
        felt.sort_by(|a, b| b.0.abs().total_cmp(&a.0.abs()));
        let words: Vec<String> = felt.iter().take(5).map(|(s, key)| format!("{key} {s:+.1}")).collect();
        let words = if words.is_empty() { "none".to_owned() } else { words.join(", ") };
        sheet.rows.push(vec![row.id.clone(), words]);
    }
    sheet
}
