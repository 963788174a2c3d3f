//! From what happened to the data of a study: the clients it sees, in the arms in which it sees them, and their sessions.

use super::assess::Form;
use super::design::Seen;
use super::forms::{FormLog, SessionForms};
use super::replicate::{ArmResult, Cell};
use super::summary::{class, worse};
use crate::dataset::catalogue::Known;
use crate::dataset::frame::{Column, Frame, Quantity, Rows, Wanted};
use crate::estimators::classes::OutcomeClass;
use crate::model::ending::EndReason;
use crate::model::measurement::{ALLIANCE, SYMPTOMS};
use core::ops::Range;
use std::collections::BTreeMap;

/// Everything that a replicate leaves behind for its study.
pub(super) struct Left<'a> {
    /// The cell.
    pub cell: &'a Cell,
    /// Its arms.
    pub arms: &'a [ArmResult],
    /// Who is seen in them.
    pub seen: &'a [Seen],
    /// What was on forms, if it was written down.
    pub log: Option<&'a FormLog>,
    /// Forms of the measures that look on, by arm.
    pub forms: &'a [Vec<Form>],
    /// Every form after treatment counts as filled in: what is true, not what a study sees.
    pub all_forms: bool,
    /// Names of diagnosis groups, in the order of their codes.
    pub diagnoses: &'a [String],
}

/// One client whom the study sees.
#[derive(Clone, Copy)]
struct Person {
    arm: usize,
    /// Position in the arm.
    client: usize,
    therapist: usize,
}

/// The data of a study, with the columns that are asked for.
pub(super) fn frame(wanted: &Wanted, left: &Left) -> Frame {
    let people: Vec<Person> = (0..left.arms.len()).flat_map(|arm| left.people(arm)).collect();
    let clients = Rows {
        len: people.len(),
        of_arm: ranges(left.arms.len(), people.iter().map(|person| person.arm)),
        columns: wanted.clients.iter().map(|quantity| left.client_column(quantity, &people)).collect(),
    };
    let mut frame = Frame { clients, ..Frame::default() };
    if wanted.session_rows {
        left.sessions(wanted, &people, &mut frame);
    }
    frame
}

/// The rows of each arm, given the arm of every row in rising order.
fn ranges(arms: usize, of_rows: impl Iterator<Item = usize>) -> Vec<Range<usize>> {
    let mut ends = vec![0; arms];
    of_rows.for_each(|arm| ends[arm] += 1);
    let mut start = 0;
    let next = |count| {
        let range = start..start + count;
        start = range.end;
        range
    };
    ends.into_iter().map(next).collect()
}

fn flag(yes: bool) -> f64 {
    if yes { 1.0 } else { 0.0 }
}

/// A session number; missing when it never came.
fn first(session: u16) -> f64 {
    if session > 0 { f64::from(session) } else { f64::NAN }
}

