//! Methods of the key `estimators`: their texts become expressions and models.

mod courses;
mod groups;
mod missing;

use super::Key;
use super::keys::{self, Method};
use crate::dataset::catalogue::{Known, Level};
use crate::dataset::frame::Slot;
use crate::estimators::analysis::{self, By};
use crate::estimators::formula::ast::{Ast, Formula, Kind, Word};
use crate::estimators::formula::expr::Expr;
use crate::estimators::formula::model::Model;
use crate::estimators::formula::names::Lookup;
use crate::estimators::formula::{Flaw, expression, formula};
use crate::estimators::logistic::Link;
use crate::estimators::mixed::Criterion;
use crate::estimators::{linear, meta};
use core::ops::Range;
use groups::{one_level, predicted_on_two_levels};
use std::sync::Arc;

/// Reads the texts of one analysis.
pub(super) struct Texts<'a> {
    /// Knows the names.
    pub lookup: Lookup<'a>,
    /// What is wrong, and in which text.
    pub flaws: Vec<(Key, Flaw)>,
}

type Made = Option<Arc<dyn analysis::Method>>;

/// Does a model, read from this formula, suit a method?
type Check = fn(&Model, &Formula, &mut Lookup) -> Option<()>;

fn made(method: impl analysis::Method + 'static) -> Made {
    Some(Arc::new(method))
}

impl Method {
    /// What a row is: some methods need sessions.
    pub(super) fn level(&self, asked: Level) -> Level {
        match self {
            Self::Shapes(_) | Self::Panel(_) | Self::CrossLagged(_) => Level::Sessions,
            Self::Alpha(_) => Level::Clients,
            _ => asked,
        }
    }
}

