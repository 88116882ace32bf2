//! Files from memory, a path, a reader or a URL, and those that DOKU does not take.

use std::sync::{Arc, Mutex};

use doku_partner::{ErrorKind, FileUpload, Progress};
use doku_types::{
    code::{DocumentCode, FileCategory},
    partner::{
        endpoint::Endpoint,
        file::FilePurpose,
        requirements::{FileRequirement, RequirementsQuery},
    },
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

use crate::world::{PNG, World, assert_discreet};

/// A PNG of so many bytes.
fn large(length: usize) -> Vec<u8> {
    let mut content = PNG.to_vec();
    content.resize(length, b'x');
    content
}

/// What the mock keeps of an upload, read by the link of its reply.
async fn kept(world: &World, upload: &FileUpload) -> Vec<u8> {
    let uploaded = world.client.upload_file(upload).await.unwrap();
    assert_eq!(uploaded.category, *upload.purpose().category());
    let link: http::Uri = uploaded.link.expose().parse().unwrap();
    let request = http::Request::get(link.path_and_query().unwrap().as_str()).body("").unwrap();
    world.mock.call(request).await.into_body().to_vec()
}

#[tokio::test]
async fn bytes_arrive_whole_and_progress_is_told() {
    let world = World::new().await;
    let content = large(300_000);
    let told = Arc::new(Mutex::new(Vec::new()));
    let tell = Arc::clone(&told);
    let upload = FileUpload::bytes(FilePurpose::photo_proof(), "shop.PNG", content.clone())
        .on_progress(move |progress| tell.lock().unwrap().push(progress));
    assert_eq!(kept(&world, &upload).await, content);
    let told: Vec<Progress> = told.lock().unwrap().clone();
    assert!(told.len() >= 3 && told.windows(2).all(|two| two[0].sent < two[1].sent), "{told:?}");
    assert!(told.iter().all(|progress| progress.total == 300_000));
    assert_eq!(told.last().unwrap().sent, 300_000);
}

#[tokio::test]
async fn every_kind_and_category_is_taken() {
    let world = World::new().await;
    for (purpose, name, content) in [
        (FilePurpose::photo_proof(), "a.jpg", &b"\xff\xd8\xff\xe0rest"[..]),
        (FilePurpose::owner_liveness(), "a.jpeg", b"\xff\xd8\xff\xe0rest"),
        (FilePurpose::document(DocumentCode::Ktp), "a.pdf", b"%PDF-1.7"),
        (FilePurpose::of(FileCategory::Logo, None).unwrap(), "a.png", PNG),
    ] {
        let upload = FileUpload::bytes(purpose, name, content);
        assert_eq!(kept(&world, &upload).await, content);
    }
}

#[cfg(feature = "io")]
#[tokio::test]
async fn a_file_at_a_path_and_a_reader_arrive_whole() {
    let world = World::new().await;
    let content = large(300_000);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ktp siti.png");
    std::fs::write(&path, &content).unwrap();
    let purpose = || FilePurpose::document(DocumentCode::Ktp);
    let from_path = FileUpload::path(purpose(), &path).await.unwrap();
    assert_eq!(kept(&world, &from_path).await, content);
    let reader = std::io::Cursor::new(content.clone());
    let from_reader = FileUpload::reader(purpose(), "ktp.png", 300_000, reader).await.unwrap();
    assert_eq!(kept(&world, &from_reader).await, content);
    let error = world.client.upload_file(&from_reader).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Request, "a reader is read once: {error}");
    assert_eq!(world.asked(Endpoint::UploadFile).len(), 2);
}

#[cfg(feature = "io")]
#[tokio::test]
async fn a_file_that_is_gone_or_changed_since_is_an_error_of_this_side() {
    let world = World::new().await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("marker-siti.png");
    std::fs::write(&path, PNG).unwrap();
    let upload = FileUpload::path(FilePurpose::photo_proof(), &path).await.unwrap();
    std::fs::write(&path, large(300_000)).unwrap();
    let changed = world.client.upload_file(&upload).await.unwrap_err();
    std::fs::remove_file(&path).unwrap();
    let gone = world.client.upload_file(&upload).await.unwrap_err();
    let short = FileUpload::reader(FilePurpose::photo_proof(), "a.png", 9999, PNG).await.unwrap();
    let short = world.client.upload_file(&short).await.unwrap_err();
    for (error, why) in [(changed, "changed"), (gone, "No such file"), (short, "shorter")] {
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::Request, 1), "{error}");
        assert!(error.to_string().contains(why), "{error}");
        assert!(!error.is_retryable() && error.advice().unwrap().contains("file"));
        assert!(!error.to_string().contains("marker"), "{error}");
    }
}

/// A host of one file, and its URL.
async fn host_of(status: &'static str, content: &'static [u8], name: &str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/{name}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        let mut request = Vec::new();
        while !request.ends_with(b"\r\n\r\n") {
            assert_ne!(socket.read_buf(&mut request).await.unwrap(), 0);
        }
        let head = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n\r\n", content.len());
        socket.write_all(&[head.as_bytes(), content].concat()).await.unwrap();
    });
    url
}

