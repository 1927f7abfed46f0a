//! Weights held in fewer bits: packed is f32 to the bit, half precision is f32 over rounded weights.

mod common;

use common::{difference, rows, run, tokens};
use fathom_fixtures::{quant, tiny};
use fathom_kernel::{Control, Float, Storage};
use fathom_model::{Generation, LoadOptions, Model, ModelError, Precision, Prompt, SiteSelection};
use fathom_reading::{Layer, Site, SiteKind};
use std::path::Path;

fn load(path: &Path, precision: Precision) -> Model {
    try_load(path, precision).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn try_load(path: &Path, precision: Precision) -> Result<Model, ModelError> {
    Model::load(path, LoadOptions { threads: Some(2), precision, ..LoadOptions::default() })
}

/// Bytes of all matrices.
fn bytes(model: &Model) -> u64 {
    model.storage().iter().map(|report| report.bytes).sum()
}

/// Every recorded state and every logit of a run over `ids`, as bits.
fn bits(model: &Model, ids: &[u32]) -> Vec<(String, Vec<u32>)> {
    let run = run(model, ids);
    let of = |values: &[f32]| values.iter().map(|x| x.to_bits()).collect::<Vec<u32>>();
    let layers = (0..model.layers()).map(Layer);
    let within = layers.flat_map(|layer| {
        [
            SiteKind::ResidPre,
            SiteKind::Z,
            SiteKind::AttnOut,
            SiteKind::ResidMid,
            SiteKind::MlpOut,
            SiteKind::ResidPost,
        ]
        .map(|kind| Site::within(kind, layer))
    });
    let sites = std::iter::once(Site::EMBED).chain(within).filter(|site| run.states.has(*site));
    let mut all: Vec<(String, Vec<u32>)> =
        sites.map(|site| (site.to_string(), of(run.states.rows(site)))).collect();
    assert!(all.len() > 4 * model.layers() as usize);
    all.push(("logits".to_owned(), of(&rows(model, &run, "logits").unwrap())));
    all
}

/// What greedy generation makes after `ids`, one row at a time with a cache.
fn generated(model: &Model, ids: &[u32]) -> Vec<u32> {
    let prompt = model.tokens_of(&Prompt::ids(tokens(ids))).unwrap();
    let settings = Generation { max_new: 6, ..Generation::default() };
    let sites = SiteSelection::of(&[]);
    let run = model.generate(&prompt, &settings, &sites, &mut |_, _| {}, &Control::default()).unwrap();
    run.tokens.iter().map(|id| id.0).collect()
}

/// Packed and f32 agree at every site, to the bit, in a prompt and in generation.
fn assert_packed_is_exact(path: &Path, ids: &[u32]) -> Model {
    let (wide, packed) = (load(path, Precision::F32), load(path, Precision::Packed));
    for ((site, a), (_, b)) in bits(&wide, ids).iter().zip(&bits(&packed, ids)) {
        assert!(a == b, "{}: {site} differs", path.display());
    }
    assert_eq!(generated(&wide, ids), generated(&packed, ids), "{}", path.display());
    assert!(bytes(&packed) < bytes(&wide), "{} bytes, {} in f32", bytes(&packed), bytes(&wide));
    packed
}

#[test]
fn every_quantised_type_is_exact_when_packed() {
    let folder = tempfile::tempdir().unwrap();
    let path = quant::write_llama(folder.path());
    let packed = assert_packed_is_exact(&path, &quant::reference().ids);
    let types = packed.storage().iter().filter(|report| report.storage.is_quantised()).count();
    assert!(types >= 8, "{:?}", packed.storage());
    assert!(packed.precision_label().starts_with("packed"), "{}", packed.precision_label());
}

#[test]
fn the_default_model_is_exact_when_packed() {
    let path = fathom_fixtures::default_model();
    let ids = &fathom_fixtures::default_reference("keys").ids;
    let packed = assert_packed_is_exact(&path, ids);
    assert_eq!(packed.precision_label(), "packed");
    // A fifth of f32's 538 MB.
    assert!(bytes(&packed) < 110_000_000, "{}", bytes(&packed));
}

#[test]
fn sixteen_bit_files_are_kept_as_they_are() {
    for name in ["llama", "gpt2"] {
        let folder = tempfile::tempdir().unwrap();
        let path = tiny::write_gguf_as(name, folder.path(), tiny::GgufType::F16);
        let packed = assert_packed_is_exact(&path, &tiny::reference(name).ids);
        assert_eq!(packed.precision_label(), "packed 0%");
        assert!(
            packed.storage().iter().any(|report| report.storage.to_string() == "f16"),
            "{:?}",
            packed.storage()
        );
        // Kept as stored, an F16 file's f16 form is the same thing.
        let half = load(&path, Precision::F16);
        assert_eq!(
            generated(&half, &tiny::reference(name).ids),
            generated(&packed, &tiny::reference(name).ids)
        );
    }
}

#[test]
fn half_precision_halves_the_memory_and_is_near() {
    let folder = tempfile::tempdir().unwrap();
    let path = quant::write_llama(folder.path());
    let ids = quant::reference().ids;
    let wide = load(&path, Precision::F32);
    let reference = rows(&wide, &run(&wide, &ids), "logits").unwrap();
    let apart = [(Precision::Bf16, Float::Bf16), (Precision::F16, Float::F16)].map(|(precision, float)| {
        let half = load(&path, precision);
        assert_eq!(half.precision_label(), precision.name());
        assert!(
            half.storage().iter().all(|report| report.storage == Storage::Float(float)),
            "{:?}",
            half.storage()
        );
        assert_eq!(bytes(&half) * 2, bytes(&wide));
        difference(&reference, &rows(&half, &run(&half, &ids), "logits").unwrap())
    });
    // Each bit of mantissa halves what rounding does.
    assert!(apart[0] > 2.0 * apart[1] && apart[1] > 0.0 && apart[0] < 0.1, "{apart:?}");
}

/// The tiny models' weights fit 8 bits of mantissa: held in any form, they are the same model. Tied and separate heads,
/// transposed weights, experts.
#[test]
fn weights_that_need_no_rounding_are_the_same_in_every_form() {
    for name in ["llama", "llama-tied", "gpt2", "mixtral"] {
        let folder = tempfile::tempdir().unwrap();
        tiny::write_safetensors(name, folder.path());
        let ids = tiny::reference(name).ids;
        let expected = bits(&load(folder.path(), Precision::F32), &ids);
        for precision in [Precision::Bf16, Precision::F16, Precision::Packed] {
            let found = bits(&load(folder.path(), precision), &ids);
            for ((site, a), (_, b)) in expected.iter().zip(&found) {
                assert!(a == b, "{name}, {precision}: {site} differs");
            }
        }
    }
}
