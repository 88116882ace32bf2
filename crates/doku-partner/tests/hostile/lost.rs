//! A registration whose answer was lost: found again by its Request-Id, or told honestly.

use std::time::Duration;

use doku_partner::{
    ErrorKind, Outcome, RetryPolicy, UnsignedReplies,
    operation::{CheckRequirements, RegisterBusiness},
};
use doku_types::partner::requirements::RequirementsQuery;

use crate::{
    answer::Answer,
    call::{
        REGISTERED, ask, assert_discreet, assert_one_request, business, gateway, register,
        registered, registered_before, registration, requirements,
    },
    host::{Act, Host, Step},
};

#[tokio::test]
async fn a_lost_answer_is_found_again_by_its_request_id() {
    let host = Host::playing([Act::lose(), Act::lose(), registered_before().into()]).await;
    let reply = register(&host.client()).await.unwrap();
    let Outcome::Replayed(replayed) = &reply.outcome else { panic!("{reply:?}") };
    assert_eq!(replayed.business.id.as_str(), "BSN-1");
    assert!(reply.is_replayed() && reply.is_signed);
    assert_eq!((reply.attempts, reply.request_id.as_deref()), (3, Some("request-1")));
    let came = host.came();
    assert_eq!(came.len(), 3);
    assert_one_request(&came);
    assert_eq!(came[0].header("request-timestamp"), "2026-11-22T03:04:05Z");
    assert_eq!(came[2].header("request-timestamp"), "2026-11-22T03:04:07Z");
}

#[tokio::test]
async fn a_request_that_was_lost_on_its_way_is_done_by_the_next_attempt() {
    let host = Host::playing([Act::lose(), registered().into()]).await;
    let reply = register(&host.client()).await.unwrap();
    assert!(!reply.is_replayed());
    assert_eq!(reply.attempts, 2);
}

#[tokio::test]
async fn an_answer_that_is_lost_for_ever_leaves_the_outcome_open_and_names_the_request() {
    let host = Host::playing((0..3).map(|_| Act::lose())).await;
    let error = register(&host.client()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Ambiguous);
    assert!(error.outcome_unknown() && error.is_retryable());
    assert_eq!((error.request_id(), error.attempts()), (Some("request-1"), 3));
    assert!(error.to_string().contains("request-1"), "{error}");
    assert!(error.assumptions().contains(&"A13") && error.assumptions().contains(&"A01"));
    assert_discreet(&error);

    // As the error's advice has it: again, under the id that it names.
    let host = Host::playing([registered_before()]).await;
    let merchant = registration();
    let again = RegisterBusiness::new(&merchant);
    let reply = host.client().call_as(&again, error.request_id().unwrap()).await.unwrap();
    assert!(reply.is_replayed());
    assert_eq!(host.came()[0].header("request-id"), "request-1");
}

#[tokio::test]
async fn a_question_whose_answer_is_lost_for_ever_leaves_nothing_open() {
    let host = Host::playing((0..3).map(|_| Act::lose())).await;
    let error = ask(&host.client()).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Transport, 3));
    assert!(!error.outcome_unknown() && error.is_retryable());
    assert_one_request(&host.came());
}

#[tokio::test]
async fn a_refusal_by_the_gateway_settles_nothing_of_what_was_lost_before() {
    // It looks at headers alone, and does not know what became of an earlier attempt.
    for (status, refusal) in [
        (400, gateway("400 Bad Request", "invalid_signature", "Invalid Header Signature")),
        (401, gateway("401 Unauthorized", "invalid_client_id", "Invalid Client-Id")),
        (403, Answer::new("403 Forbidden", "<html>blocked</html>")),
        (404, Answer::new("404 Not Found", "no route")),
        (302, Answer::new("302 Found", "")),
    ] {
        let host = Host::playing([Act::lose(), refusal.into()]).await;
        let error = register(&host.client()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Ambiguous, "{error}");
        assert!(error.outcome_unknown() && error.is_retryable(), "{error}");
        assert_eq!(error.status().unwrap(), status);
        assert_eq!((error.attempts(), host.came().len()), (2, 2));
        assert_discreet(&error);
    }
}

#[tokio::test]
async fn a_refusal_by_the_gateway_alone_leaves_nothing_open() {
    let refusal = gateway("400 Bad Request", "invalid_signature", "Invalid Header Signature");
    let host = Host::playing([refusal]).await;
    let error = register(&host.client()).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Signature, 1));
    assert!(!error.outcome_unknown());
}

#[tokio::test]
async fn a_refusal_by_the_business_says_that_the_lost_attempt_was_not_done_either() {
    let refusal = business("400 Bad Request", "/business/name is mandatory");
    let host = Host::playing([Act::lose(), refusal.into()]).await;
    let error = register(&host.client()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Validation, "{error}");
    assert!(!error.outcome_unknown() && !error.is_retryable());
    assert_eq!(error.pointers(), ["/business/name"]);
    assert_eq!(error.attempts(), 2);
}

#[tokio::test]
async fn a_lost_answer_and_then_trouble_at_the_host_leave_the_outcome_open() {
    for trouble in ["500 Internal Server Error", "503 Service Unavailable", "429 Too Many Requests"]
    {
        let host = Host::playing([
            Act::lose(),
            Answer::new(trouble, "").into(),
            Answer::new(trouble, "").into(),
        ])
        .await;
        let error = register(&host.client()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Ambiguous, "{trouble}: {error}");
        assert!(error.outcome_unknown() && error.is_retryable());
    }
}

