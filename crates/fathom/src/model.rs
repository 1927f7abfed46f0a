//! The short path: name -> model -> output -> reading.

use crate::Error;
use fathom_fetch::{FetchOptions, FetchProgress, Quiet, resolve};
use fathom_formats::{Checkpoint, FormatError};
use fathom_kernel::Control;
use fathom_lens::{Lens, ReadOptions};
use fathom_model::{Compute, Generation, ModelError, Precision, Prompt, Run, SiteSelection};
use fathom_reading::{LensKind, Origin, Reading, TokenId};
use fathom_tokenizer::chat::{Chat, ChatOptions, Message};
use std::ops::Deref;
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

/// How a model is found and loaded.
pub struct LoadOptions<'a> {
    /// Never touch the network.
    pub offline: bool,
    /// Take the weights' hash from their bytes, all of them, and not from what is remembered of the file: for who compares
    /// it with a saved reading's. It is computed beside the loading.
    pub verify: bool,
    /// Threads of the model's own pool; `None`: one a core.
    pub threads: Option<usize>,
    /// Where it computes.
    pub device: Compute,
    /// How weights are held in memory.
    pub precision: Precision,
    /// Hears of downloads.
    pub progress: &'a dyn FetchProgress,
    /// Cancels the loading, and hears how far it is.
    pub control: Control,
}

impl Default for LoadOptions<'_> {
    fn default() -> Self {
        LoadOptions {
            offline: false,
            verify: false,
            threads: None,
            device: Compute::Cpu,
            precision: Precision::default(),
            progress: &Quiet,
            control: Control::default(),
        }
    }
}

/// A loaded model. Cheap to clone: clones share the weights. Derefs to [`fathom_model::Model`] for everything
/// beyond the short path.
#[derive(Clone)]
pub struct Model {
    model: Arc<fathom_model::Model>,
    size_bytes: u64,
    path: PathBuf,
}

impl Deref for Model {
    type Target = fathom_model::Model;

    fn deref(&self) -> &fathom_model::Model {
        &self.model
    }
}

impl Model {
    /// Loads `name`: a known name (`smollm2-135m`), `org/name[@revision]` on the hub, a folder or a file. Fetches it
    /// first when it is not on this machine.
    pub fn load(name: &str) -> Result<Model, Error> {
        Model::load_with(name, &LoadOptions::default())
    }

    /// Loads `name` with a choice of threads and network.
    pub fn load_with(name: &str, options: &LoadOptions<'_>) -> Result<Model, Error> {
        // Before anything is fetched or read.
        options.device.check()?;
        let (offline, verify) = (options.offline, options.verify);
        let fetch = FetchOptions { offline, verify, ..FetchOptions::new(options.progress) };
        let files = resolve(name, &fetch)?;
        // What the headers say comes before all that takes long.
        let checkpoint = Checkpoint::open(&files.path).map_err(ModelError::from)?;
        let opened = checkpoint.opened();
        let size_bytes = opened.iter().map(|file| file.stamp.bytes()).sum();
        let load = fathom_model::LoadOptions {
            name: files.name,
            threads: options.threads,
            device: options.device,
            precision: options.precision,
            control: options.control.clone(),
            ..fathom_model::LoadOptions::default()
        };
        let failed = AtomicBool::new(false);
        let cancel = &options.control.cancel;
        let stop = || failed.load(Ordering::Relaxed) || cancel.is_cancelled();
        // What the fetching has hashed is at most compared once more: nobody may have exchanged it meanwhile.
        let fresh = verify && files.sha256.is_none();
        let (model, sha256) = thread::scope(|scope| {
            let hashing = scope.spawn(|| fetch.environment.sha256_of_opened(&opened, fresh, &stop));
            let model = fathom_model::Model::from_checkpoint(checkpoint, &files.path, load);
            failed.store(model.is_err(), Ordering::Relaxed);
            (model, hashing.join().unwrap_or_else(|panic| resume_unwind(panic)))
        });
        let model = model?;
        options.control.check().map_err(|_| ModelError::Cancelled)?;
        let sha256 = sha256?;
        for file in &opened {
            file.check_unchanged().map_err(ModelError::from)?;
        }
        if let (Some(known), Some(first)) = (&files.sha256, opened.first())
            && *known != sha256
        {
            return Err(ModelError::from(FormatError::Changed { path: first.path.clone() }).into());
        }
        Ok(Model { model: Arc::new(model.with_sha256(sha256)), size_bytes, path: files.path })
    }

