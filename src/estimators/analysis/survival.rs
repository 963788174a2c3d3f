//! Times until an event as analyses.

use super::{By, CONFIDENCE, Fit, Method, Reason, Value};
use crate::dataset::frame::Slot;
use crate::estimators::formula::expr::{Expr, View};
use crate::estimators::formula::model::Model;
use crate::estimators::status::Failure;
use crate::estimators::survival::{competing, cox, gray, kaplan_meier, log_rank};

/// Times, and whether they end with the event.
fn times(time: &Expr, event: &Expr, data: &View) -> Result<(Vec<f64>, Vec<bool>), Failure> {
    let events = data.numbers(event);
    if events.iter().any(|value| *value != 0.0 && *value != 1.0) {
        return Err(Failure::Range { what: "the event", rule: "0 or 1" });
    }
    Ok((data.numbers(time), events.into_iter().map(|value| value > 0.5).collect()))
}

/// Median time to an event and shares that had it by some times, others leaving early (Kaplan and Meier 1958).
#[derive(Clone, Debug)]
pub struct KaplanMeier {
    /// Time of the event, or until which nothing happened.
    pub time: Expr,
    /// It was the event, 0 or 1.
    pub event: Expr,
    /// Times by which the share is asked for.
    pub at: Vec<f64>,
}

impl Method for KaplanMeier {
    fn terms(&self) -> Vec<String> {
        ["median".to_owned()].into_iter().chain(self.at.iter().map(|time| format!("by {time}"))).collect()
    }
    fn variables(&self) -> Vec<&Expr> {
        vec![&self.time, &self.event]
    }
    fn fit(&self, data: &View) -> Result<Fit, Reason> {
        let (times, events) = times(&self.time, &self.event, data)?;
        let curve = kaplan_meier::fit(&times, &events)?;
        let [low, high] = curve.median_interval(CONFIDENCE, kaplan_meier::Scale::Log);
        let median = Value { low, high, ..Value::alone(curve.median()) };
        Ok(Fit::done([median].into_iter().chain(self.at.iter().map(|time| curve.had_by(*time).into())).collect()))
    }
}

/// Cumulative hazard of an event by some times, others leaving early (Nelson 1972, Aalen 1978).
#[derive(Clone, Debug)]
pub struct NelsonAalen {
    /// Time of the event, or until which nothing happened.
    pub time: Expr,
    /// It was the event, 0 or 1.
    pub event: Expr,
    /// Times by which the hazard is asked for.
    pub at: Vec<f64>,
}

impl Method for NelsonAalen {
    fn terms(&self) -> Vec<String> {
        self.at.iter().map(|time| format!("hazard by {time}")).collect()
    }
    fn variables(&self) -> Vec<&Expr> {
        vec![&self.time, &self.event]
    }
    fn fit(&self, data: &View) -> Result<Fit, Reason> {
        let (times, events) = times(&self.time, &self.event, data)?;
        let curve = kaplan_meier::fit(&times, &events)?;
        Ok(Fit::done(self.at.iter().map(|time| curve.hazard_by(*time).into()).collect()))
    }
}

/// Time, and how it ended: 1 in the way asked for, 2 in another that makes that one impossible, 0 in neither.
fn endings(time: &Expr, event: &Expr, competing: &Expr, data: &View) -> Result<(Vec<f64>, Vec<usize>), Failure> {
    let (found, events) = times(time, event, data)?;
    let (_, others) = times(time, competing, data)?;
    if events.iter().zip(&others).any(|(event, other)| *event && *other) {
        return Err(Failure::Range { what: "what competes with the event", rule: "0 where the event is 1" });
    }
    let causes = events.iter().zip(&others).map(|(event, other)| usize::from(*event) + 2 * usize::from(*other)).collect();
    Ok((found, causes))
}

