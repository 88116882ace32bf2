//! Answers that break off, stall or are no HTTP.

use std::time::Duration;

use doku_partner::{ErrorKind, RetryPolicy, Timeouts};
use tokio::task::JoinSet;

use crate::{
    answer::Answer,
    call::{
        REGISTERED, ask, assert_discreet, assert_one_request, register, registered, requirements,
    },
    host::{Act, Came, Host, Step},
};

/// One way to break an answer.
struct Break {
    name: &'static str,
    /// What is written and done, given what would have been right.
    steps: fn(&Answer, &Came) -> Vec<Step>,
    /// What a caller who changes nothing is told.
    kind: ErrorKind,
}

/// A whole body takes longer than [`patience`] so, one byte does not.
const PAUSE: Duration = Duration::from_millis(200);

fn breaks() -> Vec<Break> {
    let one = |name, kind, steps| Break { name, steps, kind };
    vec![
        one("closed without a byte", ErrorKind::Transport, |_, _| vec![Step::Close]),
        one("reset without a byte", ErrorKind::Transport, |_, _| vec![Step::Reset]),
        one("closed within the head", ErrorKind::Transport, |answer, came| {
            vec![Step::Write(answer.bytes(came)[..30].to_vec()), Step::Close]
        }),
        one("closed behind the head", ErrorKind::Transport, |answer, came| {
            vec![Step::Write(answer.cut(came, 0)), Step::Close]
        }),
        one("truncated body", ErrorKind::Transport, |answer, came| {
            vec![Step::Write(answer.cut(came, 20)), Step::Close]
        }),
        one("more length than body", ErrorKind::Transport, |answer, came| {
            vec![Step::Write(answer.clone().length(5000).bytes(came)), Step::Close]
        }),
        one("reset within the body", ErrorKind::Transport, |answer, came| {
            vec![Step::Write(answer.cut(came, 20)), Step::Reset]
        }),
        one("a chunk that does not end", ErrorKind::Transport, |answer, came| {
            let mut bytes = answer.clone().chunked().bytes(came);
            bytes.truncate(bytes.len() - 10);
            vec![Step::Write(bytes), Step::Close]
        }),
        one("a chunk of no size", ErrorKind::Transport, |answer, came| {
            let head = answer.clone().chunked().cut(came, 0);
            vec![Step::Write([&head[..], b"size\r\n{}\r\n0\r\n\r\n"].concat()), Step::Close]
        }),
        one("no HTTP", ErrorKind::Transport, |_, _| {
            vec![Step::Write(b"220 mail.example ESMTP\r\n".to_vec()), Step::Close]
        }),
        one("two lengths", ErrorKind::Transport, |answer, came| {
            let answer = answer.clone().header("Content-Length", "3");
            vec![Step::Write(answer.bytes(came)), Step::Close]
        }),
        one("an endless header", ErrorKind::Transport, |_, _| {
            let begin = b"HTTP/1.1 200 OK\r\nX-Endless: ".to_vec();
            vec![Step::Write(begin), Step::Endless(vec![b'x'; 8192])]
        }),
        one("endless headers", ErrorKind::Transport, |_, _| {
            let begin = b"HTTP/1.1 200 OK\r\n".to_vec();
            vec![Step::Write(begin), Step::Endless(b"X-Again: and again\r\n".repeat(400))]
        }),
        one("endless interim answers", ErrorKind::Timeout, |_, _| {
            let interim = b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n";
            vec![Step::Drip(interim.repeat(1000), Duration::from_millis(1))]
        }),
        one("silence", ErrorKind::Timeout, |_, _| vec![Step::Hold]),
        one("silence within the head", ErrorKind::Timeout, |answer, came| {
            vec![Step::Write(answer.bytes(came)[..30].to_vec()), Step::Hold]
        }),
        one("silence within the body", ErrorKind::Timeout, |answer, came| {
            vec![Step::Write(answer.cut(came, 20)), Step::Hold]
        }),
        one("a head drop by drop", ErrorKind::Timeout, |answer, came| {
            vec![Step::Drip(answer.bytes(came), PAUSE)]
        }),
        one("a body drop by drop", ErrorKind::Timeout, |answer, came| {
            let (whole, head) = (answer.bytes(came), answer.cut(came, 0));
            vec![Step::Write(head.clone()), Step::Drip(whole[head.len()..].to_vec(), PAUSE)]
        }),
    ]
}

/// Short, so that a story with a silent host ends; a whole answer takes far less, even on a machine
/// that is busy.
fn patience() -> Timeouts {
    let short = Duration::from_secs(2);
    Timeouts::new().read(short).total(short)
}

impl Break {
    fn of(&self, answer: Answer) -> Act {
        let steps = self.steps;
        Act::steps(move |came| steps(&answer, came))
    }
}

/// Tells the story of every break, all at the same time: most of it is waiting.
async fn of_every_break<S: Future<Output = ()> + Send + 'static>(story: fn(Break) -> S) {
    let mut stories = JoinSet::new();
    for broken in breaks() {
        stories.spawn(story(broken));
    }
    while let Some(told) = stories.join_next().await {
        told.unwrap();
    }
}

