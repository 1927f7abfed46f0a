//! Where a model computes: on this machine's processor by our own kernels, or on a device by tensor operations.

use crate::ModelError;
use fathom_kernel::{Projector, Unembedding};
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// Where a model, and the lens over it, compute.
///
/// Only [`Compute::Cpu`] runs Fathom's own kernels; the others run the same decoder as plain tensor operations, and
/// their numbers differ from it in the last digits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Compute {
    /// This machine's processor, by Fathom's kernels.
    #[default]
    Cpu,
    /// An NVIDIA card by its number. Needs the feature `cuda`.
    Cuda(usize),
    /// An Apple graphics processor by its number. Needs the feature `metal`.
    Metal(usize),
    /// What the devices run, on this machine's processor: slower than [`Compute::Cpu`], and there to check it.
    Tensors,
}

impl Compute {
    /// Whether this build has the backend: asked before anything is fetched or read.
    ///
    /// # Errors
    /// [`ModelError::NoBackend`].
    pub fn check(self) -> Result<(), ModelError> {
        let feature = match self {
            Compute::Cuda(_) if !cfg!(feature = "cuda") => "cuda",
            Compute::Metal(_) if !cfg!(feature = "metal") => "metal",
            Compute::Tensors if !cfg!(feature = "tensors") => "tensors",
            _ => return Ok(()),
        };
        Err(ModelError::NoBackend { device: self, feature })
    }

    /// Opens the device.
    ///
    /// # Errors
    /// [`ModelError::NoBackend`] and [`ModelError::NoDevice`].
    pub(crate) fn open(self) -> Result<Backend, ModelError> {
        self.check()?;
        #[cfg(feature = "tensors")]
        {
            use candle_core::Device;
            let device = match self {
                Compute::Cpu => return Ok(Backend::Kernels),
                Compute::Tensors => Ok(Device::Cpu),
                Compute::Cuda(number) => Device::new_cuda(number),
                Compute::Metal(number) => Device::new_metal(number),
            };
            let missing =
                |error: candle_core::Error| ModelError::NoDevice { device: self, why: error.to_string() };
            device.map(Backend::Tensors).map_err(missing)
        }
        // Without tensors, `check` leaves nothing but the processor.
        #[cfg(not(feature = "tensors"))]
        Ok(Backend::Kernels)
    }
}

/// A device that was opened.
#[derive(Clone, Debug)]
pub(crate) enum Backend {
    /// Fathom's own kernels, on the CPU.
    Kernels,
    /// candle's basic tensor operations, on any device (the CPU too: so they are tested).
    #[cfg(feature = "tensors")]
    Tensors(candle_core::Device),
}

/// A model's head on a device.
pub(crate) trait DeviceHead: Projector + Send + Sync {
    /// The logits of one normed state `[d]`, `[V]`: what a generation chooses from.
    fn logits(&self, state: &[f32]) -> Result<Vec<f32>, ModelError>;
}

impl Backend {
    /// A copy of `head` where this computes, if that is not where it is anyway.
    #[cfg_attr(
        not(feature = "tensors"),
        expect(unused_variables, reason = "the kernels use the head as it is")
    )]
    pub(crate) fn head(&self, head: &Unembedding) -> Result<Option<Arc<dyn DeviceHead>>, ModelError> {
        match self {
            Backend::Kernels => Ok(None),
            #[cfg(feature = "tensors")]
            Backend::Tensors(device) => {
                Ok(Some(Arc::new(crate::projector::TensorProjector::on(head, device)?)))
            }
        }
    }
}

impl fmt::Display for Compute {
    /// As it is asked for.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Compute::Cpu => f.write_str("cpu"),
            Compute::Cuda(number) => write!(f, "cuda:{number}"),
            Compute::Metal(number) => write!(f, "metal:{number}"),
            Compute::Tensors => f.write_str("tensors"),
        }
    }
}

impl FromStr for Compute {
    type Err = String;

    /// `cpu`, `cuda`, `cuda:1`, `metal`, and (for tests) `tensors`.
    fn from_str(text: &str) -> Result<Compute, String> {
        let unknown = || format!("expected cpu, cuda, cuda:N or metal, found {text:?}");
        let (name, number) = match text.split_once(':') {
            None => (text, None),
            Some((name, number)) => (name, Some(number.parse::<usize>().map_err(|_| unknown())?)),
        };
        match (name, number) {
            ("cpu", None) => Ok(Compute::Cpu),
            ("cuda", number) => Ok(Compute::Cuda(number.unwrap_or(0))),
            ("metal", number) => Ok(Compute::Metal(number.unwrap_or(0))),
            ("tensors", None) => Ok(Compute::Tensors),
            _ => Err(unknown()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn devices_read_as_they_are_written() {
        for device in [Compute::Cpu, Compute::Cuda(0), Compute::Cuda(3), Compute::Metal(0), Compute::Tensors]
        {
            assert_eq!(device.to_string().parse(), Ok(device));
        }
        assert_eq!("cuda".parse(), Ok(Compute::Cuda(0)));
        assert_eq!("metal".parse(), Ok(Compute::Metal(0)));
        for wrong in ["", "gpu", "cuda:", "cuda:-1", "cuda:x", "cpu:0", "CUDA"] {
            let error = wrong.parse::<Compute>().unwrap_err();
            assert!(error.starts_with("expected cpu, cuda, cuda:N or metal"), "{error}");
        }
    }

    #[test]
    #[cfg(not(any(feature = "cuda", feature = "metal")))]
    fn a_backend_that_is_not_built_says_how_to_build_it() {
        for (device, feature) in
            [(Compute::Cuda(0), "--features cuda"), (Compute::Metal(0), "--features metal")]
        {
            let error = device.open().unwrap_err();
            assert!(matches!(error, ModelError::NoBackend { .. }));
            assert!(error.to_string().contains(feature), "{error}");
        }
        assert!(matches!(Compute::Cpu.open(), Ok(Backend::Kernels)));
        #[cfg(feature = "tensors")]
        assert!(matches!(Compute::Tensors.open(), Ok(Backend::Tensors(candle_core::Device::Cpu))));
    }
}
