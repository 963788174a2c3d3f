//! The report for other programs.

use crate::evidence::gallery::Gallery;
use crate::evidence::report::{Report, Row, Score};
use crate::evidence::table::{published, sign};
use crate::evidence::targets::Target;
use crate::evidence::verdict::{difference, standard_error};
use crate::evidence::words;
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

fn as_published(target: &Target) -> Value {
    let [value, se, low, high] = published(&target.published);
    json!({ "value": value, "se": se, "low": low, "high": high, "sign": sign(&target.published) })
}

/// The targets of a gallery, nothing run.
pub fn list(gallery: &Gallery, targets: &[usize]) -> Value {
    let one = |&at: &usize| {
        let target = &gallery.targets()[at];
        json!({
            "id": target.id, "group": target.group, "quantity": target.quantity, "published": as_published(target),
            "confidence": target.confidence.label(), "source": target.source, "doi": target.doi, "study": target.study,
        })
    };
    json!({ "targets": targets.iter().map(one).collect::<Vec<_>>() })
}

fn one(row: &Row) -> Value {
    let (target, s) = (&row.target, &row.simulated);
    json!({
        "id": target.id,
        "quantity": target.quantity,
        "unit": row.unit,
        "published": as_published(target),
        "simulated": {
            "value": s.mean.value, "mcse": s.mean.mcse, "sd": s.spread.value, "sd_mcse": s.spread.mcse,
            "difference": difference(&target.published, s), "standard_error": standard_error(&target.published, s),
            "replicates": s.replicates, "replicates_asked": row.asked,
        },
        "shown": { "quantity": words::quantity(row), "published": words::published_shown(row), "simulated": words::mean(row) },
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
