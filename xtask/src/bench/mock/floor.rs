//! The floor as a process: a bare hyper server that returns the reply that it reads from its stdin.

use std::{
    io::{Read, Write},
    process::ExitCode,
};

use bytes::Bytes;
use http::{Response, header};
use http_body_util::Full;
use tokio::net::TcpListener;

use super::{cores::Cores, server::Server};
use crate::bench::{floor, load::Result};

/// One that returns this recorded reply.
pub(super) fn start(cores: &Cores, recorded: &[u8]) -> Result<Server> {
    let mut command = cores.server(std::env::current_exe()?);
    command.args(["bench", "floor"]);
    Server::told(command, recorded)
}

/// The process: it serves until it is killed.
pub(crate) fn serve_floor() -> ExitCode {
    let served = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(Into::into)
        .and_then(|runtime| runtime.block_on(serve()));
    match served {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn serve() -> Result<()> {
    let mut recorded = Vec::new();
    std::io::stdin().read_to_end(&mut recorded)?;
    let reply = parse(&recorded)?;
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let ready = serde_json::json!({ "base_url": format!("http://{}", listener.local_addr()?) });
    writeln!(std::io::stdout(), "{ready}")?;
    floor::serve(listener, move |_| reply.clone()).await
}

/// hyper writes date and length anew, and the rest as it is.
fn parse(recorded: &[u8]) -> Result<Response<Full<Bytes>>> {
    let recorded = str::from_utf8(recorded)?;
    let (head, body) = recorded.split_once("\r\n\r\n").ok_or("the reply has no end of its head")?;
    let mut lines = head.lines();
    let first = lines.next().unwrap_or_default();
    let status = first.split(' ').nth(1).ok_or("the reply has no status")?;
    let mut response = Response::builder().status(status);
    for line in lines {
        let (name, value) = line.split_once(": ").ok_or("a header has no value")?;
        if name != header::DATE && name != header::CONTENT_LENGTH {
            response = response.header(name, value);
        }
    }
    Ok(response.body(Full::new(body.to_owned().into()))?)
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt;

    use super::*;

    #[tokio::test]
    async fn a_recorded_reply_is_returned_with_all_but_what_hyper_writes_itself() {
        let recorded =
            b"HTTP/1.1 200 OK\r\nsignature: s\r\ndate: d\r\ncontent-length: 4\r\n\r\n{}\r\n";
        let reply = parse(recorded).unwrap();
        assert_eq!(reply.status(), 200);
        assert_eq!(reply.headers().len(), 1);
        assert_eq!(reply.headers()["signature"], "s");
        assert_eq!(reply.into_body().collect().await.unwrap().to_bytes(), "{}\r\n");
        assert!(parse(b"HTTP/1.1 200 OK\r\n").is_err());
    }
}