    /// Weights that are open already, as those of a model in another program's memory
    /// ([`fathom_formats::Memory`]): `config.json` and the tokenizer's files are read from `folder`. `name` and `sha256`
    /// are what readings will call it. The weights are let go when they have been read.
    ///
    /// # Errors
    /// As [`Model::load`].
    pub fn from_checkpoint(
        checkpoint: Checkpoint,
        folder: &Path,
        (name, sha256): (String, String),
        options: &LoadOptions<'_>,
    ) -> Result<Model, Error> {
        let size_bytes = checkpoint.tensors().map(|tensor| tensor.data.len() as u64).sum();
        let load = fathom_model::LoadOptions {
            name,
            threads: options.threads,
            device: options.device,
            precision: options.precision,
            sha256: Some(sha256),
            control: options.control.clone(),
            ..fathom_model::LoadOptions::default()
        };
        let model = Arc::new(fathom_model::Model::from_checkpoint(checkpoint, folder, load)?);
        Ok(Model { model, size_bytes, path: folder.to_owned() })
    }

    /// Size of the weight files.
    pub fn size_bytes(&self) -> u64 {
        self.size_bytes
    }

    /// Where it is on disk: a file, or the folder of a checkpoint.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Runs `prompt` and generates up to `count` tokens greedily.
    pub fn generate(&self, prompt: &str, count: usize) -> Result<Output, Error> {
        let generation = Generation { max_new: count, ..Generation::default() };
        let tokens = self.tokens_of(&Prompt::text(prompt))?;
        let run = self.model.generate(
            &tokens,
            &generation,
            &SiteSelection::residual(),
            &mut |_, _| {},
            &Control::default(),
        )?;
        Ok(Output { model: self.clone(), run })
    }

    /// The tokens of a message put through the model's own chat template, each marked as the template's or the
    /// message's, and what a person should know of them.
    pub fn chat(&self, message: &str) -> Result<Chat, Error> {
        let chat = self.tokenizer().chat(&[Message::user(message)], &ChatOptions::default());
        Ok(chat.map_err(ModelError::from)?)
    }

    /// Runs tokens (from [`fathom_model::Model::tokens_of`]) followed by `continuation`, which counts as the output.
    pub fn forced(
        &self,
        tokens: &[(TokenId, Origin)],
        continuation: &[TokenId],
        sites: &SiteSelection,
        control: &Control,
    ) -> Result<Output, Error> {
        let run = self.run_forced(tokens, continuation, sites, control)?;
        Ok(Output { model: self.clone(), run })
    }

    /// Runs tokens and generates as `generation` says; `on_token` hears of each new token as it is chosen.
    pub fn generate_with(
        &self,
        tokens: &[(TokenId, Origin)],
        generation: &Generation,
        sites: &SiteSelection,
        on_token: &mut dyn FnMut(TokenId, &[u8]),
        control: &Control,
    ) -> Result<Output, Error> {
        let run = self.model.generate(tokens, generation, sites, on_token, control)?;
        Ok(Output { model: self.clone(), run })
    }
}

/// A finished run together with its model.
#[derive(Clone)]
pub struct Output {
    model: Model,
    /// Tokens and recorded states.
    pub run: Run,
}

impl Output {
    /// Reads every position and layer through the logit lens, keeping ten candidates a cell.
    pub fn read(&self) -> Result<Reading, Error> {
        self.read_with(LensKind::Logit, &ReadOptions::default())
    }

    /// Reads what `options` ask for, through `lens`.
    pub fn read_with(&self, lens: LensKind, options: &ReadOptions) -> Result<Reading, Error> {
        Ok(Lens::new(lens).read(&self.model, &self.run, options)?)
    }

    /// The model that ran.
    pub fn model(&self) -> &Model {
        &self.model
    }
}
