//! CSV, Arrow and Parquet carry what the reading holds.

use arrow_array::cast::AsArray;
use arrow_array::types::{Float32Type, Int32Type};
use arrow_array::{Array, RecordBatch, StructArray};
use fathom_reading::known::*;
use fathom_reading::{Reading, SamplingMethod, Screening, TokenId, WatchedScore};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use std::collections::HashMap;

fn csv_of(reading: &Reading) -> Vec<HashMap<String, String>> {
    let mut csv = Vec::new();
    reading.write_csv(&mut csv).unwrap();
    csv::Reader::from_reader(&csv[..]).deserialize().collect::<Result<_, _>>().unwrap()
}

#[test]
fn csv_lines_say_what_the_cells_say() {
    let reading = Reading::example();
    let lines = csv_of(&reading);
    assert_eq!(lines.len(), reading.cells().count());
    for (line, cell) in lines.iter().zip(reading.cells()) {
        let f32_of = |column: &str| line[column].parse::<f32>().unwrap();
        let score = |prefix: &str, score: WatchedScore| {
            assert_eq!(line[&format!("{prefix}_id")], score.id.to_string());
            assert_eq!(line[&format!("{prefix}_text")], reading.text(score.id));
            assert_eq!(f32_of(&format!("{prefix}_logit")), score.logit);
            assert_eq!(f32_of(&format!("{prefix}_prob")), score.prob);
            assert_eq!(line[&format!("{prefix}_rank")], score.rank.to_string());
        };
        let token = &reading.tokens[cell.position().index()];
        assert_eq!(line["site"], cell.place().site.kind.name());
        assert_eq!(line["layer"], cell.place().site.layer_number().to_string());
        assert_eq!(line["position"], cell.position().to_string());
        assert_eq!((&line["token_id"], &line["token"]), (&token.id.to_string(), &token.text));
        assert_eq!(line["target_is_argmax"], (cell.position().0 == 6).to_string());
        assert_eq!(f32_of("entropy_bits"), cell.entropy_bits());
        assert_eq!(f32_of("kl_bits"), cell.kl_bits());
        assert_eq!(f32_of("kl_reverse_bits"), cell.get(KL_REVERSE_BITS));
        assert_eq!(f32_of("surprisal_bits"), cell.surprisal_bits());
        score("target", cell.target());
        for (n, candidate) in cell.top().enumerate() {
            let column = |field: &str| format!("top_{}_{field}", n + 1);
            assert_eq!(line[&column("id")], candidate.id.to_string());
            assert_eq!(line[&column("text")], reading.text(candidate.id));
            assert_eq!(f32_of(&column("logit")), candidate.logit);
            assert_eq!(f32_of(&column("prob")), candidate.prob);
        }
        for (n, watched) in cell.watch().enumerate() {
            score(&format!("watch_{}", n + 1), watched);
            assert_eq!(line[&format!("watch_{}_asked", n + 1)], reading.watched[n].text);
        }
    }
}

#[test]
fn csv_names_who_made_the_numbers() {
    let mut reading = Reading::example();
    let sampling = reading.info.sampling.as_mut().unwrap();
    sampling.method = SamplingMethod::Sampled;
    sampling.temperature = Some(0.8);
    sampling.top_p = Some(0.95);
    sampling.seed = Some(u64::MAX);
    sampling.generator = Some("chacha8".into());
    let line = &csv_of(&reading)[0];
    assert_eq!(
        line["sampling"],
        "sampled temperature=0.8 top_p=0.95 seed=18446744073709551615 generator=chacha8"
    );
    assert_eq!(
        (&*line["model"], &*line["lens"], &*line["norm"]),
        ("example", "logit", "RMSNorm on every row")
    );
    assert_eq!(line["model_sha256"].len(), 64);
    reading.info.sampling = None;
    assert_eq!(csv_of(&reading)[0]["sampling"], "");
    assert_eq!(csv_of(&reading)[0]["screening"], "");
    reading.info.lens.screening =
        Some(Screening { cells: 35, prob: 2.5e-6, kl_bits: 0.5, ..Default::default() });
    assert_eq!(
        csv_of(&reading)[0]["screening"],
        "cells=35 prob=2.5e-6 surprisal_bits=0e0 entropy_bits=0e0 kl_bits=5e-1 kl_reverse_bits=0e0"
    );
}

#[test]
fn csv_writes_texts_exactly_and_numbers_that_parse() {
    let mut reading = Reading::example();
    reading.vocabulary.insert(TokenId(5), "=HYPERLINK(\"x\"),\r\n\"; 'a'".into());
    reading.columns[KL_BITS][0] = f32::NAN;
    reading.columns[TARGET_LOGIT][0] = f32::NEG_INFINITY;
    reading.columns[TARGET_PROB][0] = f32::MIN_POSITIVE;
    let lines = csv_of(&reading);
    assert_eq!(lines[0]["watch_1_text"], "=HYPERLINK(\"x\"),\r\n\"; 'a'");
    assert_eq!((&*lines[0]["kl_bits"], &*lines[0]["target_logit"]), ("", ""));
    assert_eq!(lines[0]["target_prob"], "1.1754944e-38");
}

