//! Uploads that are cut off.

use std::{fs, path::Path, time::Duration};

use tokio::{io::AsyncWriteExt, net::TcpStream};

use crate::{
    check::kept_files,
    partner::{self, Paper},
    program::Program,
};

#[tokio::test]
async fn what_was_being_uploaded_leaves_nothing_behind() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("mock.db");
    let mock = Program::start(&data);
    let mut line = mock.line().await;
    let token = line.send(partner::token("token")).await.unwrap().json()["token"].clone();
    let token = token.as_str().unwrap();
    let mut content = b"\x89PNG\r\n\x1a\n".to_vec();
    content.resize(500_000, 7);
    let whole = line.send(partner::upload(token, Paper::Face, &content)).await.unwrap();
    assert_eq!(whole.status, 200, "{}", whole.text());
    let id = whole.json()["id"].as_str().unwrap().to_owned();

    let mut cut_off = Vec::new();
    for _ in 0..UPLOADS {
        let mut socket = TcpStream::connect(&mock.address).await.unwrap();
        // The parts begin, and of the file there is only a half.
        socket.write_all(&half_an_upload(token, &content)).await.unwrap();
        cut_off.push(socket);
    }
    let parts =
        |data: &Path| kept_files(data).keys().filter(|name| name.ends_with(".part")).count();
    for _ in 0..500 {
        if parts(&data) == UPLOADS {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(parts(&data), UPLOADS, "they are coming in");
    mock.kill();
    assert_eq!(parts(&data), UPLOADS, "the kill left them behind");
    // Had it died between putting a file in its place and the commit, this would be there as well.
    let files = directory.path().join("mock.db.files");
    fs::write(files.join("CNT-0001-1800000000000"), &content).unwrap();

    let mock = Program::start(&data);
    assert_eq!(kept_files(&data).into_iter().collect::<Vec<_>>(), [(id, content.clone())]);
    // There is no token of before in the database, nor need there be: it holds by its signature.
    let again =
        mock.line().await.send(partner::upload(token, Paper::Face, &content)).await.unwrap();
    assert_eq!(again.status, 200, "{}", again.text());
}

/// A request that says how long it is and breaks off.
fn half_an_upload(token: &str, content: &[u8]) -> Vec<u8> {
    let body = partner::parts(Paper::Face, content);
    let head = format!(
        "POST {} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\nContent-Type: {}\r\nContent-Length: {}\r\n\r\n",
        partner::UPLOAD,
        partner::MULTIPART,
        body.len(),
    );
    [head.as_bytes(), &body[..body.len() / 2]].concat()
}

const UPLOADS: usize = 8;
