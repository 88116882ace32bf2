//! The client that calls the host, and what it calls.

use std::{
    sync::atomic::{AtomicI64, AtomicU32, Ordering},
    time::Duration,
};

use doku_partner::{
    Credentials, Environment, Error, HyperTransport, PartnerClient, PartnerClientBuilder, Reply,
    RetryPolicy, Timeouts,
};
use doku_signing::non_snap::{Form, SignedHeaders};
use doku_types::{
    Timestamp,
    partner::{
        registration::{Registration, RegistrationReply},
        requirements::{Requirements, RequirementsQuery},
    },
};

use crate::{
    answer::Answer,
    host::{Came, Host},
};

pub(crate) fn start() -> Timestamp {
    Timestamp::parse("2026-11-22T03:04:05Z").unwrap()
}

impl Host {
    pub(crate) fn client(&self) -> PartnerClient {
        self.builder().build()
    }

    /// A client that waits next to nothing between attempts, whose clock moves on by a second each
    /// time that it is asked, and whose Request-Ids count up.
    pub(crate) fn builder(&self) -> PartnerClientBuilder {
        builder(&self.url())
            .transport(HyperTransport::builder().no_proxy().timeouts(timeouts()).build())
    }

    /// One of two attempts, with its own idea of time.
    pub(crate) fn client_of_two(&self, timeouts: Timeouts) -> PartnerClient {
        let transport = HyperTransport::builder().no_proxy().timeouts(timeouts).build();
        self.builder().transport(transport).retry(quick().attempts(2)).build()
    }
}

pub(crate) fn builder(base_url: &str) -> PartnerClientBuilder {
    let seconds = AtomicI64::new(0);
    let ids = AtomicU32::new(0);
    let credentials = Credentials::new(CLIENT_ID, KEY);
    PartnerClient::builder(Environment::custom(base_url).unwrap(), credentials)
        .retry(quick())
        .clock(move || start() + Duration::from_secs(seconds.fetch_add(1, Ordering::SeqCst) as u64))
        .request_ids(move || format!("request-{}", ids.fetch_add(1, Ordering::SeqCst) + 1))
}

/// Three attempts, almost at once.
pub(crate) fn quick() -> RetryPolicy {
    RetryPolicy::new().attempts(3).base(Duration::from_millis(1))
}

/// Generous: what is silent in a story is so on purpose, and that story has its own.
pub(crate) fn timeouts() -> Timeouts {
    let long = Duration::from_secs(20);
    Timeouts::new().connect(long).read(long).total(long)
}

/// A call that changes nothing.
pub(crate) async fn ask(client: &PartnerClient) -> Result<Reply<Requirements>, Error> {
    client.check_requirements(&RequirementsQuery::personal()).await
}

/// A call that is to be done once.
pub(crate) async fn register(client: &PartnerClient) -> Result<Reply<RegistrationReply>, Error> {
    client.register_business(&registration()).await
}

/// What DOKU answers to [`ask`].
pub(crate) fn requirements() -> Answer {
    Answer::ok(r#"{"business":{"brand":{"photo_proof":{"code":"PHOTO_PROOF","max_size":15}},"contact":{}}}"#).signed()
}

/// What DOKU answers to [`register`].
pub(crate) fn registered() -> Answer {
    Answer::ok(REGISTERED).signed()
}

/// The same to a repeated request.
pub(crate) fn registered_before() -> Answer {
    Answer::new("409 Conflict", REGISTERED).signed()
}

/// The gateway's refusal.
pub(crate) fn gateway(status: &'static str, code: &str, message: &str) -> Answer {
    let error = serde_json::json!({"error": {"code": code, "message": message}});
    Answer::new(status, error.to_string())
}

/// The business's refusal.
pub(crate) fn business(status: &'static str, text: &str) -> Answer {
    Answer::new(status, serde_json::json!({"message": [text]}).to_string()).signed()
}

/// Each request is rightly signed, and they are one and the same but for the time of the signature.
pub(crate) fn assert_one_request(came: &[Came]) {
    for request in came {
        let headers = SignedHeaders::read(&request.headers, Form::Request).unwrap();
        let path = request.target.split('?').next().unwrap();
        Credentials::new(CLIENT_ID, KEY)
            .verify_request(&request.method, path, &request.body, &headers)
            .unwrap();
    }
    for two in came.windows(2) {
        let same = |request: &Came| {
            let id = request.header("request-id").to_owned();
            (request.method.clone(), request.target.clone(), id, request.body.clone())
        };
        assert_eq!(same(&two[0]), same(&two[1]));
        assert!(two[0].header("request-timestamp") < two[1].header("request-timestamp"));
        assert_ne!(two[0].header("signature"), two[1].header("signature"));
    }
}

pub(crate) fn registration() -> Registration {
    let document = serde_json::json!({"business": {
        "type": "PERSONAL", "legal_entity": "PERSEORANGAN", "name": "Warung Contoh",
        "email": EMAIL, "phone_calling_code": "62", "phone_number": "81234567890",
        "brands": [{"name": "Warung Contoh", "description": "Nasi goreng",
            "category": "NON_RETAIL", "photo_proofs": [{"id": "DCM-1"}],
            "social_media": [{"code": "INSTAGRAM", "accounts": ["https://www.instagram.com/warung"]}]}],
        "addresses": [{"area": "17133 - Kali Baru - Medan Satria - Bekasi - Jawa Barat",
            "country": "ID", "name": "Jalan Contoh 1", "primary": true}],
        "banks": [{"account_name": "Siti", "account_number": "98765432", "bank_id": "4",
            "bank_name": "BANK BCA", "country": "ID", "currency": "IDR", "swift_code": "014"}],
        "contacts": [{"name": "Siti", "email": EMAIL, "nationality": "ID",
            "phone_calling_code": "62", "phone_number": "81987654321", "position": "OWNER",
            "primary": true, "owner_liveness": {"id": "CNT-3"},
            "documents": [{"code": "KTP", "category": "DOCUMENT", "id": "DCM-2",
                "forms": [{"code": "NO_KTP", "value": NIK}]}]}],
    }});
    Registration::parse(document.to_string().as_bytes()).unwrap()
}

/// Whatever an error shows holds no key and nothing of a person.
pub(crate) fn assert_discreet(error: &Error) {
    let mut shown = format!("{error} {error:?} {:?}", error.api_error());
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        shown.push_str(&format!(" {cause} {cause:?}"));
        source = cause.source();
    }
    for hidden in [KEY, NIK, EMAIL, PASSWORD] {
        assert!(!shown.contains(hidden), "{hidden} is in {shown}");
    }
}

pub(crate) const CLIENT_ID: &str = "BRN-0001-1700000000000";
pub(crate) const KEY: &str = "SK-hostile-marker";
pub(crate) const NIK: &str = "3171234567890123";
pub(crate) const EMAIL: &str = "siti@example.com";
/// Of a proxy.
pub(crate) const PASSWORD: &str = "hunter2-marker";
pub(crate) const REGISTERED: &str = r#"{"business":{"id":"BSN-1","status":"UPDATING","brands":[{"id":"BRN-1","status":"UPDATING"}]}}"#;
