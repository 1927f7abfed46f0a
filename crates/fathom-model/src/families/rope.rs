//! Rotary settings, in the spellings that configs and GGUF files have for them.

use super::{Keys, Metadata, Sizes};
use crate::ModelError;
use crate::spec::{Pairing, RotaryScaling, RotarySpec};
use serde_json::Value;

/// What a family's code in transformers assumes where a config says nothing.
pub(super) struct Rope {
    head_size: usize,
    /// `max_position_embeddings`: the original context, where nothing else is said.
    context: usize,
    pairing: Pairing,
    base: f64,
    part: f64,
    /// How the config spells the base and the rotated part of a head, if not in an object.
    keys: [&'static str; 2],
}

impl Rope {
    pub(super) fn new(sizes: &Sizes) -> Rope {
        Rope {
            head_size: sizes.head_size,
            context: sizes.context,
            pairing: Pairing::Halves,
            base: 10_000.0,
            part: 1.0,
            keys: ["rope_theta", "partial_rotary_factor"],
        }
    }

    /// Neighbours rotate together.
    pub(super) fn interleaved(mut self) -> Rope {
        self.pairing = Pairing::Interleaved;
        self
    }

    /// The base that holds where none is stated.
    pub(super) fn base(mut self, base: f64) -> Rope {
        self.base = base;
        self
    }

    /// The part of a head that is rotated where none is stated.
    pub(super) fn part(mut self, part: f64) -> Rope {
        self.part = part;
        self
    }

