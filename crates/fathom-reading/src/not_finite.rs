//! Where a run first gave a number that is not finite, and what that means for its reading.

use crate::{Layer, Position, Site, SiteKind};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

/// The first place of a run at which a number is NaN or infinite: the shallowest site, and the first position there.
/// Everything that rests on it has no number: see [`Columns`](crate::Columns).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "Record", into = "Record")]
pub struct NotFinite {
    /// What is not finite there.
    pub what: NotFiniteWhat,
    /// Where in the network.
    pub site: Site,
    /// Where in the run.
    pub position: Position,
}

/// What is not finite.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum NotFiniteWhat {
    /// A hidden state: the weights before it are damaged, or it overflowed.
    State,
    /// The logits of a state that is finite itself, as all before it are: the head is damaged, or they overflowed.
    Logits,
}

impl NotFinite {
    /// Whichever came first.
    pub fn first(self, other: NotFinite) -> NotFinite {
        let order = |place: &NotFinite| (place.site.depth(), place.position);
        if order(&other) < order(&self) { other } else { self }
    }

    /// What stands beside a reading of the run.
    pub fn note(self) -> String {
        format!(
            "{self}: what rests on it has no number, and KL is measured only where the last layer's output is finite"
        )
    }
}

impl fmt::Display for NotFinite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = match (self.site.kind, self.site.layer) {
            (SiteKind::ResidPost, Some(layer)) => format!("after layer {layer}"),
            _ => format!("at {}", self.site),
        };
        let position = self.position;
        match self.what {
            NotFiniteWhat::State => write!(
                f,
                "the state {place}, position {position}, is the first that is not finite (damaged weights, or an overflow)"
            ),
            NotFiniteWhat::Logits => write!(
                f,
                "the logits {place}, position {position}, are not finite, though the state is (a damaged final norm or head, or an overflow)"
            ),
        }
    }
}

/// The stored form.
#[derive(Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "NotFinite")]
struct Record {
    /// What is not finite.
    what: NotFiniteWhat,
    /// Which place of a block.
    site: SiteKind,
    /// The block, -1 for the embedding.
    #[schemars(range(min = -1))]
    layer: i32,
    /// Where in the run.
    position: Position,
    /// The same in words. For people; not read back.
    #[serde(default)]
    note: String,
}

impl From<NotFinite> for Record {
    fn from(place: NotFinite) -> Record {
        Record {
            what: place.what,
            site: place.site.kind,
            layer: place.site.layer_number(),
            position: place.position,
            note: place.note(),
        }
    }
}

impl TryFrom<Record> for NotFinite {
    type Error = String;

    fn try_from(record: Record) -> Result<NotFinite, String> {
        let site = match (record.site, u32::try_from(record.layer)) {
            (SiteKind::Embed, Err(_)) if record.layer == -1 => Site::EMBED,
            (kind, Ok(layer)) if kind != SiteKind::Embed => Site::within(kind, Layer(layer)),
            (kind, _) => return Err(format!("there is no {} of layer {}", kind.name(), record.layer)),
        };
        Ok(NotFinite { what: record.what, site, position: record.position })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shallowest_site_comes_first_then_the_earliest_position() {
        let at = |layer, position| NotFinite {
            what: NotFiniteWhat::State,
            site: Site::after(Layer(layer)),
            position: Position(position),
        };
        assert_eq!(at(3, 1).first(at(0, 2)), at(0, 2));
        assert_eq!(at(3, 2).first(at(3, 1)), at(3, 1));
        assert!(
            at(3, 1)
                .note()
                .starts_with("the state after layer 3, position 1, is the first that is not finite")
        );
    }

    #[test]
    fn the_stored_form_comes_back_and_impossible_places_are_refused() {
        for site in [Site::EMBED, Site::within(SiteKind::MlpOut, Layer(4))] {
            let place = NotFinite { what: NotFiniteWhat::Logits, site, position: Position(7) };
            let json = serde_json::to_string(&place).unwrap();
            assert_eq!(serde_json::from_str::<NotFinite>(&json).unwrap(), place);
        }
        for (site, layer) in [("embed", 0), ("mlp_out", -1), ("embed", -2)] {
            let json = format!(r#"{{"what":"state","site":"{site}","layer":{layer},"position":0}}"#);
            assert!(serde_json::from_str::<NotFinite>(&json).is_err(), "{json}");
        }
    }
}
