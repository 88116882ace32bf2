//! The floor: hyper's server as bare as can be, with replies that stand from the start.

use std::convert::Infallible;

use bytes::Bytes;
use http::{Method, Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

use super::load::Result;

/// Answers whoever connects with the reply to each method, until it is dropped.
pub(crate) async fn serve(
    listener: TcpListener,
    reply: impl Fn(&Method) -> Response<Full<Bytes>> + Clone + Send + 'static,
) -> Result<()> {
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let reply = reply.clone();
        let answer = service_fn(move |request: Request<Incoming>| {
            let reply = reply(request.method());
            async move {
                // What is sent is read, as any server would.
                let _ = request.into_body().collect().await;
                Ok::<_, Infallible>(reply)
            }
        });
        // It ends when the client closes it; the client would tell of anything else.
        tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), answer));
    }
}
