//! Parquet: the Arrow table in a file.

use super::arrow::HEADER_KEY;
use crate::{Grid, ReadingError};
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use std::io::Write;

/// Candidates turned into Arrow at a time: bounds the second copy of a large reading.
const ENTRIES_PER_BATCH: usize = 1 << 18;

impl Grid {
    /// Writes the grid as Parquet (snappy), one row per cell: the columns of [`Grid::arrow_schema`]. The file's
    /// key-value metadata holds, under `fathom.reading`, the JSON form with no cells.
    pub fn write_parquet<W: Write + Send>(&self, writer: W) -> Result<(), ReadingError> {
        self.check()?;
        let schema = self.arrow_schema()?;
        let header = KeyValue::new(HEADER_KEY.to_owned(), crate::json::header(self)?);
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_created_by(self.info.program.clone())
            .set_key_value_metadata(Some(vec![header]))
            .build();
        let mut parquet = ArrowWriter::try_new(writer, schema.clone(), Some(properties))?;
        let cells = self.rows.len() * self.axis.len();
        let step = (ENTRIES_PER_BATCH / (self.columns.top_k + self.watched.len() + 1)).max(1);
        for start in (0..cells).step_by(step) {
            parquet.write(&self.record_batch(&schema, start..cells.min(start + step))?)?;
        }
        parquet.close()?;
        Ok(())
    }
}
