//! The authority on the disk: made once, and what is wrong with it is told.

use std::{
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt,
    path::Path,
};

use doku_mock::{CaError, CertificateAuthority};

fn make(directory: &Path) -> Result<CertificateAuthority, CaError> {
    CertificateAuthority::open_or_make(directory, &[])
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn its_key_is_for_its_owner_alone_and_its_certificate_for_everybody() {
    let directory = tempfile::tempdir().unwrap();
    let directory = directory.path().join("below/ca");
    let made = make(&directory).unwrap();
    assert!(made.is_new());
    assert_eq!(made.certificate(), directory.join("ca.pem"));
    assert_eq!(mode(&directory.join("ca-key.pem")), 0o600);
    assert_eq!(mode(&directory.join("ca.pem")), 0o644);
}

#[test]
fn it_is_made_once() {
    let directory = tempfile::tempdir().unwrap();
    make(directory.path()).unwrap();
    let before =
        ["ca.pem", "ca-key.pem"].map(|name| fs::read(directory.path().join(name)).unwrap());
    assert!(!make(directory.path()).unwrap().is_new());
    let after = ["ca.pem", "ca-key.pem"].map(|name| fs::read(directory.path().join(name)).unwrap());
    assert_eq!(before, after);
}

#[test]
fn whoever_comes_at_the_same_time_gets_the_same() {
    let directory = tempfile::tempdir().unwrap();
    let start = std::sync::Barrier::new(8);
    let made = std::thread::scope(|scope| {
        let come = || {
            start.wait();
            let authority = make(directory.path()).unwrap();
            (authority.is_new(), fs::read(authority.certificate()).unwrap())
        };
        let coming: Vec<_> = (0..8).map(|_| scope.spawn(come)).collect();
        coming.into_iter().map(|one| one.join().unwrap()).collect::<Vec<_>>()
    });
    assert_eq!(made.iter().filter(|(is_new, _)| *is_new).count(), 1);
    assert!(made.iter().all(|(_, certificate)| *certificate == made[0].1));
}

#[test]
fn a_directory_that_can_only_be_read_will_do() {
    let directory = tempfile::tempdir().unwrap();
    make(directory.path()).unwrap();
    // For root every directory can be written, so this shows that nothing is written.
    fs::remove_file(directory.path().join("lock")).unwrap();
    fs::set_permissions(directory.path(), Permissions::from_mode(0o500)).unwrap();
    assert!(!make(directory.path()).unwrap().is_new());
    assert!(!directory.path().join("lock").exists());
    fs::set_permissions(directory.path(), Permissions::from_mode(0o700)).unwrap();
}

#[test]
fn half_of_it_is_not_made_whole_by_guessing() {
    for (gone, left) in [("ca.pem", "ca-key.pem"), ("ca-key.pem", "ca.pem")] {
        let directory = tempfile::tempdir().unwrap();
        make(directory.path()).unwrap();
        fs::remove_file(directory.path().join(gone)).unwrap();
        let before = fs::read(directory.path().join(left)).unwrap();
        let error = make(directory.path()).unwrap_err();
        assert!(matches!(error, CaError::Half { .. }), "{error:?}");
        assert!(error.to_string().contains(&format!("{gone} is missing")), "{error}");
        assert_eq!(fs::read(directory.path().join(left)).unwrap(), before);
        assert!(!directory.path().join(gone).exists());
    }
}

#[test]
fn a_key_that_others_can_read_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    make(directory.path()).unwrap();
    for mode in [0o640, 0o604, 0o620] {
        let key = directory.path().join("ca-key.pem");
        fs::set_permissions(key, Permissions::from_mode(mode)).unwrap();
        let error = make(directory.path()).unwrap_err();
        assert!(error.to_string().contains("chmod 600"), "{error}");
    }
}

#[test]
fn files_that_are_no_authority_are_told_and_left_as_they_are() {
    let other = tempfile::tempdir().unwrap();
    make(other.path()).unwrap();
    let others = |name: &str| fs::read(other.path().join(name)).unwrap();
    for (name, content, expected) in [
        ("ca.pem", b"nothing".to_vec(), "holds no certificate"),
        ("ca.pem", Vec::new(), "holds no certificate"),
        ("ca.pem", vec![b'x'; 100_000], "holds no certificate"),
        ("ca.pem", vec![0xff; 10], "UTF-8"),
        ("ca-key.pem", b"nothing".to_vec(), "holds no private key"),
        ("ca-key.pem", others("ca.pem"), "holds no private key"),
        ("ca.pem", others("ca.pem"), "no client would trust it"),
        ("ca-key.pem", others("ca-key.pem"), "no client would trust it"),
    ] {
        let directory = tempfile::tempdir().unwrap();
        make(directory.path()).unwrap();
        fs::write(directory.path().join(name), &content).unwrap();
        let error = make(directory.path()).unwrap_err().to_string();
        assert!(error.contains(expected), "{name}: {error}");
        assert_eq!(fs::read(directory.path().join(name)).unwrap(), content);
    }
}

#[test]
fn a_place_that_is_no_directory_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("file");
    fs::write(&file, "").unwrap();
    let error = make(&file).unwrap_err().to_string();
    assert!(error.contains(file.to_str().unwrap()), "{error}");
}

#[test]
fn nothing_of_its_key_is_shown() {
    let directory = tempfile::tempdir().unwrap();
    let authority = make(directory.path()).unwrap();
    let shown = format!("{authority:?}");
    let key = fs::read_to_string(directory.path().join("ca-key.pem")).unwrap();
    for line in key.lines() {
        assert!(!shown.contains(line), "{shown}");
    }
    assert!(shown.starts_with("CertificateAuthority {"), "{shown}");
}
