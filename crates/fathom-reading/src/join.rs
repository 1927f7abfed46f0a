//! A grid from its parts, as they are computed one after the other.

use crate::values::Values;
use crate::{Axis, Columns, Grid, NotFinite, ReadingError, Screening};

impl Grid {
    /// Puts parts of one grid over positions side by side: the same rows, candidates and watched strings, positions ascending from
    /// part to part. What describes the run (model, tokens, sampling) is taken from the last part, which knows most;
    /// of a watched string, the first part that scored it as a whole.
    ///
    /// ```
    /// let whole = fathom_reading::Reading::example();
    /// let rows = [0, 1, 2, 3, 4];
    /// let parts = [whole.select(&rows, &[0, 1, 2, 3]), whole.select(&rows, &[4]), whole.select(&rows, &[5, 6])];
    /// assert_eq!(fathom_reading::Reading::join(&parts)?, whole);
    /// # Ok::<(), fathom_reading::ReadingError>(())
    /// ```
    ///
    /// # Errors
    /// If there is no part, or they do not fit together.
    pub fn join(parts: &[Grid]) -> Result<Grid, ReadingError> {
        let Some(last) = parts.last() else {
            return Err(ReadingError::invalid("parts", "at least one", 0));
        };
        let ids = |part: &Grid| part.watched.iter().map(|watched| watched.ids.clone()).collect::<Vec<_>>();
        for (i, part) in parts.iter().enumerate() {
            let names =
                |part: &Grid| part.columns.iter().map(|stored| stored.column.clone()).collect::<Vec<_>>();
            let fits = part.rows == last.rows
                && part.columns.top_k == last.columns.top_k
                && ids(part) == ids(last)
                && names(part) == names(last)
                && matches!(part.axis, Axis::Positions(_));
            if !fits {
                let expected = "the rows, columns, candidates and watched strings of the last part";
                return Err(ReadingError::invalid(format!("parts[{i}]"), expected, "others"));
            }
            part.check()?;
        }
        let mut watched = last.watched.clone();
        for (w, watched) in watched.iter_mut().enumerate() {
            let scored = parts.iter().map(|part| &part.watched[w]).find(|part| part.sequence.is_some());
            if let Some(scored) = scored {
                *watched = scored.clone();
            }
        }
        let mut info = last.info.clone();
        info.lens.screening =
            parts.iter().filter_map(|part| part.info.lens.screening).reduce(Screening::with);
        info.not_finite = parts.iter().filter_map(|part| part.info.not_finite).reduce(NotFinite::first);
        let joined = Grid {
            info,
            tokens: last.tokens.clone(),
            rows: last.rows.clone(),
            axis: Axis::Positions(parts.iter().flat_map(|part| part.positions().iter().copied()).collect()),
            targets: parts.iter().flat_map(|part| part.targets.iter().copied()).collect(),
            watched,
            columns: columns(parts, last),
            vocabulary: parts.iter().flat_map(|part| part.vocabulary.clone()).collect(),
        };
        joined.check()?;
        Ok(joined)
    }
}

/// The parts' columns, woven row by row. All have those of the last part.
fn columns(parts: &[Grid], last: &Grid) -> Columns {
    let mut all = last.columns.map(last.watched.len(), |stored, _| Values::empty(stored.column.value_type));
    for row in 0..last.rows.len() {
        for part in parts {
            let cells = row * part.axis.len()..(row + 1) * part.axis.len();
            for (into, from) in all.iter_mut().zip(part.columns.iter()) {
                let each = last.columns.per_cell(from.column.per, last.watched.len());
                into.values.extend(&from.values, cells.start * each..cells.end * each);
            }
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Reading;
    use crate::known::TARGET_PROB;

    #[test]
    fn what_does_not_fit_together_is_refused() {
        let whole = Reading::example();
        let all = [0, 1, 2, 3, 4];
        let part = |positions: &[usize]| whole.select(&all, positions);
        let refused = |parts: &[Reading]| Reading::join(parts).unwrap_err().to_string();
        assert!(refused(&[]).contains("at least one"));
        assert!(refused(&[part(&[4]), part(&[3])]).contains("ascending"));
        assert!(refused(&[whole.select(&[0, 1], &[0]), part(&[1])]).contains("parts[0]"));
        assert!(refused(&[part(&[0]).with_watched(&[0]), part(&[1])]).contains("parts[0]"));
        let mut damaged = part(&[0]);
        damaged.columns[TARGET_PROB].clear();
        assert!(Reading::join(&[damaged, part(&[1])]).is_err());
    }

    #[test]
    fn bounds_hold_for_all_parts() {
        let whole = Reading::example();
        let mut parts = [0, 1, 2].map(|position| whole.select(&[0, 1, 2, 3, 4], &[position]));
        assert_eq!(Reading::join(&parts).unwrap().info.lens.screening, None);
        let bounds = |cells, prob, kl_bits| Some(Screening { cells, prob, kl_bits, ..Screening::default() });
        (parts[0].info.lens.screening, parts[1].info.lens.screening) =
            (bounds(3, 0.1, 0.2), bounds(5, 0.01, 0.4));
        assert_eq!(Reading::join(&parts).unwrap().info.lens.screening, bounds(8, 0.1, 0.4));
    }

    #[test]
    fn the_last_part_describes_the_run_and_the_first_score_stays() {
        let whole = Reading::example();
        let all = [0, 1, 2, 3, 4];
        let (first, mut last) = (whole.select(&all, &[0, 1]), whole.select(&all, &[2]));
        last.watched[2].sequence = None;
        last.info.run_id = "the last".to_owned();
        let joined = Reading::join(&[first, last]).unwrap();
        assert_eq!(joined.watched, whole.watched);
        assert_eq!(joined.info.run_id, "the last");
    }
}
