//! The columns of the data that a study holds: names, levels, units and meanings, in one list.

/// What one row is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Level {
    /// One client.
    #[default]
    Clients,
    /// One session of one client.
    Sessions,
}

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Numbers; missing where there is no value.
    Number,
    /// Codes of groups.
    Group,
}

/// Description of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Description {
    /// Which column.
    pub column: Known,
    /// Name in formulas.
    pub name: &'static str,
    /// A value per client or per session; columns of clients are there for sessions too.
    pub level: Level,
    /// Numbers or groups.
    pub kind: Kind,
    /// Unit; `score` is that of the instrument, `0/1` is no and yes.
    pub unit: &'static str,
    /// Meaning in one line.
    pub meaning: &'static str,
}

/// Declares the columns, each with level, kind, unit and meaning.
macro_rules! columns {
    ($($column:ident $name:literal $level:ident $kind:ident $unit:literal $meaning:literal;)+) => {
        /// A column by name.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Known { $(#[doc = $meaning] $column),+ }

        /// All columns, in the order of tables.
        pub const COLUMNS: &[Description] = &[$(Description {
            column: Known::$column, name: $name, level: Level::$level, kind: Kind::$kind, unit: $unit, meaning: $meaning,
        }),+];
    };
}

columns! {
    Arm "arm" Clients Group "name" "arm; named in a formula or in `where`, all arms are analysed together";
    Study "study" Clients Group "group" "study, where the design is several studies";
    Clinic "clinic" Clients Group "group" "clinic";
    Therapist "therapist" Clients Group "group" "therapist";
    Client "client" Clients Group "group" "client; the same person has the same code in every arm";
    Diagnosis "diagnosis" Clients Group "name" "diagnosis group";
    Pre "pre" Clients Number "score" "symptom score at session 1";
    Severity "severity" Clients Number "score" "the same as pre";
    Post "post" Clients Number "score" "symptom score after treatment; missing when the form was not filled in";
    Change "change" Clients Number "score" "post − pre";
    Gain "gain" Clients Number "score" "improvement: the difference between post and pre, positive when the client is better";
    Early "early" Clients Number "score" "client's alliance rating at the early session (outcomes.early_session), or the last before it";
    Last "last" Clients Number "score" "client's alliance rating at the last session; missing when it was not handed in";
    Sessions "sessions" Clients Number "sessions" "number of sessions";
    Weeks "weeks" Clients Number "weeks" "weeks from the first session to the last";
    Dropout "dropout" Clients Number "0/1" "the client dropped out";
    Planned "planned" Clients Number "0/1" "the ending was planned";
    Administrative "administrative" Clients Number "0/1" "the course ended for outside reasons";
    Recovered "recovered" Clients Number "0/1" "reliably improved and across the cut-off; missing without post";
    Improved "improved" Clients Number "0/1" "reliably improved, recovered or not; missing without post";
    Unchanged "unchanged" Clients Number "0/1" "no reliable change; missing without post";
    Deteriorated "deteriorated" Clients Number "0/1" "reliably worse; missing without post";
    FirstImproved "first_improved" Clients Number "session" "first session with a reliable improvement; missing if never";
    EverImproved "ever_improved" Clients Number "0/1" "reliably improved at some session: the event for times until improvement";
    ImprovementTime "improvement_time" Clients Number "sessions" "first session with a reliable improvement, or the last session: time until improvement";
    NotOnTrack "not_on_track" Clients Number "0/1" "ever not on track (red signal)";
    FirstNotOnTrack "first_not_on_track" Clients Number "session" "first session with a red signal; missing if never";
    RupturesClient "ruptures_client" Clients Number "sessions" "sessions in which the client would report a rupture";
    RupturesTherapist "ruptures_therapist" Clients Number "sessions" "sessions in which the therapist would report one";
    RupturesObserver "ruptures_observer" Clients Number "sessions" "sessions in which an observer would report one";
    RepairedShare "repaired_share" Clients Number "share" "share of the ruptures that were repaired, as an observer codes it; missing without ruptures";
    Anxiety "anxiety" Clients Number "SD" "client's attachment anxiety (questionnaire taken as exact)";
    Avoidance "avoidance" Clients Number "SD" "client's attachment avoidance (questionnaire taken as exact)";
    PersonalityDisorder "personality_disorder" Clients Number "0/1" "the client has a personality disorder";
    Years "years" Clients Number "years" "therapist's years of practice";
    Practice "practice" Clients Number "0/1" "the therapist practises deliberately";
    Skill "skill" Clients Number "SD" "therapist's interpersonal skills at the start of the study (performance test taken as exact)";
    Burnout "burnout" Clients Number "1" "therapist's burnout at the start of the study (questionnaire taken as exact)";
    StartWeek "start_week" Clients Number "week" "week of the study in which the course began";
    ClientsPerTherapist "clients_per_therapist" Clients Number "clients" "clients whom the study sees, per therapist of that study";
    Waited "waited" Clients Number "weeks" "weeks waited before treatment; missing where clinics are not open";
    Session "session" Sessions Number "session" "session number, from 1";
    Week "week" Sessions Number "week" "week of the session";
    Symptoms "symptoms" Sessions Number "score" "symptom score at the start of the session; missing when not measured";
    Alliance "alliance" Sessions Number "score" "client's alliance rating of the session; missing when not handed in";
    RuptureClient "rupture_client" Sessions Number "0/1" "the client would report a rupture in this session";
    RuptureTherapist "rupture_therapist" Sessions Number "0/1" "the therapist would report one";
    RuptureObserver "rupture_observer" Sessions Number "0/1" "an observer would report one";
    Recognised "recognised" Sessions Number "0/1" "the therapist noticed a rupture in this session (her notes)";
    DropsOut "drops_out" Sessions Number "0/1" "the client drops out after this session: the event of models in discrete time";
    Red "red" Sessions Number "0/1" "red signal: not on track at this session";
}

impl Known {
    /// Its description.
    pub fn described(self) -> &'static Description {
        &COLUMNS[self as usize]
    }
}

/// The column of a name.
pub fn named(name: &str) -> Option<&'static Description> {
    COLUMNS.iter().find(|column| column.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_column_has_its_own_name_and_finds_its_description() {
        let names: BTreeSet<&str> = COLUMNS.iter().map(|column| column.name).collect();
        assert_eq!(names.len(), COLUMNS.len());
        for column in COLUMNS {
            assert_eq!((column.column.described(), named(column.name)), (column, Some(column)));
        }
    }
}
