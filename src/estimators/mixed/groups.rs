//! Which groups lie within which: clients in therapists in clinics.

use super::{Failure, RandomPart};

/// No group: all columns of the random part are zero in this row.
const NONE: usize = usize::MAX;

/// Groups of one grouping, in an order in which groups of the same parent follow each other.
pub struct Tree {
    /// Random parts (positions in the design) of each level, finest level first.
    pub parts: Vec<Vec<usize>>,
    /// Group of each row at the finest level.
    pub row_group: Vec<usize>,
    /// For each level and group, the group at the next level; the coarsest level has the single parent 0.
    pub parent: Vec<Vec<usize>>,
    /// For each level and group in tree order, the caller's code; `None` where all columns are zero.
    pub code: Vec<Vec<Option<u32>>>,
}

/// One grouping with its groups numbered by first appearance.
struct Grouping {
    parts: Vec<usize>,
    label: Vec<usize>,
    codes: Vec<Option<u32>>,
}

impl Grouping {
    fn count(&self) -> usize {
        self.codes.len()
    }
}

/// Orders the groupings of a design by nesting.
///
/// # Errors
/// Groupings that cross, and groupings with fewer than two groups or as many groups as rows.
pub fn nest(parts: &[RandomPart]) -> Result<Tree, Failure> {
    let mut groupings = distinct(parts);
    for grouping in &groupings {
        let rows = grouping.label.iter().filter(|&&label| label != NONE).count();
        let part = grouping.parts[0];
        if grouping.count() < 2 {
            return Err(Failure::OneGroup { part });
        }
        if grouping.count() >= rows {
            return Err(Failure::OneRowPerGroup { part });
        }
        let effects: usize = grouping.parts.iter().map(|&part| parts[part].columns.len()).sum();
        if effects * grouping.count() >= rows {
            return Err(Failure::TooManyEffects { part });
        }
    }
    groupings.sort_by_key(|grouping| std::cmp::Reverse(grouping.count()));
    fill_coarser(&mut groupings)?;
    fill_finer(&mut groupings);
    Ok(order(&groupings))
}

/// Groupings as given, parts of the same grouping together.
fn distinct(parts: &[RandomPart]) -> Vec<Grouping> {
    let mut found: Vec<Grouping> = Vec::new();
    for (at, part) in parts.iter().enumerate() {
        let same = found
            .iter_mut()
            .find(|other| std::ptr::eq(parts[other.parts[0]].groups, part.groups) || parts[other.parts[0]].groups == part.groups);
        match same {
            Some(other) => other.parts.push(at),
            None => found.push(Grouping { parts: vec![at], label: Vec::new(), codes: Vec::new() }),
        }
    }
    for grouping in &mut found {
        let here: Vec<&RandomPart> = grouping.parts.iter().map(|&at| &parts[at]).collect();
        let touched = |row: usize| here.iter().any(|part| part.columns.iter().any(|column| column[row] != 0.0));
        number(here[0].groups, touched, grouping);
    }
    found
}

/// Numbers codes by first appearance, over rows that the random part touches.
fn number(codes: &[u32], touched: impl Fn(usize) -> bool, grouping: &mut Grouping) {
    let highest = codes.iter().max().map_or(0, |&code| code as usize);
    grouping.label = vec![NONE; codes.len()];
    if highest < 16 * codes.len() + 1024 {
        let mut seen = vec![NONE; highest + 1];
        for row in (0..codes.len()).filter(|&row| touched(row)) {
            let label = &mut seen[codes[row] as usize];
            if *label == NONE {
                *label = grouping.codes.len();
                grouping.codes.push(Some(codes[row]));
            }
            grouping.label[row] = *label;
        }
    } else {
        let mut seen = std::collections::BTreeMap::new();
        for row in (0..codes.len()).filter(|&row| touched(row)) {
            grouping.label[row] = *seen.entry(codes[row]).or_insert_with(|| {
                grouping.codes.push(Some(codes[row]));
                grouping.codes.len() - 1
            });
        }
    }
}

/// Checks nesting, and gives rows without a coarse group that of their fine group.
fn fill_coarser(groupings: &mut [Grouping]) -> Result<(), Failure> {
    for level in 1..groupings.len() {
        let (finer, coarser) = groupings.split_at_mut(level);
        let (fine, coarse) = (&finer[level - 1], &mut coarser[0]);
        let mut parent = vec![NONE; fine.count()];
        for (&inner, &outer) in fine.label.iter().zip(&coarse.label) {
            if inner == NONE || outer == NONE {
                continue;
            }
            if parent[inner] != NONE && parent[inner] != outer {
                return Err(Failure::Crossed { fine: fine.parts[0], coarse: coarse.parts[0] });
            }
            parent[inner] = outer;
        }
        for (&inner, outer) in fine.label.iter().zip(&mut coarse.label) {
            if inner != NONE && *outer == NONE {
                *outer = parent[inner];
            }
        }
    }
    Ok(())
}

/// Rows without a group form one of their own within the next coarser group.
fn fill_finer(groupings: &mut [Grouping]) {
    for level in (0..groupings.len()).rev() {
        let (finer, coarser) = groupings.split_at_mut(level + 1);
        let (fine, coarse) = (&mut finer[level], coarser.first());
        let mut stand_in = vec![NONE; coarse.map_or(1, Grouping::count)];
        for row in 0..fine.label.len() {
            if fine.label[row] == NONE {
                let outer = coarse.map_or(0, |coarse| coarse.label[row]);
                if stand_in[outer] == NONE {
                    stand_in[outer] = fine.codes.len();
                    fine.codes.push(None);
                }
                fine.label[row] = stand_in[outer];
            }
        }
    }
}

/// Renumbers all groups so that children of one parent follow each other.
fn order(groupings: &[Grouping]) -> Tree {
    let levels = groupings.len();
    let mut renumbered: Vec<Vec<usize>> = vec![Vec::new(); levels];
    let mut parent = vec![Vec::new(); levels];
    let mut code = vec![Vec::new(); levels];
    for level in (0..levels).rev() {
        let grouping = &groupings[level];
        let mut above = vec![0; grouping.count()];
        if let Some(coarse) = groupings.get(level + 1) {
            for (&inner, &outer) in grouping.label.iter().zip(&coarse.label) {
                above[inner] = renumbered[level + 1][outer];
            }
        }
        let mut sorted: Vec<usize> = (0..grouping.count()).collect();
        sorted.sort_by_key(|&group| above[group]);
        renumbered[level] = vec![0; grouping.count()];
        for (place, &group) in sorted.iter().enumerate() {
            renumbered[level][group] = place;
        }
        parent[level] = sorted.iter().map(|&group| above[group]).collect();
        code[level] = sorted.iter().map(|&group| grouping.codes[group]).collect();
    }
    let row_group = groupings.first().map_or(Vec::new(), |fine| fine.label.iter().map(|&label| renumbered[0][label]).collect());
    Tree { parts: groupings.iter().map(|grouping| grouping.parts.clone()).collect(), row_group, parent, code }
}
