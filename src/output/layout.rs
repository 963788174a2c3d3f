//! Groups, columns, units: how tables, texts and attributes look inside an HDF5 file.

use hdf5::file::LibraryVersion;
use hdf5::plist::file_create::{AttrCreationOrder, LinkCreationOrder};
use hdf5::plist::group_create::LinkPhaseChange;
use hdf5::types::{EnumMember, EnumType, FixedAscii, IntSize, TypeDescriptor, VarLenArray, VarLenUnicode};
use hdf5::{Dataset, Datatype, File, Group, H5Type, Location, ObjectReference1};

use super::chunk::{CHUNK_ROWS, element_size};
use super::raw;
use crate::dataset::column::{ColumnKind, ColumnSpec};

/// Version of the layout, stored in each file. Readers refuse newer ones.
pub const FORMAT: i64 = 1;
/// Root attribute that marks a file as ours and holds [`FORMAT`].
pub const FORMAT_ATTRIBUTE: &str = "dyadsim_format";
/// Group of the category types.
pub const TYPES_GROUP: &str = "types";
/// Group attribute that says what a group holds: [`KIND_TABLE`] or [`KIND_TEXTS`].
pub const KIND_ATTRIBUTE: &str = "dyadsim_kind";
/// Mark of a group of columns.
pub const KIND_TABLE: &str = "table";
/// Mark of a group of texts.
pub const KIND_TEXTS: &str = "texts";
/// Tables up to this many rows are stored plainly: the index of a chunked column would take
/// more room than compression saves.
pub const PLAIN_ROWS: usize = 512;

/// Links and attributes up to this many lie in the header of their group, which is smaller and
/// faster than the trees HDF5 uses beyond.
const COMPACT: u32 = 128;
/// Name that tells netCDF readers that a scale is a bare dimension.
const BARE_DIMENSION: &str = "This is a netCDF dimension but not a netCDF variable.";

/// Value of an attribute of the file.
#[derive(Clone, Debug, PartialEq)]
pub enum AttributeValue {
    /// UTF-8 text.
    Text(String),
    /// Integer.
    I64(i64),
    /// Real number.
    F64(f64),
    /// List of UTF-8 texts.
    Texts(Vec<String>),
}

/// A long text and its title.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// Title, such as the name of an arm.
    pub title: String,
    /// The text itself.
    pub text: String,
}

/// How the columns of a table are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Storage {
    /// One block, not compressed.
    Plain,
    /// Compressed chunks of this many rows.
    Chunks(usize),
}

impl Storage {
    /// The rule, by the number of rows.
    pub(super) fn of(rows: usize) -> Self {
        if rows <= PLAIN_ROWS { Self::Plain } else { Self::Chunks(rows.min(CHUNK_ROWS)) }
    }
}

/// Name of the dimension of a table.
pub(super) fn dimension_name(table: &str) -> String {
    format!("{table}_row")
}

/// Creates a file that HDF5 1.8 and newer reads, without times.
///
/// File locking is off: the file has a private name until it is complete, and locking fails
/// on some network file systems.
pub(super) fn create_file(path: &std::path::Path) -> hdf5::Result<File> {
    File::with_options()
        .with_fapl(|p| p.libver_bounds(LibraryVersion::V18, LibraryVersion::V18).file_locking(false))
        .with_fcpl(|p| {
            p.obj_track_times(false)
                .link_creation_order(LinkCreationOrder::Indexed)
                .attr_creation_order(AttrCreationOrder::Indexed)
                .attr_phase_change(COMPACT, COMPACT / 2)
        })
        .create(path)
}

fn compact_links() -> LinkPhaseChange {
    LinkPhaseChange { max_compact: COMPACT, min_dense: COMPACT / 2 }
}

fn create_group(parent: &Group, name: &str) -> hdf5::Result<Group> {
    parent
        .create_group_builder()
        .obj_track_times(false)
        .with_gcpl(|p| p.link_creation_order(LinkCreationOrder::Indexed).link_phase_change(compact_links()))
        .create(name)
}

