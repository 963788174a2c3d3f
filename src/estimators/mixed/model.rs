//! A design made ready for fitting: checked, scaled, reduced to cross-products.

use super::basis::{self, Basis};
use super::groups::{self, Tree};
use super::jet::Entry;
use super::statistics::{self, Statistics};
use super::{Design, Failure, RandomPart};
use crate::estimators::qr::dot;
use nalgebra::DMatrix;

/// Outcomes that the fixed effects reproduce to this share are taken as reproduced exactly.
const EXACT: f64 = 1e-11;

/// One covariance matrix: the random effects of a part, or of one of its columns when they are uncorrelated.
#[derive(Clone, Debug)]
pub(super) struct Block {
    /// Random part, and the first of its columns.
    pub part: usize,
    pub first: usize,
    pub q: usize,
    pub level: usize,
    /// Place of the first column among those of the level.
    pub offset: usize,
    /// Lower triangle L with Z = (basis of Z) L, so that the random effects of the basis are L b.
    pub lower: DMatrix<f64>,
}

/// A mixed model without a criterion: all that fitting needs of the data.
pub struct Model {
    pub(super) statistics: Statistics,
    pub(super) tree: Tree,
    pub(super) blocks: Vec<Block>,
    /// By random part: number of columns, whether the first is an intercept.
    pub(super) columns: Vec<(usize, bool)>,
    /// Fixed columns that are used; the others depend linearly on earlier ones.
    pub(super) kept: Vec<usize>,
    pub(super) dropped: Vec<usize>,
    /// R of X = (basis of X) R.
    pub(super) triangle: DMatrix<f64>,
    /// Coefficients of the basis by least squares, and the standard deviation of what they leave.
    pub(super) offset: Vec<f64>,
    pub(super) unit: f64,
}

/// Basis of the random columns of one block before its place is known.
struct Piece {
    part: usize,
    first: usize,
    columns: Vec<Vec<f64>>,
    lower: DMatrix<f64>,
}

impl Model {
    /// Checks a design and reduces it to cross-products by group, in one pass over the rows.
    ///
    /// # Errors
    /// [`Failure`] says what is wrong with the design.
    pub fn new(design: &Design) -> Result<Self, Failure> {
        check(design)?;
        let fixed = basis::orthogonalise(design.x.iter().copied());
        let (n, p) = (design.y.len(), fixed.kept.len());
        if n <= p {
            return Err(Failure::TooFewRows { n, p });
        }
        let (residual, offset, unit) = residual(design.y, &fixed)?;
        let pieces = pieces(design.random)?;
        let tree = groups::nest(design.random)?;
        distinct(design.random, &tree)?;
        let (blocks, order) = place(&pieces, &tree);
        let z: Vec<Vec<&[f64]>> =
            order.iter().map(|level| level.iter().map(|&(piece, column)| pieces[piece].columns[column].as_slice()).collect()).collect();
        let statistics = statistics::collect(&tree, &z, &fixed.columns, &residual);
        let intercept = |part: &RandomPart| part.columns[0].iter().all(|&value| value == 0.0 || value == 1.0);
        let dropped = (0..design.x.len()).filter(|column| !fixed.kept.contains(column)).collect();
        Ok(Self {
            statistics,
            tree,
            blocks,
            columns: design.random.iter().map(|part| (part.columns.len(), intercept(part))).collect(),
            triangle: fixed.triangle(),
            kept: fixed.kept,
            dropped,
            offset,
            unit,
        })
    }

    /// The block of each entry.
    pub(super) fn block_of_entry(&self) -> Vec<usize> {
        self.blocks.iter().enumerate().flat_map(|(at, block)| vec![at; block.q * (block.q + 1) / 2]).collect()
    }

    /// Whether the random effects of a part share one covariance matrix.
    pub(super) fn is_correlated(&self, part: usize) -> bool {
        self.blocks.iter().filter(|block| block.part == part).count() == 1
    }

    /// Free entries of the relative covariance factor, in the order of [`super::Fit::theta`] within each level.
    pub(super) fn entries(&self) -> Vec<Entry> {
        let of_block = |block: &Block| {
            let (level, offset, q) = (block.level, block.offset, block.q);
            (0..q).flat_map(move |b| (b..q).map(move |a| Entry { level, a: offset + a, b: offset + b }))
        };
        self.blocks.iter().flat_map(of_block).collect()
    }
}

