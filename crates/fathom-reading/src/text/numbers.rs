//! Numbers as people read them. Every renderer writes them through these, so that views agree.

use crate::Rank;

/// What stands for a number that there is not (NaN, [`Rank::NONE`]).
pub(crate) const NO_NUMBER: &str = "–";

/// A probability as a percentage of at most seven characters: `<0.01%` and `>99.99%` at the ends (a softmax is
/// never 0 or 1), two decimals below 10% and from 99%, one between.
///
/// ```
/// use fathom_reading::text::percent;
/// assert_eq!(percent(0.0), "<0.01%");
/// assert_eq!(percent(0.0312), "3.12%");
/// assert_eq!(percent(0.4567), "45.7%");
/// assert_eq!(percent(1.0), ">99.99%");
/// ```
pub fn percent(prob: f32) -> String {
    // Compared as f32, so that the f32 nearest to 0.0001 is 0.01% and not less.
    if prob.is_nan() {
        NO_NUMBER.into()
    } else if prob < 0.0001 {
        "<0.01%".into()
    } else if prob > 0.9999 {
        ">99.99%".into()
    } else {
        let percent = f64::from(prob) * 100.0;
        // 9.995 and 98.95 would round up to a number that is written with other decimals.
        let decimals = if (9.995..98.95).contains(&percent) { 1 } else { 2 };
        format!("{percent:.decimals$}%")
    }
}

/// Entropy, divergence, surprisal: two decimals, one from 100 bits on. Rounding leaves no `-0.00`.
///
/// ```
/// use fathom_reading::text::bits;
/// assert_eq!(bits(11.0271), "11.03");
/// assert_eq!(bits(-1e-7), "0.00");
/// ```
pub fn bits(bits: f32) -> String {
    two_decimals(bits)
}

/// A logit, or a difference of logits: as [`bits`], with the sign of a negative one.
pub fn logit(logit: f32) -> String {
    two_decimals(logit)
}

fn two_decimals(number: f32) -> String {
    if number.is_nan() {
        return NO_NUMBER.into();
    }
    if number.is_infinite() {
        return if number > 0.0 { "∞" } else { "-∞" }.into();
    }
    let decimals = if number.abs() < 99.995 { 2 } else { 1 };
    let written = format!("{number:.decimals$}");
    if written == "-0.00" { "0.00".into() } else { written }
}

/// A rank in full, thousands apart: `1`, `987`, `49,152`.
pub fn rank(rank: Rank) -> String {
    if rank == Rank::NONE {
        return NO_NUMBER.into();
    }
    let digits = rank.get().to_string();
    let mut written = String::with_capacity(digits.len() + 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            written.push(',');
        }
        written.push(digit);
    }
    written
}

/// A rank for a narrow cell, at most four characters up to ranks of 999 million: `1`, `9999`, `12k`, `151k`, `2M`.
/// Shortened ranks are rounded down: a rank is never made to look worse than it is, nor `999k` to look like `1M`.
pub fn rank_short(rank: Rank) -> String {
    match rank.get() {
        _ if rank == Rank::NONE => NO_NUMBER.into(),
        small @ 0..=9_999 => small.to_string(),
        middle @ 10_000..=999_999 => format!("{}k", middle / 1_000),
        large => format!("{}M", large / 1_000_000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ranked(n: u32) -> Rank {
        Rank::new(n).unwrap()
    }

    #[test]
    fn the_ends_of_the_scale_are_never_certain() {
        assert_eq!(percent(0.0), "<0.01%");
        assert_eq!(percent(0.000099), "<0.01%");
        assert_eq!(percent(0.0001), "0.01%");
        assert_eq!(percent(0.9999), "99.99%");
        assert_eq!(percent(0.99991), ">99.99%");
        assert_eq!(percent(1.0), ">99.99%");
        assert_eq!(percent(f32::NAN), "–");
    }

    #[test]
    fn decimals_change_without_a_jump() {
        assert_eq!(percent(0.0999), "9.99%");
        assert_eq!(percent(0.09996), "10.0%");
        assert_eq!(percent(0.9894), "98.9%");
        assert_eq!(percent(0.98951), "98.95%");
        assert_eq!(percent(0.99), "99.00%");
        assert_eq!(percent(0.9997), "99.97%");
    }

    #[test]
    fn bits_and_logits() {
        assert_eq!(bits(0.0), "0.00");
        assert_eq!(bits(-0.004), "0.00");
        assert_eq!(bits(99.994), "99.99");
        assert_eq!(bits(99.996), "100.0");
        assert_eq!(logit(-35.417), "-35.42");
        assert_eq!(logit(-123.456), "-123.5");
        assert_eq!(bits(f32::NAN), "–");
        assert_eq!(bits(f32::INFINITY), "∞");
    }

    #[test]
    fn ranks() {
        assert_eq!(rank(ranked(1)), "1");
        assert_eq!(rank(ranked(999)), "999");
        assert_eq!(rank(ranked(1000)), "1,000");
        assert_eq!(rank(ranked(1_234_567)), "1,234,567");
        assert_eq!(rank_short(ranked(9_999)), "9999");
        assert_eq!(rank_short(ranked(49_152)), "49k");
        assert_eq!(rank_short(ranked(999_999)), "999k");
        assert_eq!(rank_short(ranked(2_000_000)), "2M");
    }

    proptest! {
        /// A reader who compares two written probabilities must never be told the wrong order.
        #[test]
        fn percentages_keep_their_order_and_their_width(a in 0.0f32..=1.0, b in 0.0f32..=1.0) {
            let value = |text: &str| text.trim_matches(['<', '>', '%']).parse::<f64>().unwrap();
            let (low, high) = if a <= b { (a, b) } else { (b, a) };
            prop_assert!(value(&percent(low)) <= value(&percent(high)));
            prop_assert!(percent(a).len() <= 7);
        }
    }
}