/// Writes an attribute of any type.
pub(super) fn write_attribute(place: &Location, name: &str, value: &AttributeValue) -> hdf5::Result<()> {
    match value {
        AttributeValue::Text(text) => write_text_attribute(place, name, text),
        AttributeValue::I64(value) => place.new_attr::<i64>().create(name)?.write_scalar(value),
        AttributeValue::F64(value) => place.new_attr::<f64>().create(name)?.write_scalar(value),
        AttributeValue::Texts(texts) => write_text_list(place, name, texts),
    }
}

fn write_text_list(place: &Location, name: &str, texts: &[String]) -> hdf5::Result<()> {
    let texts: Vec<VarLenUnicode> = texts.iter().map(|text| utf8(text)).collect::<Result<_, _>>()?;
    place.new_attr::<VarLenUnicode>().shape(texts.len()).create(name)?.write(&texts)
}

fn write_text_attribute(place: &Location, name: &str, text: &str) -> hdf5::Result<()> {
    place.new_attr::<VarLenUnicode>().create(name)?.write_scalar(&utf8(text)?)
}

/// Variable-length text. HDF5 ends it at a NUL, so there must be none inside.
fn utf8(text: &str) -> hdf5::Result<VarLenUnicode> {
    text.parse().map_err(|_| format!("the text {text:.40?}… contains a NUL character").into())
}

/// Writes texts of any length as scalar strings, one dataset each, in one group.
pub(super) fn write_texts(file: &File, group: &str, texts: &[Text]) -> hdf5::Result<()> {
    let group = create_group(file, group)?;
    write_text_attribute(&group, KIND_ATTRIBUTE, KIND_TEXTS)?;
    for text in texts {
        let name = free_name(&group, &link_name(&text.title));
        let dataset = group.new_dataset::<VarLenUnicode>().create(name.as_str())?;
        dataset.write_scalar(&utf8(&text.text)?)?;
        write_text_attribute(&dataset, "long_name", &text.title)?;
    }
    Ok(())
}

/// A title as a name of a dataset: slashes and a lone dot mean something else in HDF5.
fn link_name(title: &str) -> String {
    let name = title.replace(['/', '\0'], "_");
    if name.chars().all(|c| c == '.') { "_".repeat(name.len().max(1)) } else { name }
}

fn free_name(group: &Group, name: &str) -> String {
    let numbered = (2..).map(|i| format!("{name}_{i}"));
    let mut names = std::iter::once(name.to_owned()).chain(numbered);
    names.find(|name| !group.link_exists(name)).unwrap_or_default()
}

/// The category types committed so far.
#[derive(Debug, Default)]
pub(super) struct Categories {
    group: Option<Group>,
    known: Vec<(&'static [&'static str], Datatype)>,
}

impl Categories {
    /// The committed type for these labels: named after the first column that uses them.
    fn datatype(&mut self, file: &File, table: &str, spec: &ColumnSpec) -> hdf5::Result<Datatype> {
        if let Some((_, datatype)) = self.known.iter().find(|(labels, _)| *labels == spec.labels) {
            return Ok(datatype.clone());
        }
        let group = match self.group.take() {
            Some(group) => group,
            None => create_group(file, TYPES_GROUP)?,
        };
        let datatype = Datatype::from_descriptor(&enumeration(spec.labels))?;
        let taken = group.link_exists(spec.name);
        let name = if taken { format!("{table}_{}", spec.name) } else { spec.name.to_owned() };
        raw::commit(&group, &name, &datatype)?;
        self.group = Some(group);
        self.known.push((spec.labels, datatype.clone()));
        Ok(datatype)
    }
}

/// Codes from 1, because hdf5r cannot make a factor of a type with a code 0.
fn enumeration(labels: &[&str]) -> TypeDescriptor {
    let member = |(label, value): (&&str, u64)| EnumMember { name: (*label).to_owned(), value };
    let members = labels.iter().zip(1..).map(member).collect();
    TypeDescriptor::Enum(EnumType { size: IntSize::U1, signed: true, members })
}

