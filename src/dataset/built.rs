//! Tables whose columns are known only when the program runs: names of arms, factors of a sweep.

use super::column::{ColumnKind, ColumnSpec, ColumnValues, Table};
use std::sync::Mutex;

/// Most labels of a category: codes are one signed byte, from 1.
pub const MOST_LABELS: usize = 127;

/// Longest label, in characters; netCDF's own limit is a little higher.
const LONGEST_LABEL: usize = 200;

/// Descriptions that live as long as the program, each kept once.
static KEPT: Mutex<Kept> = Mutex::new(Kept { texts: Vec::new(), labels: Vec::new(), specs: Vec::new() });

struct Kept {
    texts: Vec<&'static str>,
    labels: Vec<&'static [&'static str]>,
    specs: Vec<&'static [ColumnSpec]>,
}

/// The kept twin of a description; made on first use.
fn keep<T: ?Sized + PartialEq>(known: &mut Vec<&'static T>, new: Box<T>) -> &'static T {
    if let Some(twin) = known.iter().find(|twin| ***twin == *new) {
        return twin;
    }
    let kept: &'static T = Box::leak(new);
    known.push(kept);
    kept
}

fn with_kept<T>(then: impl FnOnce(&mut Kept) -> T) -> T {
    // A panic elsewhere while holding the lock leaves complete entries only.
    then(&mut KEPT.lock().unwrap_or_else(std::sync::PoisonError::into_inner))
}

fn text(text: &str) -> &'static str {
    with_kept(|kept| keep(&mut kept.texts, text.into()))
}

#[derive(Clone, Debug)]
enum Values {
    F64(Vec<f64>),
    I32(Vec<i32>),
    Category(Vec<i8>),
}

impl Values {
    fn borrow(&self) -> ColumnValues<'_> {
        match self {
            Self::F64(v) => ColumnValues::F64(v),
            Self::I32(v) => ColumnValues::I32(v),
            Self::Category(v) => ColumnValues::Category(v),
        }
    }
}

/// Collects the columns of a [`BuiltTable`].
///
/// ```
/// use dyadsim::dataset::{built::Builder, column::Table};
/// let arms = Builder::new("arms")
///     .number("arm", "1", "arm", vec![1, 2])
///     .category("name", "name of the arm", &["usual care", "feedback"])
///     .real("final_score", "score", "mean final score", vec![62.0, 61.5])
///     .build();
/// assert_eq!((arms.len(), arms.specs()[1].labels[1]), (2, "feedback"));
/// ```
#[derive(Clone, Debug)]
pub struct Builder {
    name: &'static str,
    specs: Vec<ColumnSpec>,
    columns: Vec<Values>,
}

impl Builder {
    /// A table without columns.
    pub fn new(name: &'static str) -> Self {
        Self { name, specs: Vec::new(), columns: Vec::new() }
    }

    /// A column of real numbers.
    #[must_use]
    pub fn real(self, name: &str, unit: &str, long_name: &str, values: Vec<f64>) -> Self {
        self.column(name, unit, long_name, ColumnKind::F64, &[], Values::F64(values))
    }

    /// A column of whole numbers.
    #[must_use]
    pub fn number(self, name: &str, unit: &str, long_name: &str, values: Vec<i32>) -> Self {
        self.column(name, unit, long_name, ColumnKind::I32, &[], Values::I32(values))
    }

    /// A column of texts, of which there are at most [`MOST_LABELS`] different ones; what comes
    /// after them is marked as "other". Texts are cut after 200 characters.
    #[must_use]
    pub fn category<S: AsRef<str>>(self, name: &str, long_name: &str, texts: &[S]) -> Self {
        let (labels, codes) = coded(texts);
        self.column(name, "1", long_name, ColumnKind::Category, &labels, Values::Category(codes))
    }