/// Shares that ended in one way by some times, where other ways of ending compete with it (Aalen and Johansen 1978).
#[derive(Clone, Debug)]
pub struct Incidence {
    /// Time of the ending, or until which there was none.
    pub time: Expr,
    /// It ended in this way, 0 or 1.
    pub event: Expr,
    /// It ended in another way, 0 or 1.
    pub competing: Expr,
    /// Times by which the share is asked for.
    pub at: Vec<f64>,
}

impl Method for Incidence {
    fn terms(&self) -> Vec<String> {
        self.at.iter().map(|time| format!("by {time}")).collect()
    }
    fn variables(&self) -> Vec<&Expr> {
        vec![&self.time, &self.event, &self.competing]
    }
    fn fit(&self, data: &View) -> Result<Fit, Reason> {
        let (times, causes) = endings(&self.time, &self.event, &self.competing, data)?;
        let curve = competing::incidence(&times, &causes, 1)?;
        Ok(Fit::done(self.at.iter().map(|time| curve.by(*time).into()).collect()))
    }
}

/// Do groups have the event at the same rate (Mantel 1966)?
#[derive(Clone, Debug)]
pub struct LogRank {
    /// Time of the event, or until which nothing happened.
    pub time: Expr,
    /// It was the event, 0 or 1.
    pub event: Expr,
    /// Groups.
    pub by: By,
}

impl Method for LogRank {
    fn terms(&self) -> Vec<String> {
        vec!["chi square".into()]
    }
    fn variables(&self) -> Vec<&Expr> {
        [&self.time, &self.event].into_iter().chain(self.by.variable()).collect()
    }
    fn fit(&self, data: &View) -> Result<Fit, Reason> {
        let (times, events) = times(&self.time, &self.event, data)?;
        let found = log_rank::test(&times, &events, &self.by.codes(data)?)?;
        Ok(Fit::done(vec![Value { df: found.df, p: found.p, ..Value::alone(found.chi_square) }]))
    }
}

/// Do groups end in one way equally often, where other ways compete with it (Gray 1988)?
#[derive(Clone, Debug)]
pub struct Gray {
    /// Time of the ending, or until which there was none.
    pub time: Expr,
    /// It ended in this way, 0 or 1.
    pub event: Expr,
    /// It ended in another way, 0 or 1.
    pub competing: Expr,
    /// Groups.
    pub by: By,
}

impl Method for Gray {
    fn terms(&self) -> Vec<String> {
        vec!["chi square".into()]
    }
    fn variables(&self) -> Vec<&Expr> {
        [&self.time, &self.event, &self.competing].into_iter().chain(self.by.variable()).collect()
    }
    fn fit(&self, data: &View) -> Result<Fit, Reason> {
        let (times, causes) = endings(&self.time, &self.event, &self.competing, data)?;
        let found = gray::test(&times, &causes, &self.by.codes(data)?, 1)?;
        Ok(Fit::done(vec![Value { df: found.df, p: found.p, ..Value::alone(found.chi_square) }]))
    }
}

/// Proportional hazards (Cox 1972), ties after Efron: log hazard ratios.
#[derive(Clone, Debug)]
pub struct Cox {
    /// Response: time and event; columns without the constant.
    pub model: Model,
    /// Groups whose rows are not independent.
    pub cluster: Option<Slot>,
}

impl Method for Cox {
    fn terms(&self) -> Vec<String> {
        self.model.columns.iter().map(|column| column.name.clone()).collect()
    }
    fn variables(&self) -> Vec<&Expr> {
        self.model.variables()
    }
    fn fit(&self, data: &View) -> Result<Fit, Reason> {
        let (times, events) = times(&self.model.response[0], &self.model.response[1], data)?;
        let cluster = self.cluster.map(|slot| data.codes(slot));
        let options = cox::Options { cluster: cluster.as_deref(), ..cox::Options::default() };
        let found = cox::fit(&times, &events, &self.model.matrix(data), options)?;
        Ok(Fit::done(found.coefficients.into_iter().map(Value::from).collect()))
    }
}
