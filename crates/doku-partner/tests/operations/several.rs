//! Several uploads at once, within a limit.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use doku_partner::{Body, ErrorKind, FileUpload, HyperTransport, Transport};
use doku_types::partner::{endpoint::Endpoint, file::FilePurpose};
use tokio::sync::Barrier;

use crate::world::{PNG, World};

/// Uploads of such names; one that ends in `.txt` is refused.
fn uploads(names: impl IntoIterator<Item = String>) -> Vec<FileUpload> {
    let upload = |name| FileUpload::bytes(FilePurpose::photo_proof(), name, PNG);
    names.into_iter().map(upload).collect()
}

#[tokio::test]
async fn uploads_share_one_token_and_go_as_many_at_once_as_allowed() {
    const AT_ONCE: usize = 5;
    let world = World::new().await;
    let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    // An upload goes on once as many as are allowed are on their way: fewer would wait for ever.
    let together = Arc::new(Barrier::new(AT_ONCE));
    let transport = HyperTransport::builder().no_proxy().build();
    let most_seen = Arc::clone(&most);
    let client = world
        .builder()
        .transport(move |request: http::Request<Body>| {
            let is_upload = request.uri().path().ends_with("/file");
            let sending = transport.send(request);
            let (now, most, together) = (now.clone(), most.clone(), together.clone());
            async move {
                if !is_upload {
                    return sending.await;
                }
                most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                together.wait().await;
                let answer = sending.await;
                now.fetch_sub(1, Ordering::SeqCst);
                answer
            }
        })
        .build();
    let files = uploads((0..10).map(|number| format!("{number}.png")));
    let uploading = client.upload_files(files, AT_ONCE);
    let results = tokio::time::timeout(Duration::from_secs(30), uploading).await.unwrap();
    assert!(results.iter().all(Result::is_ok), "{results:?}");
    assert_eq!(most_seen.load(Ordering::SeqCst), AT_ONCE);
    assert_eq!(world.asked(Endpoint::GenerateToken).len(), 1);
    assert_eq!(world.asked(Endpoint::UploadFile).len(), 10);
}

#[tokio::test]
async fn what_comes_of_each_stands_in_its_place_and_one_failure_stops_no_other() {
    let world = World::new().await;
    let names = ["a.png", "b.txt", "c.png", "d.txt"].map(str::to_owned);
    let results = world.client.upload_files(uploads(names), 2).await;
    let kinds: Vec<_> =
        results.iter().map(|result| result.as_ref().err().map(doku_partner::Error::kind)).collect();
    let refused = Some(ErrorKind::Validation);
    assert_eq!(kinds, [None, refused, None, refused]);
    assert!(world.client.upload_files([], 3).await.is_empty());
}

#[tokio::test]
async fn uploads_that_nobody_waits_for_any_more_end() {
    let world = World::new().await;
    let held = Arc::new(());
    let hold = Arc::clone(&held);
    let client = world
        .builder()
        .transport(move |_: http::Request<Body>| {
            let hold = Arc::clone(&hold);
            async move {
                let _hold = hold;
                std::future::pending().await
            }
        })
        .build();
    let files = uploads(["a.png", "b.png"].map(str::to_owned));
    let uploading = client.upload_files(files, 2);
    assert!(tokio::time::timeout(Duration::from_millis(50), uploading).await.is_err());
    drop(client);
    // The transport and each attempt have one beside ours.
    let ended = async {
        while Arc::strong_count(&held) > 1 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), ended).await.unwrap();
}

#[tokio::test]
async fn a_progress_callback_that_panics_fails_its_own_upload_alone() {
    let world = World::new().await;
    let mut files = uploads(["a.png", "b.png"].map(str::to_owned));
    files[0] = files[0].clone().on_progress(|_| panic!("a bug of the caller's"));
    let results = world.client.upload_files(files, 1).await;
    assert_eq!(results[0].as_ref().unwrap_err().kind(), ErrorKind::Request, "{results:?}");
    assert!(results[1].is_ok(), "{results:?}");
}
