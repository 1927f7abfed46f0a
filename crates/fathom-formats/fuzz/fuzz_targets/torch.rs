//! Any bytes: an error or a file whose every tensor can be read, never a panic.
#![no_main]

use fathom_formats::Torch;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    match Torch::from_bytes(bytes.to_vec()) {
        Err(error) => assert!(error.to_string().len() < 2000),
        Ok(file) => {
            for tensor in file.tensors() {
                assert_eq!(tensor.data.len(), tensor.len() * tensor.dtype.block_bytes());
                assert_eq!(tensor.to_f32_plain().map(|numbers| numbers.len()).ok(), Some(tensor.len()));
            }
        }
    }
});
