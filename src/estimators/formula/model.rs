//! Models: response, fixed terms whose columns are known beforehand, and what differs between groups.

use super::Flaw;
use super::ast::{Ast, Formula, Kind, Sign};
use super::expr::{Expr, Operation, View};
use super::names::{Factor, Lookup};
use crate::dataset::catalogue;
use crate::dataset::frame::Slot;

/// One factor of a column of the model.
#[derive(Clone, Debug, PartialEq)]
enum Piece {
    /// The value of an expression.
    Value(Expr),
    /// 1 in one group, else 0.
    Is(Slot, u32),
}

/// A column of the model: the product of its pieces.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// Name of the coefficient.
    pub name: String,
    pieces: Vec<Piece>,
}

impl Column {
    /// The expression that the column consists of, if it is one alone.
    pub fn expression(&self) -> Option<&Expr> {
        match self.pieces.as_slice() {
            [Piece::Value(of)] => Some(of),
            _ => None,
        }
    }
}

/// What differs between the groups of one kind.
#[derive(Clone, Debug, PartialEq)]
pub struct Random {
    /// Name of the groups.
    pub group: String,
    /// Where they are.
    pub slot: Slot,
    /// Groups differ in their level.
    pub intercept: bool,
    /// Groups differ in the effects of these.
    pub slopes: Vec<(String, Expr)>,
    /// Without correlations between these differences.
    pub apart: bool,
}

/// A model whose names are looked up.
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    /// What is explained: one expression, or time and event.
    pub response: Vec<Expr>,
    /// Columns of the fixed part, the intercept first if there is one.
    pub columns: Vec<Column>,
    /// Differences between groups.
    pub random: Vec<Random>,
}

/// Name of the constant.
pub const INTERCEPT: &str = "(Intercept)";

impl Model {
    /// A model from its formula; none when something in it is wrong.
    pub fn of(formula: &Formula, lookup: &mut Lookup) -> Option<Self> {
        let before = lookup.flaws.len();
        let response: Vec<Option<Expr>> = formula.response.iter().map(|ast| lookup.expr(ast)).collect();
        let mut builder = Builder { lookup, intercept: true, terms: Vec::new(), random: Vec::new() };
        builder.terms_of(&formula.right);
        let Builder { lookup, intercept, terms, random } = builder;
        let constant = intercept.then(|| Column { name: INTERCEPT.into(), pieces: Vec::new() });
        let mut columns: Vec<Column> = constant.into_iter().collect();
        let mut full = !intercept;
        for term in &terms {
            for column in term_columns(term, lookup, &mut full) {
                if columns.iter().all(|known| known.name != column.name) {
                    columns.push(column);
                }
            }
        }
        (lookup.flaws.len() == before).then_some(Self { response: response.into_iter().flatten().collect(), columns, random })
    }

    /// The model without its constant.
    #[must_use]
    pub fn without_intercept(mut self) -> Self {
        self.columns.retain(|column| column.name != INTERCEPT);
        self
    }

    /// Everything that must be there in a row.
    pub fn variables(&self) -> Vec<&Expr> {
        self.response.iter().chain(self.predictors()).collect()
    }

    /// The same but for the response.
    pub fn predictors(&self) -> Vec<&Expr> {
        let pieces = self.columns.iter().flat_map(|column| &column.pieces);
        let values = pieces.filter_map(|piece| match piece {
            Piece::Value(of) => Some(of),
            Piece::Is(..) => None,
        });
        let slopes = self.random.iter().flat_map(|random| random.slopes.iter().map(|(_, of)| of));
        values.chain(slopes).collect()
    }

    /// Values of the columns.
    pub fn matrix(&self, data: &View) -> Vec<Vec<f64>> {
        let values = |piece: &Piece| match piece {
            Piece::Value(of) => data.numbers(of),
            Piece::Is(slot, wanted) => data.raw_codes(*slot).into_iter().map(|code| f64::from(u8::from(code == *wanted))).collect(),
        };
        let product = |column: &Column| {
            column.pieces.iter().map(values).fold(vec![1.0; data.len()], |mut all, one| {
                all.iter_mut().zip(one).for_each(|(product, value)| *product *= value);
                all
            })
        };
        self.columns.iter().map(product).collect()
    }
}

