//! A config in words, so that a person can hold it against a paper.

use crate::spec::*;

impl ModelConfig {
    /// The layers' specs in words: one text for each stretch of equal layers, headed by `layer 3` or `layers 0 to 29`.
    ///
    /// ```
    /// # fn show(config: &fathom_families::ModelConfig) {
    /// for (layers, words) in config.layers_in_words() {
    ///     println!("{layers}: {}", words.join("; "));
    /// }
    /// # }
    /// ```
    pub fn layers_in_words(&self) -> Vec<(String, Vec<String>)> {
        let mut stretches = Vec::new();
        let mut first = 0;
        for stretch in self.layers.chunk_by(|a, b| a == b) {
            let last = first + stretch.len() - 1;
            let name =
                if first == last { format!("layer {first}") } else { format!("layers {first} to {last}") };
            stretches.push((name, layer(&stretch[0])));
            first = last + 1;
        }
        stretches
    }

    /// What comes before the layers and after them, in words.
    pub fn ends_in_words(&self) -> Vec<(&'static str, String)> {
        let embedding = &self.embedding;
        let mut first = vec!["token embedding".to_owned()];
        first.extend(embedding.scale.map(|scale| format!("times {scale}")));
        first.extend(embedding.positions.map(|table| {
            let offset =
                if table.offset == 0 { String::new() } else { format!(", from row {}", table.offset) };
            format!("plus {} learned positions{offset}", table.rows)
        }));
        first.extend(embedding.norm.map(|spec| format!("then {}", norm(&spec))));
        let head = &self.head;
        let mut last: Vec<String> = self.final_norm.iter().map(norm).collect();
        last.push(match head.tie {
            Tie::Separate => "a head of its own".to_owned(),
            Tie::Tied => "the token embedding as head".to_owned(),
            Tie::TiedIfMissing => {
                "a head of its own, or the token embedding where the file has none".to_owned()
            }
        });
        if head.bias {
            last.push("plus a bias".to_owned());
        }
        if head.logit_scale != 1.0 {
            last.push(format!("logits times {}", head.logit_scale));
        }
        last.extend(head.softcap.map(|cap| format!("soft-capped at {cap}")));
        vec![("embedding", first.join(", ")), ("head", last.join(", "))]
    }
}

fn layer(spec: &LayerSpec) -> Vec<String> {
    let mut words = attention(&spec.attention);
    words.push(mlp(&spec.mlp));
    for (part, norms) in [("attention", &spec.attn_norms), ("MLP", &spec.mlp_norms)] {
        let places = [
            ("before", norms.before),
            ("after, on its output,", norms.branch),
            ("after the sum of", norms.after),
        ];
        words.extend(
            places.into_iter().filter_map(|(place, spec)| Some(format!("{} {place} {part}", norm(&spec?)))),
        );
    }
    words.push(
        match spec.residual {
            Residual::Sequential => "attention, then MLP",
            Residual::Parallel => "attention and MLP side by side, each with its own norm",
            Residual::ParallelSharedNorm => "attention and MLP side by side, through one norm",
        }
        .to_owned(),
    );
    if spec.residual_scale != 1.0 {
        words.push(format!("what is added times {}", spec.residual_scale));
    }
    words
}

fn attention(spec: &AttentionSpec) -> Vec<String> {
    let mut words = vec![format!(
        "attention with {} query and {} key/value heads of {}",
        spec.query_heads, spec.kv_heads, spec.head_size
    )];
    words.push(position(&spec.position));
    let bias = spec.bias;
    let biased = [(bias.query, "q"), (bias.key, "k"), (bias.value, "v"), (bias.output, "o")];
    let biased: Vec<&str> = biased.into_iter().filter_map(|(has, name)| has.then_some(name)).collect();
    words.push(if biased.is_empty() {
        "no biases".to_owned()
    } else {
        format!("biases on {}", biased.join(", "))
    });
    words.extend(spec.qk_norm.map(|qk| {
        let span = match qk.span {
            QkNormSpan::Head => "each head alone, one weight",
            QkNormSpan::PerHead => "each head alone, a weight each",
            QkNormSpan::Projection => "all heads together",
        };
        format!("{} of queries and keys ({span})", norm(&qk.norm))
    }));
    words.extend(spec.clip.map(|clip| format!("queries, keys and values clamped to ±{clip}")));
    words.push(format!("scores times {}", spec.score_scale));
    words.extend(spec.score_softcap.map(|cap| format!("scores soft-capped at {cap}")));
    words.extend(spec.window.map(|window| format!("a window of {window} positions")));
    if !spec.causal {
        words.push("not causal".to_owned());
    }
    words
}

fn position(spec: &PositionSpec) -> String {
    match spec {
        PositionSpec::None => "no positions of its own".to_owned(),
        PositionSpec::Alibi(alibi) => format!("ALiBi slopes up to 2^-{}", alibi.max_bias),
        PositionSpec::Rotary(rotary) => {
            let pairing = match rotary.pairing {
                Pairing::Halves => "halves paired",
                Pairing::Interleaved => "neighbours paired",
            };
            format!(
                "rotary over {} entries, base {}, {pairing}{}",
                rotary.dim,
                rotary.base,
                scaling(&rotary.scaling)
            )
        }
    }
}

fn scaling(scaling: &RotaryScaling) -> String {
    match scaling {
        RotaryScaling::None => String::new(),
        RotaryScaling::Linear { factor } => format!(", stretched {factor} times"),
        RotaryScaling::Llama3 { factor, original, .. } => {
            format!(", stretched {factor} times from {original} positions as Llama 3.1's")
        }
        RotaryScaling::Dynamic { factor, original } => {
            format!(", its base growing past {original} positions (factor {factor})")
        }
        RotaryScaling::Yarn { factor, original, .. } => {
            format!(", stretched {factor} times from {original} positions by YaRN")
        }
        RotaryScaling::LongRope { original, .. } => {
            format!(", stretched past {original} positions by LongRoPE")
        }
        RotaryScaling::Factors(_) => ", one divisor per frequency".to_owned(),
    }
}

fn mlp(spec: &MlpSpec) -> String {
    let gate = |gated| if gated { "gated " } else { "" };
    match spec {
        MlpSpec::Dense(dense) => {
            let bias = match (dense.bias_in, dense.bias_out) {
                (false, false) => "",
                (true, true) => ", with biases",
                _ => ", with a bias on one side",
            };
            format!("{}MLP of {} ({:?}){bias}", gate(dense.gated), dense.width, dense.activation)
        }
        MlpSpec::Experts(experts) => {
            let shared =
                experts.shared.map(|width| format!(", and one of {width} for all")).unwrap_or_default();
            let normalise = if experts.normalise { ", their weights summing to 1" } else { "" };
            format!(
                "{} of {} gated experts of {} ({:?}){normalise}{shared}",
                experts.used, experts.experts, experts.width, experts.activation
            )
        }
    }
}

fn norm(spec: &NormSpec) -> String {
    let name = match spec.kind {
        NormKind::Rms => "RMSNorm",
        NormKind::Layer => "LayerNorm",
    };
    let parts = match (spec.weight, spec.bias) {
        (true, true) => ", weight and bias",
        (true, false) => "",
        (false, true) => ", bias alone",
        (false, false) => ", no weight",
    };
    format!("{name} (eps {:e}{parts})", spec.eps)
}
