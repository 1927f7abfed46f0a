//! Whether a config's numbers are possible, checked before anything is allocated by them.

use crate::FamilyError;
use crate::spec::{LayerSpec, MlpSpec, ModelConfig, NormSpec, PositionSpec, RotaryScaling, RotarySpec};

/// Bounds that no published model comes near: what a hostile header can make us allocate stays small.
const LIMITS: [(&str, usize); 9] = [
    ("width", 1 << 17),
    ("vocabulary", 1 << 23),
    ("context", 1 << 27),
    ("layers", 1 << 11),
    ("heads", 1 << 12),
    ("kv heads", 1 << 12),
    ("head size", 1 << 13),
    ("mlp width", 1 << 20),
    ("experts", 1 << 12),
];

fn check(name: &str, value: usize) -> Result<(), FamilyError> {
    let limit = LIMITS.iter().find(|(known, _)| *known == name).map_or(usize::MAX, |(_, limit)| *limit);
    match (1..=limit).contains(&value) {
        true => Ok(()),
        false => Err(FamilyError::config(name, format!("1 to {limit}"), value)),
    }
}

impl ModelConfig {
    /// Checks a number of layers before a list of so many is made.
    pub(crate) fn check_layers(layers: usize) -> Result<(), FamilyError> {
        check("layers", layers)
    }

    /// Checks that the numbers are possible, before anything is allocated by them.
    pub fn validate(&self) -> Result<(), FamilyError> {
        check("width", self.width)?;
        for inner in [self.embedding.inner, self.head.inner].into_iter().flatten() {
            check("width", inner)?;
        }
        check("vocabulary", self.vocabulary)?;
        check("context", self.context)?;
        check("layers", self.layers.len())?;
        for norm in [self.final_norm, self.embedding.norm].into_iter().flatten() {
            norm.validate()?;
        }
        if let Some(positions) = self.embedding.positions {
            check("context", positions.rows)?;
            if self.context.checked_add(positions.offset).is_none_or(|needed| needed > positions.rows) {
                let expected = format!("at least {} rows of learned positions", self.context);
                return Err(FamilyError::config("positions", expected, positions.rows));
            }
        }
        for layer in &self.layers {
            check("heads", layer.attention.query_heads)?;
            check("kv heads", layer.attention.kv_heads)?;
            check("head size", layer.attention.head_size)?;
            layer.mlp.validate()?;
            layer.validate()?;
        }
        let caps = self.head.softcap.into_iter().chain(self.embedding.scale).chain([self.head.logit_scale]);
        caps.into_iter().try_for_each(|factor| positive("head and embedding factors", factor))
    }
}

impl LayerSpec {
    fn validate(&self) -> Result<(), FamilyError> {
        let attention = &self.attention;
        let (heads, kv_heads) = (attention.query_heads, attention.kv_heads);
        if heads % kv_heads != 0 {
            return Err(FamilyError::config("kv heads", format!("a divisor of the {heads} heads"), kv_heads));
        }
        if attention.window == Some(0) {
            return Err(FamilyError::config("window", "at least 1", 0));
        }
        match &attention.position {
            PositionSpec::Rotary(rotary) => rotary.validate(attention.head_size)?,
            PositionSpec::Alibi(alibi) => {
                positive("alibi bias", alibi.max_bias)?;
                positive("alibi scale", alibi.scale)?;
            }
            PositionSpec::None => {}
        }
        let placements = [self.attn_norms, self.mlp_norms];
        let norms = placements.iter().flat_map(|place| [place.before, place.branch, place.after]);
        for norm in norms.chain([attention.qk_norm.map(|norm| norm.norm)]).flatten() {
            norm.validate()?;
        }
        let factors =
            [Some(attention.score_scale), Some(self.residual_scale), attention.score_softcap, attention.clip];
        factors.into_iter().flatten().try_for_each(|factor| positive("attention factors", factor))
    }
}

impl MlpSpec {
    fn validate(&self) -> Result<(), FamilyError> {
        match self {
            MlpSpec::Dense(mlp) => check("mlp width", mlp.width),
            MlpSpec::Experts(mlp) => {
                check("experts", mlp.experts)?;
                check("mlp width", mlp.width)?;
                mlp.shared.map_or(Ok(()), |width| check("mlp width", width))?;
                match (1..=mlp.experts).contains(&mlp.used) {
                    true => Ok(()),
                    false => {
                        let expected = format!("1 to the {} experts", mlp.experts);
                        Err(FamilyError::config("experts per token", expected, mlp.used))
                    }
                }
            }
        }
    }
}

impl NormSpec {
    fn validate(&self) -> Result<(), FamilyError> {
        match self.eps >= 0.0 && self.eps < 1.0 {
            true => Ok(()),
            false => Err(FamilyError::config("norm eps", "0 to 1", self.eps)),
        }
    }
}

impl RotarySpec {
    fn validate(&self, head_size: usize) -> Result<(), FamilyError> {
        if self.dim == 0 || !self.dim.is_multiple_of(2) || self.dim > head_size {
            let expected = format!("an even number up to the head size {head_size}");
            return Err(FamilyError::config("rotary dimension", expected, self.dim));
        }
        if !(self.base.is_finite() && self.base > 0.0) {
            return Err(FamilyError::config("rotary base", "a positive number", self.base));
        }
        positive("rotary magnitude", self.magnitude)?;
        let vector = |factors: &[f32]| match factors.len() == self.dim / 2 {
            true => factors.iter().try_for_each(|factor| positive("rotary factors", *factor)),
            false => {
                let expected = format!("{} numbers", self.dim / 2);
                Err(FamilyError::config("rotary factors", expected, factors.len()))
            }
        };
        let numbers = |factors: &[f64]| {
            factors.iter().try_for_each(|factor| positive("rotary scaling", *factor as f32))
        };
        match &self.scaling {
            RotaryScaling::None => Ok(()),
            RotaryScaling::Linear { factor } => numbers(&[*factor]),
            RotaryScaling::Llama3 { factor, low, high, original } => {
                if high <= low {
                    return Err(FamilyError::config("high_freq_factor", format!("more than {low}"), high));
                }
                numbers(&[*factor, *low, *high, *original])
            }
            // The exponent is dim / (dim - 2).
            RotaryScaling::Dynamic { .. } if self.dim <= 2 => {
                Err(FamilyError::config("rotary dimension", "more than 2 for dynamic scaling", self.dim))
            }
            RotaryScaling::Dynamic { factor, original } => numbers(&[*factor, *original]),
            RotaryScaling::Yarn { .. } if self.base <= 1.0 => {
                Err(FamilyError::config("rotary base", "more than 1 for YaRN", self.base))
            }
            RotaryScaling::Yarn { factor, original, fast, slow, .. } => {
                numbers(&[*factor, *original, *fast, *slow])
            }
            RotaryScaling::LongRope { short, long, .. } => vector(short).and_then(|()| vector(long)),
            RotaryScaling::Factors(factors) => vector(factors),
        }
    }
}

fn positive(key: &str, value: f32) -> Result<(), FamilyError> {
    match value.is_finite() && value > 0.0 {
        true => Ok(()),
        false => Err(FamilyError::config(key, "a positive number", value)),
    }
}
