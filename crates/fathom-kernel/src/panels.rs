//! Weights in panels of 16 rows, which is how products read them: `[rows / 16 rounded up][width][16]`.

use crate::simd::{LANES, Lane};
use rayon::prelude::*;
use std::mem::MaybeUninit;

/// Packs `rows` rows of `width`, the last panel filled up with zeros, on the current rayon pool. `fill(first, out)` writes
/// rows `first ..` into `out` `[n, width]` (`n <= 16`).
///
/// The panels' memory is first touched by the thread that writes it: zeroing hundreds of megabytes beforehand, on one
/// thread, took as long as all the rest of loading a model.
pub(crate) fn packed<E: Send>(
    rows: usize,
    width: usize,
    fill: impl Fn(usize, &mut [f32]) -> Result<(), E> + Sync,
) -> Result<Vec<Lane>, E> {
    let count = rows.div_ceil(LANES) * width;
    let mut panels: Vec<Lane> = Vec::with_capacity(count);
    let room = &mut panels.spare_capacity_mut()[..count];
    in_large_pages(room);
    room.par_chunks_exact_mut(width.max(1)).enumerate().try_for_each_init(
        || vec![0f32; LANES * width],
        |buffer, (panel, to)| {
            let first = panel * LANES;
            let from = &mut buffer[..(rows - first).min(LANES) * width];
            fill(first, from)?;
            interleave(from, width, to);
            Ok(())
        },
    )?;
    // SAFETY: `count` is a multiple of `width`, so the panels are all of the room, and `interleave` wrote each in full; on
    // an error this is not reached.
    unsafe { panels.set_len(count) };
    Ok(panels)
}

/// `rows` `[n, width]`, `n <= 16`, into a panel `[width][16]`, the rest zero. Writes every lane of `panel`, which has
/// `width` of them.
fn interleave(rows: &[f32], width: usize, panel: &mut [MaybeUninit<Lane>]) {
    let whole: Option<[&[f32]; LANES]> = match rows.len() == LANES * width {
        true => Some(std::array::from_fn(|i| &rows[i * width..][..width])),
        false => None,
    };
    let value = |i: usize, k: usize| rows.get(i * width + k).copied().unwrap_or(0.0);
    for (k, to) in panel.iter_mut().enumerate() {
        to.write(Lane(match &whole {
            Some(rows) => std::array::from_fn(|i| rows[i][k]),
            None => std::array::from_fn(|i| value(i, k)),
        }));
    }
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

#[cfg(test)]
mod tests {
    use super::packed;
    use crate::simd::LANES;

    #[test]
    fn every_row_is_where_products_look_for_it() {
        for (rows, width) in [(1, 1), (16, 3), (35, 4), (700, 1000), (0, 4), (3, 0)] {
            let weight = |row: usize, k: usize| (row * width + k) as f32;
            let panels = packed(rows, width, |first, out| {
                for (i, out) in out.chunks_exact_mut(width.max(1)).enumerate() {
                    (0..width).for_each(|k| out[k] = weight(first + i, k));
                }
                Ok::<(), ()>(())
            });
            let panels = panels.unwrap();
            assert_eq!(panels.len(), rows.div_ceil(LANES) * width);
            for (i, lane) in panels.iter().enumerate() {
                let (first, k) = (i / width * LANES, i % width);
                let expected = |j: usize| if first + j < rows { weight(first + j, k) } else { 0.0 };
                assert!(lane.0.iter().enumerate().all(|(j, x)| *x == expected(j)), "{rows} x {width}, {i}");
            }
        }
        assert_eq!(
            packed(35, 4, |first, _| if first == 32 { Err("here") } else { Ok(()) }).err(),
            Some("here")
        );
    }
}
