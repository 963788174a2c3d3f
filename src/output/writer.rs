//! Writing result files.

use std::io;
use std::path::{Path, PathBuf};

use hdf5::{Dataset, File};
use rayon::prelude::*;

use super::chunk::{CHUNK_ROWS, ColumnBuffer, Packer};
use super::error::{During, OutputError};
use super::layout::{self, AttributeValue, Categories, FORMAT, FORMAT_ATTRIBUTE, Storage, Text};
use super::place::Target;
use super::raw;
use super::spool::{Extent, Spool};
use crate::dataset::column::{ColumnSpec, ColumnValues, Table};

/// Choices for a new result file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WriteOptions {
    /// Replace an existing file, at the moment when the new one is complete.
    pub overwrite: bool,
}

/// A table announced with [`ResultFile::table`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TableId(usize);

/// What [`ResultFile::finish`] wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The result file.
    pub path: PathBuf,
    /// Its size in bytes.
    pub bytes: u64,
    /// Name and number of rows of each table.
    pub tables: Vec<(&'static str, usize)>,
}

/// A result file being written. Dropping it without [`finish`](Self::finish) leaves nothing behind.
#[derive(Debug)]
pub struct ResultFile {
    target: Target,
    spool: Spool,
    attributes: Vec<(String, AttributeValue)>,
    texts: Vec<(String, Vec<Text>)>,
    tables: Vec<TableStore>,
}

impl ResultFile {
    /// Prepares a file and checks that it will be possible to write it.
    ///
    /// # Errors
    ///
    /// The folder is missing or not writable, or the name is taken and `options` do not allow
    /// replacing the file.
    pub fn create(path: &Path, options: WriteOptions) -> Result<Self, OutputError> {
        let target = Target::check(path, options.overwrite)?;
        let spool = target.spool()?;
        Ok(Self { target, spool, attributes: Vec::new(), texts: Vec::new(), tables: Vec::new() })
    }

    /// Announces a table. Tables lie in the file in the order of announcement, also when they
    /// stay empty.
    ///
    /// # Errors
    ///
    /// [`OutputError::NameTaken`] for a second table of that name.
    pub fn table(&mut self, name: &'static str, specs: &'static [ColumnSpec]) -> Result<TableId, OutputError> {
        if self.is_taken(name) || self.texts.iter().any(|(group, _)| group == name) {
            return Err(OutputError::NameTaken { name: name.to_owned() });
        }
        self.tables.push(TableStore::new(name, specs));
        Ok(TableId(self.tables.len() - 1))
    }

    /// Adds rows to a table. Batches may have any size. Compression uses the rayon pool of the
    /// caller.
    ///
    /// # Errors
    ///
    /// [`OutputError::WrongRows`] when the rows do not fit the announced description;
    /// [`OutputError::DiskFull`] or [`OutputError::Io`] when a full chunk cannot be stored.
    pub fn append(&mut self, id: TableId, rows: &dyn Table) -> Result<(), OutputError> {
        let Some(table) = self.tables.get_mut(id.0) else {
            return Err(wrong_rows(rows.name(), "it was announced in another file"));
        };
        table.append(rows, &mut self.spool, self.target.path())
    }

    /// Sets a text attribute of the file; a second value for a name replaces the first.
    pub fn attribute_text(&mut self, name: &str, value: &str) {
        self.attribute(name, AttributeValue::Text(value.to_owned()));
    }

    /// Sets an integer attribute of the file; a second value for a name replaces the first.
    pub fn attribute_i64(&mut self, name: &str, value: i64) {
        self.attribute(name, AttributeValue::I64(value));
    }

    /// Sets a real attribute of the file; a second value for a name replaces the first.
    pub fn attribute_f64(&mut self, name: &str, value: f64) {
        self.attribute(name, AttributeValue::F64(value));
    }

    /// Sets a list of texts as an attribute of the file; a second value for a name replaces the first.
    pub fn attribute_texts(&mut self, name: &str, texts: &[String]) {
        self.attribute(name, AttributeValue::Texts(texts.to_vec()));
    }

