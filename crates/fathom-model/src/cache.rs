//! Keys and values of the positions that a generation has run already.

use crate::ModelError;
use crate::ops::Ops;
use std::any::Any;
use std::fmt;

/// The key/value cache of one batch. Made empty; [`Model::forward`](crate::Model::forward) fills it.
///
/// It grows by doubling, or is made once at its final size by [`KvCache::with_room`].
#[derive(Default)]
pub struct KvCache {
    /// A [`Layer`] of the tensors that the model computes with.
    layers: Vec<Option<Box<dyn Any + Send + Sync>>>,
    len: usize,
    room: usize,
}

struct Layer<T> {
    /// `[B, room, KV, dh]`, the first `len` positions filled.
    keys: T,
    /// `[B, room, KV, dh]`
    values: T,
}

impl KvCache {
    /// An empty cache that will hold `positions` without growing.
    pub fn with_room(positions: usize) -> KvCache {
        KvCache { layers: Vec::new(), len: 0, room: positions }
    }

    /// Number of positions held.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether no position is held.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Adds `[B, T, KV, dh]` of layer `layer` and returns all keys and values, `[B, room, KV, dh]`, of which the first
    /// `len + T` are filled. The positions count only once [`Self::advance`] is called, so a pass that stops half-way
    /// leaves the cache as it was.
    pub(crate) fn append<O: Ops>(
        &mut self,
        ops: &O,
        layer: usize,
        keys: &O::Tensor,
        values: &O::Tensor,
    ) -> Result<(&O::Tensor, &O::Tensor), ModelError> {
        let [batch, new, heads, size] = <[usize; 4]>::try_from(ops.shape(keys))
            .map_err(|_| ModelError::Compute(format!("keys {:?}", ops.shape(keys))))?;
        let needed = self.len + new;
        if self.room < needed {
            self.room = needed.max(2 * self.room);
        }
        if self.layers.len() <= layer {
            self.layers.resize_with(layer + 1, || None);
        }
        let slot = &mut self.layers[layer];
        let held = slot.as_deref().and_then(|held| held.downcast_ref::<Layer<O::Tensor>>());
        let shape = held.map(|held| ops.shape(&held.keys).to_vec());
        if self.len > 0 && shape.as_ref().is_none_or(|shape| shape[0] != batch) {
            let expected = match &shape {
                Some(shape) => format!("the {} sequences of the cache", shape[0]),
                None => "the model that filled the cache".to_owned(),
            };
            return Err(ModelError::Batch { expected, found: batch.to_string() });
        }
        if shape.as_ref().is_none_or(|shape| shape[1] < needed || shape[0] != batch) {
            let room = [batch, self.room, heads, size];
            let mut grown = Layer { keys: ops.zeros(&room)?, values: ops.zeros(&room)? };
            if let Some(old) = held.filter(|_| self.len > 0) {
                ops.write_rows(&mut grown.keys, 0, &ops.first_rows(&old.keys, self.len)?)?;
                ops.write_rows(&mut grown.values, 0, &ops.first_rows(&old.values, self.len)?)?;
            }
            *slot = Some(Box::new(grown));
        }
        let held = slot.as_deref_mut().and_then(|held| held.downcast_mut::<Layer<O::Tensor>>());
        let Some(held) = held else {
            let expected = "the model that filled the cache".to_owned();
            return Err(ModelError::Batch { expected, found: "another".to_owned() });
        };
        ops.write_rows(&mut held.keys, self.len, keys)?;
        ops.write_rows(&mut held.values, self.len, values)?;
        Ok((&held.keys, &held.values))
    }

    /// Counts `new` positions as held.
    pub(crate) fn advance(&mut self, new: usize) {
        self.len += new;
    }
}

impl fmt::Debug for KvCache {
    /// How full it is; its numbers would fill screens.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KvCache({} of {} positions)", self.len, self.room)
    }
}
