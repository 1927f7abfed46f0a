//! The compact binary form of a reading, `fathom.pack/1`: what the explorer opens.
//!
//! One gzip stream (media type `application/vnd.fathom.pack`). Inflated it holds, in this order:
//!
//! 1. the length of the head in bytes, an unsigned 32-bit little-endian integer;
//! 2. the head, UTF-8 JSON: `{"pack": "fathom.pack/1", "top_k": 10, "columns": [{"name", "type", "values"}, …],
//!    "reading": {…}}`. `reading` is the JSON form ([`crate::json`]) without cells, and with the text of every token
//!    in its `vocabulary`;
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

use crate::{Reading, ReadingError};
use flate2::Compression;
use flate2::bufread::GzDecoder;
use flate2::write::GzEncoder;
use std::io::{Read, Write};

/// Name and major version of the form.
pub const PACK: &str = "fathom.pack/1";

/// The form's media type.
pub const MEDIA_TYPE: &str = "application/vnd.fathom.pack";

/// The most bytes that a pack may inflate to: some 7 million cells of ten candidates. More is refused while it is
/// inflated, so that a small hostile file costs no more memory than this.
pub const MOST_BYTES: u64 = 1 << 30;

impl Reading {
    /// The reading as a pack. The same reading always gives the same bytes; one whose parts do not fit together is
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
    pub fn from_pack(pack: &[u8]) -> Result<Reading, ReadingError> {
        let bytes = inflate(pack, MOST_BYTES)?;
        let (head, rest) = head::split(&bytes)?;
        let (mut reading, top_k, shapes) = head::parse(head)?;
        columns::read_into(&mut reading, top_k, &shapes, rest)?;
        reading.check()?;
        Ok(reading)
    }
}

/// At most `most` bytes of what `pack` holds, or an error.
fn inflate(pack: &[u8], most: u64) -> Result<Vec<u8>, ReadingError> {
    let mut bytes = Vec::new();
    let mut gzip = GzDecoder::new(pack);
    // Grows as bytes come: a claim allocates nothing.
    (&mut gzip).take(most + 1).read_to_end(&mut bytes).map_err(|error| {
        ReadingError::invalid("the pack", "a whole gzip stream (a file that ends in .pack)", error)
    })?;
    if bytes.len() as u64 > most {
        return Err(ReadingError::invalid("the pack", format!("at most {most} bytes inflated"), "more"));
    }
    if !gzip.into_inner().is_empty() {
        return Err(ReadingError::invalid("the pack", "nothing after its gzip stream", "more bytes"));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bomb_is_refused_when_it_grows_too_large() {
        let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
        gzip.write_all(&vec![0; 1 << 20]).unwrap();
        let bomb = gzip.finish().unwrap();
        assert!(bomb.len() < 1 << 17, "{}", bomb.len());
        assert_eq!(inflate(&bomb, 1 << 20).unwrap().len(), 1 << 20);
        let refusal = inflate(&bomb, (1 << 20) - 1).unwrap_err().to_string();
        assert!(refusal.contains("at most 1048575 bytes inflated"), "{refusal}");
    }
}
