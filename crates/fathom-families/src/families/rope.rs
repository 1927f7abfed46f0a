//! Rotary settings, in the spellings that configs and GGUF files have for them.

use super::hf::as_number;
use super::{Keys, Metadata, Sizes};
use crate::FamilyError;
use crate::spec::{Pairing, RotaryScaling, RotarySpec};
use serde_json::{Map, Value};

/// What a family's code in transformers assumes where a config says nothing.
pub(super) struct Rope {
    head_size: usize,
    /// `max_position_embeddings`: the original context, where nothing else is said.
    context: usize,
    pairing: Pairing,
    base: f64,
    part: f64,
    /// Whether the family's own code rotates a part of a head. Others' leave `partial_rotary_factor` unread but for scaled
    /// frequencies, whose number then does not fit the head.
    partial: bool,
    /// `original_max_position_embeddings` of the class, which holds over the scaling object's.
    original: Option<f64>,
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
            partial: false,
            original: None,
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

    /// The part of a head that is rotated where none is stated, in families that know parts.
    pub(super) fn part(mut self, part: f64) -> Rope {
        (self.part, self.partial) = (part, true);
        self
    }

    /// The original context that the class states.
    pub(super) fn original(mut self, original: f64) -> Rope {
        self.original = Some(original);
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

    /// As the class says, for code that reads no settings at all (GPT-J).
    pub(super) fn fixed(&self) -> RotarySpec {
        self.plain(self.base, self.head_size)
    }

    /// Either spelling: `rope_scaling` and `rope_theta`, or `rope_parameters` (transformers 5). Where both are there,
    /// `rope_scaling` is taken whole and the other is not read.
    pub(super) fn hf(&self, keys: &Keys<'_>) -> Result<RotarySpec, FamilyError> {
        let older = keys.object("rope_scaling")?.filter(|object| !object.map().is_empty());
        let newer = keys.object("rope_parameters")?.filter(|object| !object.map().is_empty());
        let object = match (older, newer) {
            (Some(older), Some(newer)) => {
                let [old, new] = [&older, &newer].map(|object| Value::Object(object.map().clone()));
                keys.twice(("rope_scaling", &old), ("rope_parameters", &new));
                Some(older)
            }
            (older, newer) => older.or(newer),
        };
        // An object of a layer's kind is read where the class knows kinds; this family's code then finds nothing beside it.
        let by_layer = |value: &Value| value.is_object() && as_number(value).is_none();
        let mut entries = object.iter().flat_map(|object| object.map());
        if let Some((key, _)) = entries.find(|(_, value)| keys.knows_layer_types() && by_layer(value)) {
            let what = format!("rotary settings by kind of layer (\"{}\")", super::hf::printable(key));
            return Err(FamilyError::unsupported(what, "this family has one for all its layers".to_owned()));
        }
        let (base, part) = (keys.f64(self.keys[0])?, keys.f64(self.keys[1])?);
        let original = keys.f64("original_max_position_embeddings")?.or(self.original);
        let none = Map::new();
        let object = object.unwrap_or_else(|| keys.inside("rope_scaling", &none, None));
        self.of_object(keys, &object, Outer { base, part, original, default: self.base, truncate: None })
    }

    /// Two sets, of full and of windowed layers (Gemma 3, OLMo 3): `rope_parameters` holds an object for each; older
    /// files have `rope_scaling` for full layers, which is laid over that object's, and perhaps `local_key`, the
    /// windowed layers' base.
    pub(super) fn hf_by_layer_type(
        &self,
        keys: &Keys<'_>,
        local_key: Option<&'static str>,
        local_base: f64,
    ) -> Result<[RotarySpec; 2], FamilyError> {
        let nested = keys.object("rope_parameters")?;
        let of = |name: &str| match &nested {
            Some(nested) => Ok::<_, FamilyError>(nested.object(name)?.map(|object| object.map().clone())),
            None => Ok(None),
        };
        let (stated, local) = (of("full_attention")?, of("sliding_attention")?);
        if let Some(nested) = &nested {
            nested.note_unread();
        }
        let plain = || Map::from_iter([("rope_type".to_owned(), Value::from("default"))]);
        let mut full = match (&nested, stated) {
            (_, Some(full)) => full,
            (Some(_), None) if keys.object("rope_scaling")?.is_some() => {
                let found = "rope_scaling beside rope_parameters without one";
                return Err(FamilyError::config("rope_parameters.full_attention", "an object", found));
            }
            _ => plain(),
        };
        if let Some(older) = keys.object("rope_scaling")? {
            for (key, value) in older.map() {
                if let Some(newer) = full.insert(key.clone(), value.clone()).filter(|_| nested.is_some()) {
                    let names = ["rope_scaling", "rope_parameters.full_attention"]
                        .map(|home| format!("{home}.{key}"));
                    keys.twice((&names[0], value), (&names[1], &newer));
                }
            }
        }
        let local = local.unwrap_or_else(plain);
        let one = |name: &str, object: &Map<String, Value>, base: Option<f64>, default: f64| {
            let outer = Outer { base, part: None, original: None, default, truncate: Some(true) };
            self.of_object(keys, &keys.inside(name, object, None), outer)
        };
        let full_base = keys.f64(self.keys[0])?;
        let local_key_base = local_key.map(|key| keys.f64(key)).transpose()?.flatten();
        Ok([
            one("rope_parameters.full_attention", &full, full_base, self.base)?,
            one("rope_parameters.sliding_attention", &local, local_key_base, local_base)?,
        ])
    }

    fn of_object(&self, keys: &Keys<'_>, object: &Keys<'_>, outer: Outer) -> Result<RotarySpec, FamilyError> {
        let stated = |key: &str, outer: Option<f64>, outer_key: &str| {
            let inner = object.f64(key)?;
            if let (Some(inner), Some(outer)) = (inner, outer) {
                keys.twice((&object.named(key), &Value::from(inner)), (outer_key, &Value::from(outer)));
            }
            Ok::<_, FamilyError>(inner.or(outer))
        };
        let base = stated("rope_theta", outer.base, self.keys[0])?.unwrap_or(outer.default);
        let part = stated("partial_rotary_factor", outer.part, self.keys[1])?.unwrap_or(self.part);
        let original = object.f64("original_max_position_embeddings")?;
        if let (Some(outer), Some(inner)) = (outer.original, original) {
            let (key, inner) = (object.named("original_max_position_embeddings"), Value::from(inner));
            keys.twice(("original_max_position_embeddings", &Value::from(outer)), (&key, &inner));
        }
        let original = outer.original.or(original).unwrap_or(self.context as f64);
        let (scaling, magnitude) = self.scaling(object, original, outer.truncate)?;
        let dim = match (self.partial, &scaling) {
            (true, _) => self.dim(part)?,
            (false, RotaryScaling::None) => {
                if part != 1.0 {
                    object.without_effect("partial_rotary_factor");
                    keys.without_effect(self.keys[1]);
                }
                self.head_size
            }
            // As many frequencies as a part has, for a whole head: transformers' own code then fails.
            (false, _) if part != 1.0 => {
                return Err(super::hf::refused("partial_rotary_factor", &Value::from(part)));
            }
            (false, _) => self.head_size,
        };
        object.note_unread();
        Ok(RotarySpec { scaling, magnitude, ..self.plain(base, dim) })
    }

    fn dim(&self, part: f64) -> Result<usize, FamilyError> {
        match part > 0.0 && part <= 1.0 {
            true => Ok((self.head_size as f64 * part) as usize),
            false => Err(FamilyError::config("partial_rotary_factor", "above 0 up to 1", part)),
        }
    }

    /// The scaling of a `rope_parameters` or `rope_scaling` object, and the factor of cosines and sines.
    fn scaling(
        &self,
        keys: &Keys<'_>,
        original: f64,
        truncate: Option<bool>,
    ) -> Result<(RotaryScaling, f32), FamilyError> {
        // Both spellings may stand in one object; the newer counts.
        let (new, old) = (keys.str("rope_type")?, keys.str("type")?);
        let number = |key: &str| {
            keys.f64(key)?
                .ok_or_else(|| FamilyError::config(format!("rope scaling {key}"), "a number", "nothing"))
        };
        if let (Some(new), Some(old)) = (new, old) {
            keys.twice((&keys.named("rope_type"), &new.into()), (&keys.named("type"), &old.into()));
        }
        Ok(match new.or(old).unwrap_or("default") {
            "default" => (RotaryScaling::None, 1.0),
            // The class that states an original context (Phi-3's) knows LongRoPE alone.
            "linear" | "dynamic" | "llama3" if self.original.is_some() => {
                return Err(super::hf::refused("rope_scaling", &new.or(old).into()));
            }
            "linear" => (RotaryScaling::Linear { factor: number("factor")? }, 1.0),
            "dynamic" => {
                (RotaryScaling::Dynamic { factor: number("factor")?, original: self.context as f64 }, 1.0)
            }
            "llama3" => {
                let (factor, low) = (number("factor")?, number("low_freq_factor")?);
                (RotaryScaling::Llama3 { factor, low, high: number("high_freq_factor")?, original }, 1.0)
            }
            // Phi-3's first files have both names, and mean LongRoPE.
            "yarn" | "su" if self.original.is_some() => self.longrope(keys, original)?,
            "yarn" => self.yarn(keys, original, truncate)?,
            "longrope" => self.longrope(keys, original)?,
            other => {
                let other: String = other.chars().take(60).flat_map(char::escape_debug).collect();
                let known = "Fathom knows default, linear, dynamic, llama3, yarn and longrope";
                return Err(FamilyError::unsupported(format!("rope scaling \"{other}\""), known.to_owned()));
            }
        })
    }

    fn yarn(
        &self,
        keys: &Keys<'_>,
        original: f64,
        truncate: Option<bool>,
    ) -> Result<(RotaryScaling, f32), FamilyError> {
        let factor = keys.f64("factor")?.unwrap_or(self.context as f64 / original);
        let nonzero = |key: &str| Ok::<_, FamilyError>(keys.f64(key)?.filter(|value| *value != 0.0));
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
            // Of settings by kind of layer transformers reads the outer object's, which has none.
            truncate: match truncate {
                Some(truncate) => truncate,
                None => keys.bool("truncate")?.unwrap_or(true),
            },
        };
        Ok((scaling, magnitude as f32))
    }

