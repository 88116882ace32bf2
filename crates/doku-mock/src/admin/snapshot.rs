//! Snapshots: the whole state in one file, to start other mocks from.

use std::{
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

use axum::{
    body::Body,
    extract::State,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, StatusCode, header};
use http_body_util::BodyExt;

use super::Operation;
use crate::{
    app::App,
    files::{self, Content, beside, parent, sync_directory},
    reply::Reply,
    store::{StoreError, complete_snapshot},
};

pub(super) fn operations() -> Vec<Operation> {
    vec![
        Operation::get(
            "/_mock/snapshot",
            "snapshot",
            "Gives the whole state as one SQLite file, for --snapshot",
            get,
        )
        .gives_media(MEDIA_TYPE),
    ]
}

/// `GET /_mock/snapshot`.
async fn get(State(app): State<Arc<App>>) -> Response {
    let taken = async {
        let place = Arc::clone(&app.snapshots).try_acquire_owned().map_err(|_| {
            let message = format!("{MAX_SNAPSHOTS} SNAPSHOTS ARE BEING READ: ASK AGAIN LATER");
            Reply::business(StatusCode::SERVICE_UNAVAILABLE, message, "A30")
        })?;
        let part = take(&app).await?;
        let content = Content::open(&part.0).await;
        let content = content.map_err(|error| Reply::from(StoreError::Io(error.into())))?;
        // The place is held for as long as the file is read.
        Ok(content.map_frame(move |frame| {
            let _ = &place;
            frame
        }))
        // Dropped here, the file loses its name; open, it can be read to its end.
    };
    match taken.await {
        Ok(content) => {
            let mut response = Body::new(content).into_response();
            let headers = response.headers_mut();
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
            let name = HeaderValue::from_static(r#"attachment; filename="doku-mock.snapshot""#);
            headers.insert(header::CONTENT_DISPOSITION, name);
            response
        }
        Err(refusal) => Reply::into_response(refusal),
    }
}

/// Writes a snapshot to `path`, in place of what may be there.
///
/// # Errors
/// The state cannot be read, or the file cannot be written; then what was there is still there.
pub(crate) async fn write(app: &Arc<App>, path: PathBuf) -> Result<(), StoreError> {
    let part = take(app).await?;
    blocking(move || {
        let unfinished = Part(beside(&path, ".new"));
        let _ = std::fs::remove_file(&unfinished.0);
        let mut file = files::create_owned(&unfinished.0)?;
        io::copy(&mut std::fs::File::open(&part.0)?, &mut file)?;
        file.sync_all()?;
        std::fs::rename(&unfinished.0, &path)?;
        Ok(sync_directory(parent(&path))?)
    })
    .await
}

/// A snapshot of this moment, in a file of its own.
async fn take(app: &Arc<App>) -> Result<Part, StoreError> {
    // To its end, though nobody may wait for it any more: whoever writes to the file is done before it is
    // removed.
    let taking = app.runtime.spawn(take_to_its_end(Arc::clone(app)));
    // It only ends otherwise with the runtime.
    taking.await.unwrap_or(Err(StoreError::Stopped))
}

async fn take_to_its_end(app: Arc<App>) -> Result<Part, StoreError> {
    // One at a time, and no reset that would remove files meanwhile.
    let _whole = app.whole.lock().await;
    let part = Part(app.files.new_part());
    files::create_owned(&part.0)?;
    app.store.write_state(part.0.clone()).await?;
    let files = app.files.clone();
    blocking(move || {
        complete_snapshot(&part.0, &files)?;
        Ok(part)
    })
    .await
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    tokio::task::spawn_blocking(work).await.unwrap_or(Err(StoreError::Panicked))
}

/// A file that is removed when this is dropped.
struct Part(PathBuf);

impl Drop for Part {
    fn drop(&mut self) {
        let path: &Path = &self.0;
        // Renamed, it is not there any more.
        let _ = std::fs::remove_file(path);
    }
}

/// How many snapshots are read at once: each is a file as large as the state.
pub(crate) const MAX_SNAPSHOTS: usize = 4;
const MEDIA_TYPE: &str = "application/vnd.sqlite3";