impl Texts<'_> {
    fn method_key(key: &[&str]) -> Vec<String> {
        ["method"].iter().chain(key).map(ToString::to_string).collect()
    }

    /// Reads a text; a fault is noted.
    pub fn read<T>(&mut self, key: &[&str], text: &str, read: fn(&str) -> Result<T, Flaw>) -> Option<T> {
        read(text).map_err(|flaw| self.flaws.push((key.iter().map(ToString::to_string).collect(), flaw))).ok()
    }

    /// Notes what names were not found in a text.
    pub fn flaws_of(&mut self, key: &[&str]) {
        let key: Key = key.iter().map(ToString::to_string).collect();
        self.flaws.extend(self.lookup.flaws.drain(..).map(|flaw| (key.clone(), flaw)));
    }

    /// A text of the method, read and looked up.
    fn text<A, T>(
        &mut self,
        key: &[&str],
        text: &str,
        read: fn(&str) -> Result<A, Flaw>,
        then: impl FnOnce(&A, &mut Lookup) -> Option<T>,
    ) -> Option<T> {
        let key = Self::method_key(key);
        self.text_at(&key.iter().map(String::as_str).collect::<Vec<&str>>(), text, read, then)
    }

    /// A text at any key of the estimator, read and looked up.
    fn text_at<A, T>(
        &mut self,
        key: &[&str],
        text: &str,
        read: fn(&str) -> Result<A, Flaw>,
        then: impl FnOnce(&A, &mut Lookup) -> Option<T>,
    ) -> Option<T> {
        let tree = self.read(key, text, read)?;
        let found = then(&tree, &mut self.lookup);
        self.flaws_of(key);
        found
    }

    /// An expression at any key of the estimator.
    fn at(&mut self, key: &[&str], text: &str) -> Option<Expr> {
        self.text_at(key, text, expression, |ast, lookup| lookup.expr(ast))
    }

    fn expr(&mut self, key: &[&str], text: &str) -> Option<Expr> {
        self.text(key, text, expression, |ast, lookup| lookup.expr(ast))
    }

    fn exprs(&mut self, key: &str, texts: &[String]) -> Option<Vec<Expr>> {
        let all: Vec<Option<Expr>> = texts.iter().enumerate().map(|(i, text)| self.expr(&[key, &i.to_string()], text)).collect();
        all.into_iter().collect()
    }

    /// A model that passes some checks.
    fn model(&mut self, text: &str, check: Check) -> Option<Model> {
        self.model_at(&["method", "formula"], text, check)
    }

    /// The same at any key of the estimator.
    fn model_at(&mut self, key: &[&str], text: &str, check: Check) -> Option<Model> {
        self.text_at(key, text, formula, |tree, lookup| {
            let model = Model::of(tree, lookup)?;
            check(&model, tree, lookup).map(|()| model)
        })
    }

    /// An expression with its spelling.
    fn named(&mut self, key: &[&str], text: &str) -> Option<(String, Expr)> {
        self.text(key, text, expression, |ast, lookup| Some((ast.to_string(), lookup.expr(ast)?)))
    }

    /// A column of groups, if any is named.
    fn group(&mut self, key: &str, name: Option<&String>) -> Option<Option<Slot>> {
        let Some(name) = name else {
            return Some(None);
        };
        let word = Word { span: 0..name.len(), text: name.clone() };
        let found = self.lookup.group(&word);
        let key = Self::method_key(&[key]);
        self.flaws_of(&key.iter().map(String::as_str).collect::<Vec<_>>());
        found.map(Some)
    }

    /// Groups that are compared with the first.
    fn by(&mut self, name: &str) -> Option<By> {
        self.text(&["by"], name, expression, by)
    }

    /// A method, ready to be used.
    pub fn method(&mut self, written: &Method) -> Made {
        match written {
            Method::Mean(own) => self.expr(&["of"], &own.of).and_then(|of| made(analysis::Mean { of })),
            Method::Sd(own) => self.expr(&["of"], &own.of).and_then(|of| made(analysis::Sd { of })),
            Method::Correlation(own) => self.correlation(own),
            Method::Difference(own) => {
                let (of, by) = (self.expr(&["of"], &own.of), self.by(&own.by));
                made(analysis::Difference { of: of?, by: by? })
            }
            Method::Odds(own) => {
                let (of, by) = (self.expr(&["of"], &own.of), self.by(&own.by));
                made(analysis::Odds { of: of?, by: by? })
            }
            Method::Linear(own) => self.linear(own),
            Method::Mixed(own) => self.mixed(own),
            Method::Logistic(own) => {
                let model = self.model(&own.formula, at_most_one_level)?;
                let link = match own.link {
                    keys::Link::Logit => Link::Logit,
                    keys::Link::Cloglog => Link::Cloglog,
                };
                made(analysis::Logistic { model, link, points: usize::from(own.points) })
            }
            Method::KaplanMeier(own) => {
                let (time, event) = (self.expr(&["time"], &own.time), self.expr(&["event"], &own.event));
                made(analysis::KaplanMeier { time: time?, event: event?, at: own.at.clone() })
            }
            Method::NelsonAalen(own) => {
                let (time, event) = (self.expr(&["time"], &own.time), self.expr(&["event"], &own.event));
                made(analysis::NelsonAalen { time: time?, event: event?, at: own.at.clone() })
            }
            Method::Gray(own) => {
                let (time, event) = (self.expr(&["time"], &own.time), self.expr(&["event"], &own.event));
                let (competing, by) = (self.expr(&["competing"], &own.competing), self.by(&own.by));
                made(analysis::Gray { time: time?, event: event?, competing: competing?, by: by? })
            }
            Method::Incidence(own) => {
                let (time, event) = (self.expr(&["time"], &own.time), self.expr(&["event"], &own.event));
                let competing = self.expr(&["competing"], &own.competing);
                made(analysis::Incidence { time: time?, event: event?, competing: competing?, at: own.at.clone() })
            }
            Method::LogRank(own) => {
                let (time, event) = (self.expr(&["time"], &own.time), self.expr(&["event"], &own.event));
                let by = self.by(&own.by);
                made(analysis::LogRank { time: time?, event: event?, by: by? })
            }
            Method::Cox(own) => {
                let model = self.model(&own.formula, time_and_event);
                let cluster = self.group("cluster", own.cluster.as_ref());
                made(analysis::Cox { model: model?.without_intercept(), cluster: cluster? })
            }
            Method::Meta(own) => self.meta(own),
            Method::Panel(own) => self.panel(own),
            Method::CrossLagged(own) => self.cross_lagged(own),
            Method::LatentMeans(own) => {
                self.model(&own.formula, predicted_on_two_levels).and_then(|model| made(analysis::LatentMeans { model }))
            }
            Method::Therapists(own) => self.model(&own.formula, one_level).and_then(|model| made(analysis::Therapists { model })),
            Method::Shapes(own) => self.shapes(own),
            Method::Alpha(own) => {
                let items = self.lookup.items(&own.of, own.session);
                self.flaws_of(&["method", "of"]);
                made(analysis::Alpha { items: items? })
            }
        }
    }

    fn mixed(&mut self, own: &keys::MixedOf) -> Made {
        let model = self.model(&own.formula, with_groups)?;
        let criterion = match own.criterion {
            keys::Criterion::REML => Criterion::Reml,
            keys::Criterion::ML => Criterion::Ml,
        };
        let freedom = match own.df {
            keys::Freedom::Satterthwaite => analysis::Freedom::Satterthwaite,
            keys::Freedom::KenwardRoger => analysis::Freedom::KenwardRoger,
            keys::Freedom::Residual => analysis::Freedom::Residual,
        };
        if freedom == analysis::Freedom::KenwardRoger && criterion == Criterion::Ml {
            let what = "Kenward and Roger's degrees of freedom are not defined for maximum likelihood";
            let flaw = Flaw::with_help(0..0, what, "use criterion: REML, or df: Satterthwaite");
            self.flaws.push((Self::method_key(&["df"]), flaw));
        }
        let intervals = match own.intervals {
            keys::Intervals::None => analysis::Intervals::None,
            keys::Intervals::Wald => analysis::Intervals::Wald,
            keys::Intervals::Profile => analysis::Intervals::Profile,
        };
        made(analysis::Mixed { model, criterion, freedom, intervals, likelihood_ratio: own.likelihood_ratio })
    }

    fn meta(&mut self, own: &keys::MetaOf) -> Made {
        let (x, more, y) = (self.expr(&["x"], &own.x), self.exprs("and_x", &own.and_x), self.expr(&["y"], &own.y));
        let by = self.group("by", Some(&own.by));
        let moderators: Vec<_> =
            own.moderators.iter().enumerate().map(|(i, text)| self.named(&["moderators", &i.to_string()], text)).collect();
        let moderators = moderators.into_iter().collect::<Option<Vec<_>>>();
        let method = match own.method {
            keys::Heterogeneity::REML => meta::Method::REML,
            keys::Heterogeneity::DL => meta::Method::DL,
            keys::Heterogeneity::ML => meta::Method::ML,
            keys::Heterogeneity::PM => meta::Method::PM,
            keys::Heterogeneity::FE => meta::Method::FE,
        };
        let x = core::iter::once(x?).chain(more?).collect();
        made(analysis::Meta { x, y: y?, by: by??, moderators: moderators?, method, knapp_hartung: own.knapp_hartung, egger: own.egger })
    }

    fn shapes(&mut self, own: &keys::ShapesOf) -> Made {
        let of = self.expr(&["of"], &own.of)?;
        let (client, session) = (self.lookup.column(Known::Client), Expr::Column(self.lookup.column(Known::Session)));
        let (back, ratings) = (usize::from(own.back), usize::from(own.ratings));
        made(analysis::Shapes { of, client, session, fall: own.fall, back, ratings })
    }

    fn correlation(&mut self, own: &keys::CorrelationOf) -> Made {
        let (x, y) = (self.expr(&["x"], &own.x), self.expr(&["y"], &own.y));
        let given = self.exprs("given", &own.given);
        let by = self.group("by", own.by.as_ref());
        made(analysis::Correlation { x: x?, y: y?, given: given?, by: by? })
    }

    fn linear(&mut self, own: &keys::LinearOf) -> Made {
        let model = self.model(&own.formula, without_groups);
        let correction = match own.correction {
            keys::Correction::CR0 => linear::Correction::CR0,
            keys::Correction::CR1 => linear::Correction::CR1,
            keys::Correction::CR2 => linear::Correction::CR2,
        };
        let cluster = self.group("cluster", own.cluster.as_ref());
        made(analysis::Linear { model: model?, cluster: cluster?.map(|slot| (slot, correction)) })
    }
}

