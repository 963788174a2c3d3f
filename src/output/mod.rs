//! Result files: HDF5 that h5py, pandas, xarray, rhdf5 and hdf5r open without this program.
//!
//! # What is in a file
//!
//! ```text
//! /                    attributes: dyadsim_format, then what the caller adds (seed, version, …)
//! /scenario/<title>    long texts, such as the exact scenario of each arm
//! /types/<category>    one enum type per category, codes from 1
//! /<table>_row         the dimension shared by the columns of a table
//! /<table>/<column>    one 1-D dataset per column: units, long_name, categories as attributes
//! ```
//!
//! Tables come in the order in which they were announced, columns in the order of their
//! declaration. Missing numbers are NaN. [`layout`] holds names and storage rules.
//!
//! # How a file is written
//!
//! [`ResultFile::append`](writer::ResultFile::append) collects rows in one buffer per column.
//! Each time [`CHUNK_ROWS`](chunk::CHUNK_ROWS) rows are together, all columns are compressed by
//! rayon's workers and go to a scratch file next to the target, which has no name on Unix and
//! therefore vanishes with the process, however it ends. Memory holds one chunk per column and
//! 16 bytes per finished chunk, whatever the number of rows.
//! [`ResultFile::finish`](writer::ResultFile::finish) then builds the HDF5 file under a temporary
//! name (descriptions first, then table by table, column by column, chunk by chunk), closes
//! it, syncs it, gives it its name and syncs the folder. Under its final name a file is complete or
//! absent. While `finish` runs, the disk holds the compressed rows twice.
//!
//! # Same rows, same bytes
//!
//! The position of every byte follows from the rows, the texts and the attributes, in the order in
//! which tables, texts and attributes were announced. It does not depend on the number of
//! threads, on how rows were cut into batches, or on how the batches of different tables were
//! interleaved; there is no time, host or path in the file, and every NaN is stored with the
//! same bits. What can change bytes is another version of libhdf5 or libdeflate, so files are
//! comparable between runs of the same build.
//!
//! # Joining part files
//!
//! Parts hold consecutive ranges of replicates as ordinary result files. Appending the rows of
//! part 1, 2, 3 … to one [`ResultFile`](writer::ResultFile) gives the bytes of the uninterrupted
//! run, by the paragraph above; [`ResultReader::rows`](read::ResultReader::rows) reads them in
//! slices, so memory stays bounded. Since the chunk length is fixed, a join may skip work: while the joined
//! table's buffers are empty (rows so far are a multiple of `CHUNK_ROWS`), the whole chunks of the
//! next part are already what the join would produce and can be copied as they are
//! (`H5Dread_chunk` into the scratch file). The rows after a part's last whole chunk are carried:
//! they stay in the buffers and are completed by the next part, whose chunks then
//! have to be cut anew. Parts whose row counts are multiples of `CHUNK_ROWS` need no cutting.

pub mod chunk;
mod course_table;
mod driver_table;
mod drivers;
pub mod error;
pub mod estimate_tables;
pub mod layout;
pub mod pair_table;
mod place;
mod raw;
pub mod read;
pub mod results;
mod spool;
pub mod study;
mod study_measures;
mod study_tables;
pub mod text;
pub mod writer;
