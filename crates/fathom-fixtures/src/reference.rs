//! The committed reference of one prompt on one model (schema `fathom-reference/1`).

use fathom_reading::{Layer, Site, SiteKind};
use serde::Deserialize;

/// What transformers computed for one prompt: hidden states at every site, and what each lens sees in them.
#[derive(Clone, Debug, Deserialize)]
pub struct Reference {
    /// The prompt's name, or the tiny model's.
    pub name: String,
    /// The catalogue name of the model, or `tiny/NAME`.
    pub model: String,
    /// The prompt. `ids` are its tokens by the model's own tokenizer, no BOS added.
    pub text: String,
    /// The tokens that were run.
    pub ids: Vec<u32>,
    /// The positions whose rows are covered by `norms` and `probes`.
    pub probe_positions: Vec<usize>,
    /// The positions of `values`.
    pub value_positions: Vec<usize>,
    /// Every site in order of depth but `resid_pre`, which is the site before bit for bit; last the `logits`.
    pub sites: Vec<SiteReference>,
    /// The lenses that were recorded.
    pub lenses: Vec<LensReference>,
    /// transformers' greedy continuation (the end token not stopping it), where one was recorded.
    pub greedy: Option<Vec<u32>>,
}

/// One site's rows, in short form.
#[derive(Clone, Debug, Deserialize)]
pub struct SiteReference {
    /// [`Site`]'s display form (`embed`, `3`, `3.attn_out`), or `logits`.
    pub site: String,
    /// Numbers a row.
    pub width: usize,
    /// How far transformers' f32 is from its f64 here: the largest row difference relative to the row's norm.
    pub noise: f64,
    /// The norm of each row at `probe_positions`.
    pub norms: Vec<f64>,
    /// Each row's dot product with [`crate::prng::probe`].
    pub probes: Vec<f64>,
    /// The dimensions of `values`.
    pub dims: Vec<usize>,
    /// `[value_positions, dims]`.
    pub values: Vec<f64>,
}

/// What one lens sees, `[rows, positions]` per column.
#[derive(Clone, Debug, Deserialize)]
pub struct LensReference {
    /// `logit` or `raw`.
    pub lens: String,
    /// The rows, as sites: `embed`, `0`, `1`, …
    pub rows: Vec<String>,
    /// The columns.
    pub positions: Vec<usize>,
    /// Per column the next token; at the last position the model's own choice.
    pub targets: Vec<u32>,
    /// Candidates a cell (one more than is compared: the last shows whether the one before is safe from it).
    pub top_k: usize,
    /// `[rows, positions, top_k]`, best first.
    pub top_id: Vec<u32>,
    /// Their probabilities.
    pub top_prob: Vec<f64>,
    /// The target's logit.
    pub target_logit: Vec<f64>,
    /// The target's rank in f32.
    pub target_rank: Vec<u32>,
    /// The target's rank in f64.
    pub rank_f64: Vec<u32>,
    /// The best and …
    pub rank_low: Vec<u32>,
    /// … the worst rank that logits moved by the noise (1e-3, or four times the row's own) could give.
    pub rank_high: Vec<u32>,
    /// Entropy of the cell.
    pub entropy_bits: Vec<f64>,
    /// `KL(last ‖ cell)`.
    pub kl_bits: Vec<f64>,
    /// `KL(cell ‖ last)`.
    pub kl_reverse_bits: Vec<f64>,
    /// `-log2 p[target]`.
    pub surprisal_bits: Vec<f64>,
    /// Per row: the largest difference between an f32 and an f64 logit.
    pub logit_noise: Vec<f64>,
}

impl Reference {
    /// The reference of a site by its display form; `resid_pre` is found under the site that it equals.
    pub fn site(&self, name: &str) -> Option<&SiteReference> {
        let alias;
        let name = match name.strip_suffix(".resid_pre") {
            Some("0") => "embed",
            Some(layer) => {
                alias = (layer.parse::<u32>().ok()?.checked_sub(1)?).to_string();
                &alias
            }
            None => name,
        };
        self.sites.iter().find(|site| site.site == name)
    }

    /// The lens of this name (`logit`, `raw`), if it was recorded.
    pub fn lens(&self, name: &str) -> Option<&LensReference> {
        self.lenses.iter().find(|lens| lens.lens == name)
    }

    /// Number of blocks of the model.
    pub fn layers(&self) -> usize {
        self.lenses[0].rows.len() - 1
    }
}

impl LensReference {
    /// The noise that a row's logits are allowed: 1e-3, or four times what f32 lost in the reference itself.
    pub fn allowance(&self, row: usize) -> f64 {
        f64::max(1e-3, 4.0 * self.logit_noise[row])
    }
}

/// The site that a reference's name means: `embed`, `3`, `3.attn_out`; `None` for `logits`, which are no hidden state.
pub fn site(name: &str) -> Option<Site> {
    if name == "embed" {
        return Some(Site::EMBED);
    }
    let (layer, kind) = match name.split_once('.') {
        Some((layer, kind)) => (layer, SiteKind::from_name(kind)?),
        None => (name, SiteKind::ResidPost),
    };
    Some(Site::within(kind, Layer(layer.parse().ok()?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn site_names_round_trip() {
        let reference = crate::tiny::reference("gpt2");
        for recorded in &reference.sites {
            match site(&recorded.site) {
                Some(parsed) => assert_eq!(parsed.to_string(), recorded.site),
                None => assert_eq!(recorded.site, "logits"),
            }
        }
        assert_eq!(reference.site("0.resid_pre").unwrap().site, "embed");
        assert_eq!(reference.site("2.resid_pre").unwrap().site, "1");
        assert!(reference.site("9.resid_pre").is_none());
    }
}
