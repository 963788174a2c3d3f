//! Rows sorted into groups.

use std::collections::BTreeMap;

/// Groups by label, in the order of their labels.
#[derive(Clone, Debug)]
pub(crate) struct Groups {
    rows: Vec<Vec<usize>>,
}

impl Groups {
    /// Groups of rows with the same label.
    pub fn new<L: Ord + Copy>(labels: &[L]) -> Self {
        let mut rows: BTreeMap<L, Vec<usize>> = BTreeMap::new();
        for (row, label) in labels.iter().enumerate() {
            rows.entry(*label).or_default().push(row);
        }
        Self { rows: rows.into_values().collect() }
    }

    /// How many groups there are.
    pub fn count(&self) -> usize {
        self.rows.len()
    }

    /// Rows of each group.
    pub fn rows(&self) -> &[Vec<usize>] {
        &self.rows
    }

    /// The group of each row, counted from 0.
    pub fn of_rows(&self) -> Vec<usize> {
        let mut places = vec![0; self.rows.iter().map(Vec::len).sum()];
        for (group, rows) in self.rows.iter().enumerate() {
            rows.iter().for_each(|&row| places[row] = group);
        }
        places
    }
}