/// The bytes of what is explained.
fn response_span(tree: &Formula) -> Range<usize> {
    tree.response.first().map_or(0, |ast| ast.span.start)..tree.response.last().map_or(0, |ast| ast.span.end)
}

/// The bytes of the brackets with a bar.
fn random_span(ast: &Ast) -> Range<usize> {
    match &ast.kind {
        Kind::Pair(left, _, right) => {
            let found = random_span(left);
            if found.is_empty() { random_span(right) } else { found }
        }
        Kind::Random { .. } => ast.span.clone(),
        _ => 0..0,
    }
}

/// Exactly one response.
fn one_response(_: &Model, tree: &Formula, lookup: &mut Lookup) -> Option<()> {
    match tree.response.len() {
        1 => Some(()),
        _ => lookup.flaw(Flaw::with_help(response_span(tree), "here one variable is explained, not several", "time and event are for Cox")),
    }
}

/// One response, and groups of some kind.
fn with_groups(model: &Model, tree: &Formula, lookup: &mut Lookup) -> Option<()> {
    one_response(model, tree, lookup)?;
    if !model.random.is_empty() {
        return Some(());
    }
    let end = tree.right.span.end;
    let what = "a mixed model needs groups that differ, in a bracket with a bar";
    lookup.flaw(Flaw::with_help(end..end, what, "add (1 | therapist), or use Linear"))
}