    fn attribute(&mut self, name: &str, value: AttributeValue) {
        match self.attributes.iter_mut().find(|(known, _)| known == name) {
            Some((_, old)) => *old = value,
            None => self.attributes.push((name.to_owned(), value)),
        }
    }

    /// Adds a text of any length under `group`, for instance the scenario of an arm under its name.
    ///
    /// # Errors
    ///
    /// [`OutputError::NameTaken`] when `group` is a table, or has a text of that title.
    pub fn text(&mut self, group: &str, title: &str, text: &str) -> Result<(), OutputError> {
        if self.is_taken(group) {
            return Err(OutputError::NameTaken { name: group.to_owned() });
        }
        let text = Text { title: title.to_owned(), text: text.to_owned() };
        match self.texts.iter_mut().find(|(known, _)| known == group) {
            None => self.texts.push((group.to_owned(), vec![text])),
            Some((_, texts)) if texts.iter().all(|known| known.title != title) => texts.push(text),
            Some(_) => {
                return Err(OutputError::NameTaken { name: format!("{group}/{title}") });
            }
        }
        Ok(())
    }

    /// True for names at the root that belong to the layout or to a table.
    fn is_taken(&self, name: &str) -> bool {
        name == layout::TYPES_GROUP
            || name == FORMAT_ATTRIBUTE
            || self.tables.iter().any(|t| t.name == name || layout::dimension_name(t.name) == name)
    }

    /// Builds the file under a temporary name, closes and syncs it, and gives it its name.
    ///
    /// # Errors
    ///
    /// Disk full, a refusal of the operating system or of the HDF5 library (then nothing is left
    /// behind), or [`OutputError::Appeared`] (then the results are kept under another name).
    pub fn finish(mut self) -> Result<Written, OutputError> {
        let path = self.target.path().to_path_buf();
        let temporary = self.target.temporary()?;
        let file = layout::create_file(temporary.path()).during("create", &path)?;
        if let Err(error) = self.fill(&file) {
            // libhdf5 still writes while it closes a file, and a full disk can crash it there.
            // With the scratch file's room given back, there is space to close.
            let _ = self.spool.release();
            return Err(error);
        }
        file.close().during("close", &path)?;
        let bytes = std::fs::metadata(temporary.path()).during("read", &path)?.len();
        self.target.publish(temporary)?;
        let tables = self.tables.iter().map(|table| (table.name, table.rows)).collect();
        Ok(Written { path, bytes, tables })
    }

    fn fill(&mut self, file: &File) -> Result<(), OutputError> {
        let path = self.target.path();
        self.write_head(file).during("write attributes and texts", path)?;
        let mut categories = Categories::default();
        let mut columns = Vec::with_capacity(self.tables.len());
        for table in &self.tables {
            columns.push(table.create(file, &mut categories).during(&table.action(), path)?);
        }
        for (table, columns) in self.tables.iter().zip(&columns) {
            table.fill(columns, &mut self.spool, path)?;
        }
        Ok(())
    }

    fn write_head(&self, file: &File) -> hdf5::Result<()> {
        layout::write_attribute(file, FORMAT_ATTRIBUTE, &AttributeValue::I64(FORMAT))?;
        for (name, value) in &self.attributes {
            layout::write_attribute(file, name, value)?;
        }
        self.texts.iter().try_for_each(|(group, texts)| layout::write_texts(file, group, texts))
    }
}

/// Rows of a table so far: whole chunks in the spool, the rest in buffers.
#[derive(Debug)]
struct TableStore {
    name: &'static str,
    specs: &'static [ColumnSpec],
    rows: usize,
    /// Rows in the buffers.
    waiting: usize,
    columns: Vec<ColumnStore>,
}

/// Rows of a column so far.
#[derive(Debug)]
struct ColumnStore {
    chunks: Vec<Extent>,
    buffer: ColumnBuffer,
}

impl TableStore {
    fn new(name: &'static str, specs: &'static [ColumnSpec]) -> Self {
        let column = |spec: &ColumnSpec| ColumnStore { chunks: Vec::new(), buffer: ColumnBuffer::new(spec.kind) };
        Self { name, specs, rows: 0, waiting: 0, columns: specs.iter().map(column).collect() }
    }