/// A term: what is multiplied with each other.
type Term = Vec<Ast>;

struct Builder<'l, 'a> {
    lookup: &'l mut Lookup<'a>,
    intercept: bool,
    terms: Vec<Term>,
    random: Vec<Random>,
}

impl Builder<'_, '_> {
    /// Takes the right-hand side apart at its plus signs.
    fn terms_of(&mut self, ast: &Ast) {
        match &ast.kind {
            Kind::Pair(left, Sign::Plus, right) => {
                self.terms_of(left);
                self.terms_of(right);
            }
            Kind::Pair(left, Sign::Minus, right) => {
                self.terms_of(left);
                if right.kind == Kind::Number(1.0) {
                    self.intercept = false;
                } else {
                    let help = format!("write ({left} - {right}) in brackets for a difference; - 1 leaves the intercept out");
                    self.lookup.flaw::<()>(Flaw::with_help(right.span.clone(), "a term cannot be subtracted", help));
                }
            }
            Kind::Number(value) if *value == 1.0 => {}
            Kind::Number(value) if *value == 0.0 => self.intercept = false,
            Kind::Random { inner, apart, groups } => {
                for group in groups {
                    self.random_part(inner, *apart, group);
                }
            }
            _ => self.terms.extend(products(ast)),
        }
    }

    fn random_part(&mut self, inner: &Ast, apart: bool, group: &super::ast::Word) {
        let Some(slot) = self.lookup.group(group) else {
            return;
        };
        let mut random = Random { group: group.text.clone(), slot, intercept: true, slopes: Vec::new(), apart };
        self.varying(inner, &mut random);
        if self.random.iter().any(|known| known.group == random.group) {
            let what = format!("{} stands in two brackets", group.text);
            let help = "write what varies in one bracket: (1 + x | group), or (1 + x || group) without correlations";
            self.lookup.flaw::<()>(Flaw::with_help(group.span.clone(), what, help));
        }
        self.random.push(random);
    }

    fn varying(&mut self, ast: &Ast, to: &mut Random) {
        match &ast.kind {
            Kind::Pair(left, Sign::Plus, right) => {
                self.varying(left, to);
                self.varying(right, to);
            }
            Kind::Number(value) if *value == 1.0 => {}
            Kind::Number(value) if *value == 0.0 => to.intercept = false,
            Kind::Name(_) | Kind::Pair(_, Sign::By, _) if self.groups_apart(ast, to).is_some() => {}
            _ => {
                if let Some(slope) = self.lookup.expr(ast) {
                    to.slopes.push((ast.to_string(), slope));
                }
            }
        }
    }
}

impl Builder<'_, '_> {
    /// What differs in some arms only: `arm`, for each (but for the first, beside a level), `arm:feedback`, for one,
    /// `arm:feedback:session`, a slope there. None where nothing is said of arms or diagnosis groups.
    fn groups_apart(&mut self, ast: &Ast, to: &mut Random) -> Option<()> {
        let parts = factors(ast);
        let mut slopes: Vec<(String, Option<Expr>)> = vec![(String::new(), None)];
        let (mut at, mut seen) = (0, false);
        while let Some(part) = parts.get(at) {
            at += 1;
            let factor = match &part.kind {
                Kind::Name(name) => self.lookup.factor(name),
                _ => None,
            };
            let pieces: Vec<(String, Expr)> = match factor {
                Some(factor) => {
                    seen = true;
                    let only = parts.get(at).and_then(|next| self.level(&factor, next));
                    at += usize::from(only.is_some());
                    let first = usize::from(to.intercept && only.is_none());
                    let wanted = |code: &usize| only.is_none_or(|only| only == *code);
                    let codes = (first..factor.levels.len()).filter(wanted);
                    codes.map(|code| (format!("{}: {}", factor.name, factor.levels[code]), Expr::Is(factor.slot, code as u32))).collect()
                }
                None if seen => self.lookup.expr(part).map(|of| (part.to_string(), of)).into_iter().collect(),
                None => return None,
            };
            slopes = slopes.iter().flat_map(|slope| pieces.iter().map(|piece| product(slope, piece))).collect();
        }
        to.slopes.extend(slopes.into_iter().filter_map(|(name, of)| Some((name, of?))));
        Some(())
    }

