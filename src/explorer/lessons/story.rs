//! Courses of single clients as stories.

use super::common::*;
use crate::dataset::column::Element;
use crate::engine::records::RuptureKind;
use crate::figures::storyboard::{Beat, Rupture, Story};
use crate::model::ending::EndReason;
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
        let there = ruptured(ran, row);
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

/// Was there a rupture in the room in a session?
pub fn ruptured(ran: &Ran, row: usize) -> bool {
    ran.rows.sessions.rupture[row] != RuptureKind::None.stored()
}

/// How a course ended, in a few words.
pub fn ended(ran: &Ran, client_row: usize) -> &'static str {
    let reason = ran.rows.clients.end_reason[client_row];
    let is = |end: EndReason| end.stored() == reason;
    match () {
        () if is(EndReason::Planned) => "ended as planned",
        () if is(EndReason::Dropout) => "dropped out",
        () if is(EndReason::Administrative) => "had to stop",
        () => "used all sessions",
    }
}

/// How a course ended, with its length.
pub fn ending(ran: &Ran, client_row: usize) -> String {
    let n = ran.rows.clients.sessions[client_row] as usize;
    match ended(ran, client_row) {
        "used all sessions" => format!("used all {n} sessions"),
        how => format!("{how} after {n} {}", plural(n, "session", "sessions")),
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
