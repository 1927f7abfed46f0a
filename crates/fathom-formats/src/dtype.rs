//! How the numbers of a tensor are stored.

use std::fmt;

/// The storage type of a tensor's numbers.
///
/// The quantised types (`Q…`) store a row in blocks of [`block_len`](Dtype::block_len) numbers, each of
/// [`block_bytes`](Dtype::block_bytes) bytes; layouts as in ggml. All others are one little-endian number a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
#[allow(missing_docs, non_camel_case_types)] // The names are the types' own.
pub enum Dtype {
    F32,
    F16,
    BF16,
    F64,
    I64,
    I32,
    I16,
    I8,
    U64,
    U32,
    U16,
    U8,
    Bool,
    Q4_0,
    Q4_1,
    Q5_0,
    Q5_1,
    Q8_0,
    Q8_1,
    Q2K,
    Q3K,
    Q4K,
    Q5K,
    Q6K,
    Q8K,
}

/// What `UnsupportedDtype` tells people that they may have instead.
pub(crate) const READABLE_GGUF: &str = "F32, F16, BF16, F64, Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, Q8_1, Q2_K, Q3_K, Q4_K, Q5_K, Q6_K, Q8_K (and plain integers)";
/// The same for safetensors.
pub(crate) const READABLE_SAFETENSORS: &str =
    "F32, F16, BF16, F64, I64, I32, I16, I8, U64, U32, U16, U8, BOOL";

impl Dtype {
    /// Every type, plain ones first.
    pub const ALL: [Dtype; 25] = [
        Dtype::F32,
        Dtype::F16,
        Dtype::BF16,
        Dtype::F64,
        Dtype::I64,
        Dtype::I32,
        Dtype::I16,
        Dtype::I8,
        Dtype::U64,
        Dtype::U32,
        Dtype::U16,
        Dtype::U8,
        Dtype::Bool,
        Dtype::Q4_0,
        Dtype::Q4_1,
        Dtype::Q5_0,
        Dtype::Q5_1,
        Dtype::Q8_0,
        Dtype::Q8_1,
        Dtype::Q2K,
        Dtype::Q3K,
        Dtype::Q4K,
        Dtype::Q5K,
        Dtype::Q6K,
        Dtype::Q8K,
    ];

    /// How many numbers a block holds: 1 for the plain types, 32 or 256 for the quantised ones.
    pub const fn block_len(self) -> usize {
        use Dtype::*;
        match self {
            Q4_0 | Q4_1 | Q5_0 | Q5_1 | Q8_0 | Q8_1 => 32,
            Q2K | Q3K | Q4K | Q5K | Q6K | Q8K => 256,
            _ => 1,
        }
    }

    /// How many bytes a block takes.
    pub const fn block_bytes(self) -> usize {
        use Dtype::*;
        match self {
            I8 | U8 | Bool => 1,
            F16 | BF16 | I16 | U16 => 2,
            F32 | I32 | U32 => 4,
            F64 | I64 | U64 => 8,
            Q4_0 => 18,
            Q4_1 => 20,
            Q5_0 => 22,
            Q5_1 => 24,
            Q8_0 => 34,
            Q8_1 => 36,
            Q2K => 84,
            Q3K => 110,
            Q4K => 144,
            Q5K => 176,
            Q6K => 210,
            Q8K => 292,
        }
    }

    /// True for the block-quantised types of ggml.
    pub const fn is_quantised(self) -> bool {
        self.block_len() > 1
    }

    /// True for the plain floating-point types.
    pub const fn is_float(self) -> bool {
        matches!(self, Dtype::F32 | Dtype::F16 | Dtype::BF16 | Dtype::F64)
    }

    /// The type's number in a GGUF file, where it has one.
    pub const fn ggml_type(self) -> Option<u32> {
        use Dtype::*;
        Some(match self {
            F32 => 0,
            F16 => 1,
            Q4_0 => 2,
            Q4_1 => 3,
            Q5_0 => 6,
            Q5_1 => 7,
            Q8_0 => 8,
            Q8_1 => 9,
            Q2K => 10,
            Q3K => 11,
            Q4K => 12,
            Q5K => 13,
            Q6K => 14,
            Q8K => 15,
            I8 => 24,
            I16 => 25,
            I32 => 26,
            I64 => 27,
            F64 => 28,
            BF16 => 30,
            U64 | U32 | U16 | U8 | Bool => return None,
        })
    }

