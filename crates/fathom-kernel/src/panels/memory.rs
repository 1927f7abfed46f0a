//! The memory that panels lie in, and the two views of it.

use crate::simd::{LANES, Lane};
use std::mem::MaybeUninit;

/// Sixteen bytes: one for each row of a panel, or half of sixteen halves.
pub(super) type Unit = [u8; LANES];

/// Units in a [`Lane`].
pub(super) const UNITS: usize = size_of::<Lane>() / size_of::<Unit>();

/// Room for `count` vectors in large pages, and then what `write` makes of it.
///
/// The memory is first touched by the thread that writes it: zeroing hundreds of megabytes beforehand, on one
/// thread, took as long as all the rest of loading a model.
///
/// # Safety
/// When `write` returns `Ok`, it has written every vector.
pub(super) unsafe fn written<E>(
    count: usize,
    write: impl FnOnce(&mut [MaybeUninit<Lane>]) -> Result<(), E>,
) -> Result<Vec<Lane>, E> {
    let mut lanes: Vec<Lane> = Vec::with_capacity(count);
    let room = &mut lanes.spare_capacity_mut()[..count];
    in_large_pages(room);
    write(room)?;
    // SAFETY: the caller's promise.
    unsafe { lanes.set_len(count) };
    Ok(lanes)
}

/// Vectors as bytes.
#[inline(always)]
pub(super) fn units(lanes: &[Lane]) -> &[Unit] {
    // SAFETY: a `Lane` is 64 bytes without padding, so four units; a unit may lie anywhere; lifetime and length are kept.
    unsafe { std::slice::from_raw_parts(lanes.as_ptr().cast(), lanes.len() * UNITS) }
}

/// Vectors as bytes to write: all zero at first.
pub(super) fn zeroed_units(lanes: &mut [MaybeUninit<Lane>]) -> &mut [Unit] {
    lanes.fill(MaybeUninit::new(Lane::ZERO));
    // SAFETY: as in `units`, and just initialised; any bytes are sixteen f32.
    unsafe { std::slice::from_raw_parts_mut(lanes.as_mut_ptr().cast(), lanes.len() * UNITS) }
}

/// Asks for pages of 2 MB, where the system has them: a hundred times fewer faults while weights are written, and fewer
/// misses of the address cache while they are read.
fn in_large_pages(room: &mut [MaybeUninit<Lane>]) {
    #[cfg(all(target_os = "linux", not(miri)))]
    {
        const LARGE: usize = 2 << 20;
        let start = room.as_mut_ptr().addr() / LARGE * LARGE;
        let end = room.as_mut_ptr().addr() + size_of_val(room);
        // SAFETY: asked for a growth of 0, this says where the heap ends, and changes nothing.
        let heap_end = unsafe { libc::sbrk(0) }.addr();
        // On the heap matrices lie side by side, and the allocator writes behind each before the next one is there: so
        // what comes is advised too, or every page on a border would be a small one.
        let end = if end <= heap_end { heap_end } else { end };
        if size_of_val(room) >= LARGE / 8 {
            // SAFETY: this advice changes how memory is provided and never what it holds, whoever owns what lies around
            // `room`. That it may not be taken is no error.
            let _ = unsafe {
                libc::madvise(std::ptr::with_exposed_provenance_mut(start), end - start, libc::MADV_HUGEPAGE)
            };
        }
    }
    #[cfg(not(all(target_os = "linux", not(miri))))]
    let _ = room;
}
