//! Methods of the key `estimators`: their texts become expressions and models.

use super::Key;
use super::keys::{self, Method};
use crate::dataset::catalogue::Level;
use crate::dataset::frame::Slot;
use crate::estimators::analysis::{self, By};
use crate::estimators::formula::ast::{Ast, Kind, Word};
use crate::estimators::formula::expr::Expr;
use crate::estimators::formula::model::Model;
use crate::estimators::formula::names::Lookup;
use crate::estimators::formula::{Flaw, expression, formula};
use crate::estimators::linear;
use std::sync::Arc;

/// Reads the texts of one analysis.
pub(super) struct Texts<'a> {
    /// Knows the names.
    pub lookup: Lookup<'a>,
    /// What is wrong, and in which text.
    pub flaws: Vec<(Key, Flaw)>,
}

type Made = Option<Arc<dyn analysis::Method>>;

fn made(method: impl analysis::Method + 'static) -> Made {
    Some(Arc::new(method))
}

impl Method {
    /// What a row is: some methods need sessions.
    pub(super) fn level(&self, asked: Level) -> Level {
        asked
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
        let key: Vec<&str> = key.iter().map(String::as_str).collect();
        let tree = self.read(&key, text, read)?;
        let found = then(&tree, &mut self.lookup);
        self.flaws_of(&key);
        found
    }

    fn expr(&mut self, key: &[&str], text: &str) -> Option<Expr> {
        self.text(key, text, expression, |ast, lookup| lookup.expr(ast))
    }

    fn exprs(&mut self, key: &str, texts: &[String]) -> Option<Vec<Expr>> {
        let all: Vec<Option<Expr>> = texts.iter().enumerate().map(|(i, text)| self.expr(&[key, &i.to_string()], text)).collect();
        all.into_iter().collect()
    }

    /// A model without differences between groups, and with one response.
    fn fixed_model(&mut self, text: &str, instead: &str) -> Option<Model> {
        self.text(&["formula"], text, formula, |tree, lookup| {
            let model = Model::of(tree, lookup)?;
            one_response(tree.response.as_slice(), lookup)?;
            match model.random.first() {
                None => Some(model),
                Some(random) => {
                    let at = text.find('|').unwrap_or(0);
                    let what = format!("this regression has no differences between groups, such as those of each {}", random.group);
                    lookup.flaw(Flaw::with_help(at..at + 1, what, instead.to_owned()))
                }
            }
        })
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
        self.text(&["by"], name, expression, |ast, lookup| by(ast, lookup))
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
        }
    }

    fn correlation(&mut self, own: &keys::CorrelationOf) -> Made {
        let (x, y) = (self.expr(&["x"], &own.x), self.expr(&["y"], &own.y));
        let given = self.exprs("given", &own.given);
        let by = self.group("by", own.by.as_ref());
        made(analysis::Correlation { x: x?, y: y?, given: given?, by: by? })
    }

    fn linear(&mut self, own: &keys::LinearOf) -> Made {
        let model = self.fixed_model(&own.formula, "use Mixed, or leave the bracket away");
        let correction = match own.correction {
            keys::Correction::CR0 => linear::Correction::CR0,
            keys::Correction::CR1 => linear::Correction::CR1,
            keys::Correction::CR2 => linear::Correction::CR2,
        };
        let cluster = self.group("cluster", own.cluster.as_ref());
        made(analysis::Linear { model: model?, cluster: cluster?.map(|slot| (slot, correction)) })
    }
}

/// A formula with exactly one response.
fn one_response(written: &[Ast], lookup: &mut Lookup) -> Option<()> {
    match written {
        [_] => Some(()),
        all => {
            let span = all.first().map_or(0, |ast| ast.span.start)..all.last().map_or(0, |ast| ast.span.end);
            lookup.flaw(Flaw::with_help(span, "here one variable is explained, not several", "time and event are for Cox"))
        }
    }
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
