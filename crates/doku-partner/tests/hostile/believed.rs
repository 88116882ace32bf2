//! Which answers are believed: those that are signed rightly, and, if one likes, those that are not
//! signed at all.

use doku_partner::{Credentials, ErrorKind, UnsignedReplies};

use crate::{
    answer::Answer,
    call::{
        CLIENT_ID, KEY, REGISTERED, ask, assert_discreet, assert_one_request, business, register,
        registered, registered_before, requirements,
    },
    host::{Act, Host, Step},
};

/// Answers whose signature is wrong, and why.
fn forgeries() -> Vec<(Answer, &'static str)> {
    let garbled = |signature: &str| {
        Answer::ok(REGISTERED)
            .header("Client-Id", CLIENT_ID)
            .header("Request-Id", "request-1")
            .header("Response-Timestamp", "2026-11-22T03:04:05Z")
            .header("Signature", signature)
    };
    let zeros = "HMACSHA256=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    vec![
        (Answer::ok(REGISTERED).signed_by(Credentials::new(CLIENT_ID, "SK-other")), ""),
        (Answer::ok(REGISTERED).signed_by(Credentials::new("BRN-other", KEY)), "another client"),
        (Answer::ok(REGISTERED).signed_for("request-0"), "another request"),
        (garbled(zeros), ""),
        (garbled("nonsense"), ""),
        (garbled(""), ""),
        (Answer::ok(REGISTERED).header("Signature", zeros), "Client-Id"),
        (registered().header("Signature", zeros), "Signature"),
        (registered_before().signed_for("request-0"), "another request"),
        (business("400 Bad Request", "NO").signed_for("request-0"), "another request"),
    ]
}

#[tokio::test]
async fn an_answer_with_a_wrong_signature_is_asked_for_once_more() {
    for (forgery, _) in forgeries() {
        let host = Host::playing([forgery, registered()]).await;
        let reply = register(&host.client()).await.unwrap();
        assert_eq!((reply.attempts, reply.is_signed), (2, true));
        assert_one_request(&host.came());
    }
}

#[tokio::test]
async fn an_answer_whose_signature_stays_wrong_is_not_believed() {
    for (forgery, why) in forgeries() {
        let host = Host::playing((0..3).map(|_| forgery.clone())).await;
        let error = register(&host.client()).await.unwrap_err();
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::ReplySignature, 2), "{error}");
        assert_eq!(host.came().len(), 2);
        assert!(error.to_string().contains("not to be believed"), "{error}");
        assert!(error.to_string().contains(why), "{why} is not in {error}");
        // Somebody answered; what DOKU did, nobody knows.
        assert!(error.outcome_unknown() && error.is_retryable());
        assert_eq!(error.api_error(), None, "its words are not believed either");
        assert!(error.assumptions().contains(&"A14") && error.assumptions().contains(&"A40"));
        assert!(error.advice().unwrap().contains("under the same Request-Id"));
        assert_discreet(&error);
    }
}

#[tokio::test]
async fn an_answer_that_was_changed_on_the_way_is_not_believed() {
    let changed = || {
        Act::steps(|came| {
            let bytes = String::from_utf8(registered().bytes(came)).unwrap();
            vec![Step::Write(bytes.replace("BSN-1", "BSN-2").into_bytes())]
        })
    };
    let host = Host::playing([changed(), changed()]).await;
    let error = register(&host.client()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ReplySignature);

    // The answer to a GET is signed without its body, by DOKU's rule: its own id and path count.
    let foreign = requirements().signed_for("request-0");
    let host = Host::playing([foreign.clone(), foreign]).await;
    let error = ask(&host.client()).await.unwrap_err();
    assert_eq!((error.kind(), error.outcome_unknown()), (ErrorKind::ReplySignature, false));
}

#[tokio::test]
async fn an_unsigned_answer_is_taken_unless_that_is_refused() {
    let unsigned = || Answer::ok(REGISTERED);
    let host = Host::playing([unsigned()]).await;
    let reply = register(&host.client()).await.unwrap();
    assert_eq!((reply.attempts, reply.is_signed), (1, false));

    let strict = |host: &Host| host.builder().unsigned_replies(UnsignedReplies::Refuse).build();
    let host = Host::playing([unsigned(), registered()]).await;
    let reply = register(&strict(&host)).await.unwrap();
    assert_eq!((reply.attempts, reply.is_signed), (2, true));

    let replayed = Answer::new("409 Conflict", REGISTERED);
    for answers in [[unsigned(), unsigned()], [replayed.clone(), replayed]] {
        let host = Host::playing(answers).await;
        let error = register(&strict(&host)).await.unwrap_err();
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::ReplySignature, 2), "{error}");
        assert!(error.to_string().contains("it is not signed"), "{error}");
        assert!(error.outcome_unknown());
    }
}

#[tokio::test]
async fn where_unsigned_answers_are_refused_a_wrong_and_a_missing_signature_share_one_doubt() {
    let wrong = Answer::ok(REGISTERED).signed_for("request-0");
    let host = Host::playing([wrong, Answer::ok(REGISTERED), registered()]).await;
    let client = host.builder().unsigned_replies(UnsignedReplies::Refuse).build();
    let error = register(&client).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::ReplySignature, 2));
}
