//! Courses of single clients as stories.

use super::common::*;
use crate::engine::records::RuptureKind;
use crate::dataset::column::Element;
use crate::figures::storyboard::{Beat, Rupture, Story};
use crate::model::feedback::Signal;
use core::ops::Range;

/// What is shown of a course.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Eyes {
    /// What the therapist notices.
    Therapist,
    /// Everything.
    All,
}

/// The course of one client (rows of sessions) as a story.
pub fn story(ran: &Ran, rows: Range<usize>, (name, hue): (&str, usize), eyes: Eyes, ending: String) -> Story {
    let sessions = &ran.rows.sessions;
    let beat = |row: usize| {
        let there = sessions.rupture[row] != RuptureKind::None.stored();
        let seen = eyes == Eyes::All || sessions.noticed[row] != 0;
        let rupture = match (there && seen, sessions.repaired[row] != 0) {
            (false, _) => Rupture::None,
            (true, true) => Rupture::Repaired,
            (true, false) => Rupture::Open,
        };
        Beat {
            session: f64::from(sessions.session[row]),
            symptoms: sessions.symptom_score[row],
            alliance: sessions.alliance_rating[row],
            rupture,
            alarm: sessions.signal[row] == Signal::Red.stored(),
            acted: sessions.acted[row] != 0,
        }
    };
    Story { name: name.into(), hue, beats: rows.map(beat).collect(), ending }
}

/// How a course ended, in words.
pub fn ending(ran: &Ran, client_row: usize) -> String {
    let clients = &ran.rows.clients;
    let n = clients.sessions[client_row];
    let how = crate::model::ending::EndReason::ALL.iter().find(|reason| reason.stored() == clients.end_reason[client_row]);
    use crate::model::ending::EndReason as End;
    match how {
        Some(End::Planned) => format!("ended as planned after {n} sessions"),
        Some(End::Dropout) => format!("dropped out after {n} sessions"),
        Some(End::Administrative) => format!("had to stop after {n} sessions"),
        Some(End::Cap) => format!("used all {n} sessions"),
        _ => format!("{n} sessions"),
    }
}

/// Row of a client (from 1) of an arm among the clients.
pub fn client_row(ran: &Ran, arm: usize, client: usize) -> usize {
    let rows = ran.clients(arm);
    (rows.start + client - 1).min(rows.end.saturating_sub(1))
}

/// Rows of a client's sessions in an arm.
pub fn session_rows(ran: &Ran, arm: usize, client: usize) -> Range<usize> {
    let sessions = &ran.rows.sessions;
    let course = ran.courses(arm).into_iter().find(|course| sessions.client[course.rows.start] as usize == client);
    course.map_or(0..0, |course| course.rows)
}

/// Scales of symptom and alliance forms.
pub fn scales() -> [Scale; 2] {
    [Scale::fixed("Symptom score", 20.0, 140.0), Scale::fixed("Alliance rating", 1.0, 5.0)]
}
