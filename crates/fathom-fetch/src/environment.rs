//! Where things live on this machine: cache folders, the hub's settings, Python.

use fathom_formats::read_regular;
use std::ffi::OsString;
use std::path::PathBuf;

/// A token has some forty.
const MOST_TOKEN_BYTES: u64 = 1 << 16;

/// Everything outside the arguments that decides where a model is looked for.
///
/// Read once from the process's environment and then passed along, so that tests (and callers with folders of
/// their own) can say something else without touching global state.
#[derive(Clone, Debug)]
pub struct Environment {
    /// Fathom's own cache folder: `FATHOM_CACHE`, else `$XDG_CACHE_HOME/fathom`, else the platform's cache folder.
    /// `None` when not even a home folder is known.
    pub cache: Option<PathBuf>,
    /// The Hugging Face hub's cache, shared with Python's `huggingface_hub`: `HF_HUB_CACHE`, else `$HF_HOME/hub`,
    /// else `huggingface/hub` under `$XDG_CACHE_HOME` or `~/.cache`.
    pub hub_cache: Option<PathBuf>,
    /// Another address for the hub: `HF_ENDPOINT`.
    pub hub_endpoint: Option<String>,
    /// The hub's access token: `HF_TOKEN`, else the file that `hf auth login` wrote.
    pub hub_token: Option<String>,
    /// `HF_HUB_OFFLINE` is set: the hub is not to be asked.
    pub hub_offline: bool,
    /// Names under which a Python 3 may be found, in order.
    pub python: Vec<OsString>,
    home: Option<PathBuf>,
}

impl Environment {
    /// What the process's environment says.
    pub fn from_env() -> Self {
        Self::from_vars(|name| std::env::var_os(name))
    }

