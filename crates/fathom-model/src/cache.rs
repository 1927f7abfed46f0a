//! Keys and values of the positions that a generation has run already.

use crate::ModelError;
use candle_core::Tensor;

/// The key/value cache of one batch. Made empty; [`Model::forward`](crate::Model::forward) fills it.
///
/// It grows by doubling, or is made once at its final size by [`KvCache::with_room`].
#[derive(Debug, Default)]
pub struct KvCache {
    layers: Vec<Option<Entry>>,
    len: usize,
    room: usize,
}

#[derive(Debug)]
struct Entry {
    /// `[B, room, KV, dh]`, the first `len` positions filled.
    keys: Tensor,
    /// `[B, room, KV, dh]`
    values: Tensor,
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

    /// Adds `[B, T, KV, dh]` of layer `layer` and returns all keys and values, `[B, len + T, KV, dh]`. The positions
    /// count only once [`Self::advance`] is called, so a pass that stops half-way leaves the cache as it was.
    pub(crate) fn append(
        &mut self,
        layer: usize,
        keys: &Tensor,
        values: &Tensor,
    ) -> Result<(Tensor, Tensor), ModelError> {
        let (batch, new, heads, size) = keys.dims4()?;
        let needed = self.len + new;
        if self.room < needed {
            self.room = needed.max(2 * self.room);
        }
        if self.layers.len() <= layer {
            self.layers.resize_with(layer + 1, || None);
        }
        let slot = &mut self.layers[layer];
        let held = slot.as_ref().filter(|_| self.len > 0).map(|entry| entry.keys.dims()[0]);
        if let Some(held) = held.filter(|held| *held != batch) {
            let expected = format!("the {held} sequences of the cache");
            return Err(ModelError::Batch { expected, found: batch.to_string() });
        }
        let fits = slot
            .as_ref()
            .is_some_and(|entry| entry.keys.dims()[1] >= needed && entry.keys.dims()[0] == batch);
        if !fits {
            let shape = [batch, self.room, heads, size];
            let grown = Entry {
                keys: Tensor::zeros(&shape, keys.dtype(), keys.device())?,
                values: Tensor::zeros(&shape, values.dtype(), values.device())?,
            };
            if let Some(old) = slot.take().filter(|_| self.len > 0) {
                grown.keys.slice_set(&old.keys.narrow(1, 0, self.len)?.contiguous()?, 1, 0)?;
                grown.values.slice_set(&old.values.narrow(1, 0, self.len)?.contiguous()?, 1, 0)?;
            }
            *slot = Some(grown);
        }
        let Some(entry) = slot else { return Ok((keys.clone(), values.clone())) };
        entry.keys.slice_set(&keys.contiguous()?, 1, self.len)?;
        entry.values.slice_set(&values.contiguous()?, 1, self.len)?;
        Ok((entry.keys.narrow(1, 0, needed)?, entry.values.narrow(1, 0, needed)?))
    }

    /// Counts `new` positions as held.
    pub(crate) fn advance(&mut self, new: usize) {
        self.len += new;
    }
}
