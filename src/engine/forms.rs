//! What is on the forms and charts of every session, written down for the analyses of a study.

use super::records::week_of;
use super::replicate::{Cell, SessionObserver};
use crate::dataset::catalogue::Known;
use crate::dataset::frame::{Quantity, Wanted};
use crate::model::courses::Courses;
use crate::model::feedback::Signal;
use crate::model::measurement::is_process;
use crate::model::rules::Rules;
use crate::model::session::Observed;

/// One session as a study sees it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct SessionForms {
    /// Position of the client in the arm.
    pub client: u32,
    /// Session, from 1.
    pub session: u16,
    /// Week.
    pub week: f64,
    /// Symptom score; NaN when not measured.
    pub symptoms: f64,
    /// Client's alliance rating; NaN when not handed in.
    pub alliance: f64,
    /// Observer, therapist, client would report a rupture.
    pub ruptures: [bool; 3],
    /// The therapist noticed a rupture.
    pub recognised: bool,
    /// Red signal.
    pub red: bool,
}

/// The sessions of all arms, in the order in which they happen.
#[derive(Clone, Debug, Default)]
pub struct FormLog {
    pub(super) arms: Vec<Vec<SessionForms>>,
}

impl FormLog {
    /// A log for a cell, if the columns that are asked for need one.
    pub fn for_columns(wanted: &Wanted, cell: &Cell) -> Option<Self> {
        let gaps = cell.arms.iter().any(|rules| !rules.alliance_forms.complete());
        let of_clients = wanted.clients.iter().any(|quantity| match quantity {
            Quantity::At { measure, .. } | Quantity::Average { measure, .. } => is_process(measure),
            Quantity::Known(column) => *column == Known::Weeks || (*column == Known::Last && gaps),
            Quantity::Score(_) | Quantity::Item { .. } => false,
        });
        (wanted.session_rows || of_clients).then(|| Self { arms: vec![Vec::new(); cell.arms.len()] })
    }
}

impl Observed for FormLog {
    const ON: bool = true;
}

impl SessionObserver for FormLog {
    fn session(&mut self, arm: usize, client: usize, rules: &Rules, c: &Courses, l: usize) {
        self.arms[arm].push(SessionForms {
            client: client as u32,
            session: (c.held_before[l] + c.session[l]) as u16,
            week: week_of(rules, c, l),
            symptoms: if c.measured[l] > 0.5 { rules.symptom_scale.own(c.score[l]) } else { f64::NAN },
            alliance: if c.rated[l] > 0.5 { rules.alliance_scale.own(c.rating[l]) } else { f64::NAN },
            ruptures: rules.thresholds.map(|threshold| c.strain[l] >= threshold),
            recognised: c.noticed[l] > 0.5,
            red: Signal::ALL.get(c.signal[l] as usize) == Some(&Signal::Red),
        });
    }
}