#[tokio::test]
async fn a_file_at_a_url_is_fetched_by_the_host() {
    let world = World::new().await;
    let url = host_of("200 OK", PNG, "ktp.png").await;
    let upload = FileUpload::url(FilePurpose::document(DocumentCode::Ktp), url);
    assert_eq!((upload.size(), upload.name()), (None, None));
    assert_eq!(kept(&world, &upload).await, PNG);

    let url = host_of("404 Not Found", b"", "marker.png").await;
    let upload = FileUpload::url(FilePurpose::photo_proof(), url);
    let error = world.client.upload_file(&upload).await.unwrap_err();
    assert_eq!((error.kind(), error.status().unwrap().as_u16()), (ErrorKind::Validation, 400));
    assert!(error.to_string().contains("could not be fetched"), "{error}");
    assert!(!error.to_string().contains("marker"), "{error}");
}

#[tokio::test]
async fn what_is_wrong_with_a_file_is_found_before_anything_is_sent() {
    let world = World::new().await;
    let requirements = world.client.check_requirements(&RequirementsQuery::personal()).await;
    let photo = requirements.unwrap().business.brand.photo_proof.clone().unwrap();
    let small = FileRequirement::builder()
        .code("PHOTO_PROOF")
        .extensions(["PNG".to_owned()])
        .max_size(1_u32)
        .build();
    let purpose = FilePurpose::photo_proof;
    for (upload, pointer, why) in [
        (FileUpload::bytes(purpose(), "shop.jpg", PNG), "file", "named as JPG but is PNG"),
        (FileUpload::bytes(purpose(), "shop.png", "GIF89a"), "file", "no known kind"),
        (FileUpload::bytes(purpose(), "shop.exe", PNG), "file", "another kind"),
        (FileUpload::bytes(purpose(), "a.pdf", "%PDF-1").required(photo), "file", "PNG, JPG"),
        (FileUpload::bytes(purpose(), "a.png", large(1_000_001)).required(small), "file", "1 MB"),
        (FileUpload::bytes(purpose(), "a.png", large(15_000_001)), "file", "15 MB"),
        (FileUpload::url(purpose(), "ftp://x.example/a.png"), "file_url", "http or https"),
    ] {
        let error = world.client.upload_file(&upload).await.unwrap_err();
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::Validation, 0), "{error}");
        assert_eq!(error.pointers(), [pointer]);
        assert!(error.to_string().starts_with("Upload File: not sent: "), "{error}");
        assert!(error.to_string().contains(why), "{why} is not in {error}");
        assert_eq!((error.status(), error.request_id()), (None, None));
        let assumption = if pointer == "file" { "A16" } else { "A35" };
        assert!(error.assumptions().contains(&assumption), "{:?}", error.assumptions());
    }
    assert!(world.asked(Endpoint::GenerateToken).is_empty());
    assert!(world.asked(Endpoint::UploadFile).is_empty());
}

#[tokio::test]
async fn a_file_that_is_too_large_for_the_host_alone_is_refused_by_it() {
    let world = World::new().await;
    let generous = FileRequirement::builder()
        .code("PHOTO_PROOF")
        .extensions(["PNG".to_owned()])
        .max_size(20_u32)
        .build();
    let upload = FileUpload::bytes(FilePurpose::photo_proof(), "a.png", large(15_000_001))
        .required(generous);
    let error = world.client.upload_file(&upload).await.unwrap_err();
    assert_eq!((error.kind(), error.status().unwrap().as_u16()), (ErrorKind::Validation, 413));
    assert!(error.api_error().unwrap().to_string().contains("15000000 bytes"), "{error}");
    assert!(error.assumptions().contains(&"A16"));
    assert!(!error.is_retryable());
    assert_eq!(world.asked(Endpoint::UploadFile).len(), 1);
    assert_discreet(&error);
    // The connection is as good as before.
    assert!(world.client.check_requirements(&RequirementsQuery::personal()).await.is_ok());
}

#[tokio::test]
async fn a_host_without_room_is_in_trouble_and_says_so() {
    let world = World::with(|mock| mock.file_bytes(1000)).await;
    let policy = doku_partner::RetryPolicy::new().base(std::time::Duration::from_millis(1));
    let client = world.builder().retry(policy.attempts(2)).build();
    let upload = FileUpload::bytes(FilePurpose::photo_proof(), "a.png", large(2000));
    let error = client.upload_file(&upload).await.unwrap_err();
    assert_eq!((error.kind(), error.status().unwrap().as_u16()), (ErrorKind::Server, 507));
    assert_eq!((error.attempts(), error.is_retryable()), (2, true));
    assert!(!error.outcome_unknown(), "a file that nobody names does no harm");
}
