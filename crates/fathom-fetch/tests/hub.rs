//! Models from the hub, against a small hub on loopback.

mod common;

use common::{COMMIT, Fault, TestHub, Told, names, sha256, weights};
use fathom_fetch::{FetchError, Presence, list};
use std::fs;

#[test]
fn a_folder_model_lands_in_the_cache_as_python_would_lay_it_out() {
    let hub = TestHub::folder_repo("org/name");
    let told = Told::default();
    let model = hub.resolve_with("org/name", &told, |_| {}).unwrap();

    assert_eq!(model.name, "org/name");
    assert_eq!(model.path, hub.cached().join("snapshots").join(COMMIT));
    assert_eq!(
        names(&model.path),
        ["config.json", "generation_config.json", "model.safetensors", "tokenizer.json"],
        "what a model needs, and no pickle"
    );
    let expected = weights(1, 100_000);
    assert_eq!(fs::read(&model.weights[0]).unwrap(), expected);
    assert_eq!(model.sha256, Some(sha256(&expected)));
    assert_eq!(model.sha256, Some(hub.environment().sha256_of(&model.weights).unwrap()));
    assert_eq!(fs::read_to_string(hub.cached().join("refs/main")).unwrap(), COMMIT);
    assert!(hub.blobs().contains(&sha256(&expected)));
    if cfg!(unix) {
        let link = fs::read_link(model.path.join("model.safetensors")).unwrap();
        assert_eq!(link, std::path::Path::new("../../blobs").join(sha256(&expected)));
    }

    let announced = told.announced.lock().unwrap();
    let [announcement] = announced.as_slice() else { panic!("{announced:?}") };
    let total: u64 =
        names(&model.path).iter().map(|name| fs::metadata(model.path.join(name)).unwrap().len()).sum();
    assert_eq!(announcement.size, Some(total));
    assert_eq!(announcement.to, hub.cached());
    assert!(announcement.from.contains("org/name"), "{announcement:?}");
    let advanced = told.advanced.lock().unwrap();
    assert!(advanced.is_sorted(), "{advanced:?}");
    assert_eq!(advanced.last(), Some(&(total, Some(total))));
    assert_eq!(*told.finished.lock().unwrap(), 1);
}

#[test]
fn the_second_time_nobody_is_asked() {
    let hub = TestHub::folder_repo("org/name");
    let first = hub.resolve("org/name").unwrap();
    hub.state().log.clear();
    for again in [hub.resolve("org/name").unwrap(), hub.resolve_offline("org/name").unwrap()] {
        assert_eq!((again.path, again.sha256), (first.path.clone(), first.sha256.clone()));
    }
    assert!(hub.state().log.is_empty());
}

#[test]
fn a_revision_is_its_own_snapshot_and_a_commit_needs_no_name() {
    let hub = TestHub::folder_repo("org/name");
    hub.state().revisions.push("refs/pr/5".to_owned());
    let model = hub.resolve("org/name@refs/pr/5").unwrap();
    assert_eq!(model.name, "org/name@refs/pr/5");
    assert_eq!(fs::read_to_string(hub.cached().join("refs/refs/pr/5")).unwrap(), COMMIT);
    // The same commit by its number is there already; the main branch is not known to be.
    assert!(hub.resolve_offline(&format!("org/name@{COMMIT}")).is_ok());
    assert!(hub.resolve_offline("org/name").is_err());
    // The revision may stand in the options too, but not another one.
    let with = |name: &str, revision: &str| {
        hub.resolve_with(name, &Told::default(), |options| options.revision = Some(revision.to_owned()))
    };
    assert_eq!(with("org/name", "refs/pr/5").unwrap().name, "org/name@refs/pr/5");
    assert!(matches!(with("org/name@main", "refs/pr/5"), Err(FetchError::BadName { .. })));
    assert!(matches!(with("org/name", "../../etc"), Err(FetchError::BadName { .. })));
}

#[test]
fn a_branch_that_gets_its_name_later_downloads_nothing_twice() {
    let hub = TestHub::folder_repo("org/name");
    hub.resolve(&format!("org/name@{COMMIT}")).unwrap();
    hub.state().log.clear();
    let told = Told::default();
    hub.resolve_with("org/name", &told, |_| {}).unwrap();
    assert_eq!(hub.state().log.len(), 1, "the listing, and no file");
    assert!(told.announced.lock().unwrap().is_empty());
}

#[test]
fn the_token_goes_to_the_hub_and_not_to_its_storage() {
    let hub = TestHub::folder_repo("org/private");
    hub.state().token = Some("secret".to_owned());
    hub.state().redirect = true;
    let error = hub.resolve("org/private").unwrap_err().to_string();
    assert!(error.contains("401") && error.contains("HF_TOKEN"), "{error}");
    let with_token = |token: &str| {
        let token = Some(token.to_owned());
        hub.resolve_with("org/private", &Told::default(), |options| options.environment.hub_token = token)
    };
    let error = with_token("wrong").unwrap_err().to_string();
    assert!(error.contains("HF_TOKEN may not read it"), "{error}");
    with_token("secret").unwrap();
    let log = hub.state().log.clone();
    let storage: Vec<_> = log.iter().filter(|request| request.path.starts_with("/storage/")).collect();
    assert!(!storage.is_empty());
    assert!(storage.iter().all(|request| request.authorization.is_none()), "{storage:?}");
}

