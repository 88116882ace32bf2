//! A policy of one attempt: nothing is sent again, whatever comes of it.

use doku_partner::{Error, PartnerClient, RetryPolicy};

use crate::{
    answer::Answer,
    call::{ask, gateway, register, registered, requirements},
    host::{Act, Host, Step},
};

fn once(host: &Host) -> PartnerClient {
    host.builder().retry(RetryPolicy::never()).build()
}

/// What would be tried again by a more patient policy.
fn troubles() -> Vec<Act> {
    vec![
        Act::lose(),
        Act::steps(|_| vec![Step::Reset]),
        Answer::new("500 Internal Server Error", "").into(),
        Answer::new("503 Service Unavailable", "").header("Retry-After", "0").into(),
        Answer::new("429 Too Many Requests", "").header("Retry-After", "0").into(),
        Answer::ok("<html>").into(),
        Answer::ok("{}").signed_for("request-0").into(),
        gateway("409 Conflict", "idempotent_request", "in progress").into(),
    ]
}

#[tokio::test]
async fn nothing_is_sent_again_where_one_attempt_is_all() {
    for trouble in troubles() {
        let host = Host::playing([trouble, registered().into()]).await;
        assert_once(&host, &register(&once(&host)).await.unwrap_err());
    }
    for trouble in troubles() {
        let host = Host::playing([trouble, requirements().into()]).await;
        assert_once(&host, &ask(&once(&host)).await.unwrap_err());
    }
}

fn assert_once(host: &Host, error: &Error) {
    assert_eq!((error.attempts(), host.came().len()), (1, 1), "{error}");
    assert!(!error.to_string().contains("attempts"), "{error}");
}

#[tokio::test]
async fn as_many_attempts_are_made_as_the_policy_says_and_no_more() {
    for attempts in 1..=5 {
        let host = Host::playing((0..9).map(|_| Act::lose())).await;
        let policy = crate::call::quick().attempts(attempts);
        let error = register(&host.builder().retry(policy).build()).await.unwrap_err();
        assert_eq!((error.attempts(), host.came().len()), (attempts, attempts as usize));
    }
}
