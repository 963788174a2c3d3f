//! Reading result files.

use std::fs;
use std::io::ErrorKind;
use std::ops::Range;
use std::path::{Path, PathBuf};

use hdf5::types::{FloatSize, IntSize, TypeDescriptor, VarLenUnicode};
use hdf5::{Dataset, File, Group, H5Type, IndexType, IterationOrder, Location, MinorErrorCode};

use super::error::{During, OutputError};
use super::layout::{AttributeValue, FORMAT, FORMAT_ATTRIBUTE, KIND_ATTRIBUTE, KIND_TABLE, KIND_TEXTS, Text};
use crate::dataset::column::ColumnValues;

/// The values of a column that was read.
#[derive(Clone, Debug, PartialEq)]
pub enum OwnedValues {
    /// Real numbers; NaN means "not applicable" or "not observed".
    F64(Vec<f64>),
    /// Ids and counts.
    I32(Vec<i32>),
    /// Small counts.
    I16(Vec<i16>),
    /// Yes (1) or no (0).
    Flag(Vec<i8>),
    /// Codes from 1 into the labels of the column.
    Category(Vec<i8>),
}

impl OwnedValues {
    /// The same values, borrowed.
    pub fn borrow(&self) -> ColumnValues<'_> {
        match self {
            Self::F64(v) => ColumnValues::F64(v),
            Self::I32(v) => ColumnValues::I32(v),
            Self::I16(v) => ColumnValues::I16(v),
            Self::Flag(v) => ColumnValues::Flag(v),
            Self::Category(v) => ColumnValues::Category(v),
        }
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.borrow().len()
    }

    /// True when there are no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// A column that was read.
#[derive(Clone, Debug, PartialEq)]
pub struct OwnedColumn {
    /// Name.
    pub name: String,
    /// Unit.
    pub unit: String,
    /// Meaning in one line.
    pub long_name: String,
    /// Category labels for codes 1, 2, …; empty for other columns.
    pub labels: Vec<String>,
    /// Values.
    pub values: OwnedValues,
}

/// A table that was read, or part of one.
#[derive(Clone, Debug, PartialEq)]
pub struct OwnedTable {
    /// Name.
    pub name: String,
    /// Columns, in file order or in the order asked for.
    pub columns: Vec<OwnedColumn>,
}

impl OwnedTable {
    /// Number of rows that were read.
    pub fn rows(&self) -> usize {
        self.columns.first().map_or(0, |column| column.values.len())
    }

    /// The column of that name.
    pub fn column(&self, name: &str) -> Option<&OwnedColumn> {
        self.columns.iter().find(|column| column.name == name)
    }
}

/// An open result file.
#[derive(Debug)]
pub struct ResultReader {
    file: File,
    path: PathBuf,
}

impl ResultReader {
    /// Opens a result file.
    ///
    /// # Errors
    ///
    /// The file is missing, cut short, not HDF5, not from dyadsim, or from a newer dyadsim.
    pub fn open(path: &Path) -> Result<Self, OutputError> {
        check_readable(path)?;
        let file = File::with_options().with_fapl(|p| p.file_locking(false)).open(path).map_err(|error| not_opened(path, &error))?;
        let reader = Self { file, path: path.to_path_buf() };
        reader.check_format()?;
        Ok(reader)
    }

    fn check_format(&self) -> Result<(), OutputError> {
        let path = self.path.clone();
        match self.attribute_i64(FORMAT_ATTRIBUTE)? {
            None => Err(OutputError::NotOurs { path }),
            Some(found) if found > FORMAT => Err(OutputError::NewerFormat { path, found, known: FORMAT }),
            Some(_) => Ok(()),
        }
    }

    /// Path of the file, as given to [`ResultReader::open`].
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Names of the tables, in file order.
    ///
    /// # Errors
    ///
    /// The file cannot be read.
    pub fn table_names(&self) -> Result<Vec<String>, OutputError> {
        self.groups_of_kind(KIND_TABLE)
    }

    /// Names of the groups of texts, in file order.
    ///
    /// # Errors
    ///
    /// The file cannot be read.
    pub fn text_groups(&self) -> Result<Vec<String>, OutputError> {
        self.groups_of_kind(KIND_TEXTS)
    }

    fn groups_of_kind(&self, kind: &str) -> Result<Vec<String>, OutputError> {
        let mut names = names(&self.file).during("list the tables", &self.path)?;
        names.retain(|name| self.has_kind(name, kind));
        Ok(names)
    }

    fn has_kind(&self, group: &str, kind: &str) -> bool {
        let found = self.file.group(group).and_then(|group| text_attribute(&group, KIND_ATTRIBUTE));
        found.is_ok_and(|found| found == kind)
    }

    /// Names of the columns of a table, in file order.
    ///
    /// # Errors
    ///
    /// There is no such table, or the file cannot be read.
    pub fn column_names(&self, table: &str) -> Result<Vec<String>, OutputError> {
        names(&self.group(table)?).during("list the columns", &self.path)
    }

