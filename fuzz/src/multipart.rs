//! Uploads.

use doku_types::{partner::file::UploadedFile, validate};
use http::{StatusCode, Uri};

use crate::world::{BOUNDARY, Reply, UPLOAD, World, upload};

thread_local! {
    static WORLD: World = World::new(|mock| mock);
}

/// Whatever is uploaded is refused, or is what is read afterwards; and nothing is left of what was
/// refused. The first line is the `Content-Type`, the rest the body.
pub fn multipart(data: &[u8]) {
    // A `file_url` would be fetched, from wherever it points to.
    if data.windows(3).any(|bytes| bytes == b"://") {
        return;
    }
    WORLD.with(|world| {
        world.next_input();
        as_it_is(world, data);
        as_content(world, data);
        world.nothing_is_left_over();
    });
}

fn as_it_is(world: &World, data: &[u8]) {
    let line = data.iter().position(|byte| *byte == b'\n').unwrap_or(data.len());
    let (content_type, rest) = data.split_at(line);
    let body = rest.get(1..).unwrap_or_default();
    let Some(reply) = world.upload(content_type, body) else { return };
    match reply.status() {
        StatusCode::OK => {
            let content = content(world, &reply);
            // A part: between the blank line behind its head, and a boundary.
            let part = [b"\r\n\r\n", &*content, b"\r\n--"].concat();
            assert!(
                body.windows(part.len()).any(|bytes| bytes == part),
                "{} is no part of what was sent",
                content.escape_ascii()
            );
        }
        StatusCode::BAD_REQUEST | StatusCode::PAYLOAD_TOO_LARGE => {}
        other => panic!("an upload is answered with {other}"),
    }
}

/// Any bytes are taken as the content of a file that begins as one should, and come back.
fn as_content(world: &World, data: &[u8]) {
    if data.windows(BOUNDARY.len()).any(|bytes| bytes == BOUNDARY.as_bytes()) {
        return;
    }
    let sent = [b"%PDF-", data].concat();
    let body = upload(&[("category", "DOCUMENT"), ("code", "KTP")], "ktp.pdf", &sent);
    let reply = world.upload(UPLOAD, &body).expect("this is a header's value");
    assert_eq!(reply.status(), StatusCode::OK);
    assert_eq!(content(world, &reply), sent);
}

/// What the link of an upload's reply gives.
fn content(world: &World, reply: &Reply) -> Vec<u8> {
    let file: UploadedFile = validate::read(reply.body()).expect("an upload is answered");
    let link: Uri = file.link.expose().parse().expect("a link is a URL");
    let target = link.path_and_query().expect("a link has a path").as_str();
    let read = world.get(target);
    assert_eq!(read.status(), StatusCode::OK);
    read.into_body()
}
