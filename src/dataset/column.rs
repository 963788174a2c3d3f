//! Tables as columns: one declaration gives a row type, a column store, and the description
//! (unit, long name, categories) that result files and printed tables show.

/// The values of one column. All columns of a table have the same length.
#[derive(Clone, Copy, Debug)]
pub enum ColumnValues<'a> {
    /// Real numbers; NaN means "not applicable" or "not observed".
    F64(&'a [f64]),
    /// Ids and counts below 2³¹.
    I32(&'a [i32]),
    /// Session numbers and other small counts.
    I16(&'a [i16]),
    /// Yes (1) or no (0).
    Flag(&'a [i8]),
    /// Codes from 1 into the column's `labels`; 0 never occurs.
    Category(&'a [i8]),
}

impl ColumnValues<'_> {
    /// Number of rows.
    pub fn len(&self) -> usize {
        match self {
            Self::F64(v) => v.len(),
            Self::I32(v) => v.len(),
            Self::I16(v) => v.len(),
            Self::Flag(v) | Self::Category(v) => v.len(),
        }
    }

    /// True when the table has no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// What a column holds and how it is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnKind {
    /// 64-bit real.
    F64,
    /// 32-bit integer.
    I32,
    /// 16-bit integer.
    I16,
    /// 0 or 1.
    Flag,
    /// Code from 1 into `labels`.
    Category,
}

/// Description of one column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ColumnSpec {
    /// Name in files and printed tables, snake_case.
    pub name: &'static str,
    /// Unit as text: `points`, `SD`, `sessions`, `1` for a plain number or share.
    pub unit: &'static str,
    /// One-line meaning for people.
    pub long_name: &'static str,
    /// Storage.
    pub kind: ColumnKind,
    /// Category labels for codes 1, 2, …; empty for other kinds.
    pub labels: &'static [&'static str],
}

/// A table held as columns. Implemented by [`table!`](crate::table).
pub trait Table {
    /// Name of the table (a group in the result file), plural, snake_case.
    fn name(&self) -> &'static str;
    /// Descriptions of the columns, in file order.
    fn specs(&self) -> &'static [ColumnSpec];
    /// The columns, in the same order as [`Table::specs`].
    fn columns(&self) -> Vec<ColumnValues<'_>>;
    /// Number of rows.
    fn len(&self) -> usize;
    /// True when there are no rows.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Types that can be the element of a column.
pub trait Element: Copy {
    /// Element as stored.
    type Stored: Copy;
    /// Storage kind.
    const KIND: ColumnKind;
    /// Labels, for categories.
    const LABELS: &'static [&'static str] = &[];
    /// To storage.
    fn stored(self) -> Self::Stored;
    /// A column as [`ColumnValues`].
    fn values(column: &[Self::Stored]) -> ColumnValues<'_>;
}

impl Element for f64 {
    type Stored = f64;
    const KIND: ColumnKind = ColumnKind::F64;
    fn stored(self) -> f64 {
        self
    }
    fn values(column: &[f64]) -> ColumnValues<'_> {
        ColumnValues::F64(column)
    }
}

impl Element for i32 {
    type Stored = i32;
    const KIND: ColumnKind = ColumnKind::I32;
    fn stored(self) -> i32 {
        self
    }
    fn values(column: &[i32]) -> ColumnValues<'_> {
        ColumnValues::I32(column)
    }
}

impl Element for i16 {
    type Stored = i16;
    const KIND: ColumnKind = ColumnKind::I16;
    fn stored(self) -> i16 {
        self
    }
    fn values(column: &[i16]) -> ColumnValues<'_> {
        ColumnValues::I16(column)
    }
}

impl Element for bool {
    type Stored = i8;
    const KIND: ColumnKind = ColumnKind::Flag;
    fn stored(self) -> i8 {
        i8::from(self)
    }
    fn values(column: &[i8]) -> ColumnValues<'_> {
        ColumnValues::Flag(column)
    }
}

