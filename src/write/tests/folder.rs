//! What happens to a folder: to what is ours in it, and to what is not.

use super::*;

fn claim(dir: &Path, identity: &Identity) -> Claim {
    match prepare(Target { dir, is_fresh: false }, identity).unwrap() {
        Prepared::Ready(claim) => claim,
        Prepared::Unchanged(_) => panic!("a data set is there"),
    }
}

#[test]
fn a_repeated_run_changes_nothing_and_says_so() {
    let graph = sample::graph(6);
    let identity = identity(&graph);
    let folder = tempfile::tempdir().unwrap();
    let first = write_to(folder.path(), &graph, &identity, false).unwrap();
    let whole = bytes_of(folder.path());
    // Killed after the manifest was in place: the data set is there, and so is the folder for files to come.
    fs::create_dir_all(folder.path().join(".partial/items")).unwrap();
    let second = write_to(folder.path(), &graph, &identity, false).unwrap();
    assert_eq!((first.is_new, second.is_new), (true, false));
    assert_eq!(first.manifest, second.manifest);
    assert_eq!(bytes_of(folder.path()), whole);
    assert!(!folder.path().join(".partial").exists());
}

#[test]
fn a_damaged_data_set_is_written_again() {
    let graph = sample::graph(6);
    let identity = identity(&graph);
    let folder = tempfile::tempdir().unwrap();
    write_to(folder.path(), &graph, &identity, false).unwrap();
    let whole = bytes_of(folder.path());
    for name in whole.keys().filter(|name| *name != MANIFEST) {
        let mut bytes = whole[name].clone();
        bytes[0] ^= 1;
        fs::write(folder.path().join(name), bytes).unwrap();
        assert!(write_to(folder.path(), &graph, &identity, false).unwrap().is_new, "{name}");
        assert_eq!(bytes_of(folder.path()), whole);
    }
}

#[test]
fn another_data_set_is_not_overwritten_unless_asked() {
    let graph = sample::graph(6);
    let identity = identity(&graph);
    let folder = tempfile::tempdir().unwrap();
    write_to(folder.path(), &graph, &identity, false).unwrap();
    let before = bytes_of(folder.path());
    let other = Identity { seed: Seed(8), ..identity.clone() };
    let error = write_to(folder.path(), &graph, &other, false).err().unwrap();
    assert!(error.to_string().ends_with("holds another data set:\n  seed: 7 is there, 8 would be written"), "{error}");
    assert_eq!(bytes_of(folder.path()), before);
    assert!(write_to(folder.path(), &graph, &other, true).unwrap().is_new);
}

/// Whatever manifest or card print of the sources makes another data set when it changes.
#[test]
fn a_corrected_credit_line_is_another_data_set() {
    let graph = sample::graph(6);
    let identity = identity(&graph);
    let folder = tempfile::tempdir().unwrap();
    write_to(folder.path(), &graph, &identity, false).unwrap();
    let with = |change: &dyn Fn(&mut Identity)| {
        let mut changed = identity.clone();
        change(&mut changed);
        write_to(folder.path(), &graph, &changed, false)
    };
    let file = || SourceFileEntry { path: "a/b".into(), sha256: "0".into() };
    let tally = || IngestEntry {
        file: "a/b".into(),
        read: 1,
        loaded: 1,
        duplicates: 0,
        left_out: 0,
        quarantined: 0,
        left_out_by_rule: BTreeMap::new(),
    };
    type Change<'a> = (&'a str, &'a dyn Fn(&mut Identity));
    let changes: [Change<'_>; 6] = [
        ("sources[0].credit", &|changed| changed.sources[0].credit = "thanks".into()),
        ("sources[0].home", &|changed| changed.sources[0].home = "https://example.org".into()),
        ("sources[0].licence_name", &|changed| changed.sources[0].licence_name = "CC BY 4.0".into()),
        ("sources[0].version", &|changed| changed.sources[0].version = "2".into()),
        ("sources[0].files", &|changed| changed.sources[0].files.push(file())),
        ("ingest", &|changed| changed.ingest.push(tally())),
    ];
    for (field, change) in changes {
        let error = with(change).err().unwrap().to_string();
        assert!(error.contains(&format!("holds another data set:\n  {field}: ")), "{error}");
    }
    assert!(!with(&|_| {}).unwrap().is_new);
}