    /// The code of a group of a factor, if one is named; a name that is neither this nor a column is a slip.
    fn level(&mut self, of: &Factor, ast: &Ast) -> Option<usize> {
        let Kind::Name(name) = &ast.kind else {
            return None;
        };
        let found = of.levels.iter().position(|level| level == name);
        if found.is_none() && catalogue::named(name).is_none() && !self.lookup.names().measures.contains(name) {
            let what = format!("no {} is called \"{name}\"", of.name);
            let help = format!("there are {}; names of several words stand in backquotes", of.levels.join(", "));
            let slip = Some((name.clone(), of.levels.clone()));
            self.lookup.flaw::<()>(Flaw { slip, ..Flaw::with_help(ast.span.clone(), what, help) });
            return Some(of.levels.len());
        }
        found
    }
}

fn product((name, of): &(String, Option<Expr>), (more, by): &(String, Expr)) -> (String, Option<Expr>) {
    match of {
        None => (more.clone(), Some(by.clone())),
        Some(of) => (format!("{name}:{more}"), Some(Expr::Pair(Box::new(of.clone()), Operation::Times, Box::new(by.clone())))),
    }
}

/// `a * b` as `a`, `b` and `a:b`; anything else as one term.
fn products(ast: &Ast) -> Vec<Term> {
    let is_number = |ast: &Ast| matches!(ast.kind, Kind::Number(_));
    match &ast.kind {
        Kind::Pair(left, Sign::Times, right) if !is_number(left) && !is_number(right) => {
            let (left, right) = (products(left), products(right));
            let both = left.iter().flat_map(|left| right.iter().map(move |right| [left.clone(), right.clone()].concat()));
            let both: Vec<Term> = both.collect();
            left.into_iter().chain(right).chain(both).collect()
        }
        Kind::Pair(left, Sign::By, right) => vec![[factors(left), factors(right)].concat()],
        _ => vec![vec![ast.clone()]],
    }
}

fn factors(ast: &Ast) -> Vec<Ast> {
    match &ast.kind {
        Kind::Pair(left, Sign::By, right) => [factors(left), factors(right)].concat(),
        _ => vec![ast.clone()],
    }
}

/// The columns of a term. Groups are coded against the first one; where there is no intercept, the first term that is a group
/// alone (`full`) has a column for each.
fn term_columns(term: &Term, lookup: &mut Lookup, full: &mut bool) -> Vec<Column> {
    let mut columns = vec![Column { name: String::new(), pieces: Vec::new() }];
    for ast in term {
        let factor = match &ast.kind {
            Kind::Name(name) => lookup.factor(name),
            _ => None,
        };
        let pieces: Vec<(String, Piece)> = match factor {
            Some(factor) => {
                let all = *full && term.len() == 1;
                *full &= !all;
                let levels = factor.levels.iter().enumerate().skip(usize::from(!all));
                levels.map(|(code, level)| (format!("{}: {level}", factor.name), Piece::Is(factor.slot, code as u32))).collect()
            }
            None => lookup.expr(ast).map(|of| (ast.to_string(), Piece::Value(of))).into_iter().collect(),
        };
        columns = columns.iter().flat_map(|column| pieces.iter().map(|piece| times(column, piece))).collect();
    }
    columns
}

fn times(column: &Column, (name, piece): &(String, Piece)) -> Column {
    let name = if column.name.is_empty() { name.clone() } else { format!("{}:{name}", column.name) };
    Column { name, pieces: column.pieces.iter().chain([piece]).cloned().collect() }
}

#[cfg(test)]
mod tests {
    use super::super::formula;
    use super::super::names::Names;
    use super::*;
    use crate::dataset::catalogue::Level;
    use crate::dataset::frame::{self, Frame, Quantity, Rows, Wanted};

