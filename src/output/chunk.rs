//! Column buffers, and the step from a buffer to a compressed chunk.

use std::io;

use libdeflater::{CompressionLvl, Compressor};

use crate::dataset::column::{ColumnKind, ColumnValues};

/// Rows in a chunk of a table with more than this many rows. Part of the file format: changing
/// it changes the bytes of all larger files.
pub const CHUNK_ROWS: usize = 65_536;

/// Level of libdeflate (0 only stores, 12 is smallest): the best trade of time for size on
/// simulated columns. Changing it changes the bytes of files.
const LEVEL: i32 = 1;

/// Bytes of one element.
pub(super) fn element_size(kind: ColumnKind) -> usize {
    match kind {
        ColumnKind::F64 => 8,
        ColumnKind::I32 => 4,
        ColumnKind::I16 => 2,
        ColumnKind::Flag | ColumnKind::Category => 1,
    }
}

/// Rows of one column that do not fill a chunk yet.
#[derive(Debug)]
pub(super) enum ColumnBuffer {
    F64(Vec<f64>),
    I32(Vec<i32>),
    I16(Vec<i16>),
    I8(Vec<i8>),
}

impl ColumnBuffer {
    pub(super) fn new(kind: ColumnKind) -> Self {
        match kind {
            ColumnKind::F64 => Self::F64(Vec::new()),
            ColumnKind::I32 => Self::I32(Vec::new()),
            ColumnKind::I16 => Self::I16(Vec::new()),
            ColumnKind::Flag | ColumnKind::Category => Self::I8(Vec::new()),
        }
    }

    /// Adds values; false when they are of another kind than the buffer.
    pub(super) fn extend(&mut self, values: ColumnValues<'_>, rows: std::ops::Range<usize>) -> bool {
        match (self, values) {
            (Self::F64(to), ColumnValues::F64(v)) => to.extend(v[rows].iter().map(one_nan)),
            (Self::I32(to), ColumnValues::I32(v)) => to.extend_from_slice(&v[rows]),
            (Self::I16(to), ColumnValues::I16(v)) => to.extend_from_slice(&v[rows]),
            (Self::I8(to), ColumnValues::Flag(v) | ColumnValues::Category(v)) => {
                to.extend_from_slice(&v[rows]);
            }
            _ => return false,
        }
        true
    }

    /// Removes the rows and keeps the memory.
    pub(super) fn clear(&mut self) {
        match self {
            Self::F64(v) => v.clear(),
            Self::I32(v) => v.clear(),
            Self::I16(v) => v.clear(),
            Self::I8(v) => v.clear(),
        }
    }

    /// The rows as bytes, element after element.
    pub(super) fn plain(&self) -> Vec<u8> {
        match self {
            Self::F64(v) => v.iter().flat_map(|x| x.to_ne_bytes()).collect(),
            Self::I32(v) => v.iter().flat_map(|x| x.to_ne_bytes()).collect(),
            Self::I16(v) => v.iter().flat_map(|x| x.to_ne_bytes()).collect(),
            Self::I8(v) => v.iter().flat_map(|x| x.to_ne_bytes()).collect(),
        }
    }

    /// The rows, padded with zeros to `length` rows, as HDF5's shuffle filter arranges them.
    fn shuffled(&self, length: usize) -> Vec<u8> {
        match self {
            Self::F64(v) => shuffle(v, length, f64::to_ne_bytes),
            Self::I32(v) => shuffle(v, length, i32::to_ne_bytes),
            Self::I16(v) => shuffle(v, length, i16::to_ne_bytes),
            Self::I8(v) => shuffle(v, length, i8::to_ne_bytes),
        }
    }
}

/// The sign and payload of a NaN depend on the processor; files must not.
fn one_nan(x: &f64) -> f64 {
    if x.is_nan() { f64::NAN } else { *x }
}

/// First the first byte of every element, then the second, and so on.
fn shuffle<T: Copy, const SIZE: usize>(values: &[T], length: usize, bytes: impl Fn(T) -> [u8; SIZE]) -> Vec<u8> {
    let mut planes = vec![0; length * SIZE];
    for (k, plane) in planes.chunks_exact_mut(length.max(1)).enumerate() {
        for (to, &value) in plane.iter_mut().zip(values) {
            *to = bytes(value)[k];
        }
    }
    planes
}

/// Compresses chunks the way HDF5's shuffle and deflate filters would; reused within a worker.
pub(super) struct Packer(Compressor);

impl Packer {
    pub(super) fn new() -> Self {
        let level = CompressionLvl::new(LEVEL).unwrap_or_default();
        Self(Compressor::new(level))
    }

    /// The chunk of `length` rows that starts with the rows of `column`.
    pub(super) fn pack(&mut self, column: &ColumnBuffer, length: usize) -> io::Result<Vec<u8>> {
        let bytes = column.shuffled(length);
        let mut packed = vec![0; self.0.zlib_compress_bound(bytes.len())];
        let used = self.0.zlib_compress(&bytes, &mut packed).map_err(io::Error::other)?;
        packed.truncate(used);
        packed.shrink_to_fit();
        Ok(packed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shuffle_groups_bytes_by_significance_and_pads() {
        let column = ColumnBuffer::I16(vec![i16::from_ne_bytes([1, 2]), i16::from_ne_bytes([3, 4])]);
        assert_eq!(column.shuffled(3), [1, 3, 0, 2, 4, 0]);
    }

    #[test]
    fn all_nans_get_the_same_bits() {
        let odd = f64::from_bits(0xfff8_0000_0000_0007);
        let mut column = ColumnBuffer::new(ColumnKind::F64);
        assert!(column.extend(ColumnValues::F64(&[odd, f64::NAN]), 0..2));
        let bytes = column.plain();
        assert_eq!(bytes[..8], bytes[8..]);
    }

    #[test]
    fn regular_columns_become_much_smaller() {
        let column = ColumnBuffer::I32((0..CHUNK_ROWS as i32).map(|i| i / 40).collect());
        let packed = Packer::new().pack(&column, CHUNK_ROWS).unwrap();
        assert!(packed.len() * 10 < 4 * CHUNK_ROWS, "{} bytes", packed.len());
    }

    #[test]
    fn values_of_another_kind_are_refused() {
        let mut column = ColumnBuffer::new(ColumnKind::I32);
        assert!(!column.extend(ColumnValues::I16(&[1]), 0..1));
    }
}
