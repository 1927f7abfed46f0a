//! Where a model diverges from another form of itself, in sentences.

use crate::style::Charset;
use crate::text;
use crate::view::layer_name;
use fathom_reading::text::{bits, percent};
use fathom_reading::{Divergence, LayerDivergence};

/// Where the two part, in sentences.
pub(crate) fn findings(
    divergence: &Divergence<'_>,
    layers: &[LayerDivergence],
    threshold_bits: f32,
    charset: Charset,
) -> Vec<String> {
    if divergence.is_none() {
        return vec!["The two are the same, bit for bit: no state, probability or rank differs.".to_owned()];
    }
    let mut sentences = vec![match divergence.first_top_change() {
        Some(site) => format!("The best token of a position first changes at {}.", layer_name(site)),
        None => "The best token changes at no layer and no position.".to_owned(),
    }];
    sentences.push(match divergence.first_above(threshold_bits) {
        Some(site) => format!("KL first exceeds {threshold_bits} bits at {}.", layer_name(site)),
        None => format!("KL exceeds {threshold_bits} bits nowhere."),
    });
    let blank = divergence.kl_bits().iter().filter(|kl| kl.is_nan()).count();
    if blank > 0 {
        let all = divergence.kl_bits().len();
        sentences
            .push(format!("{blank} of {all} cells are left out: at least one side has no numbers there."));
    }
    let measured = layers.iter().filter(|layer| !layer.kl_max_bits.is_nan());
    let Some(last) = layers.last() else { return sentences };
    let Some(most) = measured.max_by(|a, b| a.kl_max_bits.total_cmp(&b.kl_max_bits)) else {
        return sentences;
    };
    sentences.push(format!(
        "It is largest at {}, position {}: {} bits.",
        layer_name(most.place),
        most.kl_max_at,
        number(f64::from(most.kl_max_bits), charset)
    ));
    sentences.push(format!(
        "At {}: mean KL {} bits, the best token changed at {} of positions, the target's rank at {}.",
        layer_name(last.place),
        number(last.kl_mean_bits, charset),
        share(last.top_changed, charset),
        share(last.rank_changed, charset)
    ));
    sentences
}

/// A number that may be very small: `0`, `3.1e-5`, `0.27`.
pub(crate) fn number(x: f64, charset: Charset) -> String {
    let written = match x {
        0.0 => "0".to_owned(),
        x if x.abs() < 0.01 => format!("{x:.1e}"),
        x => bits(x as f32),
    };
    text::number(written, charset)
}

pub(crate) fn share(x: f64, charset: Charset) -> String {
    if x == 0.0 {
        "0%".to_owned()
    } else if x == 1.0 {
        "100%".to_owned()
    } else {
        text::number(percent(x as f32), charset)
    }
}
