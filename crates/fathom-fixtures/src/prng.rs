//! Seeded numbers, the same in Rust and in `fixtures/refs/prng.py`, bit for bit.

/// 64-bit FNV-1a: the seed of a name, and the checksum of a tensor's bytes.
pub fn fnv1a(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0xCBF2_9CE4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01B3))
}

/// splitmix64: a counter-based generator, so that both languages can make a tensor from a name and a seed.
#[derive(Clone, Debug)]
pub struct SplitMix64(u64);

impl SplitMix64 {
    /// A generator started at `seed`.
    pub fn new(seed: u64) -> Self {
        SplitMix64(seed)
    }

    /// The next 64 bits.
    pub fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// The next number in [-1, 1): a multiple of `2^(1-bits)`, exact for at most 24 bits.
    pub fn next_uniform(&mut self, bits: u32) -> f32 {
        let top = (self.next_u64() >> (64 - bits)) as i64 - (1 << (bits - 1));
        (top as f64 * (1.0 - f64::from(bits)).exp2()) as f32
    }
}

/// The direction onto which rows of this width are projected: one number that shows a difference in any of them.
pub fn probe(width: usize) -> Vec<f64> {
    let mut random = SplitMix64::new(fnv1a(format!("probe:{width}").as_bytes()));
    (0..width).map(|_| f64::from(random.next_uniform(24))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_values() {
        // The published test vectors of both.
        assert_eq!(fnv1a(b""), 0xCBF2_9CE4_8422_2325);
        assert_eq!(fnv1a(b"foobar"), 0x85944171f73967e8);
        let mut random = SplitMix64::new(1234567);
        let first: Vec<u64> = (0..3).map(|_| random.next_u64()).collect();
        assert_eq!(first, [6457827717110365317, 3203168211198807973, 9817491932198370423]);
    }

    #[test]
    fn few_bits_are_exact_in_bf16() {
        let mut random = SplitMix64::new(7);
        for _ in 0..1000 {
            let value = random.next_uniform(8);
            assert!((-1.0..1.0).contains(&value));
            assert_eq!(half::bf16::from_f32(value).to_f32(), value);
        }
    }
}
