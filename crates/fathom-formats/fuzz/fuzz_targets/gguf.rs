//! Any bytes: an error or a file whose every part can be read, never a panic.
#![no_main]

use fathom_formats::Gguf;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    match Gguf::from_bytes(bytes.to_vec()) {
        Err(error) => assert!(error.to_string().len() < 2000),
        Ok(gguf) => {
            for (key, value) in gguf.metadata() {
                assert_eq!(gguf.get(key).map(ToString::to_string), Some(value.to_string()));
                let _ = (
                    gguf.u32(key),
                    gguf.i32s(key),
                    gguf.f32(key),
                    gguf.strings(key).map(|s| s.iter().count()),
                );
            }
            for tensor in gguf.tensors() {
                let blocks = tensor.len() / tensor.dtype.block_len();
                assert_eq!(tensor.data.len(), blocks * tensor.dtype.block_bytes());
                assert_eq!(tensor.to_f32_plain().is_err(), tensor.dtype.is_quantised());
            }
        }
    }
});
