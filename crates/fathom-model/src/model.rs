//! A model: a decoder, its tokenizer, and the threads that it runs on.

use crate::ModelError;
use crate::cache::KvCache;
use crate::decoder::Decoder;
use crate::device::{Compute, DeviceHead};
use crate::leftovers;
use crate::pool::Pool;
use crate::precision::{self, Precision, StorageReport};
use crate::record::Recorder;
use crate::weights::Weights;
use fathom_families::{Architecture, ModelConfig, folder_of};
use fathom_formats::{Checkpoint, Note};
use fathom_kernel::{Control, Norm, Projector, Unembedding};
use fathom_reading::{ModelInfo, TokenId};
use fathom_tokenizer::Tokenizer;
use std::fmt;
use std::path::Path;
use std::sync::Arc;

/// How to load a model.
#[derive(Debug, Default)]
pub struct LoadOptions {
    /// What readings call it; empty means the file's or folder's own name.
    pub name: String,
    /// Threads of its own pool; `None` means as many as the machine lets this process use.
    pub threads: Option<usize>,
    /// Where it computes.
    pub device: Compute,
    /// How the matrices are held in memory.
    pub precision: Precision,
    /// SHA-256 of the weights, if it is known: readings carry it. Not computed here, because fetching a model does.
    pub sha256: Option<String>,
    /// A tokenizer to use instead of the checkpoint's own.
    pub tokenizer: Option<Tokenizer>,
    /// Cancels the loading, and hears how far it is.
    pub control: Control,
}

/// From the last residual stream to logits: the final norm and the unembedding. A lens uses the very same.
pub struct Head {
    /// The model's final norm.
    pub norm: Norm,
    /// The (perhaps tied) unembedding, packed.
    pub unembedding: Unembedding,
}

impl fmt::Debug for Head {
    /// In words: the numbers would fill screens.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (vocab, width) = (self.unembedding.vocab(), self.unembedding.width());
        write!(f, "Head({}, [{vocab}, {width}])", self.norm.name())
    }
}

/// A loaded model. It may be shared between threads; runs on one model take turns on its pool.
pub struct Model {
    decoder: Decoder,
    tokenizer: Tokenizer,
    info: ModelInfo,
    device: Compute,
    precision: Precision,
    /// The head's weights on the device, where there is one.
    projector: Option<Arc<dyn DeviceHead>>,
    /// The model's own, never the process's: another model is not disturbed. rayon's idle threads sleep.
    pool: Pool,
    notes: Vec<Note>,
}

impl Model {
    /// Loads a GGUF file, a safetensors file (with `config.json` and `tokenizer.json` beside it), or a folder of them.
    ///
    /// Weights are held as [`LoadOptions::precision`] says: by default all become f32, exactly as stored.
    ///
    /// # Errors
    /// [`ModelError::is_unsupported`] for architectures and options that Fathom does not run; the others are of files
    /// that are not what they say; see [`ModelError`].
    pub fn load(path: &Path, options: LoadOptions) -> Result<Model, ModelError> {
        Model::from_checkpoint(Checkpoint::open(path)?, path, options)
    }