    /// For messages: what fails when writing this table fails.
    fn action(&self) -> String {
        format!("write table {}", self.name)
    }

    fn append(&mut self, rows: &dyn Table, spool: &mut Spool, path: &Path) -> Result<(), OutputError> {
        let values = rows.columns();
        self.check(rows, &values)?;
        let mut start = 0;
        while start < rows.len() {
            let end = rows.len().min(start + CHUNK_ROWS - self.waiting);
            self.collect(&values, start..end)?;
            start = end;
            if self.waiting == CHUNK_ROWS {
                self.pack_chunk(spool).during("write", path)?;
            }
        }
        Ok(())
    }

    fn check(&self, rows: &dyn Table, values: &[ColumnValues<'_>]) -> Result<(), OutputError> {
        let problem = if rows.name() != self.name {
            format!("they are rows of {}", rows.name())
        } else if rows.specs() != self.specs || values.len() != self.specs.len() {
            "the columns are others".to_owned()
        } else if values.iter().any(|column| column.len() != rows.len()) {
            "the columns have different lengths".to_owned()
        } else {
            return Ok(());
        };
        Err(wrong_rows(self.name, &problem))
    }

    fn collect(&mut self, values: &[ColumnValues<'_>], range: std::ops::Range<usize>) -> Result<(), OutputError> {
        for ((column, &values), spec) in self.columns.iter_mut().zip(values).zip(self.specs) {
            if !column.buffer.extend(values, range.clone()) {
                return Err(wrong_rows(self.name, &format!("{} is of another kind", spec.name)));
            }
        }
        self.rows += range.len();
        self.waiting += range.len();
        Ok(())
    }

    /// Compresses the full buffers in parallel and stores the results in column order.
    fn pack_chunk(&mut self, spool: &mut Spool) -> io::Result<()> {
        let packed: Vec<io::Result<Vec<u8>>> =
            self.columns.par_iter().map_init(Packer::new, |packer, column| packer.pack(&column.buffer, CHUNK_ROWS)).collect();
        for (column, packed) in self.columns.iter_mut().zip(packed) {
            column.chunks.push(spool.push(&packed?)?);
            column.buffer.clear();
        }
        self.waiting = 0;
        Ok(())
    }

    fn create(&self, file: &File, categories: &mut Categories) -> hdf5::Result<Vec<Dataset>> {
        layout::create_table(file, categories, self.name, self.specs, self.rows)
    }

    fn fill(&self, datasets: &[Dataset], spool: &mut Spool, path: &Path) -> Result<(), OutputError> {
        let tails = self.tails().during(&self.action(), path)?;
        let mut bytes = Vec::new();
        for ((column, dataset), tail) in self.columns.iter().zip(datasets).zip(tails) {
            for (i, &chunk) in column.chunks.iter().enumerate() {
                spool.read(chunk, &mut bytes).during("read back", path)?;
                raw::write_chunk(dataset, i * CHUNK_ROWS, &bytes).during(&self.action(), path)?;
            }
            if self.waiting > 0 {
                let first = column.chunks.len() * CHUNK_ROWS;
                self.write_tail(dataset, first, &tail).during(&self.action(), path)?;
            }
        }
        Ok(())
    }

    /// The rows that are still in the buffers, as they will lie in the file.
    fn tails(&self) -> io::Result<Vec<Vec<u8>>> {
        match Storage::of(self.rows) {
            Storage::Plain => Ok(self.columns.iter().map(|column| column.buffer.plain()).collect()),
            Storage::Chunks(length) => {
                self.columns.par_iter().map_init(Packer::new, |packer, column| packer.pack(&column.buffer, length)).collect()
            }
        }
    }

    fn write_tail(&self, dataset: &Dataset, first_row: usize, bytes: &[u8]) -> hdf5::Result<()> {
        match Storage::of(self.rows) {
            Storage::Plain => raw::write_plain(dataset, bytes),
            Storage::Chunks(_) => raw::write_chunk(dataset, first_row, bytes),
        }
    }
}

fn wrong_rows(table: &str, problem: &str) -> OutputError {
    OutputError::WrongRows { table: table.to_owned(), problem: problem.to_owned() }
}
