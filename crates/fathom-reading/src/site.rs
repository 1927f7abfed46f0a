//! Where in the network a hidden state was taken.

use crate::Layer;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// The named places of a decoder block at which a state can be recorded, by the field's names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SiteKind {
    /// The residual stream before the first block: token (and position) embeddings, scaled and normed as the model does.
    Embed,
    /// The residual stream as a block receives it.
    ResidPre,
    /// Per head: the attention-weighted values, before the output projection.
    Z,
    /// What attention adds to the residual stream (after its output projection and any post-norm).
    AttnOut,
    /// The residual stream between attention and MLP (sequential blocks only).
    ResidMid,
    /// What the MLP adds to the residual stream (after any post-norm).
    MlpOut,
    /// The residual stream after a block.
    ResidPost,
}

impl SiteKind {
    /// All of them, in the order in which a forward pass goes through them.
    pub const ALL: [SiteKind; 7] = [
        SiteKind::Embed,
        SiteKind::ResidPre,
        SiteKind::Z,
        SiteKind::AttnOut,
        SiteKind::ResidMid,
        SiteKind::MlpOut,
        SiteKind::ResidPost,
    ];

    /// The name used in data: `embed`, `resid_post`, …
    pub fn name(self) -> &'static str {
        match self {
            SiteKind::Embed => "embed",
            SiteKind::ResidPre => "resid_pre",
            SiteKind::Z => "z",
            SiteKind::AttnOut => "attn_out",
            SiteKind::ResidMid => "resid_mid",
            SiteKind::MlpOut => "mlp_out",
            SiteKind::ResidPost => "resid_post",
        }
    }

    /// The kind with this name in data.
    pub fn from_name(name: &str) -> Option<SiteKind> {
        SiteKind::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// A place in the network: a kind, and the block it belongs to (`None` only for [`SiteKind::Embed`]).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Site {
    /// Which place of a block.
    pub kind: SiteKind,
    /// The block, or `None` for the embedding.
    pub layer: Option<Layer>,
}

impl Site {
    /// The residual stream before the first block.
    pub const EMBED: Site = Site { kind: SiteKind::Embed, layer: None };

    /// The residual stream after block `layer`: a row of the article's figures.
    pub fn after(layer: Layer) -> Site {
        Site { kind: SiteKind::ResidPost, layer: Some(layer) }
    }

    /// The place `kind` of block `layer`.
    pub fn within(kind: SiteKind, layer: Layer) -> Site {
        Site { kind, layer: Some(layer) }
    }

    /// What sites are ordered by: the order in which a forward pass goes through them, `embed` first.
    pub fn depth(self) -> (i32, SiteKind) {
        (self.layer_number(), self.kind)
    }

    /// The layer as data carries it: an integer, -1 for the embedding.
    pub fn layer_number(self) -> i32 {
        self.layer.map_or(-1, |layer| layer.0 as i32)
    }
}

impl fmt::Display for Site {
    /// `embed`, `12` (after block 12), or `12.attn_out`: what heads a row of a figure.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.kind, self.layer) {
            (SiteKind::ResidPost, Some(layer)) => write!(f, "{layer}"),
            (kind, Some(layer)) => write!(f, "{layer}.{}", kind.name()),
            (kind, None) => f.write_str(kind.name()),
        }
    }
}

impl FromStr for Site {
    type Err = String;

    /// What [`Display`](fmt::Display) writes, and `12.resid_post` for `12`.
    fn from_str(text: &str) -> Result<Site, String> {
        let expected = || {
            let kinds = SiteKind::ALL.map(SiteKind::name).join(", ");
            format!(
                "a site is \"embed\", a layer (\"12\") or a layer's site (\"12.attn_out\"; {kinds}), found {text:?}"
            )
        };
        let (layer, kind) = match text.split_once('.') {
            None if text == SiteKind::Embed.name() => return Ok(Site::EMBED),
            None => (text, SiteKind::ResidPost),
            Some((layer, kind)) => (layer, SiteKind::from_name(kind).ok_or_else(expected)?),
        };
        if kind == SiteKind::Embed || !layer.bytes().all(|digit| digit.is_ascii_digit()) {
            return Err(expected());
        }
        Ok(Site::within(kind, Layer(layer.parse().map_err(|_| expected())?)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sites_read_as_they_are_written() {
        let within = SiteKind::ALL.into_iter().filter(|kind| *kind != SiteKind::Embed);
        let sites: Vec<Site> =
            within.map(|kind| Site::within(kind, Layer(12))).chain([Site::EMBED]).collect();
        assert_eq!(sites.len(), 7);
        for site in sites {
            assert_eq!(site.to_string().parse(), Ok(site));
        }
        assert_eq!("12.resid_post".parse(), Ok(Site::after(Layer(12))));
        for wrong in ["", "-1", "+1", "embed.3", "3.embed", "3.", ".z", "3.nothing", "99999999999", "3.z.1"] {
            let error = wrong.parse::<Site>().unwrap_err();
            assert!(error.contains("12.attn_out"), "{error}");
        }
    }
}