fn check(design: &Design) -> Result<(), Failure> {
    let n = design.y.len();
    if n == 0 {
        return Err(Failure::NoRows);
    }
    let whole = |what: &dyn Fn() -> String, column: &[f64]| {
        if column.len() != n {
            return Err(Failure::Lengths { what: what(), found: column.len(), expected: n });
        }
        match column.iter().position(|value| !value.is_finite()) {
            Some(row) => Err(Failure::NotFinite { what: what(), row }),
            None => Ok(()),
        }
    };
    whole(&|| "the outcome".to_owned(), design.y)?;
    for (at, column) in design.x.iter().enumerate() {
        whole(&|| format!("column {at} of the fixed effects"), column)?;
    }
    for (at, part) in design.random.iter().enumerate() {
        if part.groups.len() != n {
            return Err(Failure::Lengths { what: format!("the grouping of random part {at}"), found: part.groups.len(), expected: n });
        }
        if part.columns.is_empty() {
            return Err(Failure::SingularColumns { part: at });
        }
        for column in &part.columns {
            whole(&|| format!("a column of random part {at}"), column)?;
        }
    }
    Ok(())
}

/// What the fixed effects leave of the outcome by least squares, in units of its standard deviation; coefficients; unit.
fn residual(y: &[f64], fixed: &Basis) -> Result<(Vec<f64>, Vec<f64>, f64), Failure> {
    let largest = y.iter().fold(0.0f64, |most, value| most.max(value.abs()));
    if largest == 0.0 {
        return Err(Failure::ExactFit);
    }
    let mut scaled: Vec<f64> = y.iter().map(|value| value / largest).collect();
    let before = dot(&scaled, &scaled);
    let mut offset = fixed.sweep(&mut scaled);
    let after = dot(&scaled, &scaled);
    if after <= EXACT * EXACT * before {
        return Err(Failure::ExactFit);
    }
    let unit = libm::sqrt(after / y.len() as f64);
    scaled.iter_mut().for_each(|value| *value /= unit);
    offset.iter_mut().for_each(|value| *value *= largest);
    Ok((scaled, offset, unit * largest))
}

/// Orthogonal columns for each covariance matrix. They are taken last column first, so that Λ stays triangular.
fn pieces(parts: &[RandomPart]) -> Result<Vec<Piece>, Failure> {
    let mut found = Vec::new();
    for (at, part) in parts.iter().enumerate() {
        let together = if part.correlated { part.columns.len() } else { 1 };
        for (group, columns) in part.columns.chunks(together).enumerate() {
            let q = columns.len();
            let mut basis = basis::orthogonalise(columns.iter().rev().copied());
            if basis.kept.len() < q {
                return Err(Failure::SingularColumns { part: at });
            }
            let r = basis.triangle();
            basis.columns.reverse();
            let lower = DMatrix::from_fn(q, q, |i, j| r[(q - 1 - i, q - 1 - j)]);
            found.push(Piece { part: at, first: group * together, columns: basis.columns, lower });
        }
    }
    Ok(found)
}

/// Parts of the same grouping may not share a column: their variances could not be told apart.
fn distinct(parts: &[RandomPart], tree: &Tree) -> Result<(), Failure> {
    for together in &tree.parts {
        for (at, &first) in together.iter().enumerate() {
            for &second in &together[at + 1..] {
                if parts[first].columns.iter().any(|one| parts[second].columns.contains(one)) {
                    return Err(Failure::Duplicate { first, second });
                }
            }
        }
    }
    Ok(())
}

/// Blocks by level, finest level first, and the columns (piece, column) of each level.
fn place(pieces: &[Piece], tree: &Tree) -> (Vec<Block>, Vec<Vec<(usize, usize)>>) {
    let mut blocks = Vec::new();
    let mut order = Vec::new();
    for (level, parts) in tree.parts.iter().enumerate() {
        let mut columns = Vec::new();
        for (at, piece) in pieces.iter().enumerate().filter(|(_, piece)| parts.contains(&piece.part)) {
            let (q, offset) = (piece.columns.len(), columns.len());
            blocks.push(Block { part: piece.part, first: piece.first, q, level, offset, lower: piece.lower.clone() });
            columns.extend((0..q).map(|column| (at, column)));
        }
        order.push(columns);
    }
    (blocks, order)
}