    /// From a GGUF file's number; the error is the type's name, as far as it is known.
    pub(crate) fn from_ggml(id: u32) -> Result<Dtype, String> {
        if let Some(dtype) = Dtype::ALL.into_iter().find(|dtype| dtype.ggml_type() == Some(id)) {
            return Ok(dtype);
        }
        let name = match id {
            4 => "Q4_2",
            5 => "Q4_3",
            16 => "IQ2_XXS",
            17 => "IQ2_XS",
            18 => "IQ3_XXS",
            19 => "IQ1_S",
            20 => "IQ4_NL",
            21 => "IQ3_S",
            22 => "IQ2_S",
            23 => "IQ4_XS",
            29 => "IQ1_M",
            31 => "Q4_0_4_4",
            32 => "Q4_0_4_8",
            33 => "Q4_0_8_8",
            34 => "TQ1_0",
            35 => "TQ2_0",
            36 => "IQ4_NL_4_4",
            37 => "IQ4_NL_4_8",
            38 => "IQ4_NL_8_8",
            39 => "MXFP4",
            40 => "NVFP4",
            _ => return Err(format!("ggml type number {id}")),
        };
        Err(name.to_owned())
    }

    /// From the name in a safetensors header.
    pub(crate) fn from_safetensors(name: &str) -> Option<Dtype> {
        Some(match name {
            "F32" => Dtype::F32,
            "F16" => Dtype::F16,
            "BF16" => Dtype::BF16,
            "F64" => Dtype::F64,
            "I64" => Dtype::I64,
            "I32" => Dtype::I32,
            "I16" => Dtype::I16,
            "I8" => Dtype::I8,
            "U64" => Dtype::U64,
            "U32" => Dtype::U32,
            "U16" => Dtype::U16,
            "U8" => Dtype::U8,
            "BOOL" => Dtype::Bool,
            _ => return None,
        })
    }
}

impl fmt::Display for Dtype {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Dtype::F32 => "F32",
            Dtype::F16 => "F16",
            Dtype::BF16 => "BF16",
            Dtype::F64 => "F64",
            Dtype::I64 => "I64",
            Dtype::I32 => "I32",
            Dtype::I16 => "I16",
            Dtype::I8 => "I8",
            Dtype::U64 => "U64",
            Dtype::U32 => "U32",
            Dtype::U16 => "U16",
            Dtype::U8 => "U8",
            Dtype::Bool => "BOOL",
            Dtype::Q4_0 => "Q4_0",
            Dtype::Q4_1 => "Q4_1",
            Dtype::Q5_0 => "Q5_0",
            Dtype::Q5_1 => "Q5_1",
            Dtype::Q8_0 => "Q8_0",
            Dtype::Q8_1 => "Q8_1",
            Dtype::Q2K => "Q2_K",
            Dtype::Q3K => "Q3_K",
            Dtype::Q4K => "Q4_K",
            Dtype::Q5K => "Q5_K",
            Dtype::Q6K => "Q6_K",
            Dtype::Q8K => "Q8_K",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ggml_numbers_and_names_are_one_to_one() {
        for dtype in Dtype::ALL {
            if let Some(id) = dtype.ggml_type() {
                assert_eq!(Dtype::from_ggml(id), Ok(dtype), "{dtype}");
            }
            if !dtype.is_quantised() {
                assert_eq!(Dtype::from_safetensors(&dtype.to_string()), Some(dtype));
            }
        }
        assert_eq!(Dtype::from_ggml(23), Err("IQ4_XS".to_owned()));
        assert_eq!(Dtype::from_ggml(4_000_000_000), Err("ggml type number 4000000000".to_owned()));
        assert_eq!(Dtype::from_safetensors("F8_E4M3"), None);
    }

    /// The bits a weight costs are well known, and tell a wrong block size.
    #[test]
    fn bits_per_weight() {
        for (dtype, bits) in [
            (Dtype::Q4_0, 4.5),
            (Dtype::Q4_1, 5.0),
            (Dtype::Q5_0, 5.5),
            (Dtype::Q5_1, 6.0),
            (Dtype::Q8_0, 8.5),
            (Dtype::Q8_1, 9.0),
            (Dtype::Q2K, 2.625),
            (Dtype::Q3K, 3.4375),
            (Dtype::Q4K, 4.5),
            (Dtype::Q5K, 5.5),
            (Dtype::Q6K, 6.5625),
            (Dtype::Q8K, 9.125),
            (Dtype::BF16, 16.0),
        ] {
            assert_eq!(dtype.block_bytes() as f64 * 8.0 / dtype.block_len() as f64, bits, "{dtype}");
        }
    }
}
