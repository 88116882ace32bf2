//! Server-sent events: a page is told that something has happened, and asks for itself again.

use std::{
    convert::Infallible,
    pin::Pin,
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
use http::{HeaderValue, StatusCode, header};
use http_body::Frame;
use tokio::sync::mpsc;

use crate::{app::App, reply::Reply};

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new().route("/_mock/ui/events", get(events))
}

/// `GET /_mock/ui/events`: one event `changed` after each change, two a second at most; 503 if too many listen.
async fn events(State(app): State<Arc<App>>) -> Response {
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
            tokio::select! {
                _ = written.changed() => {}
                _ = changed.changed() => {}
                () = tokio::time::sleep(ALIVE) => {}
                () = tell.closed() => return,
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
/// Told at least so often, so that one who is gone is noticed, and so that the time shown goes on.
const ALIVE: Duration = Duration::from_secs(15);
/// How many pages listen at once; a browser has a few tabs.
pub(crate) const MAX_LISTENERS: usize = 64;
