//! Answers larger than any of DOKU's.

use doku_partner::ErrorKind;

use crate::{
    answer::Answer,
    call::{ask, assert_discreet, register},
    host::{Act, Host, Step},
};

const TEN_MEGABYTES: usize = 10_000_000;

/// An answer that begins well and says that it has so many bytes.
fn large() -> Act {
    Act::steps(|came| {
        let head = Answer::ok("").length(TEN_MEGABYTES).bytes(came);
        vec![Step::Write(head), Step::Write(vec![b' '; TEN_MEGABYTES])]
    })
}

/// The same without saying so.
fn chunked() -> Act {
    Act::steps(|came| {
        let head = Answer::ok("").chunked().cut(came, 0);
        let chunk = format!("{:x}\r\n{}\r\n", 100_000, " ".repeat(100_000));
        let rest = chunk.repeat(100) + "0\r\n\r\n";
        vec![Step::Write(head), Step::Write(rest.into())]
    })
}

#[tokio::test]
async fn an_answer_of_ten_megabytes_is_refused_and_not_asked_for_again() {
    for act in [large, chunked] {
        let host = Host::playing([act()]).await;
        let error = ask(&host.client()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Transport, "{error}");
        assert!(error.to_string().contains("larger than allowed"), "{error}");
        assert!(!error.is_retryable() && !error.outcome_unknown());
        assert_eq!((error.attempts(), host.came().len()), (1, 1));
        assert!(error.advice().unwrap().contains("base URL"));
        // The connection is given up, not read to its end.
        let written = host.written_until_left().await;
        assert!(written < TEN_MEGABYTES as u64, "all of it was taken");
    }
}

#[tokio::test]
async fn whoever_was_answered_so_does_not_know_what_was_done() {
    for act in [large, chunked] {
        let host = Host::playing([act()]).await;
        let error = register(&host.client()).await.unwrap_err();
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::Ambiguous, 1), "{error}");
        assert!(error.outcome_unknown());
        assert_discreet(&error);
    }
}

#[tokio::test]
async fn an_answer_just_within_the_limit_is_read() {
    let body = |length: usize| {
        let document = r#"{"business":{"contact":{"documents":[{"code":"KTP","max_size":15}]}}}"#;
        document.to_owned() + &" ".repeat(length - document.len())
    };
    for answer in [Answer::ok(body(1 << 20)), Answer::ok(body(1 << 20)).chunked()] {
        let host = Host::playing([answer]).await;
        assert!(ask(&host.client()).await.is_ok());
    }
    for answer in [Answer::ok(body((1 << 20) + 1)), Answer::ok(body((1 << 20) + 1)).chunked()] {
        let host = Host::playing([answer]).await;
        let error = ask(&host.client()).await.unwrap_err();
        assert!(error.to_string().contains("larger than allowed"), "{error}");
    }
}
