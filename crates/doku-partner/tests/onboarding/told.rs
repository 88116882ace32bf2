//! What an onboarding tells as it goes, and what has to be remembered of it.

use std::sync::{Arc, Mutex};

use doku_partner::onboarding::{Event, Onboarding, OnboardingState};
use doku_types::partner::endpoint::Endpoint;
use serde_json::{Value, json};

use crate::{
    line::Mishap,
    world::{World, word},
};

type Told = Arc<Mutex<Vec<String>>>;

fn watch(onboarding: &mut Onboarding) -> Told {
    let told = Told::default();
    let tell = Arc::clone(&told);
    onboarding.on_event(move |event| {
        let line = match event {
            Event::Requirements(needed) => {
                format!("{} paper is asked for", needed.business.contact.documents.len())
            }
            Event::Checked => "checked".to_owned(),
            Event::Uploaded { name, file } => {
                assert!(file.id.as_str().starts_with("DCM-") || *name == "face", "{}", file.id);
                format!("uploaded {name}")
            }
            Event::Sending { .. } => "sending".to_owned(),
            Event::Registered(reply) => {
                let again = if reply.is_replayed() { " again" } else { "" };
                format!("registered{again}, {} brand", reply.business.brands.len())
            }
            Event::Resubmitted(_) => "resubmitted".to_owned(),
            Event::Callback(callback) => format!("callback {}", callback.callback_type),
            Event::Looked(data) => format!("looked: {}", data.status.as_ref().unwrap()),
            other => format!("{other:?}"),
        };
        tell.lock().unwrap().push(line);
    });
    told
}

#[tokio::test]
async fn events_come_in_the_order_in_which_things_happen() {
    let world = World::new().await;
    let mut onboarding = world.onboarding(world.draft());
    let told = watch(&mut onboarding);
    onboarding.run().await.unwrap();
    assert_eq!(
        *told.lock().unwrap(),
        [
            "1 paper is asked for",
            "checked",
            "uploaded face",
            "uploaded ktp",
            "uploaded shop",
            "sending",
            "registered, 1 brand",
            "looked: ACTIVE",
        ]
    );
}

#[tokio::test]
async fn what_is_sent_again_is_told_with_its_request_id_and_as_done_before() {
    let world = World::new().await;
    world.line.strike(Endpoint::BusinessRegistration, Mishap::Unanswered);
    let error = world.onboarding(world.draft()).submit().await.unwrap_err();
    let mut resumed = world.resumed(world.draft());
    let ids = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&ids);
    resumed.on_event(move |event| {
        if let Event::Sending { request_id } = event {
            kept.lock().unwrap().push((*request_id).to_owned());
        }
    });
    resumed.submit().await.unwrap();
    assert_eq!(*ids.lock().unwrap(), [error.request_id().unwrap()]);

    // What was settled is not told again.
    let told = watch(&mut resumed);
    assert_eq!(word(&resumed.run().await.unwrap()), "active");
    assert_eq!(*told.lock().unwrap(), ["looked: ACTIVE"]);
}

#[tokio::test]
async fn the_callbacks_about_the_merchant_are_told_too() {
    let mut world = World::new().await;
    world.listen().await;
    let mut onboarding = world.onboarding(world.draft());
    let hints = doku_partner::onboarding::CallbackHints::new();
    onboarding.hints(&hints).submit().await.unwrap();
    world.pass_on_all(&hints, 0).await;
    let told = watch(&mut onboarding);
    assert_eq!(word(&onboarding.follow().await.unwrap()), "active");
    let expected: Vec<_> = world
        .mock
        .callbacks()
        .iter()
        .map(|record| format!("callback {}", record.callback.callback_type))
        .chain(["looked: ACTIVE".to_owned()])
        .collect();
    assert_eq!(*told.lock().unwrap(), expected);
    assert_eq!(expected.len(), 11);
}

#[tokio::test]
async fn the_state_is_free_of_secrets_and_personal_data() {
    let world = World::new().await;
    world.line.strike(Endpoint::BusinessRegistration, Mishap::Unanswered);
    let draft = world.draft();
    let mut onboarding = world.onboarding(draft.clone());
    onboarding.submit().await.unwrap_err();
    let open = serde_json::to_string(onboarding.state()).unwrap();
    onboarding.submit().await.unwrap();
    let registered = serde_json::to_string(onboarding.state()).unwrap();
    let data = world.mock.business(world.brand()).unwrap();
    let contact = &draft.business.contacts[0];
    for text in [&open, &registered] {
        for secret in [
            contact.documents[0].forms[0].value.expose(),
            contact.email.expose(),
            contact.name.expose(),
            contact.phone_number.expose(),
            draft.business.email.expose(),
            draft.business.banks[0].account_number.expose(),
            &draft.business.name,
            world.mock.credentials().secret_key.expose(),
            data.brands[0].shared_key.as_ref().unwrap().expose(),
            "ktp.png",
            "eyJ",
        ] {
            assert!(!secret.is_empty() && !text.contains(secret), "{secret}: {text}");
        }
        assert!(text.len() < 1024, "{text}");
    }
    assert!(open.contains("\"sent\"") && !registered.contains("\"sent\""), "{open} {registered}");
}

#[tokio::test]
async fn the_state_reads_back_and_a_later_version_s_too() {
    let world = World::new().await;
    world.line.strike(Endpoint::BusinessRegistration, Mishap::Unanswered);
    let mut onboarding = world.onboarding(world.draft());
    onboarding.submit().await.unwrap_err();
    for _ in 0..2 {
        let mut document = serde_json::to_value(onboarding.state()).unwrap();
        document["of_2031"] = json!({"x": [1]});
        document["registration"]["of_2031"] = json!("x");
        if let Value::Object(sent) = &mut document["registration"]["sent"] {
            sent.insert("of_2031".to_owned(), json!(null));
        }
        let read: OnboardingState = serde_json::from_str(&document.to_string()).unwrap();
        assert_eq!(&read, onboarding.state());
        onboarding.submit().await.unwrap();
    }
    // The least that an earlier version could have written.
    let least = r#"{"registration":{"request_id":"request-1"}}"#;
    let read: OnboardingState = serde_json::from_str(least).unwrap();
    assert_eq!(read.registration_request_id(), "request-1");
    assert_eq!((read.business(), read.brand(), read.is_outcome_unknown()), (None, None, false));
    assert_eq!(serde_json::to_value(&read).unwrap()["registration"]["request_id"], "request-1");
}