/// Creates a table without its values: dimension, group, columns and their descriptions.
pub(super) fn create_table(
    file: &File,
    categories: &mut Categories,
    table: &str,
    specs: &[ColumnSpec],
    rows: usize,
) -> hdf5::Result<Vec<Dataset>> {
    let types = column_types(file, categories, table, specs)?;
    let scale = create_dimension(file, table, rows)?;
    let reference = file.reference::<ObjectReference1>(&dimension_name(table))?;
    let group = create_group(file, table)?;
    write_text_attribute(&group, KIND_ATTRIBUTE, KIND_TABLE)?;
    let mut columns = Vec::with_capacity(specs.len());
    let mut users = Vec::with_capacity(specs.len());
    for (spec, datatype) in specs.iter().zip(&types) {
        let column = create_column(&group, spec, datatype, rows)?;
        attach(&column, reference)?;
        describe(&column, spec)?;
        users.push(ScaleUser { dataset: group.reference(spec.name)?, dimension: 0 });
        columns.push(column);
    }
    scale.new_attr::<ScaleUser>().shape(users.len()).create("REFERENCE_LIST")?.write(&users)?;
    Ok(columns)
}

fn column_types(file: &File, categories: &mut Categories, table: &str, specs: &[ColumnSpec]) -> hdf5::Result<Vec<Datatype>> {
    let datatype = |spec: &ColumnSpec| match spec.kind {
        ColumnKind::F64 => Datatype::from_type::<f64>(),
        ColumnKind::I32 => Datatype::from_type::<i32>(),
        ColumnKind::I16 => Datatype::from_type::<i16>(),
        ColumnKind::Flag => Datatype::from_type::<i8>(),
        ColumnKind::Category => categories.datatype(file, table, spec),
    };
    specs.iter().map(datatype).collect()
}

fn create_column(group: &Group, spec: &ColumnSpec, datatype: &Datatype, rows: usize) -> hdf5::Result<Dataset> {
    let builder = group.new_dataset_builder();
    let builder = match Storage::of(rows) {
        Storage::Plain => builder.no_chunk(),
        Storage::Chunks(length) if element_size(spec.kind) == 1 => builder.chunk(length).deflate(1),
        Storage::Chunks(length) => builder.chunk(length).shuffle().deflate(1),
    };
    builder.empty_as(datatype).shape(rows).create(spec.name)
}

/// Unit, meaning and categories of a column.
fn describe(column: &Dataset, spec: &ColumnSpec) -> hdf5::Result<()> {
    write_text_attribute(column, "units", spec.unit)?;
    write_text_attribute(column, "long_name", spec.long_name)?;
    if spec.kind == ColumnKind::Category {
        let codes: Vec<i8> = (1..=i8::MAX).take(spec.labels.len()).collect();
        column.new_attr::<i8>().shape(codes.len()).create("flag_values")?.write(&codes)?;
        let words: Vec<String> = spec.labels.iter().map(|label| label.replace(' ', "_")).collect();
        write_text_attribute(column, "flag_meanings", &words.join(" "))?;
    }
    Ok(())
}

/// One entry of a dimension scale's list of the datasets that use it.
#[derive(Clone, Copy, Debug, H5Type)]
#[repr(C)]
struct ScaleUser {
    dataset: ObjectReference1,
    dimension: i32,
}

/// The dimension of a table, at the root: inside the group it would look like a column.
/// Nothing is ever written to it, so it takes no room.
fn create_dimension(file: &File, table: &str, rows: usize) -> hdf5::Result<Dataset> {
    let name = dimension_name(table);
    let builder = file.new_dataset_builder();
    let builder = if rows == 0 { builder.no_chunk() } else { builder.chunk(rows.min(CHUNK_ROWS)) };
    let scale = builder.empty::<f32>().shape(rows).create(name.as_str())?;
    write_scale_text::<16>(&scale, "CLASS", "DIMENSION_SCALE")?;
    write_scale_text::<64>(&scale, "NAME", &format!("{BARE_DIMENSION}{rows:10}"))?;
    Ok(scale)
}

/// `SIZE` counts the final NUL.
fn write_scale_text<const SIZE: usize>(scale: &Dataset, name: &str, text: &str) -> hdf5::Result<()> {
    let value = FixedAscii::<SIZE>::from_ascii(text).map_err(|e| e.to_string())?;
    let datatype = raw::null_terminated(SIZE)?;
    scale.new_attr_builder().empty_as(&datatype).create(name)?.write_scalar(&value)
}

fn attach(column: &Dataset, scale: ObjectReference1) -> hdf5::Result<()> {
    let list = [VarLenArray::from_slice(&[scale])];
    column.new_attr::<VarLenArray<ObjectReference1>>().shape(1).create("DIMENSION_LIST")?.write(&list)
}
