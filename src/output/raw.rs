//! The few calls of the C library that have no safe form in hdf5-metno. All unsafe code of the
//! program is here.

use std::ffi::CString;

use hdf5::sync::sync;
use hdf5::{Dataset, Datatype, Group, h5check};
use hdf5_metno_sys::h5d::{H5Dwrite, H5Dwrite_chunk};
use hdf5_metno_sys::h5p::{H5P_CLS_DATATYPE_CREATE, H5P_DEFAULT, H5Pclose, H5Pcreate, H5Pset_obj_track_times};
use hdf5_metno_sys::h5s::H5S_ALL;
use hdf5_metno_sys::h5t::{H5T_C_S1, H5Tcommit2, H5Tcopy, H5Tset_size};

/// Stores a chunk that has already gone through the dataset's filters.
pub(super) fn write_chunk(dataset: &Dataset, first_row: usize, bytes: &[u8]) -> hdf5::Result<()> {
    let offset = first_row as u64;
    sync(|| {
        // SAFETY: the dataset is open and one-dimensional, so one offset is read; `bytes` is
        // valid for reads of its length; the library's lock is held.
        h5check(unsafe { H5Dwrite_chunk(dataset.id(), H5P_DEFAULT, 0, &raw const offset, bytes.len(), bytes.as_ptr().cast()) })
    })
    .map(drop)
}

/// Stores all elements of a dataset, given as they shall lie in the file.
pub(super) fn write_plain(dataset: &Dataset, bytes: &[u8]) -> hdf5::Result<()> {
    let datatype = dataset.dtype()?;
    if bytes.len() != dataset.size() * datatype.size() {
        return Err("the bytes do not fill the dataset".into());
    }
    sync(|| {
        // SAFETY: dataset and datatype are open; memory and file type are the same fixed-size
        // type and `bytes` holds exactly one such element per row; the library's lock is held.
        h5check(unsafe { H5Dwrite(dataset.id(), datatype.id(), H5S_ALL, H5S_ALL, H5P_DEFAULT, bytes.as_ptr().cast()) })
    })
    .map(drop)
}

/// An ASCII string type of `size` bytes including the final NUL, as HDF5's dimension scales
/// require it.
pub(super) fn null_terminated(size: usize) -> hdf5::Result<Datatype> {
    sync(|| {
        // SAFETY: H5T_C_S1 is a type of the library; the copy is resized only after its
        // creation was checked, and its identifier is handed to exactly one owner.
        unsafe {
            let id = h5check(H5Tcopy(*H5T_C_S1))?;
            let datatype = hdf5::from_id::<Datatype>(id)?;
            h5check(H5Tset_size(id, size))?;
            Ok(datatype)
        }
    })
}

/// Gives a datatype a name in the file, without the time at which that happened.
pub(super) fn commit(group: &Group, name: &str, datatype: &Datatype) -> hdf5::Result<()> {
    let name = CString::new(name).map_err(|_| "a type name contains a NUL")?;
    sync(|| {
        // SAFETY: group and datatype are open, `name` ends with a NUL, the property list is
        // closed exactly once, and the library's lock is held.
        unsafe {
            let plist = h5check(H5Pcreate(*H5P_CLS_DATATYPE_CREATE))?;
            let result = h5check(H5Pset_obj_track_times(plist, 0))
                .and_then(|_| h5check(H5Tcommit2(group.id(), name.as_ptr(), datatype.id(), H5P_DEFAULT, plist, H5P_DEFAULT)));
            H5Pclose(plist);
            result.map(drop)
        }
    })
}
