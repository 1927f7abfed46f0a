//! A short digest of what makes a run what it is.

/// 64 bits of FNV-1a: short, and the same in all versions and on all machines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Digest(u64);

impl Default for Digest {
    /// Of nothing.
    fn default() -> Digest {
        Digest(0xcbf2_9ce4_8422_2325)
    }
}

impl Digest {
    /// Of numbers, bit for bit.
    pub(crate) fn of(values: &[f32]) -> Digest {
        let mut digest = Digest::default();
        digest.add(bytemuck::cast_slice(values));
        digest
    }

    /// Goes on with these bytes.
    pub(crate) fn add(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }

    pub(crate) fn value(self) -> u64 {
        self.0
    }
}
