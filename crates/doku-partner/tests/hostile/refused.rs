//! Answers that say no: by the host, by something before it, or by something else altogether.

use std::time::{Duration, Instant};

use doku_partner::{ErrorKind, RetryPolicy};

use crate::{
    answer::Answer,
    call::{
        ask, assert_discreet, assert_one_request, business, gateway, register, registered,
        requirements,
    },
    host::{Act, Host},
};

#[tokio::test]
async fn trouble_that_passes_is_waited_out() {
    for trouble in [
        Answer::new("500 Internal Server Error", "oops"),
        Answer::new("502 Bad Gateway", "<html>bad gateway</html>"),
        Answer::new("503 Service Unavailable", "").header("Retry-After", "0"),
        Answer::new("504 Gateway Timeout", ""),
        Answer::new("429 Too Many Requests", "").header("Retry-After", "0"),
        Answer::new("408 Request Timeout", ""),
        gateway("500 Internal Server Error", "internal_server_error", "oops"),
        business("500 Internal Server Error", "OOPS"),
    ] {
        let host = Host::playing([trouble.clone(), trouble.clone(), registered()]).await;
        let reply = register(&host.client()).await.unwrap();
        assert_eq!((reply.attempts, reply.is_replayed()), (3, false));
        assert_one_request(&host.came());

        let host = Host::playing([trouble.clone(), requirements()]).await;
        assert_eq!(ask(&host.client()).await.unwrap().attempts, 2);

        let host = Host::playing([trouble, registered()]).await;
        let once = host.builder().retry(RetryPolicy::never()).build();
        assert!(register(&once).await.unwrap_err().is_retryable());
        assert_eq!(host.came().len(), 1);
    }
}

#[tokio::test]
async fn trouble_that_stays_is_told_as_what_it_is() {
    for (answer, kind, open) in [
        // Who knows what was done before the host fell over.
        (Answer::new("500 Internal Server Error", "oops"), ErrorKind::Server, true),
        (business("500 Internal Server Error", "OOPS"), ErrorKind::Server, true),
        (Answer::new("503 Service Unavailable", ""), ErrorKind::Server, true),
        (Answer::new("429 Too Many Requests", ""), ErrorKind::RateLimited, false),
        (gateway("429 Too Many Requests", "rate", "slow"), ErrorKind::RateLimited, false),
        (Answer::new("408 Request Timeout", ""), ErrorKind::Timeout, false),
    ] {
        let host = Host::playing((0..3).map(|_| answer.clone())).await;
        let error = register(&host.client()).await.unwrap_err();
        assert_eq!((error.kind(), error.attempts()), (kind, 3), "{error}");
        assert_eq!(error.outcome_unknown(), open, "{error}");
        assert_eq!(error.assumptions().contains(&"A13"), open);
        assert!(error.is_retryable(), "{error}");
        assert_discreet(&error);

        let host = Host::playing((0..3).map(|_| answer.clone())).await;
        let error = ask(&host.client()).await.unwrap_err();
        assert_eq!((error.kind(), error.outcome_unknown()), (kind, false), "{error}");
    }
}