#[tokio::test]
async fn an_id_that_is_still_being_processed_is_asked_for_until_it_is_done() {
    let busy = || gateway("409 Conflict", "idempotent_request", "in progress").signed();
    let acts = [Act::lose(), busy().into(), registered_before().into()];
    let host = Host::playing(acts).await;
    let reply = register(&host.client()).await.unwrap();
    assert_eq!((reply.is_replayed(), reply.attempts), (true, 3));

    let host = Host::playing([Act::from(busy()), registered().into()]).await;
    let reply = register(&host.client()).await.unwrap();
    assert_eq!((reply.is_replayed(), reply.attempts), (false, 2));

    let host = Host::playing((0..3).map(|_| busy())).await;
    let error = register(&host.client()).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Conflict, 3), "{error}");
    assert!(error.outcome_unknown() && error.is_retryable());
    assert!(error.assumptions().contains(&"A13"));
}

#[tokio::test]
async fn a_conflict_that_is_no_replay_says_that_the_id_was_used_and_settles_nothing() {
    let told = || business("409 Conflict", "THE BUSINESS IS CLOSED");
    let host = Host::playing([told()]).await;
    let error = register(&host.client()).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Conflict, 1));
    assert_eq!(error.status().unwrap(), 409);
    assert_eq!(error.api_error().unwrap().to_string(), "THE BUSINESS IS CLOSED");
    assert!(error.outcome_unknown(), "{error}");
    assert!(error.advice().unwrap().contains("under the same Request-Id"));
    assert!(error.to_string().contains("not known whether it was carried out"), "{error}");

    let host = Host::playing([Act::lose(), told().into()]).await;
    let error = register(&host.client()).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Ambiguous, 2), "{error}");

    // Nor is one without any words, or with the first reply in a shape that cannot be read.
    for body in ["conflict", r#"{"business":{"number":7}}"#] {
        let host = Host::playing([Answer::new("409 Conflict", body)]).await;
        let error = register(&host.client()).await.unwrap_err();
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::Decode, 1));
        assert!(error.outcome_unknown() && error.is_retryable(), "{error}");
    }
}

#[tokio::test]
async fn only_a_refusal_of_what_was_looked_at_settles_what_was_lost_before() {
    for (status, settles) in [
        ("400 Bad Request", true),
        ("404 Not Found", true),
        ("422 Unprocessable Content", true),
        ("401 Unauthorized", false),
        ("403 Forbidden", false),
        ("409 Conflict", false),
        ("429 Too Many Requests", false),
    ] {
        let acts = [Act::lose(), business(status, "NO").into(), business(status, "NO").into()];
        let host = Host::playing(acts).await;
        let error = register(&host.client()).await.unwrap_err();
        assert_eq!(error.outcome_unknown(), !settles, "{status}: {error}");
    }
}

#[tokio::test]
async fn who_distrusts_unsigned_replies_settles_nothing_by_one() {
    let unsigned = || {
        let body = serde_json::json!({"message": ["NO"]}).to_string();
        Answer::new("400 Bad Request", body)
    };
    for (policy, unknown) in [(UnsignedReplies::Refuse, true), (UnsignedReplies::Accept, false)] {
        let host = Host::playing([Act::lose(), unsigned().into()]).await;
        let client = host.builder().unsigned_replies(policy).build();
        let error = register(&client).await.unwrap_err();
        assert_eq!(error.outcome_unknown(), unknown, "{error}");
    }
    let host = Host::playing([Act::lose(), business("400 Bad Request", "NO").into()]).await;
    let client = host.builder().unsigned_replies(UnsignedReplies::Refuse).build();
    assert!(!register(&client).await.unwrap_err().outcome_unknown(), "it is signed");
}

#[tokio::test]
async fn a_reply_within_the_payment_apis_envelope_is_read() {
    let enveloped = format!(r#"{{"message":["SUCCESS"],"response":{REGISTERED}}}"#);
    let host = Host::playing([Answer::ok(enveloped).signed()]).await;
    assert!(!register(&host.client()).await.unwrap().is_replayed());
}

#[tokio::test]
async fn a_replay_is_only_of_what_changes_something() {
    let answer = Answer::new("409 Conflict", r#"{"business":{}}"#).signed();
    let host = Host::playing([answer]).await;
    let error = ask(&host.client()).await.unwrap_err();
    assert_eq!(error.status().unwrap(), 409);
}

#[tokio::test]
async fn a_request_id_of_ones_own_is_sent_with_every_attempt() {
    let host = Host::playing([Act::lose(), requirements().into()]).await;
    let query = RequirementsQuery::personal();
    let reply = host.client().call_as(&CheckRequirements::new(&query), "shop 7/ask").await;
    assert_eq!(reply.unwrap().request_id.as_deref(), Some("shop 7/ask"));
    assert_one_request(&host.came());
    assert_eq!(host.came()[1].header("request-id"), "shop 7/ask");
}

#[tokio::test]
async fn no_attempt_begins_after_the_budget() {
    // An answer takes longer than all attempts may.
    let slow =
        || Act::steps(|_| vec![Step::Drip(b"H".to_vec(), Duration::from_millis(100)), Step::Close]);
    let host = Host::playing([slow(), slow()]).await;
    let policy = RetryPolicy::new().base(Duration::ZERO).budget(Duration::from_millis(50));
    let error = register(&host.builder().retry(policy).build()).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Ambiguous, 1));
    assert_eq!(host.came().len(), 1);
}