#[test]
fn a_cut_download_goes_on_where_it_stopped() {
    let hub = TestHub::folder_repo("org/name");
    hub.state().redirect = true;
    hub.fail("model.safetensors", &[Fault::CutAfter(30_000), Fault::CutAfter(20_000)]);
    let model = hub.resolve("org/name").unwrap();
    assert_eq!(fs::read(&model.weights[0]).unwrap(), weights(1, 100_000));
    let starts: Vec<_> =
        hub.asked("storage/model.safetensors").iter().map(|request| request.range_start).collect();
    assert_eq!(starts, [None, Some(30_000), Some(50_000)]);
}

#[test]
fn the_next_process_goes_on_where_the_last_one_gave_up() {
    let hub = TestHub::folder_repo("org/name");
    hub.fail("model.safetensors", &[Fault::CutAfter(30_000)]);
    hub.fail("model.safetensors", &[const { Fault::Status(503) }; 3]);
    let error = hub.resolve("org/name").unwrap_err();
    assert!(error.to_string().contains("model.safetensors stopped after 30000 of 100000 bytes"), "{error}");
    assert!(!hub.blobs().contains(&sha256(&weights(1, 100_000))), "no file under the final name");
    assert!(!hub.cached().join("refs").exists(), "and no name for the half snapshot");
    assert!(hub.resolve_offline("org/name").is_err());

    hub.state().log.clear();
    let told = Told::default();
    let model = hub.resolve_with("org/name", &told, |_| {}).unwrap();
    assert_eq!(fs::read(&model.weights[0]).unwrap(), weights(1, 100_000));
    assert_eq!(hub.asked("model.safetensors")[0].range_start, Some(30_000));
    assert!(hub.blobs().iter().all(|name| !name.contains("part")), "{:?}", hub.blobs());
}

#[test]
fn a_server_without_ranges_starts_again() {
    let hub = TestHub::folder_repo("org/name");
    hub.fail("model.safetensors", &[Fault::CutAfter(30_000), Fault::IgnoreRange]);
    let model = hub.resolve("org/name").unwrap();
    assert_eq!(fs::read(&model.weights[0]).unwrap(), weights(1, 100_000));
}

#[test]
fn a_part_that_was_not_asked_for_is_not_taken() {
    let hub = TestHub::folder_repo("org/name");
    hub.fail("model.safetensors", &[Fault::CutAfter(30_000), Fault::OtherRange]);
    let model = hub.resolve("org/name").unwrap();
    assert_eq!(fs::read(&model.weights[0]).unwrap(), weights(1, 100_000));
    let starts: Vec<_> = hub.asked("model.safetensors").iter().map(|request| request.range_start).collect();
    assert_eq!(starts, [None, Some(30_000), Some(30_000)]);
}

#[test]
fn a_part_that_is_whole_already_is_only_named() {
    let hub = TestHub::folder_repo("org/name");
    let bytes = weights(1, 100_000);
    fs::create_dir_all(hub.cached().join("blobs")).unwrap();
    fs::write(hub.cached().join("blobs").join(format!("{}.fathom-part", sha256(&bytes))), &bytes).unwrap();
    hub.resolve("org/name").unwrap();
    assert!(hub.asked("model.safetensors").is_empty());
}

#[test]
fn remains_that_are_wrong_or_too_long_are_fetched_anew() {
    for remains in [vec![7_u8; 40_000], vec![7_u8; 100_000], vec![7_u8; 200_000]] {
        let hub = TestHub::folder_repo("org/name");
        let bytes = weights(1, 100_000);
        fs::create_dir_all(hub.cached().join("blobs")).unwrap();
        fs::write(hub.cached().join("blobs").join(format!("{}.fathom-part", sha256(&bytes))), &remains)
            .unwrap();
        let model = hub.resolve("org/name").unwrap();
        assert_eq!(fs::read(&model.weights[0]).unwrap(), bytes, "{} bytes of remains", remains.len());
    }
}

#[test]
fn shards_are_taken_from_the_index_in_order() {
    let (a, b) = (weights(2, 5_000), weights(3, 6_000));
    let index = br#"{"metadata": {}, "weight_map": {"x": "model-00002-of-00002.safetensors",
        "y": "model-00001-of-00002.safetensors", "z": "model-00002-of-00002.safetensors"}}"#;
    let hub = TestHub::new(
        "org/sharded",
        &[
            ("config.json", b"{}"),
            ("tokenizer.json", b"{}"),
            ("model.safetensors.index.json", index),
            ("model-00001-of-00002.safetensors", &a),
            ("model-00002-of-00002.safetensors", &b),
            ("model-00003-of-00002.safetensors", b"not in the index"),
        ],
    );
    let model = hub.resolve("org/sharded").unwrap();
    assert_eq!(
        model.weights.iter().map(|path| fs::read(path).unwrap()).collect::<Vec<_>>(),
        [a.clone(), b.clone()]
    );
    let combined = sha256(format!("{}\n{}\n", sha256(&a), sha256(&b)).as_bytes());
    assert_eq!(model.sha256, Some(combined));
    assert!(hub.asked("model-00003-of-00002.safetensors").is_empty());
    assert_eq!(hub.resolve_offline("org/sharded").unwrap().weights, model.weights);
}