    /// Other names of the keys for base and part.
    pub(super) fn keys(mut self, keys: [&'static str; 2]) -> Rope {
        self.keys = keys;
        self
    }

    fn plain(&self, base: f64, dim: usize) -> RotarySpec {
        RotarySpec { base, dim, pairing: self.pairing, scaling: RotaryScaling::None, magnitude: 1.0 }
    }

    /// Either spelling: `rope_parameters` (transformers 5), or `rope_theta` and `rope_scaling`.
    pub(super) fn hf(&self, keys: &Keys<'_>) -> Result<RotarySpec, ModelError> {
        let older = keys.object("rope_scaling")?;
        let object = keys.object("rope_parameters")?.or(older);
        self.of_object(keys, object, self.keys[0], self.base)
    }

    /// Two sets, of full and of windowed layers (Gemma 3, OLMo 3): `rope_parameters` holds an object for each;
    /// older files have `rope_scaling` for full layers and perhaps `local_key`, the windowed layers' base.
    pub(super) fn hf_by_layer_type(
        &self,
        keys: &Keys<'_>,
        local_key: &'static str,
        local_base: f64,
    ) -> Result<[RotarySpec; 2], ModelError> {
        let nested = keys.object("rope_parameters")?;
        let of = |name: &str| match &nested {
            Some(nested) => nested.object(name),
            None => Ok(None),
        };
        let (full, local) = (of("full_attention")?, of("sliding_attention")?);
        if let Some(nested) = &nested {
            nested.finish("rotary")?;
        }
        let full = match full {
            Some(object) => Some(object),
            None => keys.object("rope_scaling")?,
        };
        let full = self.of_object(keys, full, self.keys[0], self.base)?;
        Ok([full, self.of_object(keys, local, local_key, local_base)?])
    }

    fn of_object(
        &self,
        outer: &Keys<'_>,
        object: Option<Keys<'_>>,
        base_key: &str,
        default_base: f64,
    ) -> Result<RotarySpec, ModelError> {
        let (outer_base, outer_part) = (outer.f64(base_key)?, outer.f64(self.keys[1])?);
        // The outer key, where a file has both, is the one that transformers takes.
        let outer_original = outer.f64("original_max_position_embeddings")?;
        let Some(object) = object else {
            let dim = self.dim(outer_part.unwrap_or(self.part))?;
            return Ok(self.plain(outer_base.unwrap_or(default_base), dim));
        };
        let base = object.f64("rope_theta")?.or(outer_base).unwrap_or(default_base);
        let dim = self.dim(object.f64("partial_rotary_factor")?.or(outer_part).unwrap_or(self.part))?;
        let stated = object.f64("original_max_position_embeddings")?;
        let original = outer_original.or(stated).unwrap_or(self.context as f64);
        let (scaling, magnitude) = self.scaling(&object, original)?;
        object.finish("rotary")?;
        Ok(RotarySpec { scaling, magnitude, ..self.plain(base, dim) })
    }

    fn dim(&self, part: f64) -> Result<usize, ModelError> {
        match part > 0.0 && part <= 1.0 {
            true => Ok((self.head_size as f64 * part) as usize),
            false => Err(ModelError::config("partial_rotary_factor", "above 0 up to 1", part)),
        }
    }

    /// The scaling of a `rope_parameters` or `rope_scaling` object, and the factor of cosines and sines.
    fn scaling(&self, keys: &Keys<'_>, original: f64) -> Result<(RotaryScaling, f32), ModelError> {
        // Both spellings may stand in one object, and then say the same.
        let (new, old) = (keys.str("rope_type")?, keys.str("type")?);
        let number = |key: &str| {
            keys.f64(key)?
                .ok_or_else(|| ModelError::config(format!("rope scaling {key}"), "a number", "nothing"))
        };
        Ok(match new.or(old).unwrap_or("default") {
            "default" => (RotaryScaling::None, 1.0),
            "linear" => (RotaryScaling::Linear { factor: number("factor")? }, 1.0),
            "dynamic" => {
                (RotaryScaling::Dynamic { factor: number("factor")?, original: self.context as f64 }, 1.0)
            }
            "llama3" => {
                let (factor, low) = (number("factor")?, number("low_freq_factor")?);
                (RotaryScaling::Llama3 { factor, low, high: number("high_freq_factor")?, original }, 1.0)
            }
            "yarn" => self.yarn(keys, original)?,
            // "su" is what Phi-3's first files called it.
            "longrope" | "su" => self.longrope(keys, original)?,
            other => {
                let other: String = other.chars().take(60).flat_map(char::escape_debug).collect();
                let known = "Fathom knows default, linear, dynamic, llama3, yarn and longrope";
                return Err(ModelError::unsupported(format!("rope scaling \"{other}\""), known.to_owned()));
            }
        })
    }

    fn yarn(&self, keys: &Keys<'_>, original: f64) -> Result<(RotaryScaling, f32), ModelError> {
        let factor = keys.f64("factor")?.unwrap_or(self.context as f64 / original);
        let nonzero = |key: &str| Ok::<_, ModelError>(keys.f64(key)?.filter(|value| *value != 0.0));
        let growth = |times: f64| if factor <= 1.0 { 1.0 } else { 0.1 * times * factor.ln() + 1.0 };
        let (given, mscale, all) =
            (keys.f64("attention_factor")?, nonzero("mscale")?, nonzero("mscale_all_dim")?);
        let magnitude = match (given, mscale, all) {
            (Some(given), ..) => given,
            (None, Some(mscale), Some(all)) => growth(mscale) / growth(all),
            _ => growth(1.0),
        };
        let scaling = RotaryScaling::Yarn {
            factor,
            original,
            fast: nonzero("beta_fast")?.unwrap_or(32.0),
            slow: nonzero("beta_slow")?.unwrap_or(1.0),
            truncate: keys.bool("truncate")?.unwrap_or(true),
        };
        Ok((scaling, magnitude as f32))
    }

    fn longrope(&self, keys: &Keys<'_>, original: f64) -> Result<(RotaryScaling, f32), ModelError> {
        let factor = keys.f64("factor")?.unwrap_or(self.context as f64 / original);
        let magnitude = match keys.f64("attention_factor")? {
            Some(given) => given,
            None if factor <= 1.0 => 1.0,
            None => (1.0 + factor.ln() / original.ln()).sqrt(),
        };
        let scaling = RotaryScaling::LongRope {
            short: keys.f32s("short_factor")?,
            long: keys.f32s("long_factor")?,
            original: original as usize,
        };
        Ok((scaling, magnitude as f32))
    }

    /// GGUF keys, and the tensors that carry factors.
    pub(super) fn gguf(&self, data: &Metadata<'_>) -> Result<RotarySpec, ModelError> {
        let base = data.f32("rope.freq_base")?.map_or(self.base, f64::from);
        let dim = match data.usize("rope.dimension_count")? {
            Some(dim) => dim,
            None => self.dim(self.part)?,
        };
        let factor = data.f32("rope.scaling.factor")?.map(f64::from);
        let original = data.usize("rope.scaling.original_context_length")?.unwrap_or(self.context);
        let given = data.f32("rope.scaling.attn_factor")?;
        let kind = data.str("rope.scaling.type")?;
        let factors = data.vector("rope_freqs.weight")?;
        let (long, short) =
            (data.vector("rope_factors_long.weight")?, data.vector("rope_factors_short.weight")?);
        let (scaling, magnitude) = match (kind, factor, factors, long.zip(short)) {
            (None | Some("none"), None | Some(1.0), None, None) => (RotaryScaling::None, 1.0),
            (None | Some("none"), None | Some(1.0), Some(factors), None) => {
                (RotaryScaling::Factors(factors), 1.0)
            }
            (Some("linear"), Some(factor), None, None) => (RotaryScaling::Linear { factor }, 1.0),
            (Some("yarn"), Some(factor), None, None) => {
                let fast = data.f32("rope.scaling.yarn_beta_fast")?.map_or(32.0, f64::from);
                let slow = data.f32("rope.scaling.yarn_beta_slow")?.map_or(1.0, f64::from);
                let yarn =
                    RotaryScaling::Yarn { factor, original: original as f64, fast, slow, truncate: true };
                let own = (0.1 * factor.ln() + 1.0) as f32;
                // llama.cpp's factor stands beside YaRN's own, which some of OLMo 3's files state once more.
                let beside = given.filter(|given| (given - own).abs() > 1e-3);
                (yarn, beside.unwrap_or(1.0) * own)
            }
            (_, _, None, Some((long, short))) => {
                (RotaryScaling::LongRope { short, long, original }, given.unwrap_or(1.0))
            }
            (kind, ..) => {
                return Err(data.refused("rope.scaling.type", kind.unwrap_or("none, with a factor")));
            }
        };
        Ok(RotarySpec { scaling, magnitude, ..self.plain(base, dim) })
    }
}

impl Keys<'_> {
    /// A list of numbers.
    fn f32s(&self, key: &str) -> Result<Vec<f32>, ModelError> {
        let items = self.list(key)?.ok_or_else(|| ModelError::config(key, "a list of numbers", "nothing"))?;
        let number = |item: &Value| item.as_f64().map(|value| value as f32);
        items
            .iter()
            .map(number)
            .collect::<Option<_>>()
            .ok_or_else(|| ModelError::config(key, "a list of numbers", "something else in it"))
    }
}

/// The longest sequence that a model of `context` positions is meant for: scaling by length stretches it.
pub(super) fn stretched(context: usize, rotary: &RotarySpec) -> usize {
    match rotary.scaling {
        RotaryScaling::Dynamic { factor, original } | RotaryScaling::Yarn { factor, original, .. } => {
            // A float beyond usize saturates; `validate` then refuses it.
            context.max((factor * original) as usize)
        }
        _ => context,
    }
}