#[test]
fn what_is_not_ours_stays_to_the_byte() {
    let graph = sample::graph(6);
    let identity = identity(&graph);
    let folder = tempfile::tempdir().unwrap();
    write_to(folder.path(), &graph, &identity, false).unwrap();
    let whole = bytes_of(folder.path());
    let foreign = ["run.json", "notes.txt", "talk/slides.pdf", "bench/.cache/half"];
    for name in foreign {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, name).unwrap();
    }
    // Another data set, without the view that the foreign cache lies in.
    let config = WriteConfig { views: vec![View::Sft], ..config() };
    let target = Target { dir: folder.path(), is_fresh: true };
    write_data(data(&graph, &identity), &config, target).unwrap();
    write_to(folder.path(), &graph, &identity, true).unwrap();
    let mut after = bytes_of(folder.path());
    for name in foreign {
        assert_eq!(after.remove(name).as_deref(), Some(name.as_bytes()), "{name}");
    }
    assert_eq!(after, whole);
}

#[test]
fn a_file_of_somebody_else_that_readers_would_load_is_refused_and_stays() {
    let graph = sample::graph(6);
    let identity = identity(&graph);
    for stray in ["items/train-00000-of-00002.parquet", "bench/old/deep.parquet", "verify/mine.py"] {
        let folder = tempfile::tempdir().unwrap();
        write_to(folder.path(), &graph, &identity, false).unwrap();
        let path = folder.path().join(stray);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "somebody's").unwrap();
        let before = bytes_of(folder.path());
        let error = write_to(folder.path(), &graph, &identity, true).err().unwrap();
        assert!(matches!(&error, WriteError::Foreign { file, .. } if file == stray), "{error}");
        assert_eq!(bytes_of(folder.path()), before);
    }
}

#[test]
fn a_manifest_that_leads_out_of_its_folder_removes_nothing_there() {
    let graph = sample::graph(6);
    let identity = identity(&graph);
    let parent = tempfile::tempdir().unwrap();
    let (dir, outside) = (parent.path().join("set"), parent.path().join("thesis.tex"));
    write_to(&dir, &graph, &identity, false).unwrap();
    fs::write(&outside, "years of work").unwrap();
    let text = fs::read_to_string(dir.join(MANIFEST)).unwrap();
    fs::write(dir.join(MANIFEST), text.replacen("\"README.md\"", "\"../thesis.tex\"", 1)).unwrap();
    write_to(&dir, &graph, &identity, true).unwrap();
    assert!(outside.exists());
}

#[test]
fn two_runs_cannot_write_to_one_folder() {
    let graph = sample::graph(6);
    let identity = identity(&graph);
    let folder = tempfile::tempdir().unwrap();
    let first = claim(folder.path(), &identity);
    let error = write_to(folder.path(), &graph, &identity, false).err().unwrap();
    assert!(matches!(&error, WriteError::Busy { dir } if dir == folder.path()), "{error}");
    write(data(&graph, &identity), &config(), first).unwrap();
    assert!(!write_to(folder.path(), &graph, &identity, false).unwrap().is_new);
    assert!(write_to(folder.path(), &graph, &identity, true).unwrap().is_new);
}

#[test]
fn a_data_set_that_is_there_is_told_of_while_another_run_is_replacing_it() {
    let graph = sample::graph(6);
    let identity = identity(&graph);
    let folder = tempfile::tempdir().unwrap();
    write_to(folder.path(), &graph, &identity, false).unwrap();
    let Prepared::Ready(replacing) = prepare(Target { dir: folder.path(), is_fresh: true }, &identity).unwrap() else {
        panic!("it is to be replaced")
    };
    fs::create_dir_all(folder.path().join(".partial/items")).unwrap();
    assert!(!write_to(folder.path(), &graph, &identity, false).unwrap().is_new);
    assert!(folder.path().join(".partial/items").exists(), "what the other run writes was removed");
    drop(replacing);
}

#[test]
fn a_view_that_is_no_longer_asked_for_goes() {
    let graph = sample::graph(6);
    let identity = identity(&graph);
    let folder = tempfile::tempdir().unwrap();
    write_to(folder.path(), &graph, &identity, false).unwrap();
    let config = WriteConfig { views: vec![View::Sft], ..config() };
    write_data(data(&graph, &identity), &config, Target { dir: folder.path(), is_fresh: true }).unwrap();
    assert!(folder.path().join("sft").is_dir());
    assert!(!folder.path().join("bench").exists());
}