/// The columns of a batch against the reading, beginning at its `first` cell.
#[track_caller]
fn assert_batch(batch: &RecordBatch, reading: &Reading, first: usize) {
    let structs = |column: &str, row: usize| -> StructArray {
        batch[column].as_list::<i32>().value(row).as_struct().clone()
    };
    let int = |column: &str, row: usize| batch[column].as_primitive::<Int32Type>().value(row);
    let float = |column: &str, row: usize| batch[column].as_primitive::<Float32Type>().value(row);
    for (row, cell) in reading.cells().skip(first).take(batch.num_rows()).enumerate() {
        assert_eq!(batch["site"].as_string::<i64>().value(row), cell.place().site.kind.name());
        assert_eq!(int("layer", row), cell.place().site.layer_number());
        assert_eq!(int("position", row) as u32, cell.position().0);
        assert_eq!(
            batch["token"].as_string::<i64>().value(row),
            reading.tokens[cell.position().index()].text
        );
        let target = cell.target();
        assert_eq!(int("target_id", row) as u32, target.id.0);
        assert_eq!(batch["target_text"].as_string::<i64>().value(row), reading.text(target.id));
        assert_eq!((float("target_logit", row), float("target_prob", row)), (target.logit, target.prob));
        assert_eq!(int("target_rank", row) as u32, target.rank.get());
        assert_eq!(batch["target_is_argmax"].as_boolean().value(row), cell.target_is_argmax());
        assert_eq!(float("entropy_bits", row), cell.entropy_bits());
        assert_eq!(float("kl_bits", row), cell.kl_bits());
        assert_eq!(float("kl_reverse_bits", row), cell.get(KL_REVERSE_BITS));
        assert_eq!(float("surprisal_bits", row), cell.surprisal_bits());
        let top = structs("top", row);
        assert_eq!(top.len(), reading.columns.top_k);
        for (n, candidate) in cell.top().enumerate() {
            assert_eq!(top["id"].as_primitive::<Int32Type>().value(n) as u32, candidate.id.0);
            assert_eq!(top["text"].as_string::<i64>().value(n), reading.text(candidate.id));
            assert_eq!(top["logit"].as_primitive::<Float32Type>().value(n), candidate.logit);
            assert_eq!(top["prob"].as_primitive::<Float32Type>().value(n), candidate.prob);
        }
        let watch = structs("watch", row);
        assert_eq!(watch.len(), reading.watched.len());
        for (n, watched) in cell.watch().enumerate() {
            assert_eq!(watch["asked"].as_string::<i64>().value(n), reading.watched[n].text);
            assert_eq!(watch["id"].as_primitive::<Int32Type>().value(n) as u32, watched.id.0);
            assert_eq!(watch["text"].as_string::<i64>().value(n), reading.text(watched.id));
            assert_eq!(watch["prob"].as_primitive::<Float32Type>().value(n), watched.prob);
            assert_eq!(watch["logit"].as_primitive::<Float32Type>().value(n), watched.logit);
            assert_eq!(watch["rank"].as_primitive::<Int32Type>().value(n) as u32, watched.rank.get());
        }
    }
}

#[test]
fn the_arrow_table_holds_every_cell() {
    let reading = Reading::example();
    let batch = reading.to_record_batch().unwrap();
    assert_eq!(batch.num_rows(), 35);
    assert_batch(&batch, &reading, 0);
}

/// The batches of a reading's Parquet file, and its metadata under `fathom.reading`.
fn parquet_of(reading: &Reading) -> (Vec<RecordBatch>, String) {
    let mut file = tempfile::tempfile().unwrap();
    reading.write_parquet(&mut file).unwrap();
    let builder = ParquetRecordBatchReaderBuilder::try_new(file).unwrap();
    let pairs = builder.metadata().file_metadata().key_value_metadata().unwrap();
    let headers: Vec<_> = pairs.iter().filter(|pair| pair.key == "fathom.reading").collect();
    assert_eq!(headers.len(), 1, "the header stands once in the file's metadata");
    let header = headers[0].value.clone().unwrap();
    (builder.build().unwrap().collect::<Result<_, _>>().unwrap(), header)
}