    fn model(text: &str) -> (Result<Model, Vec<Flaw>>, Wanted) {
        let names = Names { arms: ["a", "b", "c"].map(String::from).to_vec(), ..Names::default() };
        let mut wanted = Wanted::default();
        let mut lookup = Lookup::new(&names, Level::Clients, &mut wanted);
        let found = Model::of(&formula(text).unwrap(), &mut lookup).ok_or(lookup.flaws);
        (found, wanted)
    }

    fn coefficients(text: &str) -> Vec<String> {
        model(text).0.unwrap().columns.into_iter().map(|column| column.name).collect()
    }

    #[test]
    fn coefficients_are_known_beforehand() {
        assert_eq!(coefficients("post ~ z(pre) + arm"), ["(Intercept)", "z(pre)", "arm: b", "arm: c"]);
        assert_eq!(coefficients("post ~ pre*early - 1"), ["pre", "early", "pre:early"]);
        assert_eq!(coefficients("post ~ 0 + arm + pre:early:gain"), ["arm: a", "arm: b", "arm: c", "pre:early:gain"]);
        assert_eq!(coefficients("post ~ arm:pre + 2 * early"), ["(Intercept)", "arm: b:pre", "arm: c:pre", "2 * early"]);
        assert_eq!(coefficients("post ~ 1"), ["(Intercept)"]);
    }

    #[test]
    fn what_differs_between_groups_is_told_apart() {
        let found = model("post ~ early + (1 + early || therapist) + (0 + pre | clinic)").0.unwrap();
        let [therapist, clinic] = found.random.as_slice() else { panic!("two") };
        assert!(therapist.intercept && therapist.apart && therapist.slopes[0].0 == "early");
        assert!(!clinic.intercept && !clinic.apart && clinic.group == "clinic");
        // A trial in which only one arm, or each arm for itself, has therapists.
        let partly = |inner: &str| model(&format!("post ~ arm + ({inner} therapist)")).0.unwrap().random[0].clone();
        let names = |random: Random| random.slopes.into_iter().map(|(name, _)| name).collect::<Vec<String>>();
        assert_eq!((names(partly("0 + arm:b |")), names(partly("0 + arm ||")).len()), (vec!["arm: b".to_owned()], 3));
        assert_eq!(names(partly("1 + arm ||")), ["arm: b", "arm: c"]);
        assert_eq!(names(partly("0 + arm:c:pre |")), ["arm: c:pre"]);
        assert_eq!(names(partly("0 + arm:pre |")).len(), 3);
        assert!(model("post ~ arm + (0 + arm:d | therapist)").0.unwrap_err()[0].what.contains("no arm is called"));
        let nested = model("post ~ 1 + (1 | clinic/therapist)").0.unwrap();
        assert_eq!(nested.random.iter().map(|random| random.group.as_str()).collect::<Vec<_>>(), ["clinic", "therapist"]);
    }

    #[test]
    fn flaws_are_gathered() {
        let flaws = model("pst ~ pre - early + (1 | client) + (early | client) + gian").0.unwrap_err();
        assert_eq!(flaws.len(), 4, "{flaws:?}");
    }

    #[test]
    fn columns_are_products() {
        let (found, wanted) = model("post ~ arm*pre");
        let at = |quantity: &Quantity| wanted.clients.iter().position(|known| known == quantity).unwrap();
        let mut columns = vec![frame::Column::Codes(Vec::new()); wanted.clients.len()];
        use crate::dataset::catalogue::Known;
        columns[at(&Quantity::Known(Known::Arm))] = frame::Column::Codes(vec![0, 1, 2]);
        columns[at(&Quantity::Known(Known::Pre))] = frame::Column::Numbers(vec![5.0, 6.0, 7.0]);
        let frame = Frame { clients: Rows { len: 3, of_arm: core::iter::once(0..3).collect(), columns }, ..Frame::default() };
        let data = View { frame: &frame, level: Level::Clients, rows: vec![0, 1, 2] };
        let found = found.unwrap();
        assert_eq!(found.columns.iter().map(|c| c.name.as_str()).collect::<Vec<_>>()[4..], ["arm: b:pre", "arm: c:pre"]);
        assert_eq!(found.matrix(&data)[1..], [[0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [5.0, 6.0, 7.0], [0.0, 6.0, 0.0], [0.0, 0.0, 7.0]]);
    }
}
