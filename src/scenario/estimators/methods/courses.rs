//! Methods for sessions of the same clients.

use super::{Made, Texts, made, response_span, without_groups};
use crate::dataset::catalogue::Known;
use crate::estimators::analysis::{self, Estimator, Moments};
use crate::estimators::formula::Flaw;
use crate::estimators::formula::ast::Formula;
use crate::estimators::formula::expr::Expr;
use crate::estimators::formula::model::{INTERCEPT, Model};
use crate::estimators::formula::names::Lookup;
use crate::estimators::panel::two_stage::Instrument;
use crate::estimators::structural::cross_lagged;
use crate::scenario::estimators::keys::{self, PanelMethod};

impl Texts<'_> {
    pub(super) fn panel(&mut self, own: &keys::PanelOf) -> Made {
        let model = self.model(&own.formula, row_by_row)?;
        let moments = |of: &keys::MomentsOf, system: bool| {
            let (steps, lags) = (of.steps, usize::from(of.lags));
            Estimator::Moments(Moments { system, two_steps: steps == 2, collapse: of.collapse, lags, exogenous: of.exogenous.clone() })
        };
        let (estimator, name) = match &own.method {
            PanelMethod::Within(_) => (Estimator::Within, None),
            PanelMethod::FirstDifference(_) => (Estimator::FirstDifference, None),
            PanelMethod::AndersonHsiao(of) => {
                let instrument = match of.instrument {
                    keys::Instrument::Level => Instrument::Level,
                    keys::Instrument::Difference => Instrument::Difference,
                };
                (Estimator::AndersonHsiao(instrument), Some("AndersonHsiao"))
            }
            PanelMethod::ArellanoBond(of) => (moments(of, false), Some("ArellanoBond")),
            PanelMethod::BlundellBond(of) => (moments(of, true), Some("BlundellBond")),
        };
        let (client, session) = (self.lookup.column(Known::Client), Expr::Column(self.lookup.column(Known::Session)));
        let method = analysis::Panel { model, estimator, robust: own.robust, client, session };
        self.panel_makes_sense(&method, name, &own.formula)?;
        made(method)
    }

    pub(super) fn cross_lagged(&mut self, own: &keys::CrossLaggedOf) -> Made {
        let model = match &own.model {
            keys::CrossLaggedModel::RandomIntercepts(of) => {
                cross_lagged::Model::RandomIntercepts { equal_effects: of.equal_effects, equal_errors: of.equal_errors }
            }
            keys::CrossLaggedModel::Dynamic(_) => cross_lagged::Model::DynamicPanel,
        };
        let (y, x) = (self.named(&["y"], &own.y), self.named(&["x"], &own.x));
        let (client, session) = (self.lookup.column(Known::Client), Expr::Column(self.lookup.column(Known::Session)));
        let waves: Vec<u16> = (own.from..=own.until).step_by(usize::from(own.every)).collect();
        let needed = model.fewest_waves();
        if waves.len() < needed {
            let what =
                format!("from session {} until {} there are {} waves, and the model needs {needed}", own.from, own.until, waves.len());
            self.flaws.push((Self::method_key(&["until"]), Flaw::with_help(0..0, what, "take more sessions, or a smaller `every`")));
            return None;
        }
        let ((y_name, y), (x_name, x)) = (y?, x?);
        made(analysis::CrossLagged { names: [y_name, x_name], values: [y, x], client, session, waves, model })
    }

    /// The model has what its estimator needs.
    fn panel_makes_sense(&mut self, of: &analysis::Panel, needs_past: Option<&str>, formula: &str) -> Option<()> {
        if let (Some(name), None) = (needs_past, of.past()) {
            let response = formula.split('~').next().unwrap_or_default().trim();
            let what = format!("{name} is for models in which the outcome's own past is a predictor");
            let flaw =
                Flaw::with_help(formula.len()..formula.len(), what, format!("add lag({response}), or use Within() or FirstDifference()"));
            self.flaws.push((Self::method_key(&["formula"]), flaw));
            return None;
        }
        let Estimator::Moments(own) = &of.estimator else {
            return Some(());
        };
        let past = of.past().map(|at| of.model.columns[at].name.clone());
        let known: Vec<String> = of
            .model
            .columns
            .iter()
            .map(|column| column.name.clone())
            .filter(|name| name != INTERCEPT && Some(name) != past.as_ref())
            .collect();
        let unknown: Vec<(usize, &String)> = own.exogenous.iter().enumerate().filter(|(_, name)| !known.contains(name)).collect();
        for &(i, name) in &unknown {
            let (what, help) = match past.as_ref() == Some(name) {
                true => (format!("{name} depends on earlier errors, whatever is said of it"), "leave it away".to_owned()),
                false => (format!("the formula has no predictor `{name}`"), format!("its predictors are: {}", known.join(", "))),
            };
            let flaw = Flaw { slip: Some((name.clone(), known.clone())), ..Flaw::with_help(0..name.len(), what, help) };
            self.flaws.push((["method", "method", "exogenous"].map(String::from).into_iter().chain([i.to_string()]).collect(), flaw));
        }
        unknown.is_empty().then_some(())
    }
}

/// One response, no groups, nothing that depends on which rows are used: a session is also the past of another.
fn row_by_row(model: &Model, tree: &Formula, lookup: &mut Lookup) -> Option<()> {
    without_groups(model, tree, lookup)?;
    if model.variables().iter().all(|of| of.is_row_wise()) {
        return Some(());
    }
    let what = "z, mean, within and detrended depend on the rows that are used, and here a session is also the past of the next";
    lookup.flaw(Flaw::with_help(response_span(tree).start..tree.right.span.end, what, "use columns, lag, lead, log and numbers"))
}