impl Left<'_> {
    /// The clients seen in an arm. Who gave up waiting has no data.
    fn people(&self, arm: usize) -> impl Iterator<Item = Person> + '_ {
        let treated = move |client: usize| self.arms[arm].dyads[client].therapist.map(|therapist| Person { arm, client, therapist });
        self.seen[arm].positions().filter_map(treated)
    }

    fn client_column(&self, quantity: &Quantity, people: &[Person]) -> Column {
        match quantity {
            Quantity::Known(Known::Client) => self.identities(people),
            Quantity::Known(Known::ClientsPerTherapist) => self.clients_per_therapist(people),
            Quantity::Known(column @ (Known::Weeks | Known::Last)) => self.over_sessions(*column, people),
            Quantity::Known(column) if column.described().kind == crate::dataset::catalogue::Kind::Group => {
                Column::Codes(people.iter().map(|person| self.group(*column, *person)).collect())
            }
            Quantity::Known(column) => Column::Numbers(people.iter().map(|person| self.number(*column, *person)).collect()),
            Quantity::At { measure, session } => self.scores(measure, people, |all| match session {
                Some(session) => all.iter().find(|(at, _)| at == session).map_or(f64::NAN, |(_, score)| *score),
                None => all.iter().max_by_key(|(at, _)| *at).map_or(f64::NAN, |(_, score)| *score),
            }),
            Quantity::Average { measure, from, to } => self.scores(measure, people, |all| {
                let some: Vec<f64> = all.iter().filter(|(at, _)| (from..=to).contains(&at)).map(|(_, score)| *score).collect();
                some.iter().sum::<f64>() / some.len() as f64
            }),
            Quantity::Item { measure, session, item } => self.answers(measure, *session, *item, people),
            Quantity::Score(_) => Column::Numbers(Vec::new()),
        }
    }

    /// Codes of persons: the same in every arm.
    fn identities(&self, people: &[Person]) -> Column {
        let addresses: Vec<u64> = people.iter().map(|person| self.arms[person.arm].dyads[person.client].client).collect();
        let mut known = addresses.clone();
        known.sort_unstable();
        known.dedup();
        Column::Codes(addresses.iter().map(|address| known.partition_point(|other| other < address) as u32).collect())
    }

    /// Clients per therapist of each client's study and arm.
    fn clients_per_therapist(&self, people: &[Person]) -> Column {
        let place = |person: &Person| (person.arm, self.study(*person));
        let mut studies = BTreeMap::<(usize, usize), (usize, Vec<usize>)>::new();
        for person in people {
            let (clients, therapists) = studies.entry(place(person)).or_default();
            *clients += 1;
            therapists.push(person.therapist);
        }
        let means: BTreeMap<(usize, usize), f64> = studies
            .into_iter()
            .map(|(place, (clients, mut therapists))| {
                therapists.sort_unstable();
                therapists.dedup();
                (place, clients as f64 / therapists.len() as f64)
            })
            .collect();
        Column::Numbers(people.iter().map(|person| means[&place(person)]).collect())
    }

    fn study(&self, person: Person) -> usize {
        self.seen[person.arm].study_of(self.arms[person.arm].clinic_of(person.therapist))
    }

    /// Code of a group that a client belongs to.
    fn group(&self, column: Known, person: Person) -> u32 {
        let arm = &self.arms[person.arm];
        let code = match column {
            Known::Arm => person.arm,
            Known::Study => self.study(person),
            Known::Clinic => arm.clinic_of(person.therapist),
            // Arms may differ in staff; the same place in the same clinic is the same person.
            Known::Therapist => {
                let staff = |arm: &ArmResult| arm.therapists.len() / arm.clinics.len().max(1);
                let most = self.arms.iter().map(staff).max().unwrap_or(1);
                arm.clinic_of(person.therapist) * most + person.therapist % staff(arm).max(1)
            }
            _ => {
                let number = arm.starts[person.client].diagnosis as usize;
                let own = self.cell.arms[person.arm].world.diagnoses.keys().nth(number.wrapping_sub(1));
                own.and_then(|name| self.diagnoses.iter().position(|known| known == name)).unwrap_or(0)
            }
        };
        code as u32
    }

    fn number(&self, column: Known, person: Person) -> f64 {
        let (arm, rules) = (&self.arms[person.arm], &self.cell.arms[person.arm]);
        let (course, start) = (&arm.courses[person.client], &arm.starts[person.client]);
        let therapist = &arm.therapists[person.therapist];
        let career = &therapist.career;
        let filled_in = course.final_observed || self.all_forms;
        let after = if filled_in { course.final_score } else { f64::NAN };
        let classed = |those: &[OutcomeClass]| if filled_in { flag(those.contains(&class(rules, course))) } else { f64::NAN };
        match column {
            Known::Pre | Known::Severity => course.intake_score,
            Known::Post => after,
            Known::Change => after - course.intake_score,
            Known::Gain => worse(rules, course.intake_score - after),
            Known::Early => course.early_rating,
            Known::Sessions => f64::from(course.sessions),
            Known::Dropout => flag(course.reason == EndReason::Dropout),
            Known::Planned => flag(course.reason == EndReason::Planned),
            Known::Administrative => flag(course.reason == EndReason::Administrative),
            Known::Recovered => classed(&[OutcomeClass::Recovered]),
            Known::Improved => classed(&[OutcomeClass::Recovered, OutcomeClass::Improved]),
            Known::Unchanged => classed(&[OutcomeClass::Unchanged]),
            Known::Deteriorated => classed(&[OutcomeClass::Deteriorated]),
            Known::FirstImproved => first(course.first_improved),
            Known::EverImproved => flag(course.first_improved > 0),
            Known::ImprovementTime => f64::from(if course.first_improved > 0 { course.first_improved } else { course.sessions }),
            Known::NotOnTrack => flag(course.first_red > 0),
            Known::FirstNotOnTrack => first(course.first_red),
            Known::RupturesObserver => f64::from(course.reports[0]),
            Known::RupturesTherapist => f64::from(course.reports[1]),
            Known::RupturesClient => f64::from(course.reports[2]),
            Known::RepairedShare => f64::from(course.repairs) / f64::from(course.ruptures),
            Known::Anxiety => start.anxiety,
            Known::Avoidance => start.avoidance,
            Known::PersonalityDisorder => flag(start.personality_disorder),
            Known::Years => career.years,
            Known::Practice => career.practises,
            Known::Skill => therapist.skill,
            Known::Burnout => therapist.burnout,
            Known::StartWeek => start.week,
            Known::Waited => arm.service.as_ref().map_or(f64::NAN, |service| f64::from(service.waits[person.client].weeks)),
            _ => f64::NAN,
        }
    }

    /// What a client's sessions in the log come to.
    fn over_sessions(&self, column: Known, people: &[Person]) -> Column {
        let Some(log) = self.log else {
            // Without gaps the last rating is the one handed in.
            let last = |person: &Person| self.arms[person.arm].courses[person.client].last_rating;
            return Column::Numbers(people.iter().map(last).collect());
        };
        let empty = (u16::MAX, f64::NAN, 0, f64::NAN, f64::NAN);
        let mut of: Vec<Vec<_>> = self.arms.iter().map(|arm| vec![empty; arm.dyads.len()]).collect();
        for (own, sessions) in of.iter_mut().zip(&log.arms) {
            for one in sessions {
                let (first, began, last, ended, rating) = &mut own[one.client as usize];
                if one.session < *first {
                    (*first, *began) = (one.session, one.week);
                }
                if one.session > *last {
                    (*last, *ended, *rating) = (one.session, one.week, one.alliance);
                }
            }
        }
        let value = |person: &Person| {
            let (_, began, _, ended, rating) = of[person.arm][person.client];
            if column == Known::Weeks { ended - began } else { rating }
        };
        Column::Numbers(people.iter().map(value).collect())
    }

    /// One number per client from the scores of a measure that were handed in, with their sessions.
    fn scores(&self, measure: &str, people: &[Person], of: impl Fn(&[(u16, f64)]) -> f64) -> Column {
        let mut all: Vec<Vec<Vec<(u16, f64)>>> = self.arms.iter().map(|arm| vec![Vec::new(); arm.dyads.len()]).collect();
        for (arm, own) in all.iter_mut().enumerate() {
            self.each_score(measure, arm, |client, session, score| {
                if !score.is_nan() {
                    own[client].push((session, score));
                }
            });
        }
        Column::Numbers(people.iter().map(|person| of(&all[person.arm][person.client])).collect())
    }

    /// Each client's answer to an item, on the form of a session or on her first one.
    fn answers(&self, measure: &str, session: Option<u16>, item: usize, people: &[Person]) -> Column {
        let mut all: Vec<Vec<f64>> = self.arms.iter().map(|arm| vec![f64::NAN; arm.dyads.len()]).collect();
        for (arm, own) in all.iter_mut().enumerate() {
            let number = self.cell.arms[arm].further.iter().position(|further| further.name == measure);
            let forms = self.forms.get(arm).map(Vec::as_slice).unwrap_or_default();
            for form in forms.iter().filter(|form| Some(form.measure) == number && session.is_none_or(|session| form.session == session)) {
                let answer = form.answers.get(item).copied().map_or(f64::NAN, f64::from);
                own[form.client] = if own[form.client].is_nan() { answer } else { own[form.client] };
            }
        }
        Column::Numbers(people.iter().map(|person| all[person.arm][person.client]).collect())
    }

    /// Hears of every form of a measure in an arm: client, session, score.
    fn each_score(&self, measure: &str, arm: usize, mut hear: impl FnMut(usize, u16, f64)) {
        let of_process: Option<fn(&SessionForms) -> f64> = match measure {
            SYMPTOMS => Some(|one| one.symptoms),
            ALLIANCE => Some(|one| one.alliance),
            _ => None,
        };
        match (of_process, self.log) {
            (Some(score), Some(log)) => log.arms[arm].iter().for_each(|one| hear(one.client as usize, one.session, score(one))),
            _ => {
                let number = self.cell.arms[arm].further.iter().position(|further| further.name == measure);
                let forms = self.forms.get(arm).map(Vec::as_slice).unwrap_or_default();
                forms.iter().filter(|form| Some(form.measure) == number).for_each(|form| hear(form.client, form.session, form.score));
            }
        }
    }

    /// Adds the rows of sessions.
    fn sessions(&self, wanted: &Wanted, people: &[Person], to: &mut Frame) {
        let Some(log) = self.log else {
            return;
        };
        let mut rows: Vec<(usize, &SessionForms)> = Vec::new();
        for (arm, range) in to.clients.of_arm.iter().enumerate() {
            let mut row_of = vec![None; self.arms[arm].dyads.len()];
            range.clone().for_each(|row| row_of[people[row].client] = Some(row));
            let start = rows.len();
            rows.extend(log.arms[arm].iter().filter_map(|one| row_of[one.client as usize].map(|row| (row, one))));
            rows[start..].sort_by_key(|(row, one)| (*row, one.session));
        }
        to.sessions = Rows {
            len: rows.len(),
            of_arm: ranges(self.arms.len(), rows.iter().map(|(row, _)| people[*row].arm)),
            columns: wanted.sessions.iter().map(|quantity| Column::Numbers(self.session_column(quantity, &rows, people))).collect(),
        };
        to.client_of = rows.iter().map(|(row, _)| *row as u32).collect();
    }

    fn session_column(&self, quantity: &Quantity, rows: &[(usize, &SessionForms)], people: &[Person]) -> Vec<f64> {
        let value = |column: Known, one: &SessionForms| match column {
            Known::Session => f64::from(one.session),
            Known::Week => one.week,
            Known::Symptoms => one.symptoms,
            Known::Alliance => one.alliance,
            Known::RuptureObserver => flag(one.ruptures[0]),
            Known::RuptureTherapist => flag(one.ruptures[1]),
            Known::RuptureClient => flag(one.ruptures[2]),
            Known::Recognised => flag(one.recognised),
            Known::Red => flag(one.red),
            _ => f64::NAN,
        };
        let drops_out = |row: usize, session: u16| {
            let course = &self.arms[people[row].arm].courses[people[row].client];
            flag(course.reason == EndReason::Dropout && course.sessions == session)
        };
        match quantity {
            Quantity::Known(Known::DropsOut) => rows.iter().map(|(row, one)| drops_out(*row, one.session)).collect(),
            Quantity::Known(column) => rows.iter().map(|(_, one)| value(*column, one)).collect(),
            Quantity::Score(measure) => {
                let mut known = BTreeMap::new();
                for arm in 0..self.arms.len() {
                    self.each_score(measure, arm, |client, session, score| {
                        known.insert((arm, client, session), score);
                    });
                }
                let score = |(row, one): &(usize, &SessionForms)| {
                    let person = people[*row];
                    known.get(&(person.arm, person.client, one.session)).copied().unwrap_or(f64::NAN)
                };
                rows.iter().map(score).collect()
            }
            _ => vec![f64::NAN; rows.len()],
        }
    }
}
