//! Uploads: what is taken, what is refused, and the links that lead back to a file.

use std::time::Duration;

use bytes::Bytes;
use contract::{PNG, Sink, World, path, render_head, set_header};
use doku_mock::MockDoku;
use doku_partner::FileUpload;
use doku_types::partner::{file::FilePurpose, token::TokenRequest};
use http::{Method, Request, Uri};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

const BOUNDARY: &str = "xyz";

/// A part of a form: name, file name if it is a file, content.
type Part<'a> = (&'a str, Option<&'a str>, &'a [u8]);

fn form(parts: &[Part<'_>]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, file_name, content) in parts {
        let file_name = file_name.map(|name| format!("; filename=\"{name}\"")).unwrap_or_default();
        let head = format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"{file_name}\r\n\r\n"
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(content);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
    body
}

async fn upload_request(world: &World, body: &[u8]) -> Request<Bytes> {
    let token = &world.client.generate_token(&TokenRequest::new()).await.unwrap().token;
    let mut request = world.plain(Method::POST, &path("/file"), body);
    set_header(&mut request, "authorization", &format!("Bearer {}", token.expose()));
    set_header(&mut request, "content-type", &format!("multipart/form-data; boundary={BOUNDARY}"));
    request
}

async fn answer(world: &World, parts: &[Part<'_>]) -> (u16, String) {
    let reply = world.send(upload_request(world, &form(parts)).await).await;
    (reply.status().as_u16(), String::from_utf8(reply.body().to_vec()).unwrap())
}

#[tokio::test]
async fn an_upload_is_taken_however_much_of_it_comes_at_once() {
    let world = World::new().await;
    let content = [PNG, &[b'x'; 1 << 20]].concat();
    let parts: &[Part<'_>] = &[
        ("other", None, b""),
        ("category", None, b"DOCUMENT"),
        ("code", None, b"KTP"),
        ("file", Some("a.png"), &content),
    ];
    // All of it, in one piece that does not wait for a socket.
    let request = upload_request(&world, &form(parts)).await;
    let reply = world.mock.call(request).await;
    assert_eq!(reply.status(), 200, "{}", String::from_utf8_lossy(reply.body()));
}

#[tokio::test]
async fn each_bad_upload_gets_its_own_answer() {
    let world = World::new().await;
    let photo: Part<'_> = ("category", None, b"PHOTO_PROOF");
    let too_large = vec![0; 15_000_001];
    let cases: &[(&[Part<'_>], u16, &str)] = &[
        (&[("file", Some("a.png"), PNG)], 400, "category is mandatory: send one such as DOCUMENT"),
        (
            &[("category", None, b"SELFIE"), ("file", Some("a.png"), PNG)],
            400,
            "category is not known: send one of OWNER_LIVENESS, PHOTO_PROOF, LOGO, DOCUMENT, SERVICE_AGREEMENT, BANK_ACCOUNT",
        ),
        (
            &[("category", None, b"DOCUMENT"), ("file", Some("a.png"), PNG)],
            400,
            "code is mandatory with the category DOCUMENT: send one such as KTP",
        ),
        (&[photo], 400, "file is mandatory: send a file, or a file_url to fetch it from"),
        (
            &[photo, ("file", Some(""), b"")],
            400,
            "file is mandatory: send a file, or a file_url to fetch it from",
        ),
        (
            &[photo, ("file", Some("a.png"), PNG), ("file_url", None, b"http://127.0.0.1:1/a.png")],
            400,
            "file_url came beside file: send one of the two",
        ),
        (
            &[photo, ("file", Some("a.pdf"), b"%PDF-1.7")],
            400,
            "file is named as PDF: send one of PNG, JPG, JPEG",
        ),
        (
            &[photo, ("file", Some("a.png"), b"\xff\xd8\xff")],
            400,
            "file is named as PNG but is JPG: rename or convert it",
        ),
        (
            &[photo, ("file", Some("a.png"), b"GIF89a")],
            400,
            "file has a content of no known kind: send one of PNG, JPG, JPEG",
        ),
        (
            &[photo, ("file", Some("a.png"), &too_large)],
            413,
            "file has more than 15000000 bytes: shrink it",
        ),
    ];
    for (parts, status, message) in cases {
        let expected = serde_json::json!({"message": [message]}).to_string();
        assert_eq!(answer(&world, parts).await, (*status, expected));
    }
}

#[tokio::test]
async fn what_is_not_a_form_is_refused() {
    let world = World::new().await;
    let mut request = upload_request(&world, b"{}").await;
    set_header(&mut request, "content-type", "application/json");
    let reply = world.send(request).await;
    assert_eq!(reply.status(), 400);
    assert_eq!(
        reply.body(),
        r#"{"message":["the upload is not readable: the Content-Type is not multipart/form-data with a boundary"]}"#
    );

    let whole = form(&[("category", None, b"PHOTO_PROOF"), ("file", Some("a.png"), PNG)]);
    let reply = world.send(upload_request(&world, &whole[..whole.len() - 9]).await).await;
    assert_eq!(reply.status(), 400);
    assert_eq!(
        reply.body(),
        r#"{"message":["the upload is not readable: it ends before its closing boundary"]}"#
    );
}

#[tokio::test]
async fn parts_may_come_in_any_order_and_a_code_counts_for_documents_only() {
    let world = World::new().await;
    let (status, body) = answer(
        &world,
        &[
            ("file", Some("face.JPEG"), b"\xff\xd8\xff\xe0"),
            ("unheard_of", None, &[0; 10_000]),
            ("code", None, b"KTP"),
            ("category", None, b"OWNER_LIVENESS"),
        ],
    )
    .await;
    assert_eq!(status, 200, "{body}");
    assert!(body.starts_with(r#"{"id":"CNT-"#), "{body}");
}

#[tokio::test]
async fn a_file_as_large_as_allowed_is_taken() {
    let world = World::new().await;
    let mut content = PNG.to_vec();
    content.resize(15_000_000, 0);
    let category: Part<'_> = ("category", None, b"LOGO");
    let (status, body) = answer(&world, &[category, ("file", Some("a.png"), &content)]).await;
    assert_eq!(status, 200, "{body}");
    assert!(body.starts_with(r#"{"id":"DCM-"#), "{body}");
}

#[tokio::test]
async fn a_file_that_comes_before_its_category_is_judged_by_it_all_the_same() {
    let world = World::new().await;
    let mut pdf = b"%PDF-1.7".to_vec();
    pdf.resize(1_000_000, b' ');
    let category: Part<'_> = ("category", None, b"PHOTO_PROOF");
    let (status, body) = answer(&world, &[("file", Some("a.pdf"), &pdf), category]).await;
    assert_eq!(status, 400);
    assert_eq!(body, r#"{"message":["file is named as PDF: send one of PNG, JPG, JPEG"]}"#);

    let file: Part<'_> = ("file", Some("a.png"), PNG);
    let (status, body) = answer(&world, &[file, file, category]).await;
    assert_eq!(status, 400);
    assert_eq!(body, r#"{"message":["the upload is not readable: a part comes twice"]}"#);

    let nobody_filled_in: Part<'_> = ("file", Some(""), b"");
    let (status, body) = answer(&world, &[file, nobody_filled_in, category]).await;
    assert_eq!(status, 200, "{body}");
}

#[tokio::test]
async fn room_for_files_that_is_used_up_is_507_and_a_refused_file_takes_none() {
    let world = World::with(|builder| builder.file_bytes(2 * PNG.len() as u64)).await;
    let category: Part<'_> = ("category", None, b"LOGO");
    let gif = [b'G'; PNG.len()];
    for _ in 0..3 {
        let (status, _) = answer(&world, &[category, ("file", Some("a.png"), &gif)]).await;
        assert_eq!(status, 400);
    }
    let png: Part<'_> = ("file", Some("a.png"), PNG);
    assert_eq!(answer(&world, &[category, png]).await.0, 200);
    assert_eq!(answer(&world, &[category, png]).await.0, 200);
    let message = r#"{"message":["THE MOCK'S SPACE FOR FILES IS USED UP: START IT AFRESH"]}"#;
    assert_eq!(answer(&world, &[category, png]).await, (507, message.to_owned()));
}

#[tokio::test]
async fn an_upload_that_breaks_off_gives_its_room_to_the_next() {
    let world = World::with(|builder| builder.file_bytes(16_000_000)).await;
    let category: Part<'_> = ("category", None, b"LOGO");
    let mut content = PNG.to_vec();
    content.resize(15_000_000, 0);
    let whole = form(&[category, ("file", Some("a.png"), &content)]);
    let request = upload_request(&world, &whole).await;
    let begin = async || {
        let mut socket = tokio::net::TcpStream::connect(world.mock.address()).await.unwrap();
        socket.write_all(render_head(&request).as_bytes()).await.unwrap();
        socket.write_all(&whole[..14_000_000]).await.unwrap();
        socket
    };

    // While it comes in, its room is taken. The probe takes room too until it is refused: if it was
    // faster, it may be the upload that had none, so that another is begun.
    let refused = vec![b'G'; 3_000_000];
    let probe = [category, ("file", Some("a.png"), &*refused)];
    within_10_s(async {
        loop {
            let _coming_in = begin().await;
            if answer(&world, &probe).await.0 == 507 {
                break;
            }
        }
    })
    .await;
    let next = [category, ("file", Some("a.png"), &*content)];
    within_10_s(async { while answer(&world, &next).await.0 != 200 {} }).await;
}

async fn within_10_s(work: impl Future<Output = ()>) {
    tokio::time::timeout(Duration::from_secs(10), work).await.expect("done in time");
}

#[tokio::test]
async fn a_client_that_writes_first_can_read_why_its_file_was_refused() {
    let world = World::new().await;
    let too_large = vec![0; 20_000_000];
    let body = form(&[("category", None, b"LOGO"), ("file", Some("a.png"), &too_large)]);
    let request = upload_request(&world, &body).await;
    let mut socket = world.write(&request).await;
    let mut reply = vec![0; 4096];
    let length = socket.read(&mut reply).await.unwrap();
    let reply = String::from_utf8_lossy(&reply[..length]).into_owned();
    assert!(reply.starts_with("HTTP/1.1 413 "), "{reply}");
}

#[tokio::test]
async fn a_client_that_asks_before_it_sends_is_not_told_to_send_what_is_refused() {
    let world = World::new().await;
    let mut request = world.plain(Method::POST, &path("/file"), &[0; 1000]);
    set_header(&mut request, "expect", "100-continue");
    let mut socket = tokio::net::TcpStream::connect(world.mock.address()).await.unwrap();
    socket.write_all(render_head(&request).as_bytes()).await.unwrap();
    let mut reply = String::new();
    socket.read_to_string(&mut reply).await.unwrap();
    assert!(reply.starts_with("HTTP/1.1 401 "), "{reply}");
    assert!(reply.contains("Connection: close"), "{reply}");
}

#[tokio::test]
async fn a_file_is_fetched_from_a_local_url_only() {
    let world = World::new().await;
    let category: Part<'_> = ("category", None, b"LOGO");
    let sink = Sink::answering([200]).await;
    let fetch = |url: String| {
        let world = &world;
        async move { answer(world, &[category, ("file_url", None, url.as_bytes())]).await }
    };
    // The sink's answers are empty: fetched, but no picture.
    let (status, body) = fetch(sink.url("/shop/photo.png")).await;
    assert_eq!(status, 400);
    assert!(body.contains("file has a content of no known kind"), "{body}");
    assert_eq!(sink.requests()[0].target, "/shop/photo.png");

    let (status, body) = fetch("http://192.0.2.1/a.png".to_owned()).await;
    assert_eq!(status, 400);
    assert!(
        body.contains("file_url could not be fetched: blocked: 192.0.2.1 is neither"),
        "{body}"
    );

    // The mock's own link to an uploaded file is a local URL that has a picture.
    let real = World::with(|_| MockDoku::builder()).await;
    let upload = FileUpload::bytes(FilePurpose::photo_proof(), "a.png", PNG);
    let first = real.client.upload_file(&upload).await.unwrap();
    let upload = FileUpload::url(FilePurpose::photo_proof(), first.link.expose());
    real.client.upload_file(&upload).await.unwrap();
}

#[tokio::test]
async fn a_client_that_closes_its_half_while_it_waits_is_answered() {
    let world = World::new().await;
    let slow = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/a.png", slow.local_addr().unwrap());
    let body = form(&[("category", None, b"LOGO"), ("file_url", None, url.as_bytes())]);
    let request = upload_request(&world, &body).await;
    let mut socket = world.write(&request).await;
    socket.shutdown().await.unwrap();

    // The mock is asked for its answer before it can have one.
    let (mut fetching, _) = slow.accept().await.unwrap();
    tokio::time::sleep(Duration::from_millis(50)).await;
    fetching.write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n").await.unwrap();
    let mut reply = vec![0; 4096];
    let length = socket.read(&mut reply).await.unwrap();
    let reply = String::from_utf8_lossy(&reply[..length]).into_owned();
    assert!(reply.contains("the answer was 404"), "{reply:?}");
}

#[tokio::test]
async fn a_link_gives_the_file_for_60_minutes() {
    let world = World::new().await;
    let upload = FileUpload::bytes(FilePurpose::photo_proof(), "a.png", PNG);
    let link: Uri = world.client.upload_file(&upload).await.unwrap().link.expose().parse().unwrap();
    let target = link.path_and_query().unwrap().as_str().to_owned();
    let get = |target: String| {
        let world = &world;
        async move { world.send(world.plain(Method::GET, &target, b"")).await }
    };

    let reply = get(target.clone()).await;
    assert_eq!(
        (reply.status().as_u16(), reply.headers()["content-type"].to_str().unwrap()),
        (200, "image/png")
    );
    assert_eq!(reply.body(), PNG);

    let other = target.replace("Expires=", "Expires=9");
    assert_eq!(get(other).await.status(), 403, "a link made longer");
    assert_eq!(get(link.path().to_owned()).await.status(), 403, "a link without its signature");

    world.mock.advance(Duration::from_secs(3599)).await.unwrap();
    assert_eq!(get(target.clone()).await.status(), 200);
    world.mock.advance(Duration::from_secs(1)).await.unwrap();
    let reply = get(target).await;
    assert_eq!(reply.status(), 403);
    assert_eq!(reply.body(), r#"{"message":["THE LINK HAS EXPIRED OR IS NOT VALID"]}"#);
}

#[tokio::test]
async fn a_link_gives_a_large_file_byte_for_byte() {
    let world = World::new().await;
    let mut content = PNG.to_vec();
    content.extend((0..225_000_u32).flat_map(u32::to_be_bytes));
    let upload = FileUpload::bytes(FilePurpose::photo_proof(), "a.png", content.clone());
    let link: Uri = world.client.upload_file(&upload).await.unwrap().link.expose().parse().unwrap();
    let target = link.path_and_query().unwrap().as_str();
    let reply = world.send(world.plain(Method::GET, target, b"")).await;
    assert_eq!(reply.headers()["content-length"], content.len().to_string());
    assert!(*reply.body() == content, "another content of {} bytes", reply.body().len());
}