    /// Number of rows of a table.
    ///
    /// # Errors
    ///
    /// There is no such table, or the file cannot be read.
    pub fn row_count(&self, table: &str) -> Result<usize, OutputError> {
        let group = self.group(table)?;
        let names = names(&group).during("list the columns", &self.path)?;
        match names.first() {
            Some(name) => Ok(self.dataset(&group, table, name)?.size()),
            None => Ok(0),
        }
    }

    /// A whole table.
    ///
    /// # Errors
    ///
    /// There is no such table, or the file cannot be read.
    pub fn table(&self, table: &str) -> Result<OwnedTable, OutputError> {
        let all = self.column_names(table)?;
        self.columns(table, &all)
    }

    /// Some columns of a table, in the order given; the others are not read.
    ///
    /// # Errors
    ///
    /// There is no such table or column, or the file cannot be read.
    pub fn columns<S: AsRef<str>>(&self, table: &str, columns: &[S]) -> Result<OwnedTable, OutputError> {
        self.rows(table, columns, 0..usize::MAX)
    }

    /// Some columns and rows of a table; rows beyond the end are left out. Memory holds these
    /// rows only.
    ///
    /// # Errors
    ///
    /// There is no such table or column, or the file cannot be read.
    pub fn rows<S: AsRef<str>>(&self, table: &str, columns: &[S], rows: Range<usize>) -> Result<OwnedTable, OutputError> {
        let group = self.group(table)?;
        let read = |name: &S| self.read_column(&group, table, name.as_ref(), rows.clone());
        let columns = columns.iter().map(read).collect::<Result<_, _>>()?;
        Ok(OwnedTable { name: table.to_owned(), columns })
    }

    fn group(&self, table: &str) -> Result<Group, OutputError> {
        if !self.has_kind(table, KIND_TABLE) {
            return Err(OutputError::NoTable { path: self.path.clone(), table: table.to_owned(), known: listing(&self.table_names()?) });
        }
        self.file.group(table).during("open a table", &self.path)
    }

    fn dataset(&self, group: &Group, table: &str, column: &str) -> Result<Dataset, OutputError> {
        if group.link_exists(column) {
            return group.dataset(column).during(&format!("open column {column}"), &self.path);
        }
        Err(OutputError::NoColumn {
            path: self.path.clone(),
            table: table.to_owned(),
            column: column.to_owned(),
            known: listing(&self.column_names(table)?),
        })
    }

    fn read_column(&self, group: &Group, table: &str, name: &str, rows: Range<usize>) -> Result<OwnedColumn, OutputError> {
        let dataset = self.dataset(group, table, name)?;
        let end = rows.end.min(dataset.size());
        let rows = rows.start.min(end)..end;
        let action = format!("read column {name} of table {table}");
        let column = read_column(&dataset, name, rows).during(&action, &self.path)?;
        column.ok_or_else(|| OutputError::UnknownStorage { path: self.path.clone(), table: table.to_owned(), column: name.to_owned() })
    }

    /// All attributes of the file, in file order, without the format version.
    ///
    /// # Errors
    ///
    /// The file cannot be read.
    pub fn attributes(&self) -> Result<Vec<(String, AttributeValue)>, OutputError> {
        let names =
            self.file.attr_names_by(IndexType::CreationOrder, IterationOrder::Increasing).during("list the attributes", &self.path)?;
        let mut attributes = Vec::new();
        for name in names.into_iter().filter(|name| name != FORMAT_ATTRIBUTE) {
            if let Some(value) = self.attribute(&name)? {
                attributes.push((name, value));
            }
        }
        Ok(attributes)
    }

    /// An attribute of the file; `None` when there is none of that name and a type we know.
    ///
    /// # Errors
    ///
    /// The file cannot be read.
    pub fn attribute(&self, name: &str) -> Result<Option<AttributeValue>, OutputError> {
        attribute(&self.file, name).during(&format!("read attribute {name}"), &self.path)
    }

    /// A text attribute of the file.
    ///
    /// # Errors
    ///
    /// The file cannot be read.
    pub fn attribute_text(&self, name: &str) -> Result<Option<String>, OutputError> {
        Ok(match self.attribute(name)? {
            Some(AttributeValue::Text(text)) => Some(text),
            _ => None,
        })
    }

    /// A list of texts among the attributes of the file; empty when there is none.
    ///
    /// # Errors
    ///
    /// The file cannot be read.
    pub fn attribute_texts(&self, name: &str) -> Result<Vec<String>, OutputError> {
        Ok(match self.attribute(name)? {
            Some(AttributeValue::Texts(texts)) => texts,
            _ => Vec::new(),
        })
    }

    /// An integer attribute of the file.
    ///
    /// # Errors
    ///
    /// The file cannot be read.
    pub fn attribute_i64(&self, name: &str) -> Result<Option<i64>, OutputError> {
        Ok(match self.attribute(name)? {
            Some(AttributeValue::I64(value)) => Some(value),
            _ => None,
        })
    }

