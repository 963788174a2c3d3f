//! The report for other programs.

use crate::evidence::report::{Report, Row, Score};
use crate::evidence::table::{published, sign};
use crate::evidence::verdict::{difference, standard_error};
use crate::output::study::NOTE;
use serde_json::{Value, json};

/// The report; `--help` describes the keys.
pub fn report(report: &Report) -> Value {
    json!({
        "program": "dyadsim",
        "note": NOTE,
        "version": env!("CARGO_PKG_VERSION"),
        "score": score(report.score()),
        "groups": report.groups().iter().map(|(name, rows)| {
            json!({ "group": name, "score": score(Score::of(rows.iter().copied())), "targets": rows.iter().map(|row| one(row)).collect::<Vec<_>>() })
        }).collect::<Vec<_>>(),
        "failures": report.failed.iter().map(|f| json!({ "study": f.study_file, "replicates": f.replicates, "reason": f.reason })).collect::<Vec<_>>(),
    })
}

fn score(score: Score) -> Value {
    json!({ "agree": score.agree, "judged": score.judged, "shown": score.shown, "percent": score.percent() })
}

fn one(row: &Row) -> Value {
    let (target, s) = (&row.target, &row.simulated);
    let [value, se, low, high] = published(&target.published);
    json!({
        "id": target.id,
        "quantity": target.quantity,
        "unit": row.unit,
        "published": { "value": value, "se": se, "low": low, "high": high, "sign": sign(&target.published) },
        "simulated": {
            "value": s.mean.value, "mcse": s.mean.mcse, "sd": s.spread.value, "sd_mcse": s.spread.mcse,
            "difference": difference(&target.published, s), "standard_error": standard_error(&target.published, s),
            "replicates": s.replicates, "replicates_asked": row.asked,
        },
        "verdict": row.verdict.label(),
        "confidence": target.confidence.label(),
        "source": target.source,
        "doi": target.doi,
        "study_size": target.study_size,
        "study": target.study,
        "study_file": row.study_file,
        "how": target.how,
        "miss": target.miss,
    })
}