    /// Loads weights that are open already: in memory ([`fathom_formats::Memory`]), say. `config.json` and
    /// `tokenizer.json` are looked for at `path`, as for [`Model::load`]; the checkpoint is let go when it has been read.
    ///
    /// # Errors
    /// As [`Model::load`].
    pub fn from_checkpoint(
        checkpoint: Checkpoint,
        path: &Path,
        options: LoadOptions,
    ) -> Result<Model, ModelError> {
        if options.device != Compute::Cpu && options.precision != Precision::F32 {
            return Err(ModelError::unsupported(
                format!("precision {} on {}", options.precision, options.device),
                "devices hold weights in f32: leave out --precision, or --device".to_owned(),
            ));
        }
        let backend = options.device.open()?;
        let pool = Pool::start(options.threads)?;
        let checkpoint = Arc::new(checkpoint);
        leftovers::refuse_other_kinds(&checkpoint, folder_of(path))?;
        let Architecture { config, names, mut notes } = Architecture::read(&checkpoint, path)?;
        let weights = Weights::find(checkpoint.clone(), names, &config)?.stored_as(options.precision);
        notes.extend_from_slice(&weights.notes);
        let name = match options.name.is_empty() {
            true => path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned()),
            false => options.name,
        };
        let info = ModelInfo {
            name,
            sha256: options.sha256.unwrap_or_default(),
            family: config.family.to_owned(),
            layers: config.layers.len() as u32,
            width: config.width as u32,
            vocabulary: config.vocabulary as u32,
            parameters: weights.parameters(),
            weights: checkpoint.weights_label(),
        };
        // All of it on the pool, or rayon would start its global one for a norm's few values. The tokenizer is one thread's
        // work, so the others begin with the weights meanwhile.
        let threads = pool.here();
        let (tokenizer, decoder) = threads.install(|| {
            rayon::join(
                || tokenizer_of(path, &checkpoint, options.tokenizer),
                || Decoder::load(config, weights, &backend, threads, &options.control),
            )
        });
        let (tokenizer, decoder) = (tokenizer?, decoder?);
        let projector = backend.head(&decoder.head.unembedding)?;
        let (device, precision) = (options.device, options.precision);
        notes.extend_from_slice(tokenizer.notes());
        Ok(Model { decoder, tokenizer, info, device, precision, projector, pool, notes })
    }

    /// The same, and its readings say that its weights have this SHA-256: for who knows it only when all is read.
    #[must_use]
    pub fn with_sha256(mut self, sha256: String) -> Model {
        self.info.sha256 = sha256;
        self
    }

    /// What this decoder is: its layers' specs.
    pub fn config(&self) -> &ModelConfig {
        &self.decoder.config
    }

    /// Its tokenizer.
    pub fn tokenizer(&self) -> &Tokenizer {
        &self.tokenizer
    }

    /// Its final norm and unembedding.
    pub fn head(&self) -> &Head {
        &self.decoder.head
    }

    /// The same, to keep when the model goes.
    pub fn shared_head(&self) -> Arc<Head> {
        self.decoder.head.clone()
    }

    /// What readings say of it.
    pub fn info(&self) -> &ModelInfo {
        &self.info
    }

    /// What its files say that has no effect, or another than one might expect: config, tensors, tokenizer.
    pub fn notes(&self) -> &[Note] {
        &self.notes
    }

    /// Where it computes.
    pub fn device(&self) -> Compute {
        self.device
    }

    /// On a device: the projector that reads states there, with this model's head. A lens uses it unless told otherwise.
    pub fn projector(&self) -> Option<&dyn Projector> {
        self.projector.as_deref().map(|projector| projector as &dyn Projector)
    }

    /// How its matrices were to be stored.
    pub fn precision(&self) -> Precision {
        self.precision
    }

    /// How many weights use each storage format; most weights first.
    pub fn storage(&self) -> &[StorageReport] {
        &self.decoder.storage
    }

    /// What readings say of its precision: `f32`, `bf16`, `f16` or `packed`, which a share follows where not all matrices
    /// stayed quantised (`packed 83%`).
    pub fn precision_label(&self) -> String {
        precision::label(self.precision, self.storage())
    }

    /// Its threads; those of this process, where it was forked after the model was loaded.
    pub fn pool(&self) -> &rayon::ThreadPool {
        self.pool.here()
    }

    /// Number of blocks, L.
    pub fn layers(&self) -> u32 {
        self.info.layers
    }

    /// Runs a batch once, `recorder` listening: it hears the states, those of the last block too.
    ///
    /// With a cache, the tokens follow those that it holds, and it holds them all afterwards.
    ///
    /// # Errors
    /// [`ModelError::EmptyPrompt`], [`ModelError::TooLong`], [`ModelError::TokenOutOfRange`], [`ModelError::Batch`],
    /// [`ModelError::Cancelled`], and whatever the recorder returns.
    pub fn forward(
        &self,
        tokens: &[Vec<TokenId>],
        cache: Option<&mut KvCache>,
        recorder: &mut dyn Recorder,
        control: &Control,
    ) -> Result<(), ModelError> {
        self.pool().install(|| self.decoder.forward(tokens, cache, recorder, control))
    }

    /// The model's logits after a state of the last residual stream, `[d]`: the lens's own kernel (or its own product
    /// on the device). `[V]`
    ///
    /// # Errors
    /// [`ModelError::Compute`], where the device fails.
    pub fn logits(&self, state: &[f32]) -> Result<Vec<f32>, ModelError> {
        let head = self.head();
        let mut normed = vec![0f32; state.len()];
        head.norm.apply(state, &mut normed);
        if let Some(projector) = &self.projector {
            return self.pool().install(|| projector.logits(&normed));
        }
        let mut logits = vec![0f32; head.unembedding.vocab()];
        head.unembedding.logits(&normed, &mut logits, self.pool());
        Ok(logits)
    }
}

impl fmt::Debug for Model {
    /// What it is; its weights would fill screens.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Model").field("info", &self.info).field("head", self.head()).finish_non_exhaustive()
    }
}

fn tokenizer_of(
    path: &Path,
    checkpoint: &Checkpoint,
    given: Option<Tokenizer>,
) -> Result<Tokenizer, ModelError> {
    Ok(match (given, checkpoint.gguf()) {
        (Some(tokenizer), _) => tokenizer,
        (None, Some(gguf)) => Tokenizer::from_gguf(gguf)?,
        (None, None) => Tokenizer::from_folder(folder_of(path))?,
    })
}
