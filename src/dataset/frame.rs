//! The data of a study as named columns: a row per client whom it sees, and a row per session of hers. Nothing latent, and
//! nothing of what became of her in another arm. Only the columns that somebody asked for.

use super::catalogue::{Kind, Known, Level};
use core::ops::Range;

/// What a column is filled with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Quantity {
    /// A column of the catalogue.
    Known(Known),
    /// Score of a measure at a session; without a session, the last one that was handed in. A value per client.
    At {
        /// Name of the measure.
        measure: String,
        /// Session, from 1.
        session: Option<u16>,
    },
    /// Mean of the scores of a measure over the sessions from one to another. A value per client.
    Average {
        /// Name of the measure.
        measure: String,
        /// First session, from 1.
        from: u16,
        /// Last session.
        to: u16,
    },
    /// Answer to an item of a measure's form, at a session; without a session, of the first form handed in. A value per client.
    Item {
        /// Name of the measure.
        measure: String,
        /// Session, from 1.
        session: Option<u16>,
        /// Item, from 0.
        item: usize,
    },
    /// Score of a measure beside "symptoms" and "alliance" in each session.
    Score(String),
}

impl Quantity {
    /// A value per client, or per session?
    pub fn level(&self) -> Level {
        match self {
            Self::Known(column) => column.described().level,
            Self::At { .. } | Self::Average { .. } | Self::Item { .. } => Level::Clients,
            Self::Score(_) => Level::Sessions,
        }
    }

    /// Numbers, or groups?
    pub fn kind(&self) -> Kind {
        match self {
            Self::Known(column) => column.described().kind,
            _ => Kind::Number,
        }
    }
}

/// Place of a column in a [`Frame`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Slot {
    /// In which table.
    pub level: Level,
    /// Which column of it.
    pub index: usize,
}

/// The columns that a frame is to have.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Of the table of clients.
    pub clients: Vec<Quantity>,
    /// Of the table of sessions.
    pub sessions: Vec<Quantity>,
    /// Rows of sessions are needed, with columns of their own or not.
    pub session_rows: bool,
}

impl Wanted {
    /// The place of a column; it is added when nobody has asked for it yet.
    pub fn slot(&mut self, quantity: Quantity) -> Slot {
        let level = quantity.level();
        let columns = match level {
            Level::Clients => &mut self.clients,
            Level::Sessions => &mut self.sessions,
        };
        let index = columns.iter().position(|known| *known == quantity).unwrap_or_else(|| {
            columns.push(quantity);
            columns.len() - 1
        });
        Slot { level, index }
    }
}

/// One column.
#[derive(Clone, Debug, PartialEq)]
pub enum Column {
    /// Numbers; NaN is missing.
    Numbers(Vec<f64>),
    /// Codes of groups.
    Codes(Vec<u32>),
}

/// Rows of one level, arm by arm.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rows {
    /// Number of rows.
    pub len: usize,
    /// Rows of each arm.
    pub of_arm: Vec<Range<usize>>,
    /// Columns in the order of [`Wanted`].
    pub columns: Vec<Column>,
}

/// Which of the data sets of a run one is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place {
    /// Cell of the design, from 1; 0 where nobody said.
    pub cell: u32,
    /// Replicate, from 1.
    pub replicate: u32,
}

/// The data of one study: clients in order of arm, and their sessions in order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Frame {
    /// Which data set it is.
    pub place: Place,
    /// A row per client.
    pub clients: Rows,
    /// A row per session; empty when nobody asked for sessions.
    pub sessions: Rows,
    /// Row of the client of each session.
    pub client_of: Vec<u32>,
}

impl Frame {
    /// The rows of a level.
    pub fn rows(&self, level: Level) -> &Rows {
        match level {
            Level::Clients => &self.clients,
            Level::Sessions => &self.sessions,
        }
    }

    /// Row of a column of `slot` for row `row` of a table of `level`; columns of clients serve sessions too.
    fn place(&self, level: Level, slot: Slot, row: usize) -> usize {
        if level == Level::Sessions && slot.level == Level::Clients { self.client_of[row] as usize } else { row }
    }

    /// The number in a column, for a row of a level; NaN in a column of groups.
    pub fn number(&self, level: Level, slot: Slot, row: usize) -> f64 {
        match &self.rows(slot.level).columns[slot.index] {
            Column::Numbers(values) => values[self.place(level, slot, row)],
            Column::Codes(_) => f64::NAN,
        }
    }

    /// The code in a column of groups, for a row of a level; 0 in a column of numbers.
    pub fn code(&self, level: Level, slot: Slot, row: usize) -> u32 {
        match &self.rows(slot.level).columns[slot.index] {
            Column::Codes(codes) => codes[self.place(level, slot, row)],
            Column::Numbers(_) => 0,
        }
    }

    /// The row of the session before (−1) or after (1) one of the same client, if there is one.
    pub fn beside(&self, row: usize, by: isize) -> Option<usize> {
        let other = row.checked_add_signed(by).filter(|&other| other < self.sessions.len)?;
        (self.client_of[other] == self.client_of[row]).then_some(other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_is_asked_for_once() {
        let mut wanted = Wanted::default();
        let pre = wanted.slot(Quantity::Known(Known::Pre));
        let third = wanted.slot(Quantity::At { measure: "alliance".into(), session: Some(3) });
        let symptoms = wanted.slot(Quantity::Known(Known::Symptoms));
        assert_eq!(wanted.slot(Quantity::Known(Known::Pre)), pre);
        assert_eq!((pre.index, third.index, symptoms.index, symptoms.level), (0, 1, 0, Level::Sessions));
    }

    #[test]
    fn columns_of_clients_serve_their_sessions() {
        let numbers = |values: &[f64]| Column::Numbers(values.to_vec());
        let frame = Frame {
            clients: Rows {
                len: 2,
                of_arm: core::iter::once(0..2).collect(),
                columns: vec![numbers(&[60.0, 70.0]), Column::Codes(vec![4, 7])],
            },
            sessions: Rows { len: 3, of_arm: core::iter::once(0..3).collect(), columns: vec![numbers(&[1.0, 2.0, 1.0])] },
            client_of: vec![0, 0, 1],
            ..Frame::default()
        };
        let slot = |level, index| Slot { level, index };
        let of_clients: Vec<f64> = (0..3).map(|row| frame.number(Level::Sessions, slot(Level::Clients, 0), row)).collect();
        assert_eq!(of_clients, [60.0, 60.0, 70.0]);
        assert_eq!(frame.code(Level::Sessions, slot(Level::Clients, 1), 2), 7);
        assert_eq!(frame.number(Level::Sessions, slot(Level::Sessions, 0), 1), 2.0);
        assert_eq!([frame.beside(1, -1), frame.beside(0, -1), frame.beside(1, 1), frame.beside(2, 1)], [Some(0), None, None, None]);
    }
}
