//! Server-sent events: a page is told that something has happened, and asks for itself again.

use std::{
    convert::Infallible,
    pin::{Pin, pin},
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};

use axum::{
    Router,
    body::Body,
    extract::State,
    response::{IntoResponse, Response},
    routing::get,
};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use http_body::Frame;
use tokio::sync::mpsc;

use crate::{admin::SEC_FETCH_SITE, app::App, reply::Reply};

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new().route("/_mock/ui/events", get(events))
}

/// `GET /_mock/ui/events`: one event `changed` after each change, two a second at most; 503 if too many listen. A page of
/// another origin, which a browser would let take places by an image of this address, is refused.
async fn events(State(app): State<Arc<App>>, headers: HeaderMap) -> Response {
    let is_ours = |site: &HeaderValue| matches!(site.as_bytes(), b"same-origin" | b"none");
    if !headers.get_all(SEC_FETCH_SITE).iter().all(is_ours) {
        let message = "A WEB PAGE OF ANOTHER ORIGIN DOES NOT LISTEN HERE: OPEN /_mock/ui";
        return Reply::business(StatusCode::FORBIDDEN, message, "A30").into_response();
    }
    let Ok(place) = Arc::clone(&app.listeners).try_acquire_owned() else {
        let message = "TOO MANY PAGES LISTEN: CLOSE SOME";
        return Reply::business(StatusCode::SERVICE_UNAVAILABLE, message, "A30").into_response();
    };
    let (tell, told) = mpsc::channel(1);
    let teller = Arc::clone(&app);
    app.spawn(async move {
        let _place = place;
        let (mut written, mut changed) = (teller.journal.written(), teller.store.changes());
        while tell.send(CHANGED).await.is_ok() {
            tokio::time::sleep(PAUSE).await;
            let mut due = pin!(tokio::time::sleep(ALIVE));
            loop {
                tokio::select! {
                    _ = written.changed() => break,
                    _ = changed.changed() => break,
                    () = &mut due => break,
                    () = tokio::time::sleep(BEAT) => if tell.send(NOTHING).await.is_err() {
                        return;
                    },
                    () = tell.closed() => return,
                }
            }
            written.mark_unchanged();
            changed.mark_unchanged();
        }
    });
    let kind = HeaderValue::from_static("text/event-stream");
    ([(header::CONTENT_TYPE, kind)], Body::new(Events(told))).into_response()
}

/// The stream of them. It ends with the mock.
struct Events(mpsc::Receiver<&'static str>);

impl http_body::Body for Events {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let event = ready!(self.0.poll_recv(context));
        Poll::Ready(event.map(|event| Ok(Frame::data(Bytes::from_static(event.as_bytes())))))
    }
}

const CHANGED: &str = "event: changed\ndata: \n\n";
/// Between two events at least.
const PAUSE: Duration = Duration::from_millis(500);
/// A comment, which no page is told of.
const NOTHING: &str = ":\n\n";
/// Something is written at least so often: that a client is gone is seen by a write alone, and by the second one only.
const BEAT: Duration = Duration::from_secs(2);
/// Told at least so often, so that the time shown goes on.
const ALIVE: Duration = Duration::from_secs(15);
/// How many pages listen at once; a browser has a few tabs.
pub(crate) const MAX_LISTENERS: usize = 64;
