//! Methods for times until an event.

use crate::model::params::params;

params! {
    /// Time to an event, others leaving early (Kaplan and Meier 1958). Terms: median, and "by 8" for the share that had it by then.
    pub struct KaplanMeierOf {
        /// Time: a column such as sessions.
        time: String = String::from("sessions") => skip;
        /// Whether it ended with the event, 0 or 1: a column such as dropout.
        event: String = String::new() => skip;
        /// Times by which the share is asked for.
        at: Vec<f64> = Vec::new() => skip;
    }
}

params! {
    /// Proportional hazards (Cox 1972), ties after Efron. Terms: the coefficients, log hazard ratios.
    pub struct CoxOf {
        /// Formula with time and event: "(sessions, dropout) ~ early + pre".
        formula: String = String::new() => skip;
        /// Groups whose rows are not independent, such as therapist: errors are then robust.
        cluster: Option<String> = None => skip;
    }
}

params! {
    /// Share that ended in one way, where others compete with it (Aalen and Johansen 1978). Terms: "by 8" for the share by then.
    pub struct IncidenceOf {
        /// Time: a column such as sessions.
        time: String = String::from("sessions") => skip;
        /// Whether it ended in this way, 0 or 1.
        event: String = String::from("dropout") => skip;
        /// Whether it ended in another way that makes the first impossible, 0 or 1.
        competing: String = String::from("planned") => skip;
        /// Times by which the share is asked for.
        at: Vec<f64> = Vec::new() => skip;
    }
}

params! {
    /// Log-rank test (Mantel 1966). Term: "chi square".
    pub struct LogRankOf {
        /// Time: a column such as sessions.
        time: String = String::from("sessions") => skip;
        /// Whether it ended with the event, 0 or 1.
        event: String = String::new() => skip;
        /// Groups: arm, diagnosis, or a column of 0 and 1.
        by: String = String::from("arm") => skip;
    }
}

params! {
    /// Cumulative hazard of an event, others leaving early (Nelson 1972, Aalen 1978). Terms: "hazard by 8" for the hazard summed
    /// over the time until then; 1 less exp(−hazard) is about the share of Kaplan and Meier.
    pub struct NelsonAalenOf {
        /// Time: a column such as sessions.
        time: String = String::from("sessions") => skip;
        /// Whether it ended with the event, 0 or 1: a column such as dropout.
        event: String = String::new() => skip;
        /// Times by which the hazard is asked for.
        at: Vec<f64> = Vec::new() => skip;
    }
}

params! {
    /// Gray's test (1988): do groups end in one way equally often over time, where others compete with it? Term: "chi square".
    pub struct GrayOf {
        /// Time: a column such as sessions.
        time: String = String::from("sessions") => skip;
        /// Whether it ended in this way, 0 or 1.
        event: String = String::from("dropout") => skip;
        /// Whether it ended in another way that makes the first impossible, 0 or 1.
        competing: String = String::from("planned") => skip;
        /// Groups: arm, diagnosis, or a column of 0 and 1.
        by: String = String::from("arm") => skip;
    }
}