    fn column(mut self, name: &str, unit: &str, long_name: &str, kind: ColumnKind, labels: &[String], values: Values) -> Self {
        let labels: Box<[&'static str]> = labels.iter().map(|label| text(label)).collect();
        let labels = with_kept(|kept| keep(&mut kept.labels, labels));
        self.specs.push(ColumnSpec { name: text(name), unit: text(unit), long_name: text(long_name), kind, labels });
        self.columns.push(values);
        self
    }

    /// The finished table.
    pub fn build(self) -> BuiltTable {
        let specs = with_kept(|kept| keep(&mut kept.specs, self.specs.into_boxed_slice()));
        BuiltTable { name: self.name, specs, columns: self.columns }
    }
}

/// Name, unit, meaning, storage and labels of a column.
pub type Described<'a> = (&'a str, &'a str, &'a str, ColumnKind, Vec<String>);

/// Descriptions of columns whose labels are known only when the program runs.
pub fn described(columns: Vec<Described>) -> &'static [ColumnSpec] {
    let spec = |(name, unit, long_name, kind, labels): Described| {
        let labels: Box<[&'static str]> = labels.iter().map(|label| text(label)).collect();
        let labels = with_kept(|kept| keep(&mut kept.labels, labels));
        ColumnSpec { name: text(name), unit: text(unit), long_name: text(long_name), kind, labels }
    };
    let specs: Vec<ColumnSpec> = columns.into_iter().map(spec).collect();
    with_kept(|kept| keep(&mut kept.specs, specs.into_boxed_slice()))
}

/// The different texts in order of appearance, and the code of each text: those of a category.
pub fn coded<S: AsRef<str>>(texts: &[S]) -> (Vec<String>, Vec<i8>) {
    let mut labels: Vec<String> = Vec::new();
    let mut codes = Vec::with_capacity(texts.len());
    for text in texts {
        let mut label = label(text.as_ref());
        let mut at = labels.iter().position(|known| *known == label);
        if at.is_none() && labels.len() >= MOST_LABELS - 1 {
            label = "other".into();
            at = labels.iter().position(|known| *known == label);
        }
        let at = at.unwrap_or_else(|| {
            labels.push(label);
            labels.len() - 1
        });
        codes.push(at as i8 + 1);
    }
    if labels.is_empty() {
        labels.push("none".into()); // HDF5 has no category without labels.
    }
    (labels, codes)
}

/// A text as a label: one line, not empty, not too long.
fn label(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.is_empty() {
        return "(empty)".into();
    }
    line.chars().take(LONGEST_LABEL).collect()
}

/// A table whose columns were put together at run time.
#[derive(Clone, Debug)]
pub struct BuiltTable {
    name: &'static str,
    specs: &'static [ColumnSpec],
    columns: Vec<Values>,
}

impl Table for BuiltTable {
    fn name(&self) -> &'static str {
        self.name
    }
    fn specs(&self) -> &'static [ColumnSpec] {
        self.specs
    }
    fn columns(&self) -> Vec<ColumnValues<'_>> {
        self.columns.iter().map(Values::borrow).collect()
    }
    fn len(&self) -> usize {
        self.columns().first().map_or(0, ColumnValues::len)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn descriptions_are_kept_once() {
        let build = || Builder::new("t").category("name", "name", &["a", "b", "a"]).build();
        let (one, two) = (build(), build());
        assert!(core::ptr::eq(one.specs(), two.specs()));
        assert_eq!(one.specs()[0].labels, ["a", "b"]);
        assert!(matches!(one.columns()[0], ColumnValues::Category([1, 2, 1])));
    }

    #[test]
    fn odd_labels_still_make_a_category() {
        let many: Vec<String> = (0..300).map(|i| i.to_string()).collect();
        let (labels, codes) = coded(&many);
        assert_eq!((labels.len(), labels.last().map(String::as_str), codes[299]), (127, Some("other"), 127));
        assert_eq!(coded::<&str>(&[]).0, ["none"]);
        assert_eq!(coded(&["", "two\nlines"]).0, ["(empty)", "two lines"]);
        assert_eq!(coded(&["ä".repeat(500)]).0[0].chars().count(), 200);
    }
}