#[test]
fn a_parquet_file_reads_back_as_it_was_written() {
    let reading = Reading::example();
    let (batches, header) = parquet_of(&reading);
    assert_eq!(batches.len(), 1);
    assert_batch(&batches[0], &reading, 0);
    let header: serde_json::Value = serde_json::from_str(&header).unwrap();
    assert_eq!(header["schema"], "fathom.reading/1");
    assert_eq!(header["model"]["sha256"], reading.info.model.sha256);
    assert_eq!(header["tokens"].as_array().unwrap().len(), 7);
    assert_eq!(header["watched"][2]["ids"], serde_json::json!([8, 9]));
    assert_eq!(header["cells"], serde_json::json!([]));
}

#[test]
fn readings_without_candidates_or_watched_strings_make_tables_too() {
    let mut reading = Reading::example();
    let columns = reading.with_watched(&[]).columns;
    reading.watched.clear();
    reading.columns = columns.with(TOP_ID, Vec::new()).with(TOP_LOGIT, Vec::new()).with(TOP_PROB, Vec::new());
    reading.columns.top_k = 0;
    assert_batch(&reading.to_record_batch().unwrap(), &reading, 0);
    let (batches, _) = parquet_of(&reading);
    assert_batch(&batches[0], &reading, 0);
    assert!(!csv_of(&reading)[0].keys().any(|name| name.starts_with("top_") || name.starts_with("watch_")));
    assert_eq!(Reading::from_json(&reading.to_json().unwrap()).unwrap(), reading);
}

/// A reading so large that Parquet is written in several steps.
#[test]
fn large_readings_are_written_in_parts_and_are_whole() {
    let mut reading = Reading::example();
    // Every cell's candidates are the whole vocabulary, made ten times as large.
    const V: usize = 60_000;
    let cells = reading.cells().count();
    let columns = &mut reading.columns;
    reading.info.model.vocabulary = 60_000;
    columns.top_k = V;
    columns[TOP_ID] = (0..cells).flat_map(|_| (0..V as u32).map(TokenId)).collect();
    columns[TOP_LOGIT] = (0..cells * V).map(|i| -((i % V) as f32)).collect();
    columns[TOP_PROB] = vec![0.0; cells * V];
    let (batches, _) = parquet_of(&reading);
    assert_eq!(batches.iter().map(RecordBatch::num_rows).sum::<usize>(), cells);
    let mut first = 0;
    for batch in &batches {
        assert_batch(batch, &reading, first);
        first += batch.num_rows();
    }
}

#[test]
fn what_has_no_number_is_null_in_tables_and_empty_in_csv() {
    let reading = Reading::damaged_example();
    let (last, damaged) = (reading.rows.len() - 1, reading.positions().len() - 1);
    let cell = last * reading.positions().len() + damaged;
    let (batches, header) = parquet_of(&reading);
    let header: serde_json::Value = serde_json::from_str(&header).unwrap();
    assert_eq!(header["not_finite"]["layer"], 3);
    for batch in [reading.to_record_batch().unwrap(), batches[0].clone()] {
        let null = |name: &str, cell: usize| batch[name].is_null(cell);
        for name in
            ["target_logit", "target_prob", "target_rank", "entropy_bits", "kl_bits", "surprisal_bits", "top"]
        {
            assert!(null(name, cell) && !null(name, 0), "{name}");
        }
        // No target came next and none was chosen, so no row has numbers for it; KL lacks its other side.
        for (name, expected) in [
            ("target_id", true),
            ("target_text", true),
            ("target_rank", true),
            ("kl_bits", true),
            ("entropy_bits", false),
            ("top", false),
        ] {
            assert_eq!(null(name, damaged), expected, "{name}");
        }
        let watch = batch["watch"].as_list::<i32>().value(cell);
        assert!(watch.as_struct()["rank"].is_null(0) && watch.as_struct()["prob"].is_null(0));
        assert!(!watch.as_struct()["id"].is_null(0));
    }
    let candidates = reading.to_candidates().unwrap();
    assert_eq!(candidates.num_rows(), reading.cells().count() * reading.columns.top_k);
    assert!(candidates["id"].is_null(cell * reading.columns.top_k) && !candidates["id"].is_null(0));
    assert!(reading.to_watched().unwrap()["rank"].is_null(cell * reading.watched.len()));
    assert!(reading.to_targets().unwrap()["target_id"].is_null(cell));

    let lines = csv_of(&reading);
    let line = &lines[cell];
    for name in [
        "target_id",
        "target_text",
        "target_rank",
        "entropy_bits",
        "kl_bits",
        "top_1_id",
        "top_5_prob",
        "watch_1_rank",
    ] {
        assert_eq!(line[name], "", "{name}");
    }
    assert_eq!(line["watch_1_id"], "5");
    assert!(
        lines
            .iter()
            .flat_map(|line| line.values())
            .all(|field| !field.contains("NaN") && field != "4294967295")
    );
}