/// One response, no groups.
fn without_groups(model: &Model, tree: &Formula, lookup: &mut Lookup) -> Option<()> {
    one_response(model, tree, lookup)?;
    match model.random.first() {
        None => Some(()),
        Some(random) => {
            let what = format!("this regression has no differences between groups, such as those of each {}", random.group);
            lookup.flaw(Flaw::with_help(random_span(&tree.right), what, "use Mixed (or Logistic), or leave the bracket away"))
        }
    }
}

/// One response; at most one kind of groups, which differ in their level.
fn at_most_one_level(model: &Model, tree: &Formula, lookup: &mut Lookup) -> Option<()> {
    one_response(model, tree, lookup)?;
    match model.random.as_slice() {
        [] => Some(()),
        [one] if one.intercept && one.slopes.is_empty() => Some(()),
        _ => {
            let what = "a mixed logistic regression can have one kind of groups, which differ in their level";
            lookup.flaw(Flaw::with_help(random_span(&tree.right), what, "write (1 | therapist)"))
        }
    }
}

/// Time and event, no groups.
fn time_and_event(model: &Model, tree: &Formula, lookup: &mut Lookup) -> Option<()> {
    if tree.response.len() != 2 {
        let what = "here time and event are explained, in a bracket";
        return lookup.flaw(Flaw::with_help(response_span(tree), what, "for example: (sessions, dropout) ~ early + pre"));
    }
    if model.random.is_empty() {
        return Some(());
    }
    let help = "name the groups in `cluster`, and leave the bracket away";
    lookup.flaw(Flaw::with_help(random_span(&tree.right), "proportional hazards have no differences between groups", help))
}

/// Arm, diagnosis, or a variable of 0 and 1.
fn by(ast: &Ast, lookup: &mut Lookup) -> Option<By> {
    let factor = match &ast.kind {
        Kind::Name(name) => lookup.factor(name),
        _ => None,
    };
    match factor {
        Some(factor) if factor.levels.len() > 1 => Some(By::Factor(factor)),
        Some(factor) => {
            let what = format!("there is nothing to compare: the scenario has {} {}", factor.levels.len(), plural(factor.name));
            lookup.flaw(Flaw::with_help(ast.span.clone(), what, "name a column of 0 and 1 in `by`, such as dropout, or add arms"))
        }
        None => {
            let before = lookup.flaws.len();
            let found = lookup.expr(ast);
            for flaw in &mut lookup.flaws[before..] {
                if flaw.slip.is_none() {
                    flaw.help = Some("`by` takes arm, diagnosis, or a column of 0 and 1 such as dropout".into());
                }
            }
            found.map(|of| By::Flag(ast.to_string(), of))
        }
    }
}

fn plural(name: &str) -> &'static str {
    if name == "arm" { "arm" } else { "diagnosis groups" }
}