#[test]
fn a_gguf_repository_gives_its_file_or_asks_which() {
    let one = weights(4, 4_000);
    let hub = TestHub::new("org/gguf", &[("README.md", b""), ("m.Q4_1.gguf", &one)]);
    let model = hub.resolve("org/gguf").unwrap();
    assert!(model.path.ends_with("m.Q4_1.gguf"));
    assert_eq!(fs::read(&model.path).unwrap(), one);
    assert_eq!(hub.resolve_offline("org/gguf").unwrap().path, model.path);

    let hub = TestHub::new("org/ggufs", &[("m.Q4_1.gguf", &one), ("sub/m.Q8_0.gguf", b"eight bits")]);
    let error = hub.resolve("org/ggufs").unwrap_err();
    let FetchError::SeveralModels { files, .. } = &error else { panic!("{error}") };
    assert_eq!(*files, ["org/ggufs:m.Q4_1.gguf", "org/ggufs:sub/m.Q8_0.gguf"]);
    // What the error offers can be given back as it stands.
    let model = hub.resolve(&files[1]).unwrap();
    assert_eq!(fs::read(&model.path).unwrap(), b"eight bits");
    assert_eq!(model.name, "org/ggufs:sub/m.Q8_0.gguf");
    assert_eq!(hub.resolve_offline(&files[1]).unwrap().path, model.path);
    assert!(hub.asked("m.Q4_1.gguf").is_empty());
}

#[test]
fn a_mirror_that_lists_names_only_is_asked_for_each_file() {
    for redirect in [false, true] {
        let hub = TestHub::folder_repo("org/name");
        hub.state().names_only = true;
        hub.state().redirect = redirect;
        let model = hub.resolve("org/name").unwrap();
        assert_eq!(fs::read(&model.weights[0]).unwrap(), weights(1, 100_000));
        assert!(hub.blobs().contains(&sha256(&weights(1, 100_000))));
    }
}

#[test]
fn catalogue_names_reach_their_repository_and_their_revisions() {
    let hub = TestHub::folder_repo("openai-community/gpt2");
    hub.state().revisions.push("v1".to_owned());
    assert_eq!(hub.resolve("GPT2").unwrap().name, "gpt2");
    assert_eq!(hub.resolve("gpt2@v1").unwrap().name, "gpt2@v1");
    let listed = list(&hub.environment());
    for model in listed {
        let here = matches!(model.presence, Presence::Present { bytes: 100_000, .. });
        assert_eq!(here, model.entry.name == "gpt2", "{model:?}");
    }
}

#[test]
fn a_cache_filled_under_the_repositorys_old_name_serves() {
    let hub = TestHub::folder_repo("openai-community/gpt2");
    hub.resolve("gpt2").unwrap();
    let old = hub.folder.path().join("hub/models--gpt2");
    fs::rename(hub.cached(), &old).unwrap();
    let model = hub.resolve_offline("gpt2").unwrap();
    assert!(model.path.starts_with(&old), "{model:?}");
    assert_eq!(model.name, "gpt2");
}

#[test]
fn a_repository_with_nothing_but_pytorch_files() {
    let (one, two) = (weights(1, 3000), weights(2, 2000));
    let files: &[(&str, &[u8])] =
        &[("config.json", b"{}"), ("tokenizer.json", b"{}"), ("training_args.bin", b"x")];
    let single = TestHub::new("org/old", &[files, &[("pytorch_model.bin", one.as_slice())]].concat());
    let model = single.resolve("org/old").unwrap();
    assert_eq!(names(&model.path), ["config.json", "pytorch_model.bin", "tokenizer.json"]);
    assert_eq!(model.sha256, Some(sha256(&one)));
    assert_eq!(single.resolve_offline("org/old").unwrap().weights, model.weights);

    let index = br#"{"weight_map": {"x": "pytorch_model-1-of-2.bin", "y": "pytorch_model-2-of-2.bin"}}"#;
    let shards: &[(&str, &[u8])] = &[
        ("pytorch_model.bin.index.json", index),
        ("pytorch_model-1-of-2.bin", &one),
        ("pytorch_model-2-of-2.bin", &two),
    ];
    let sharded = TestHub::new("org/large", &[files, shards].concat());
    let model = sharded.resolve("org/large").unwrap();
    assert_eq!(fs::read(&model.weights[1]).unwrap(), two);
    assert_eq!(sharded.resolve_offline("org/large").unwrap().weights, model.weights);
}
