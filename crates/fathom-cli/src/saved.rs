//! `--from`: a saved reading in the place of a run, and the parts of it that a command asks for.

use crate::args::LayerSelection;
use crate::exit::usage;
use anyhow::{Context, Result};
use fathom::Reading;
use fathom::reading::{Layer, Position, Site};
use std::path::Path;

/// The reading in the file at `path`.
pub(crate) fn load(path: &Path) -> Result<Reading> {
    let is = |extension: &str| path.extension().is_some_and(|found| found.eq_ignore_ascii_case(extension));
    if let Some(extension) = ["csv", "parquet"].into_iter().find(|extension| is(extension)) {
        let name = path.display();
        return Err(usage(format!(
            "--from {name}: only the .json and .pack forms can be drawn again, not .{extension}"
        )));
    }
    fathom::load_reading(path).with_context(|| format!("can't read {}", path.display()))
}

/// The part of `reading` that was asked for: `None` is all of it. What it does not hold is refused.
pub(crate) fn part(
    reading: &Reading,
    layers: Option<&LayerSelection>,
    embed: bool,
    positions: Option<&[Position]>,
) -> Result<Reading> {
    let mut rows: Vec<usize> = match layers {
        None | Some(LayerSelection::All) => (0..reading.rows.len()).collect(),
        Some(selection) => {
            let chosen = selection.resolve(reading.info.model.layers)?;
            chosen.into_iter().map(|layer| row_of(reading, site(layer))).collect::<Result<_>>()?
        }
    };
    if embed {
        rows.push(row_of(reading, Site::EMBED)?);
        rows.sort_unstable();
        rows.dedup();
    }
    let columns: Vec<usize> = match positions {
        None => (0..reading.positions().len()).collect(),
        Some(positions) => positions.iter().map(|&at| column_of(reading, at)).collect::<Result<_>>()?,
    };
    Ok(reading.select(&rows, &columns))
}

/// The saved reading with just `words`: it must have recorded them.
pub(crate) fn watching(reading: &Reading, words: &[String]) -> Result<Reading> {
    let find = |word: &String| {
        reading.watched.iter().position(|watched| watched.text == *word).ok_or_else(|| {
            let has: Vec<&str> = reading.watched.iter().map(|watched| watched.text.as_str()).collect();
            let has = fathom::formats::listed(&has, 20);
            usage(format!("the saved reading did not watch {word:?} (it watched: {has}): run the model again to watch it"))
        })
    };
    let kept: Vec<usize> = words.iter().map(find).collect::<Result<_>>()?;
    Ok(reading.with_watched(&kept))
}

/// The site of a layer's number as [`LayerSelection::resolve`] gives it: -1 is the embedding.
pub(crate) fn site(layer: i64) -> Site {
    u32::try_from(layer).map_or(Site::EMBED, |layer| Site::after(Layer(layer)))
}

fn row_of(reading: &Reading, site: Site) -> Result<usize> {
    reading.rows.iter().position(|row| *row == site).ok_or_else(|| {
        let what = if site == Site::EMBED { "the embedding".to_string() } else { format!("layer {site}") };
        usage(format!("{what} is not in the saved reading, which has {}", list("layer", &reading.rows)))
    })
}

fn column_of(reading: &Reading, position: Position) -> Result<usize> {
    reading.column_of(position).ok_or_else(|| {
        let has = list("position", reading.positions());
        usage(format!("position {position} is not in the saved reading, which has {has}"))
    })
}

/// `layer 3`, `layers 0 to 29`; of a list with gaps the ends and the number.
fn list<T: ToString>(what: &str, all: &[T]) -> String {
    match all {
        [] => format!("no {what}s"),
        [only] => format!("{what} {}", only.to_string()),
        [first, .., last] => {
            format!("{} {what}s, {} to {}", all.len(), first.to_string(), last.to_string())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str, embed: bool) -> Result<Vec<String>> {
        let reading = Reading::example();
        let part = part(&reading, Some(&text.parse().unwrap()), embed, Some(&[Position(4)]))?;
        assert_eq!(part.positions(), [Position(4)]);
        Ok(part.rows.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn parts_are_chosen_by_name() {
        assert_eq!(rows("1,last", false).unwrap(), ["1", "3"]);
        assert_eq!(rows("1,last", true).unwrap(), ["embed", "1", "3"]);
        assert_eq!(rows("all", true).unwrap(), ["embed", "0", "1", "2", "3"]);
    }

    #[test]
    fn what_is_not_there_is_refused_with_what_is() {
        let reading = Reading::example().select(&[1, 3], &[2]);
        let message = |layers: &str, embed, position| {
            let layers = layers.parse().unwrap();
            part(&reading, Some(&layers), embed, Some(&[Position(position)])).unwrap_err().to_string()
        };
        assert_eq!(message("1", false, 2), "layer 1 is not in the saved reading, which has 2 layers, 0 to 2");
        assert_eq!(
            message("0", true, 2),
            "the embedding is not in the saved reading, which has 2 layers, 0 to 2"
        );
        assert_eq!(message("0", false, 3), "position 3 is not in the saved reading, which has position 2");
        assert!(
            message("9", false, 2).starts_with("layer 9 is out of range: this model's layers are 0 to 3")
        );
        let words = watching(&reading, &[" was".to_string()]).unwrap_err().to_string();
        assert!(words.contains("did not watch \" was\" (it watched: \" are\", \" is\""), "{words}");
    }
}