    /// The same from any source of variables. An empty variable counts as absent.
    ///
    /// ```
    /// use fathom_fetch::Environment;
    /// let here = Environment::from_vars(|name| (name == "FATHOM_CACHE").then(|| "/data/fathom".into()));
    /// assert_eq!(here.cache.as_deref(), Some("/data/fathom".as_ref()));
    /// ```
    pub fn from_vars(lookup: impl Fn(&str) -> Option<OsString>) -> Self {
        let var = |name: &str| lookup(name).filter(|value| !value.is_empty());
        let folder = |name: &str| var(name).map(PathBuf::from).map(absolute);
        // The XDG specification: a relative path is invalid and to be ignored.
        let xdg = var("XDG_CACHE_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
        let home = folder(if cfg!(windows) { "USERPROFILE" } else { "HOME" });
        let platform = if cfg!(windows) {
            folder("LOCALAPPDATA")
        } else if cfg!(target_os = "macos") {
            home.as_ref().map(|home| home.join("Library").join("Caches"))
        } else {
            home.as_ref().map(|home| home.join(".cache"))
        };
        let cache = folder("FATHOM_CACHE").or_else(|| Some(xdg.clone().or(platform)?.join("fathom")));
        // The hub uses ~/.cache on every platform.
        let hub_home = folder("HF_HOME").or_else(|| {
            let caches = xdg.or_else(|| Some(home.as_ref()?.join(".cache")))?;
            Some(caches.join("huggingface"))
        });
        let hub_cache = folder("HF_HUB_CACHE").or_else(|| Some(hub_home.as_ref()?.join("hub")));
        let text = |name: &str| var(name).and_then(|value| value.into_string().ok());
        let token_file = folder("HF_TOKEN_PATH").or_else(|| Some(hub_home?.join("token")));
        let hub_token = text("HF_TOKEN")
            .or_else(|| String::from_utf8(read_regular(&token_file?, MOST_TOKEN_BYTES).ok()?).ok())
            .map(|token| token.trim().to_owned())
            .filter(|token| !token.is_empty());
        let said_yes =
            |value: String| !matches!(value.to_ascii_lowercase().as_str(), "0" | "false" | "no" | "off");
        let python: &[&str] =
            if cfg!(windows) { &["python3", "python", "py"] } else { &["python3", "python"] };
        Environment {
            cache,
            hub_cache,
            hub_endpoint: text("HF_ENDPOINT").map(|address| address.trim_end_matches('/').to_owned()),
            hub_token,
            hub_offline: text("HF_HUB_OFFLINE").is_some_and(said_yes),
            python: python.iter().map(OsString::from).collect(),
            home,
        }
    }

    /// `~/…` spelled out: in `--model=~/model.gguf` the shell leaves the tilde to us.
    pub(crate) fn expand(&self, name: &str) -> PathBuf {
        match (name.strip_prefix("~/"), &self.home) {
            (Some(rest), Some(home)) => home.join(rest),
            _ => PathBuf::from(name),
        }
    }
}

/// Child processes run in other folders, so no relative path may be kept.
fn absolute(path: PathBuf) -> PathBuf {
    std::path::absolute(&path).unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(vars: &'static [(&'static str, &'static str)]) -> Environment {
        Environment::from_vars(|name| {
            vars.iter().find(|(key, _)| *key == name).map(|(_, value)| value.into())
        })
    }

    #[test]
    fn our_cache_follows_its_variable_then_xdg_then_the_platform() {
        let all = [("FATHOM_CACHE", "/a"), ("XDG_CACHE_HOME", "/b"), ("HOME", "/c")];
        let cache = |skip: usize| {
            Environment::from_vars(|name| {
                all[skip..].iter().find(|(key, _)| *key == name).map(|(_, value)| value.into())
            })
            .cache
        };
        assert_eq!(cache(0), Some("/a".into()));
        assert_eq!(cache(1), Some("/b/fathom".into()));
        if cfg!(target_os = "linux") {
            assert_eq!(cache(2), Some("/c/.cache/fathom".into()));
        }
        assert_eq!(cache(3), None);
    }

    #[test]
    fn an_empty_or_relative_folder_is_not_trusted() {
        assert_eq!(with(&[("FATHOM_CACHE", ""), ("XDG_CACHE_HOME", "relative")]).cache, None);
        let relative = with(&[("FATHOM_CACHE", "here")]).cache.unwrap();
        assert!(relative.is_absolute() && relative.ends_with("here"), "{relative:?}");
    }

    #[test]
    fn the_hub_is_configured_as_python_would() {
        let here = with(&[("HF_HOME", "/hf"), ("HF_TOKEN", " secret\n"), ("HF_ENDPOINT", "http://mirror/")]);
        assert_eq!(here.hub_cache, Some("/hf/hub".into()));
        assert_eq!(here.hub_token.as_deref(), Some("secret"));
        assert_eq!(here.hub_endpoint.as_deref(), Some("http://mirror"));
        assert!(!here.hub_offline);
        assert!(with(&[("HF_HUB_OFFLINE", "1")]).hub_offline);
        assert!(!with(&[("HF_HUB_OFFLINE", "0")]).hub_offline);
        let override_ = with(&[("HF_HOME", "/hf"), ("HF_HUB_CACHE", "/elsewhere")]);
        assert_eq!(override_.hub_cache, Some("/elsewhere".into()));
        let by_xdg = with(&[("XDG_CACHE_HOME", "/x"), ("HOME", "/h")]);
        assert_eq!(by_xdg.hub_cache, Some("/x/huggingface/hub".into()));
    }

    #[test]
    fn a_login_is_found_in_its_file() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("token"), "from-file\n").unwrap();
        let home = folder.path().as_os_str().to_owned();
        let here = Environment::from_vars(|name| (name == "HF_HOME").then(|| home.clone()));
        assert_eq!(here.hub_token.as_deref(), Some("from-file"));
    }

    #[test]
    fn a_tilde_is_the_home_folder() {
        let here = with(&[("HOME", "/h"), ("USERPROFILE", "/h")]);
        assert_eq!(here.expand("~/m.gguf"), PathBuf::from("/h/m.gguf"));
        assert_eq!(here.expand("~user/m.gguf"), PathBuf::from("~user/m.gguf"));
    }
}
