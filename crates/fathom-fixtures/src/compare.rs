//! Hidden states against a reference: the first site that differs, and how.

use crate::prng::probe;
use crate::reference::{Reference, SiteReference};
use std::fmt;

/// How far a number may be from the reference's, relative to the norm of its row at that site.
#[derive(Clone, Copy, Debug)]
pub struct Tolerance {
    /// The allowance where transformers' own f32 loses little.
    pub relative: f64,
    /// Times what transformers' f32 loses against its f64 at that site, where that is more.
    pub noise_factor: f64,
}

impl Tolerance {
    /// For the tiny models: 1e-5 of the row's norm.
    pub const TINY: Tolerance = Tolerance { relative: 1e-5, noise_factor: 8.0 };
    /// For 30 layers of f32: the reference itself is 1e-5 from f64 in the worst rows.
    pub const DEFAULT_MODEL: Tolerance = Tolerance { relative: 2e-5, noise_factor: 8.0 };

    fn at(self, site: &SiteReference) -> f64 {
        f64::max(self.relative, self.noise_factor * site.noise)
    }
}

/// The first site that differs from its reference, by its largest difference.
#[derive(Clone, Debug, PartialEq)]
pub struct SiteDifference {
    /// The site: `embed`, `3.attn_out`, `logits`.
    pub site: String,
    /// What is wrong there.
    pub what: String,
    /// The largest difference, relative to its row's norm (infinite for missing, misshapen or non-finite rows).
    pub relative: f64,
    /// What was allowed.
    pub allowed: f64,
}

impl fmt::Display for SiteDifference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let SiteDifference { site, what, relative, allowed } = self;
        write!(
            f,
            "the first site that differs is {site}: {what} ({relative:.2e} of the row's norm, allowed {allowed:.2e})"
        )
    }
}

impl std::error::Error for SiteDifference {}

/// How close a run came where every site agrees.
#[derive(Clone, Debug, PartialEq)]
pub struct SiteReport {
    /// Sites compared.
    pub sites: usize,
    /// The largest difference, relative to its row's norm.
    pub worst: f64,
    /// Where that is.
    pub worst_site: String,
}

/// Compares every site of `reference`, in order of depth and the logits last, with the rows that `found` gives for it:
/// `[T, width]`, row after row, for all of the reference's tokens.
///
/// # Errors
/// The first site that differs: then the ones before it are right, and the bug lies between.
pub fn compare_sites(
    reference: &Reference,
    tolerance: Tolerance,
    mut found: impl FnMut(&str) -> Option<Vec<f32>>,
) -> Result<SiteReport, SiteDifference> {
    let mut report = SiteReport { sites: 0, worst: 0.0, worst_site: String::new() };
    for site in &reference.sites {
        let allowed = tolerance.at(site);
        let (relative, what) = match found(&site.site) {
            None => (f64::INFINITY, "it was not recorded".to_owned()),
            Some(rows) => worst_of(reference, site, &rows),
        };
        if relative.is_nan() || relative > allowed {
            return Err(SiteDifference { site: site.site.clone(), what, relative, allowed });
        }
        report.sites += 1;
        if relative >= report.worst {
            (report.worst, report.worst_site) = (relative, site.site.clone());
        }
    }
    Ok(report)
}

