//! The feed-forward part of a block, dense or of sparse experts. It reads an [`MlpSpec`] and never a family's name.

use crate::ModelError;
use crate::block::Loader;
use crate::ops::{Backend, Map, contiguous, route};
use crate::slots::Place;
use crate::spec::{Activation, ExpertsMlp, MlpSpec};
use candle_core::{CpuStorage, CustomOp1, Device, Layout, Shape, Tensor};
use std::sync::Arc;

mod tensors;

/// A feed-forward part with its weights.
#[derive(Debug)]
pub(crate) enum Mlp {
    Dense(Dense),
    Experts(Arc<Experts>, Backend),
}

/// `down(act(gate(x)) * up(x))`, or without a gate `down(act(up(x)))`.
#[derive(Debug)]
pub(crate) struct Dense {
    ops: Backend,
    activation: Activation,
    gate: Option<Map>,
    up: Map,
    down: Map,
}

/// A few of many, chosen per token by a router.
#[derive(Debug)]
pub(crate) struct Experts {
    spec: ExpertsMlp,
    router: Map,
    experts: Vec<Dense>,
    /// The one that every token uses, with the router of its weight.
    shared: Option<(Map, Dense)>,
}

impl Mlp {
    pub(crate) fn load(load: &Loader<'_>, spec: &MlpSpec) -> Result<Mlp, ModelError> {
        match spec {
            MlpSpec::Dense(mlp) => {
                let gate = mlp.gated.then_some(Place::Gate);
                Ok(Mlp::Dense(Dense::load(load, mlp.activation, gate, [Place::Up, Place::Down])?))
            }
            MlpSpec::Experts(mlp) => Ok(Mlp::Experts(Arc::new(Experts::load(load, mlp)?), load.ops.clone())),
        }
    }

    /// `x [B, T, d]` becomes `[B, T, d]`.
    pub(crate) fn forward(&self, x: &Tensor) -> Result<Tensor, ModelError> {
        match self {
            Mlp::Dense(dense) => dense.forward(x),
            Mlp::Experts(experts, Backend::Kernels) => {
                Ok(x.contiguous()?.apply_op1(Sparse(experts.clone()))?)
            }
            Mlp::Experts(experts, Backend::Tensors(_)) => experts.forward_tensors(x),
        }
    }
}

impl Dense {
    fn load(
        load: &Loader<'_>,
        activation: Activation,
        gate: Option<Place>,
        [up, down]: [Place; 2],
    ) -> Result<Dense, ModelError> {
        let gate = gate.map(|gate| load.linear(gate)).transpose()?;
        Ok(Dense { ops: load.ops.clone(), activation, gate, up: load.linear(up)?, down: load.linear(down)? })
    }

    /// `x [.., d]` becomes `[.., d]`.
    fn forward(&self, x: &Tensor) -> Result<Tensor, ModelError> {
        // [.., mlp]
        let active = match &self.gate {
            None => self.ops.activate(self.activation, &self.up.forward(x)?, None)?,
            Some(gate) => {
                let [gate, up] = Map::together([gate, &self.up], x)?;
                self.ops.activate(self.activation, &up, Some(&gate))?
            }
        };
        self.down.forward(&active)
    }
}

impl Experts {
    fn load(load: &Loader<'_>, spec: &ExpertsMlp) -> Result<Experts, ModelError> {
        let gates = load.stacked(Place::ExpertGate)?;
        let ups = load.stacked(Place::ExpertUp)?;
        let downs = load.stacked(Place::ExpertDown)?;
        let (ops, activation) = (load.ops.clone(), spec.activation);
        let dense = |((gate, up), down)| Dense { ops: ops.clone(), activation, gate: Some(gate), up, down };
        let experts = gates.into_iter().zip(ups).zip(downs).map(dense).collect();
        let shared = match spec.shared {
            None => None,
            Some(_) => {
                let places = [Place::SharedUp, Place::SharedDown];
                let dense = Dense::load(load, spec.activation, Some(Place::SharedGate), places)?;
                Some((load.linear(Place::SharedRouter)?, dense))
            }
        };
        Ok(Experts { spec: *spec, router: load.linear(Place::Router)?, experts, shared })
    }

    /// `x [n, d]` becomes `[n, d]`. Each expert runs once, over the tokens that chose it; in ascending order, so that
    /// sums are the same every time.
    fn forward(&self, x: &[f32], d: usize) -> Result<Vec<f32>, ModelError> {
        let rows = x.len() / d;
        let all = Tensor::from_slice(x, (rows, d), &Device::Cpu)?;
        let weights = self.router.forward(&all)?.flatten_all()?.to_vec1::<f32>()?;
        // [n, experts]
        let weights = route(weights, self.experts.len(), self.spec.used, self.spec.normalise);
        let mut out = vec![0f32; x.len()];
        for (i, expert) in self.experts.iter().enumerate() {
            let weight = |row: usize| weights[row * self.experts.len() + i];
            let chosen: Vec<usize> = (0..rows).filter(|row| weight(*row) != 0.0).collect();
            if chosen.is_empty() {
                continue;
            }
            let gathered: Vec<f32> = chosen.iter().flat_map(|row| &x[row * d..][..d]).copied().collect();
            let y = expert.forward(&Tensor::from_vec(gathered, (chosen.len(), d), &Device::Cpu)?)?;
            let y = y.flatten_all()?.to_vec1::<f32>()?;
            for (row, y) in chosen.iter().zip(y.chunks_exact(d)) {
                add_weighted(&mut out[row * d..][..d], y, weight(*row));
            }
        }
        if let Some((router, expert)) = &self.shared {
            let weights = router.forward(&all)?.flatten_all()?.to_vec1::<f32>()?;
            let y = expert.forward(&all)?.flatten_all()?.to_vec1::<f32>()?;
            for ((out, y), logit) in out.chunks_exact_mut(d).zip(y.chunks_exact(d)).zip(weights) {
                add_weighted(out, y, 1.0 / (1.0 + (-logit).exp()));
            }
        }
        Ok(out)
    }
}

fn add_weighted(out: &mut [f32], y: &[f32], weight: f32) {
    out.iter_mut().zip(y).for_each(|(out, y)| *out += weight * y);
}

/// One operation, without `bwd`: a gradient through the choice of experts fails by name rather than being dropped.
struct Sparse(Arc<Experts>);

impl CustomOp1 for Sparse {
    fn name(&self) -> &'static str {
        "sparse experts"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> candle_core::Result<(CpuStorage, Shape)> {
        let x = contiguous(storage, layout, "sparse experts")?;
        let d = layout.dims().last().copied().unwrap_or(1);
        let y = self.0.forward(x, d).map_err(candle_core::Error::wrap)?;
        Ok((CpuStorage::F32(y), layout.shape().clone()))
    }
}
