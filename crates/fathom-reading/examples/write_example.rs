//! Writes the invented example reading in every stored form, to try other programs' readers on:
//! `cargo run -p fathom-reading --example write_example -- FOLDER` makes `example.json`, `.csv` and `.parquet` there.

use fathom_reading::Reading;
use std::error::Error;
use std::fs::File;
use std::path::PathBuf;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(std::env::args_os().nth(1).ok_or("which folder?")?);
    let reading = Reading::example();
    reading.write_json(File::create(folder.join("example.json"))?)?;
    reading.write_csv(File::create(folder.join("example.csv"))?)?;
    reading.write_parquet(File::create(folder.join("example.parquet"))?)?;
    std::fs::write(folder.join("reading.schema.json"), fathom_reading::json_schema())?;
    Ok(())
}
