//! The feed-forward part of a block, dense or of sparse experts. It reads an [`MlpSpec`] and never a family's name.

use crate::ModelError;
use crate::loader::Loader;
use crate::ops::{Ops, linear};
use fathom_families::{Activation, ExpertsMlp, MlpSpec, ParamRole};

/// A feed-forward part with its weights.
#[derive(Debug)]
pub(crate) enum Mlp<O: Ops> {
    Dense(Dense<O>),
    Experts(Experts<O>),
}

/// `down(act(gate(x)) * up(x))`, or without a gate `down(act(up(x)))`.
#[derive(Debug)]
pub(crate) struct Dense<O: Ops> {
    activation: Activation,
    gate: Option<O::Map>,
    up: O::Map,
    down: O::Map,
}

/// A few of many, chosen per token by a router.
#[derive(Debug)]
pub(crate) struct Experts<O: Ops> {
    pub(crate) spec: ExpertsMlp,
    pub(crate) router: O::Map,
    pub(crate) experts: Vec<Dense<O>>,
    /// The one that every token uses, with the router of its weight.
    pub(crate) shared: Option<(O::Map, Dense<O>)>,
}

impl<O: Ops> Mlp<O> {
    pub(crate) fn load(load: &Loader<'_, O>, spec: &MlpSpec) -> Result<Mlp<O>, ModelError> {
        match spec {
            MlpSpec::Dense(mlp) => {
                let gate = mlp.gated.then_some(ParamRole::Gate);
                Ok(Mlp::Dense(Dense::load(load, mlp.activation, gate, [ParamRole::Up, ParamRole::Down])?))
            }
            MlpSpec::Experts(mlp) => Ok(Mlp::Experts(Experts::load(load, mlp)?)),
        }
    }

    /// `x [B, T, d]` becomes `[B, T, d]`.
    pub(crate) fn forward(&self, ops: &O, x: &O::Tensor) -> Result<O::Tensor, ModelError> {
        match self {
            Mlp::Dense(dense) => dense.forward(ops, x),
            Mlp::Experts(experts) => ops.experts(experts, x),
        }
    }
}

impl<O: Ops> Dense<O> {
    fn load(
        load: &Loader<'_, O>,
        activation: Activation,
        gate: Option<ParamRole>,
        [up, down]: [ParamRole; 2],
    ) -> Result<Dense<O>, ModelError> {
        let gate = gate.map(|gate| load.linear(gate)).transpose()?;
        Ok(Dense { activation, gate, up: load.linear(up)?, down: load.linear(down)? })
    }

    /// `x [.., d]` becomes `[.., d]`.
    pub(crate) fn forward(&self, ops: &O, x: &O::Tensor) -> Result<O::Tensor, ModelError> {
        // [.., mlp]
        let active = match &self.gate {
            None => ops.activate(self.activation, linear(ops, &self.up, x)?, None)?,
            Some(gate) => {
                let [gate, up] = ops.linear([gate, &self.up], x)?;
                ops.activate(self.activation, up, Some(gate))?
            }
        };
        linear(ops, &self.down, &active)
    }
}

impl<O: Ops> Experts<O> {
    fn load(load: &Loader<'_, O>, spec: &ExpertsMlp) -> Result<Experts<O>, ModelError> {
        let gates = load.stacked(ParamRole::ExpertGate)?;
        let ups = load.stacked(ParamRole::ExpertUp)?;
        let downs = load.stacked(ParamRole::ExpertDown)?;
        let activation = spec.activation;
        let dense = |((gate, up), down)| Dense { activation, gate: Some(gate), up, down };
        let experts = gates.into_iter().zip(ups).zip(downs).map(dense).collect();
        let shared = match spec.shared {
            None => None,
            Some(_) => {
                let roles = [ParamRole::SharedUp, ParamRole::SharedDown];
                let dense = Dense::load(load, spec.activation, Some(ParamRole::SharedGate), roles)?;
                Some((load.linear(ParamRole::SharedRouter)?, dense))
            }
        };
        Ok(Experts { spec: *spec, router: load.linear(ParamRole::Router)?, experts, shared })
    }
}