#[tokio::test]
async fn what_the_host_asks_for_is_waited_for() {
    let busy = Answer::new("503 Service Unavailable", "").header("Retry-After", "1");
    let host = Host::playing([busy, requirements()]).await;
    let begun = Instant::now();
    assert_eq!(ask(&host.client()).await.unwrap().attempts, 2);
    assert!(begun.elapsed() >= Duration::from_secs(1), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn a_host_that_asks_for_more_than_the_budget_is_not_asked_again() {
    let dated = |after: &str| {
        Answer::new("429 Too Many Requests", "")
            .header("Date", "Sun, 22 Nov 2026 03:04:05 GMT")
            .header("Retry-After", after)
    };
    for (answer, kind, seconds) in [
        (
            Answer::new("503 Service Unavailable", "").header("Retry-After", "61"),
            ErrorKind::Server,
            61,
        ),
        (dated("3600"), ErrorKind::RateLimited, 3600),
        // As a date, by the host's own clock: this machine's may be another.
        (dated("Sun, 22 Nov 2026 05:04:05 GMT"), ErrorKind::RateLimited, 7200),
        (dated("18446744073709551615"), ErrorKind::RateLimited, u64::MAX),
    ] {
        let host = Host::playing([answer, requirements()]).await;
        let error = ask(&host.client()).await.unwrap_err();
        assert_eq!((error.kind(), error.attempts()), (kind, 1), "{error}");
        assert_eq!(error.retry_after(), Some(Duration::from_secs(seconds)));
        assert!(error.is_retryable());
    }
}

#[tokio::test]
async fn a_wish_to_wait_that_is_past_or_makes_no_sense_is_none() {
    for after in ["Sun, 22 Nov 2026 01:00:00 GMT", "soon", "-1", "", "1e9"] {
        let answer = Answer::new("503 Service Unavailable", "")
            .header("Date", "Sun, 22 Nov 2026 03:04:05 GMT")
            .header("Retry-After", after);
        let host = Host::playing([answer, requirements()]).await;
        assert_eq!(ask(&host.client()).await.unwrap().attempts, 2, "{after}");
    }
}

#[tokio::test]
async fn a_redirect_is_never_followed() {
    for status in [
        "301 Moved Permanently",
        "302 Found",
        "303 See Other",
        "307 Temporary Redirect",
        "308 Permanent Redirect",
    ] {
        let elsewhere = Host::playing([registered()]).await;
        let redirect =
            || Answer::new(status, "").header("Location", format!("{}/elsewhere", elsewhere.url()));
        let host = Host::playing([redirect(), redirect()]).await;
        for error in
            [register(&host.client()).await.unwrap_err(), ask(&host.client()).await.unwrap_err()]
        {
            assert_eq!((error.kind(), error.attempts()), (ErrorKind::Decode, 1), "{error}");
            assert!(error.status().unwrap().is_redirection());
            assert!(error.advice().unwrap().contains("never followed"), "{:?}", error.advice());
            assert!(!error.is_retryable() && !error.outcome_unknown());
        }
        assert_eq!((host.came().len(), elsewhere.connections()), (2, 0), "{status}");
    }
}

#[tokio::test]
async fn a_page_of_something_else_is_no_answer() {
    let page = || Answer::ok("<!doctype html><title>Welcome</title>");
    let host = Host::playing([page(), page()]).await;
    let error = ask(&host.client()).await.unwrap_err();
    // It may have been damaged on the way, so it is asked for once more.
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Decode, 2), "{error}");
    assert!(error.advice().unwrap().contains("base URL"));
    assert!(!error.to_string().contains("Welcome"), "{error}");
    assert!(!error.is_retryable());

    let host = Host::playing([page(), page()]).await;
    let error = register(&host.client()).await.unwrap_err();
    assert!(error.outcome_unknown() && error.advice().unwrap().contains("same Request-Id"));
    assert_eq!(host.came().len(), 2);

    let host = Host::playing([page(), registered()]).await;
    assert_eq!(register(&host.client()).await.unwrap().attempts, 2);
}

#[tokio::test]
async fn answers_of_another_shape_than_dokus_are_no_answers() {
    let nested = "[".repeat(100_000);
    for body in ["", "null", "[]", "{}", r#"{"business":null}"#, "\u{feff}{}", &nested] {
        let host = Host::playing([Answer::ok(body).signed(), Answer::ok(body).signed()]).await;
        let error = register(&host.client()).await.unwrap_err();
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::Decode, 2), "{error}");
        assert!(error.outcome_unknown(), "a signed 200 came");
    }
}

#[tokio::test]
async fn a_404_in_plain_text_is_not_dokus() {
    let host = Host::playing([Answer::new("404 Not Found", "404 page not found")]).await;
    let error = ask(&host.client()).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Decode, 1), "{error}");
    assert_eq!(error.status().unwrap(), 404);
    assert!(error.advice().unwrap().contains("base URL"));
    assert_eq!(error.api_error(), None);
    assert!(!error.is_retryable());
}

#[tokio::test]
async fn a_status_that_nobody_knows_is_an_answer_all_the_same() {
    for status in ["299 Fine", "999 Odd", "418 I'm a teapot"] {
        let answer = || Answer::new(status, "neither JSON nor DOKU's");
        let host = Host::playing([Act::from(answer()), answer().into(), answer().into()]).await;
        let error = ask(&host.client()).await.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Decode | ErrorKind::Server), "{status}: {error}");
        assert_eq!(error.status().unwrap().as_u16().to_string(), status[..3]);
    }
}

#[tokio::test]
async fn a_late_clock_is_mended_by_the_date_of_the_refusal() {
    let refusal = gateway("400 Bad Request", "request_time_out_of_range", "not in +- 3600 second");
    let dated = refusal.header("Date", "Sun, 22 Nov 2026 15:00:00 GMT");
    let host = Host::playing([dated.clone(), registered(), registered()]).await;
    let client = host.builder().retry(RetryPolicy::never()).build();
    assert_eq!(register(&client).await.unwrap().attempts, 2);
    assert_one_request(&host.came());
    let at = host.came()[1].header("request-timestamp").to_owned();
    assert!(at.starts_with("2026-11-22T15:00:0"), "{at}");
    register(&client).await.unwrap();
    assert!(host.came()[2].header("request-timestamp").starts_with("2026-11-22T03:04:"));

    // A host that is of two minds is believed once.
    let host = Host::playing([dated.clone(), dated]).await;
    let error = register(&host.client()).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Clock, 2));

    // Without a date, or with one that cannot be the reason, nothing is to be learnt.
    for date in [None, Some("Sun, 22 Nov 2026 03:04:30 GMT"), Some("yesterday")] {
        let mut refusal = gateway("400 Bad Request", "request_time_out_of_range", "");
        if let Some(date) = date {
            refusal = refusal.header("Date", date);
        }
        let host = Host::playing([refusal]).await;
        let error = register(&host.client()).await.unwrap_err();
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::Clock, 1), "{date:?}");
    }
}