/// Killed while files were being put in place: some are there, the manifest is not, and both manifests lie in the
/// hidden folder.
fn kill(dir: &Path) {
    let partial = dir.join(".partial");
    fs::create_dir_all(&partial).unwrap();
    fs::rename(dir.join(MANIFEST), partial.join("replaced.json")).unwrap();
    fs::remove_file(dir.join("README.md")).unwrap();
}

#[test]
fn a_killed_run_is_finished_by_the_next_one() {
    let graph = sample::graph(6);
    let identity = identity(&graph);
    let (whole, killed) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    write_to(whole.path(), &graph, &identity, false).unwrap();
    let config = WriteConfig { views: vec![View::Bench], ..config() };
    let target = Target { dir: killed.path(), is_fresh: false };
    write_data(data(&graph, &identity), &config, target).unwrap();
    kill(killed.path());
    // Killed once more before it has written anything: what was left over is gone, and known to be.
    drop(claim(killed.path(), &identity));
    assert!(bytes_of(killed.path()).is_empty());
    assert!(write_to(killed.path(), &graph, &identity, false).unwrap().is_new);
    assert_eq!(bytes_of(killed.path()), bytes_of(whole.path()));
}

#[test]
fn a_failed_run_leaves_nothing_of_its_own() {
    let graph = sample::graph(6);
    let identity = identity(&graph);
    let folder = tempfile::tempdir().unwrap();
    let mut staging = Staging::new(claim(folder.path(), &identity)).unwrap();
    staging.add_text("README.md", "half").unwrap();
    drop(staging);
    assert!(bytes_of(folder.path()).is_empty());
    assert!(!folder.path().join(".partial").exists());
}

#[test]
fn a_run_that_is_asked_to_stop_changes_nothing() {
    let graph = sample::graph(6);
    let identity = identity(&graph);
    let folder = tempfile::tempdir().unwrap();
    write_to(folder.path(), &graph, &identity, false).unwrap();
    let before = bytes_of(folder.path());
    let stop = Stop::default();
    let other = Identity { seed: Seed(8), ..identity.clone() };
    let Prepared::Ready(claim) = prepare(Target { dir: folder.path(), is_fresh: true }, &other).unwrap() else {
        panic!("it is to be replaced")
    };
    stop.flag().store(true, std::sync::atomic::Ordering::Relaxed);
    let error = write(data(&graph, &other), &config(), claim.until(stop)).unwrap_err();
    assert!(matches!(error, WriteError::Stopped), "{error}");
    assert_eq!(bytes_of(folder.path()), before);
    assert!(!write_to(folder.path(), &graph, &identity, false).unwrap().is_new);
}

#[test]
fn a_folder_of_somebody_else_is_refused_even_when_asked_to_overwrite() {
    let graph = sample::graph(6);
    let identity = identity(&graph);
    // Beside nothing, beside a hidden folder that bears the name of ours, and beside what a killed run left.
    let beside: [&dyn Fn(&Path); 3] =
        [&|_| {}, &|dir| fs::create_dir_all(dir.join(".partial/items")).unwrap(), &|dir| {
            write_to(dir, &graph, &identity, false).unwrap();
            kill(dir);
        }];
    for lay in beside {
        let folder = tempfile::tempdir().unwrap();
        lay(folder.path());
        fs::write(folder.path().join("thesis.tex"), "years of work").unwrap();
        let before = bytes_of(folder.path());
        for is_fresh in [false, true] {
            let error = write_to(folder.path(), &graph, &identity, is_fresh).err().unwrap();
            assert!(matches!(&error, WriteError::Foreign { file, .. } if file == "thesis.tex"), "{error}");
        }
        assert_eq!(bytes_of(folder.path()), before);
    }
}

#[test]
fn a_folder_that_cannot_be_written_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    let graph = sample::graph(6);
    let error = prepare(Target { dir: &file.join("set"), is_fresh: false }, &identity(&graph)).err().unwrap();
    assert!(matches!(&error, WriteError::Io { path, .. } if path.starts_with(&file)), "{error}");
}
