//! What a row of a grid is about: a site, or a part of one.

use crate::{Layer, Position, Site, SiteKind};
use std::fmt;
use std::str::FromStr;

/// A site of the network, or a part of what it writes: one head, one neuron, or what a head took from one position.
///
/// Written as its site (`embed`, `12`, `12.attn_out`), with the part behind it: `26.h0` (what head 0 of layer 26 adds to
/// the residual stream), `26.z.h0` (its values before the output projection), `28.n1042` (what neuron 1042 of layer 28's
/// MLP adds), `27.h8.s1` (what head 8 took from position 1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Place {
    /// The site.
    pub site: Site,
    /// The attention head, where only its part is meant.
    pub head: Option<u32>,
    /// The neuron of an MLP, where only its part is meant.
    pub unit: Option<u32>,
    /// The position that the head read from, where only that is meant.
    pub source: Option<Position>,
}

impl Place {
    /// What head `head` of `layer` adds to the residual stream.
    pub fn head(layer: Layer, head: u32) -> Place {
        Place { head: Some(head), ..Site::within(SiteKind::AttnOut, layer).into() }
    }

    /// What neuron `unit` of `layer`'s MLP adds to the residual stream.
    pub fn unit(layer: Layer, unit: u32) -> Place {
        Place { unit: Some(unit), ..Site::within(SiteKind::MlpOut, layer).into() }
    }

    /// The part of a head's output that it took from position `source`.
    pub fn from_source(self, source: Position) -> Place {
        Place { source: Some(source), ..self }
    }

    /// Whether it is a whole site.
    pub fn is_site(self) -> bool {
        self == Place::from(self.site)
    }

    /// What places are ordered by: their site's depth, then head, neuron and source.
    pub fn depth(self) -> impl Ord + Copy {
        (self.site.depth(), self.head, self.unit, self.source)
    }

    /// The kind that its part is of where nothing else is said.
    fn usual_kind(self) -> SiteKind {
        match (self.head, self.unit) {
            (Some(_), _) => SiteKind::AttnOut,
            (_, Some(_)) => SiteKind::MlpOut,
            _ => SiteKind::ResidPost,
        }
    }
}

impl From<Site> for Place {
    fn from(site: Site) -> Place {
        Place { site, head: None, unit: None, source: None }
    }
}

impl PartialEq<Site> for Place {
    fn eq(&self, site: &Site) -> bool {
        *self == Place::from(*site)
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.site.layer {
            Some(layer) if self.site.kind == self.usual_kind() => write!(f, "{layer}")?,
            Some(layer) => write!(f, "{layer}.{}", self.site.kind.name())?,
            None => f.write_str(self.site.kind.name())?,
        }
        for (letter, part) in [('h', self.head), ('n', self.unit), ('s', self.source.map(|source| source.0))]
        {
            if let Some(part) = part {
                write!(f, ".{letter}{part}")?;
            }
        }
        Ok(())
    }
}

impl FromStr for Place {
    type Err = String;

    /// What [`Display`](fmt::Display) writes.
    fn from_str(text: &str) -> Result<Place, String> {
        let expected = || {
            format!(
                "a place is a site (\"embed\", \"12\", \"12.attn_out\"), a head (\"26.h0\"), a neuron (\"28.n1042\") or \
                 what a head took from a position (\"27.h8.s1\"), found {text:?}"
            )
        };
        let part_of = |piece: &str| {
            let digits = piece.get(1..).filter(|digits| digits.bytes().all(|b| b.is_ascii_digit()))?;
            Some((piece.as_bytes()[0], digits.parse::<u32>().ok()?))
        };
        let mut pieces: Vec<&str> = text.split('.').collect();
        let mut parts = Vec::new();
        while let Some(part @ (b'h' | b'n' | b's', _)) = pieces.last().and_then(|piece| part_of(piece)) {
            parts.push(part);
            pieces.pop();
        }
        parts.reverse();
        let (head, unit, source) = match parts[..] {
            [] => (None, None, None),
            [(b'h', head)] => (Some(head), None, None),
            [(b'n', unit)] => (None, Some(unit), None),
            [(b'h', head), (b's', source)] => (Some(head), None, Some(Position(source))),
            _ => return Err(expected()),
        };
        let site: Site = pieces.join(".").parse().map_err(|error| match parts.is_empty() {
            true => error,
            false => expected(),
        })?;
        let mut place = Place { site, head, unit, source };
        if site.layer.is_none() && !place.is_site() {
            return Err(expected());
        }
        // "26.h0" is read as "26", the state after the layer: the part says which site is meant.
        if site.kind == SiteKind::ResidPost && pieces.len() == 1 {
            place.site.kind = place.usual_kind();
        }
        Ok(place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_read_as_they_are_written() {
        let z = Place { head: Some(3), ..Site::within(SiteKind::Z, Layer(26)).into() };
        let places = [
            (Site::EMBED.into(), "embed"),
            (Site::after(Layer(12)).into(), "12"),
            (Site::within(SiteKind::AttnOut, Layer(12)).into(), "12.attn_out"),
            (Place::head(Layer(26), 0), "26.h0"),
            (z, "26.z.h3"),
            (Place::unit(Layer(28), 1042), "28.n1042"),
            (Place::head(Layer(27), 8).from_source(Position(1)), "27.h8.s1"),
        ];
        for (place, written) in places {
            assert_eq!(place.to_string(), written);
            assert_eq!(written.parse(), Ok(place));
        }
        for wrong in
            ["", "embed.h0", "3.s1", "3.h1.n2", "3.h", "3.h-1", "3.n1.s2", "3.h1.h2", "3.h99999999999"]
        {
            assert!(wrong.parse::<Place>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_part_comes_after_its_site_and_before_the_next() {
        let site = |kind| Place::from(Site::within(kind, Layer(3)));
        let ordered = [
            site(SiteKind::AttnOut),
            Place::head(Layer(3), 0),
            Place::head(Layer(3), 1),
            site(SiteKind::MlpOut),
        ];
        assert!(ordered.is_sorted_by(|a, b| a.depth() < b.depth()));
        assert!(ordered[0].is_site() && !ordered[1].is_site());
    }
}