#[tokio::test]
async fn a_broken_answer_is_asked_for_again_under_the_same_request_id() {
    of_every_break(|broken| async move {
        let host = Host::playing([broken.of(registered()), registered().into()]).await;
        let reply = register(&host.client_of_two(patience())).await;
        let reply = reply.unwrap_or_else(|error| panic!("{}: {error}", broken.name));
        assert_eq!(reply.business.id.as_str(), "BSN-1");
        assert_eq!((reply.attempts, reply.is_signed), (2, true), "{}", broken.name);
        let came = host.came();
        assert_eq!(came.len(), 2, "{}", broken.name);
        assert_one_request(&came);
    })
    .await;
}

#[tokio::test]
async fn where_nothing_is_changed_a_broken_answer_is_a_failure_of_the_way() {
    of_every_break(|broken| async move {
        let host = Host::playing((0..2).map(|_| broken.of(requirements()))).await;
        let error = ask(&host.client_of_two(patience())).await.expect_err(broken.name);
        assert_eq!(error.kind(), broken.kind, "{}: {error}", broken.name);
        assert!(error.is_retryable() && !error.outcome_unknown(), "{}", broken.name);
        assert_eq!((error.attempts(), error.status()), (2, None), "{}", broken.name);
        assert_eq!(error.request_id(), Some("request-1"));
        assert!(error.advice().is_some());
        assert_discreet(&error);
        assert_one_request(&host.came());
    })
    .await;
}

#[tokio::test]
async fn where_a_business_is_made_a_broken_answer_leaves_the_outcome_open_and_says_so() {
    of_every_break(|broken| async move {
        let host = Host::playing((0..2).map(|_| broken.of(registered()))).await;
        let error = register(&host.client_of_two(patience())).await.expect_err(broken.name);
        assert_eq!(error.kind(), ErrorKind::Ambiguous, "{}: {error}", broken.name);
        assert!(error.outcome_unknown() && error.is_retryable(), "{}", broken.name);
        assert_eq!((error.attempts(), error.request_id()), (2, Some("request-1")));
        let shown = error.to_string();
        assert!(shown.contains("not known whether it was carried out"), "{shown}");
        assert!(shown.contains("Request-Id request-1, 2 attempts"), "{shown}");
        assert!(error.advice().unwrap().contains("same Request-Id"));
        assert!(error.assumptions().contains(&"A13"));
        assert_discreet(&error);
        let came = host.came();
        assert_eq!(came.len(), 2, "{}", broken.name);
        assert_one_request(&came);
    })
    .await;
}

#[tokio::test]
async fn a_head_without_end_is_not_read_to_its_end() {
    let endless = || Act::steps(|_| vec![Step::Endless(b"X-Again: and again\r\n".repeat(400))]);
    let begun = Act::steps(|_| {
        let begin = b"HTTP/1.1 200 OK\r\nX: ".to_vec();
        vec![Step::Write(begin), Step::Endless(vec![b'x'; 8192])]
    });
    for act in [endless(), begun] {
        let host = Host::playing([act]).await;
        let client = host.builder().retry(RetryPolicy::never()).build();
        assert_eq!(ask(&client).await.unwrap_err().kind(), ErrorKind::Transport);
        // What the client did not read lies in the buffers of the two sockets.
        let written = host.written_until_left().await;
        assert!(written < 32 << 20, "{written}");
    }
}

#[tokio::test]
async fn less_length_than_body_is_an_answer_that_cannot_be_read_and_is_asked_for_once_more() {
    let short = || Answer::ok(REGISTERED).length(40);
    let host = Host::playing([Act::from(short()), registered().into()]).await;
    let reply = register(&host.client()).await.unwrap();
    assert_eq!(reply.attempts, 2);
    assert_one_request(&host.came());

    let host = Host::playing((0..3).map(|_| short())).await;
    let error = register(&host.client()).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Decode, 2), "{error}");
    // An answer with 200 came: it may well have been done.
    assert!(error.outcome_unknown());
    assert_eq!(error.status().unwrap(), 200);
    assert_discreet(&error);
    assert_eq!(host.came().len(), 2);
}

#[tokio::test]
async fn silence_ends_by_the_time_without_a_byte_and_a_slow_body_does_not() {
    let read = Timeouts::new().read(Duration::from_secs(1)).total(Duration::from_secs(60));
    for silence in [
        Act::hold(),
        Act::steps(|came| vec![Step::Write(requirements().cut(came, 20)), Step::Hold]),
    ] {
        let host = Host::playing([silence, requirements().into()]).await;
        assert_eq!(ask(&host.client_of_two(read)).await.unwrap().attempts, 2);
    }
    // Each byte is in time, all of them take twice as long.
    let slow = Act::steps(|came| {
        let (whole, head) = (requirements().bytes(came), requirements().cut(came, 0));
        let rest = whole[head.len()..].to_vec();
        vec![Step::Write(head), Step::Drip(rest, Duration::from_millis(50))]
    });
    let host = Host::playing([slow]).await;
    assert_eq!(ask(&host.client_of_two(read)).await.unwrap().attempts, 1);
}

#[tokio::test]
async fn a_slow_answer_that_keeps_its_time_is_read() {
    let drip =
        Act::steps(|came| vec![Step::Drip(requirements().bytes(came), Duration::from_millis(1))]);
    let host = Host::playing([drip]).await;
    assert_eq!(ask(&host.client()).await.unwrap().attempts, 1);
    let chunked = requirements().chunked();
    let host = Host::playing([chunked]).await;
    assert!(ask(&host.client()).await.unwrap().is_signed);
}
