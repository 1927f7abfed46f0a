//! The compact binary form of a grid, `fathom.pack/1`: what the explorer opens.
//!
//! One gzip stream (media type `application/vnd.fathom.pack`). Inflated it holds, in this order:
//!
//! 1. the length of the head in bytes, an unsigned 32-bit little-endian integer;
//! 2. the head, UTF-8 JSON: `{"pack": "fathom.pack/1", "top_k": 10, "columns": [{"name", "type", "values"}, …],
//!    "reading": {…}}`. `reading` is the JSON form ([`crate::json`]) without cells, and with the text of every token
//!    in its `vocabulary`; of a grid that is no lens reading it defines the columns;
//! 3. the columns, in the head's order and without gaps. `type` is `u32` or `f32`, four little-endian bytes a value,
//!    **in planes**: the first byte of every value, then the second byte of every value, and so on. Neighbouring
//!    numbers share their high bytes, so planes compress better than values.
//!
//! Columns are named and laid out as in [`Columns`](crate::Columns): cell `row * positions + column`, then candidate
//! or watched token. `target_id` has one value a position; whether a target is the model's own choice follows from
//! its position. What is not finite is stored as NaN, and no
//! token or no rank (see there) as 4294967295. A reader skips columns that it does not know; another number
//! after the `/` is another form, and is refused.
//!
//! ```
//! use fathom_reading::Reading;
//! let reading = Reading::example();
//! let pack = reading.to_pack()?;
//! assert!(pack.len() < reading.to_json()?.len() / 3);
//! assert_eq!(Reading::from_pack(&pack)?, reading);
//! # Ok::<(), fathom_reading::ReadingError>(())
//! ```

mod columns;
mod head;

use crate::{Grid, ReadingError};
use flate2::Compression;
use flate2::bufread::GzDecoder;
use flate2::write::GzEncoder;
use std::io::{self, Read, Write};

/// Name and major version of the form.
pub const PACK: &str = "fathom.pack/1";

/// The form's media type.
pub const MEDIA_TYPE: &str = "application/vnd.fathom.pack";

/// The most bytes that a pack may inflate to: some 7 million cells of ten candidates. A head that promises more is refused
/// before anything else is inflated.
pub const MOST_BYTES: u64 = 1 << 30;

impl Grid {
    /// The grid as a pack. The same grid always gives the same bytes; one whose parts do not fit together is
    /// refused.
    pub fn to_pack(&self) -> Result<Vec<u8>, ReadingError> {
        self.check()?;
        let head = head::of(self)?;
        let columns = columns::of(self);
        let length =
            columns.iter().map(|column| 4 * column.len() as u64).sum::<u64>() + head.len() as u64 + 4;
        if length > MOST_BYTES {
            return Err(ReadingError::invalid("the pack", format!("at most {MOST_BYTES} bytes"), length));
        }
        let mut gzip = GzEncoder::new(Vec::new(), Compression::new(6));
        gzip.write_all(&(head.len() as u32).to_le_bytes())?;
        gzip.write_all(&head)?;
        for column in columns {
            gzip.write_all(&column.planes())?;
        }
        Ok(gzip.finish()?)
    }

    /// Reads a pack back. As strict as [`Reading::from_json`]: everything is checked and nothing is guessed.
    ///
    /// The head is read, and judged, before the rest is inflated, and no more is inflated than it says and the reading
    /// needs.
    pub fn from_pack(pack: &[u8]) -> Result<Grid, ReadingError> {
        let mut stream = Stream(GzDecoder::new(pack));
        let head = head::read(&mut stream)?;
        let head::Head { mut grid, top_k, defined, shapes } = head::parse(&head)?;
        grid.check_frame()?;
        columns::read_into(&mut grid, (top_k, defined), &shapes, &mut stream)?;
        stream.end()?;
        grid.check()?;
        Ok(grid)
    }
}

/// What a pack holds, inflated as it is asked for.
struct Stream<'a>(GzDecoder<&'a [u8]>);

impl Stream<'_> {
    /// The next `length` bytes, which `place` needs. Memory grows as bytes come: a claim takes none.
    fn read(&mut self, place: &str, length: u64) -> Result<Vec<u8>, ReadingError> {
        let mut bytes = Vec::new();
        (&mut self.0).take(length).read_to_end(&mut bytes).map_err(not_gzip)?;
        self.all(place, length, bytes.len() as u64)?;
        Ok(bytes)
    }

    /// Passes over the next `length` bytes.
    fn skip(&mut self, place: &str, length: u64) -> Result<(), ReadingError> {
        let skipped = io::copy(&mut (&mut self.0).take(length), &mut io::sink()).map_err(not_gzip)?;
        self.all(place, length, skipped)
    }

    fn all(&self, place: &str, needed: u64, found: u64) -> Result<(), ReadingError> {
        match needed == found {
            true => Ok(()),
            false => Err(ReadingError::invalid(place, format!("{needed} bytes"), format!("{found}"))),
        }
    }

    /// That was all: the stream is whole, and nothing stands in it or after it.
    fn end(mut self) -> Result<(), ReadingError> {
        let nothing_after =
            |what| Err(ReadingError::invalid("the pack", format!("nothing after {what}"), "more bytes"));
        if self.0.read(&mut [0]).map_err(not_gzip)? > 0 {
            return nothing_after("its columns");
        }
        if !self.0.into_inner().is_empty() {
            return nothing_after("its gzip stream");
        }
        Ok(())
    }
}

fn not_gzip(error: io::Error) -> ReadingError {
    ReadingError::invalid("the pack", "a whole gzip stream (a file that ends in .pack)", error)
}