    /// A real attribute of the file.
    ///
    /// # Errors
    ///
    /// The file cannot be read.
    pub fn attribute_f64(&self, name: &str) -> Result<Option<f64>, OutputError> {
        Ok(match self.attribute(name)? {
            Some(AttributeValue::F64(value)) => Some(value),
            _ => None,
        })
    }

    /// The texts of a group, in file order; none when there is no such group.
    ///
    /// # Errors
    ///
    /// The file cannot be read.
    pub fn texts(&self, group: &str) -> Result<Vec<Text>, OutputError> {
        if !self.has_kind(group, KIND_TEXTS) {
            return Ok(Vec::new());
        }
        read_texts(&self.file, group).during(&format!("read the texts of {group}"), &self.path)
    }
}

fn check_readable(path: &Path) -> Result<(), OutputError> {
    match fs::File::open(path) {
        Ok(_) => Ok(()),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            Err(OutputError::NotFound { path: path.to_path_buf() })
        }
        Err(error) => Err(error).during("read", path),
    }
}

fn not_opened(path: &Path, error: &hdf5::Error) -> OutputError {
    let path = path.to_path_buf();
    if error.contains_minor(MinorErrorCode::Truncated) {
        OutputError::Truncated { path }
    } else if error.contains_minor(MinorErrorCode::NotHdf5) {
        OutputError::NotHdf5 { path }
    } else {
        OutputError::Hdf5 { action: "read the head".to_owned(), path, reason: error.to_string() }
    }
}

fn listing(names: &[String]) -> String {
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}

fn names(group: &Group) -> hdf5::Result<Vec<String>> {
    group.member_names_by(IndexType::CreationOrder, IterationOrder::Increasing)
}

fn text_attribute(place: &Location, name: &str) -> hdf5::Result<String> {
    Ok(place.attr(name)?.read_scalar::<VarLenUnicode>()?.to_string())
}

fn attribute(place: &Location, name: &str) -> hdf5::Result<Option<AttributeValue>> {
    if !place.attr_names()?.iter().any(|known| known == name) {
        return Ok(None);
    }
    let attribute = place.attr(name)?;
    Ok(match attribute.dtype()?.to_descriptor()? {
        TypeDescriptor::VarLenUnicode if attribute.is_scalar() => Some(AttributeValue::Text(text_attribute(place, name)?)),
        TypeDescriptor::VarLenUnicode => {
            let texts = attribute.read_raw::<VarLenUnicode>()?;
            Some(AttributeValue::Texts(texts.iter().map(ToString::to_string).collect()))
        }
        TypeDescriptor::Integer(_) => Some(AttributeValue::I64(attribute.read_scalar()?)),
        TypeDescriptor::Float(_) => Some(AttributeValue::F64(attribute.read_scalar()?)),
        _ => None,
    })
}

/// `None` for a type that no version of this program writes.
fn read_column(dataset: &Dataset, name: &str, rows: Range<usize>) -> hdf5::Result<Option<OwnedColumn>> {
    let mut labels = Vec::new();
    let values = match dataset.dtype()?.to_descriptor()? {
        TypeDescriptor::Float(FloatSize::U8) => OwnedValues::F64(slice(dataset, rows)?),
        TypeDescriptor::Integer(IntSize::U4) => OwnedValues::I32(slice(dataset, rows)?),
        TypeDescriptor::Integer(IntSize::U2) => OwnedValues::I16(slice(dataset, rows)?),
        TypeDescriptor::Integer(IntSize::U1) => OwnedValues::Flag(slice(dataset, rows)?),
        TypeDescriptor::Enum(mut category) if category.size == IntSize::U1 => {
            category.members.sort_by_key(|member| member.value);
            labels = category.members.into_iter().map(|member| member.name).collect();
            OwnedValues::Category(slice(dataset, rows)?)
        }
        _ => return Ok(None),
    };
    let unit = text_attribute(dataset, "units")?;
    let long_name = text_attribute(dataset, "long_name")?;
    Ok(Some(OwnedColumn { name: name.to_owned(), unit, long_name, labels, values }))
}

fn slice<T: H5Type + Copy>(dataset: &Dataset, rows: Range<usize>) -> hdf5::Result<Vec<T>> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    if rows == (0..dataset.size()) {
        return dataset.read_raw();
    }
    Ok(dataset.read_slice_1d(rows)?.to_vec())
}

fn read_texts(file: &File, group: &str) -> hdf5::Result<Vec<Text>> {
    let group = file.group(group)?;
    let read = |name: &String| {
        let dataset = group.dataset(name)?;
        let text = dataset.read_scalar::<VarLenUnicode>()?.to_string();
        Ok(Text { title: text_attribute(&dataset, "long_name")?, text })
    };
    names(&group)?.iter().map(read).collect()
}