    fn longrope(&self, keys: &Keys<'_>, original: f64) -> Result<(RotaryScaling, f32), FamilyError> {
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
    pub(super) fn gguf(&self, data: &Metadata<'_>) -> Result<RotarySpec, FamilyError> {
        let base = data.f32("rope.freq_base")?.map_or(self.base, f64::from);
        let dim = match data.usize("rope.dimension_count")? {
            Some(dim) => dim,
            None => self.dim(self.part)?,
        };
        // The older key counts where the newer is missing. A factor of 0 says nothing.
        let stated = data.f32("rope.scaling.factor")?;
        let older = data.f32("rope.scale_linear")?;
        let factor = stated.or(older).filter(|factor| *factor != 0.0).map(f64::from);
        let original = data.usize("rope.scaling.original_context_length")?.unwrap_or(self.context);
        let given = data.f32("rope.scaling.attn_factor")?;
        let beside = given.unwrap_or(1.0);
        // A factor without a type is linear, and "none" takes none.
        let kind = data.str("rope.scaling.type")?;
        let factor_of = if kind == Some("none") { None } else { factor.filter(|factor| *factor != 1.0) };
        let factors = data.vector("rope_freqs.weight")?;
        let (long, short) =
            (data.vector("rope_factors_long.weight")?, data.vector("rope_factors_short.weight")?);
        let (scaling, magnitude) = match (kind, factor_of, factors, long.zip(short)) {
            (None | Some("none" | "linear"), None, None, None) => (RotaryScaling::None, beside),
            (None | Some("none" | "linear"), None, Some(factors), None) => {
                (RotaryScaling::Factors(factors), beside)
            }
            (None | Some("linear"), Some(factor), None, None) => (RotaryScaling::Linear { factor }, beside),
            (Some("yarn"), _, None, None) => {
                let factor = factor.unwrap_or(1.0);
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

/// What a config says of its rotary positions outside of their object, where the object's own word is missing.
struct Outer {
    base: Option<f64>,
    part: Option<f64>,
    original: Option<f64>,
    /// The base where nothing says one.
    default: f64,
    /// YaRN's `truncate`, where it is not the object's to say.
    truncate: Option<bool>,
}

impl Keys<'_> {
    /// A list of numbers.
    fn f32s(&self, key: &str) -> Result<Vec<f32>, FamilyError> {
        let items =
            self.list(key)?.ok_or_else(|| FamilyError::config(key, "a list of numbers", "nothing"))?;
        let number = |item: &Value| item.as_f64().map(|value| value as f32);
        items
            .iter()
            .map(number)
            .collect::<Option<_>>()
            .ok_or_else(|| FamilyError::config(key, "a list of numbers", "something else in it"))
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
