//! Where a run first goes wrong: the first state that is not finite.

use crate::record::{Recorder, State};
use crate::{Model, ModelError};
use fathom_kernel::Control;
use fathom_reading::{NotFinite, NotFiniteWhat, Position, Site, TokenId};

/// Looks at every site and keeps none.
#[derive(Default)]
struct FirstNotFinite(Option<NotFinite>);

impl Recorder for FirstNotFinite {
    /// Sites come in order of depth.
    fn wants(&self, _site: Site) -> bool {
        self.0.is_none()
    }

    fn record(&mut self, state: &mut State<'_>) -> Result<(), ModelError> {
        let bad = |row: &[f32]| row.iter().any(|x| !x.is_finite());
        let first = state.values().chunks_exact(state.width()).position(bad);
        self.0 = first.map(|row| NotFinite {
            what: NotFiniteWhat::State,
            site: state.site(),
            position: Position((state.positions().start + row) as u32),
        });
        Ok(())
    }
}

impl Model {
    /// The first state of a run of `tokens` that is not finite: the shallowest site, and the first position there. `None`
    /// where all are finite. Costs a run of its own, which keeps nothing.
    ///
    /// # Errors
    /// As [`Model::forward`].
    pub fn first_not_finite(
        &self,
        tokens: &[TokenId],
        control: &Control,
    ) -> Result<Option<NotFinite>, ModelError> {
        let mut first = FirstNotFinite::default();
        let quiet = Control { cancel: control.cancel.clone(), progress: None };
        self.forward(&[tokens.to_vec()], None, &mut first, &quiet)?;
        Ok(first.0)
    }
}