/// The largest difference of a site, relative to its row's norm, in words.
fn worst_of(reference: &Reference, site: &SiteReference, rows: &[f32]) -> (f64, String) {
    let (tokens, width) = (reference.ids.len(), site.width);
    if rows.len() != tokens * width {
        let what = format!("expected [{tokens}, {width}] = {} numbers, found {}", tokens * width, rows.len());
        return (f64::INFINITY, what);
    }
    if let Some(at) = rows.iter().position(|x| !x.is_finite()) {
        return (f64::INFINITY, format!("position {}, dim {} is {}", at / width, at % width, rows[at]));
    }
    let row = |position: usize| &rows[position * width..][..width];
    let direction = probe(width);
    let mut worst = (0.0, String::new());
    let mut note = |expected: f64, found: f64, scale: f64, what: &dyn Fn() -> String| {
        let relative = (found - expected).abs() / scale.max(1e-30);
        if relative > worst.0 {
            worst = (relative, format!("{}: expected {expected:.7}, found {found:.7}", what()));
        }
    };
    for (i, &position) in reference.probe_positions.iter().enumerate() {
        let scale = site.norms[i];
        let norm = row(position).iter().map(|x| f64::from(*x).powi(2)).sum::<f64>().sqrt();
        note(scale, norm, scale, &|| format!("position {position}, norm of the row"));
        let dot = row(position).iter().zip(&direction).map(|(x, d)| f64::from(*x) * d).sum();
        note(site.probes[i], dot, scale, &|| format!("position {position}, probe of the whole row"));
    }
    // A value names its dimension, so it is preferred to a probe of about the same size.
    let mut values = site.values.iter();
    for &position in &reference.value_positions {
        let at = reference.probe_positions.iter().position(|p| *p == position);
        let scale = at.map_or(0.0, |i| site.norms[i]);
        for (&dim, &expected) in site.dims.iter().zip(&mut values) {
            note(expected, f64::from(row(position)[dim]), scale, &|| {
                format!("position {position}, dim {dim}")
            });
        }
    }
    worst
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A reference of two positions whose rows are (3, 4) and (0, 5).
    fn reference() -> Reference {
        let direction = probe(2);
        let dot = |row: [f64; 2]| row[0] * direction[0] + row[1] * direction[1];
        let site = |name: &str| SiteReference {
            site: name.to_owned(),
            width: 2,
            noise: 0.0,
            norms: vec![5.0, 5.0],
            probes: vec![dot([3.0, 4.0]), dot([0.0, 5.0])],
            dims: vec![1],
            values: vec![5.0],
        };
        Reference {
            name: "made up".to_owned(),
            model: String::new(),
            text: String::new(),
            ids: vec![1, 2],
            probe_positions: vec![0, 1],
            value_positions: vec![1],
            sites: vec![site("embed"), site("0")],
            lenses: Vec::new(),
            greedy: None,
        }
    }

    #[test]
    fn equal_rows_agree() {
        let report =
            compare_sites(&reference(), Tolerance::TINY, |_| Some(vec![3.0, 4.0, 0.0, 5.0])).unwrap();
        assert_eq!(report.sites, 2);
        assert!(report.worst < 1e-7);
    }

    #[test]
    fn the_first_differing_site_is_named() {
        let found =
            |site: &str| Some(if site == "0" { vec![3.0, 4.0, 0.0, 5.01] } else { vec![3.0, 4.0, 0.0, 5.0] });
        let difference = compare_sites(&reference(), Tolerance::TINY, found).unwrap_err();
        assert_eq!(difference.site, "0");
        assert!(difference.what.starts_with("position 1"), "{difference}");
    }

    #[test]
    fn a_difference_outside_the_recorded_values_is_seen_by_the_probe() {
        // Same norms, no recorded value touched: only the probe can tell.
        let found = |_: &str| Some(vec![4.0, 3.0, 0.0, 5.0]);
        let difference = compare_sites(&reference(), Tolerance::TINY, found).unwrap_err();
        assert!(difference.what.contains("position 0, probe"), "{difference}");
    }

    #[test]
    fn missing_misshapen_and_non_finite_rows_are_told() {
        let say = |rows: Option<Vec<f32>>| {
            compare_sites(&reference(), Tolerance::TINY, |_| rows.clone()).unwrap_err().what
        };
        assert!(say(None).contains("not recorded"));
        assert!(say(Some(vec![1.0])).contains("expected [2, 2]"));
        assert!(say(Some(vec![3.0, f32::NAN, 0.0, 5.0])).contains("position 0, dim 1 is NaN"));
    }
}