/// Makes a fieldless enum a column category, with codes from 1.
#[macro_export]
macro_rules! category {
    ($(#[$meta:meta])* pub enum $name:ident { $($(#[$vmeta:meta])* $variant:ident = $label:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(i8)]
        pub enum $name { $($(#[$vmeta])* $variant),+ }

        impl $name {
            /// All values, in code order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];
            /// Label as shown in files and tables.
            pub fn label(self) -> &'static str {
                match self { $(Self::$variant => $label),+ }
            }
        }

        impl $crate::dataset::column::Element for $name {
            type Stored = i8;
            const KIND: $crate::dataset::column::ColumnKind = $crate::dataset::column::ColumnKind::Category;
            const LABELS: &'static [&'static str] = &[$($label),+];
            fn stored(self) -> i8 { self as i8 + 1 }
            fn values(column: &[i8]) -> $crate::dataset::column::ColumnValues<'_> {
                $crate::dataset::column::ColumnValues::Category(column)
            }
        }
    };
}

/// Declares a table: the row struct, its column store, and the column descriptions.
///
/// ```
/// dyadsim::table! {
///     /// One row per visit.
///     pub table Visits / Visit named "visits" {
///         /// Which client.
///         client: i32 = "1", "client number within the replicate";
///         /// Score.
///         score: f64 = "points", "observed score";
///     }
/// }
/// use dyadsim::dataset::column::Table;
/// let mut visits = Visits::default();
/// visits.push(Visit { client: 1, score: 63.0 });
/// assert_eq!((visits.len(), visits.specs()[1].unit), (1, "points"));
/// ```
#[macro_export]
macro_rules! table {
    ($(#[$meta:meta])* pub table $store:ident / $row:ident named $name:literal {
        $($(#[$fmeta:meta])* $field:ident : $ty:ty = $unit:literal, $long:literal;)+
    }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug)]
        pub struct $row { $($(#[$fmeta])* pub $field: $ty),+ }

        #[doc = concat!("Column store of [`", stringify!($row), "`] rows.")]
        #[derive(Clone, Debug, Default)]
        pub struct $store { $($(#[$fmeta])* pub $field: Vec<<$ty as $crate::dataset::column::Element>::Stored>),+ }

        impl $store {
            /// Column descriptions, in file order.
            pub const SPECS: &'static [$crate::dataset::column::ColumnSpec] = &[
                $($crate::dataset::column::ColumnSpec {
                    name: stringify!($field),
                    unit: $unit,
                    long_name: $long,
                    kind: <$ty as $crate::dataset::column::Element>::KIND,
                    labels: <$ty as $crate::dataset::column::Element>::LABELS,
                }),+
            ];
            /// Adds one row.
            pub fn push(&mut self, row: $row) {
                $(self.$field.push($crate::dataset::column::Element::stored(row.$field));)+
            }
            /// Adds all rows of another store.
            pub fn append(&mut self, other: &Self) {
                $(self.$field.extend_from_slice(&other.$field);)+
            }
            /// Adds row `i` of another store.
            pub fn push_from(&mut self, other: &Self, i: usize) {
                $(self.$field.push(other.$field[i]);)+
            }
            /// Removes all rows and keeps the memory.
            pub fn clear(&mut self) {
                $(self.$field.clear();)+
            }
        }

        impl $crate::dataset::column::Table for $store {
            fn name(&self) -> &'static str { $name }
            fn specs(&self) -> &'static [$crate::dataset::column::ColumnSpec] { Self::SPECS }
            fn columns(&self) -> Vec<$crate::dataset::column::ColumnValues<'_>> {
                vec![$(<$ty as $crate::dataset::column::Element>::values(&self.$field)),+]
            }
            fn len(&self) -> usize {
                [$(self.$field.len()),+][0]
            }
        }
    };
}
