//! Writing the JSON form, straight from the columns.

use super::format::Lines;
use super::records::*;
use crate::{Cell, Reading, ReadingError, TokenId, WatchedScore};
use serde::{Serialize, Serializer};
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::io::{self, BufWriter, Write};

impl Reading {
    /// Writes the reading in its JSON form ([`crate::json`]), ending in a newline. Buffered here; a reading whose
    /// parts do not fit together is refused before anything is written.
    pub fn write_json<W: Write>(&self, writer: W) -> Result<(), ReadingError> {
        self.check()?;
        let mut writer = BufWriter::new(writer);
        write_document(&document(self, Cells(Some(self))), &mut writer)?;
        writer.write_all(b"\n")?;
        writer.flush()?;
        Ok(())
    }

    /// The JSON form as a string.
    pub fn to_json(&self) -> Result<String, ReadingError> {
        let mut json = Vec::new();
        self.write_json(&mut json)?;
        // serde_json writes UTF-8 only, and so does our formatter.
        String::from_utf8(json).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error).into())
    }
}

/// The document with an empty list of cells: what Parquet carries beside the table.
pub(crate) fn header(reading: &Reading) -> Result<String, ReadingError> {
    Ok(serde_json::to_string(&document(reading, Cells(None)))?)
}

/// The document with an empty list of cells and the text of every token that they would have told: what a pack holds
/// before its numbers.
pub(crate) fn frame(reading: &Reading) -> impl Serialize + '_ {
    let text = |(&id, text): (&TokenId, &'_ String)| TextRecord { id, text: Cow::Owned(text.clone()) };
    Document { vocabulary: reading.vocabulary.iter().map(text).collect(), ..document(reading, Cells(None)) }
}

fn write_document(document: &Document<'_>, writer: &mut impl Write) -> Result<(), ReadingError> {
    document.serialize(&mut serde_json::Serializer::with_formatter(writer, Lines::default()))?;
    Ok(())
}

fn document<'a>(reading: &'a Reading, cells: Cells<'a>) -> Document<'a> {
    let info = &reading.info;
    Document {
        schema: super::SCHEMA,
        model: &info.model,
        lens: &info.lens,
        precision: &info.precision,
        sampling: info.sampling.as_ref(),
        run_id: &info.run_id,
        program: &info.program,
        not_finite: info.not_finite,
        tokens: tokens(reading),
        rows: reading.rows.iter().map(|&site| RowRecord::new(site)).collect(),
        positions: &reading.positions,
        watched: watched(reading),
        vocabulary: unnamed(reading),
        cells,
    }
}

fn tokens(reading: &Reading) -> Vec<TokenRecord<'_>> {
    let record = |token: &'_ crate::Token| TokenRecord {
        id: token.id,
        text: Cow::Owned(token.text.clone()),
        bytes: Hex(Cow::Owned(token.bytes.clone())),
        origin: token.origin,
    };
    reading.tokens.iter().map(record).collect()
}

fn watched(reading: &Reading) -> Vec<WatchedRecord<'_>> {
    let sequence = |score: &crate::SequenceScore| SequenceRecord {
        position: score.position,
        logprob_bits: score.logprob_bits.iter().copied().map(Number).collect(),
    };
    let record = |watched: &crate::Watched| WatchedRecord {
        text: Cow::Owned(watched.text.clone()),
        ids: Cow::Owned(watched.ids.clone()),
        sequence: watched.sequence.as_ref().map(sequence),
        note: watched.note().map(Cow::Owned),
    };
    reading.watched.iter().map(record).collect()
}

/// Texts that would be lost, as no cell names their tokens.
fn unnamed(reading: &Reading) -> Vec<TextRecord<'_>> {
    let columns = &reading.columns;
    let named: BTreeSet<TokenId> = (columns.top_id.iter().copied())
        .chain(reading.targets.iter().map(|target| target.id))
        .chain(reading.watched.iter().map(|watched| watched.ids[0]))
        .collect();
    let unnamed = reading.vocabulary.iter().filter(|(id, _)| !named.contains(id));
    unnamed.map(|(&id, text)| TextRecord { id, text: Cow::Borrowed(text) }).collect()
}

/// The cells of a reading (or none), made into records one at a time as they are written.
pub(super) struct Cells<'a>(Option<&'a Reading>);

impl Serialize for Cells<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let cells = self.0.into_iter().flat_map(|reading| reading.cells().map(|cell| record(reading, cell)));
        serializer.collect_seq(cells)
    }
}

fn record<'a>(reading: &'a Reading, cell: Cell<'a>) -> CellRecord<'a> {
    let target = cell.target();
    let candidate = |candidate: crate::TopCandidate| CandidateRecord {
        id: candidate.id,
        text: reading.text_of(candidate.id),
        logit: candidate.logit,
        prob: candidate.prob,
    };
    let score = |score: WatchedScore| ScoreRecord {
        id: score.id,
        text: reading.text_of(score.id),
        logit: score.logit,
        prob: score.prob,
        rank: score.rank,
    };
    CellRecord {
        site: cell.site().kind,
        layer: cell.site().layer_number(),
        position: cell.position(),
        target: TargetRecord {
            id: target.id,
            text: target.id.some().map(|id| reading.text_of(id)),
            logit: target.logit,
            prob: target.prob,
            rank: target.rank,
            is_argmax: cell.target_is_argmax(),
        },
        top: cell.top().map(candidate).collect(),
        entropy_bits: cell.entropy_bits(),
        kl_bits: cell.kl_bits(),
        kl_reverse_bits: cell.kl_reverse_bits(),
        surprisal_bits: cell.surprisal_bits(),
        watch: cell.watch().map(score).collect(),
    }
}
