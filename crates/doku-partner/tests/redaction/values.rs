//! A value of each type that can hold a secret or personal data, full of markers, and all that it
//! prints.

use std::error::Error as _;

use bytes::Bytes;
use doku_partner::{
    Body, Environment, Error, FileUpload, HyperTransport, HyperTransportBuilder, InvalidBaseUrl,
    InvalidCertificate, InvalidProxy, Outcome, PartnerClient, PartnerClientBuilder, Reply,
    Transport, TransportError,
    callback::{CallbackError, CallbackReceiver, ReceivedCallback, testing},
    onboarding::{CallbackHints, Event, Onboarding, OnboardingState, Verdict},
    operation::{
        Authentication, CheckRequirements, CreateBusinessLite, Encoded, GenerateToken,
        GetBusinessData, RegisterBusiness, UpdateBusinessData, UploadFile,
    },
    receiver::{self, CallbackListener, CallbackService, Callbacks},
};
use doku_types::{
    BearerToken, BrandId, Timestamp,
    partner::{
        callback::Callback,
        file::FilePurpose,
        lite::LiteRegistration,
        requirements::RequirementsQuery,
        token::{TokenReply, TokenRequest},
    },
};
use http::{Request, Response};

use crate::markers::{
    CONTENT, EMAIL, KEY, NIK, TOKEN, business_data, client, credentials, draft, files, mock,
};

/// The type's name and all that a value of it prints.
pub(crate) async fn printed() -> Vec<(&'static str, String)> {
    let mut printed = Vec::new();
    macro_rules! guarded {
        ($($name:ty: $value:expr,)+) => {
            $({
                let value: $name = $value;
                printed.push((stringify!($name), format!("{value:?} {value:#?}")));
            })+
        };
    }
    /// Of a type that is also shown to people.
    macro_rules! shown {
        ($($name:ty: $value:expr,)+) => {
            $({
                let value: $name = $value;
                let mut text = format!("{value} {value:#} {value:?} {value:#?}");
                let mut source = value.source();
                while let Some(error) = source {
                    text.push_str(&format!(" {error} {error:?} {error:#?}"));
                    source = error.source();
                }
                printed.push((stringify!($name), text));
            })+
        };
    }

    let mock = mock().await;
    let partner = client(mock.base_url()).build();
    let mut registered = Onboarding::new(&partner, RequirementsQuery::personal(), draft());
    for (name, file) in files() {
        registered.file(name, file);
    }
    registered.submit().await.unwrap();

    let (draft, update) = (draft(), business_data().into_update());
    let (token, upload) = (BearerToken::from(TOKEN), marked_upload());
    let (brand, query) = (BrandId::from("BRN-1"), RequirementsQuery::personal());
    let (wish, lite) = (TokenRequest::new(), lite());
    let reply = answering(format!(r#"{{"token":"{TOKEN}"}}"#)).generate_token(&wish).await.unwrap();
    let data = answering(serde_json::to_vec(&business_data()).unwrap());
    let data = data.business_data(&brand, &query).await.unwrap();
    let uploaded = r#"{"id":"DCM-1","link":"https://x/marker","category":"LOGO"}"#;
    let uploaded = answering(uploaded).call(&UploadFile::new(&token, &upload)).await.unwrap();
    let registration =
        r#"{"business":{"id":"BSN-1","brands":[{"id":"BRN-1","shared_key":"marker"}]}}"#;
    let registration = answering(registration).register_business(&draft).await.unwrap();
    let callback = marked_callback();
    let (service, mut callbacks) = queued().await;

    guarded! {
        Body: Body::from(CONTENT),
        Encoded: Encoded::new("text/plain", CONTENT),
        FileUpload: upload.clone(),
        PartnerClient: partner.clone(),
        PartnerClientBuilder: client(mock.base_url()),
        HyperTransport: by_proxy().build(),
        HyperTransportBuilder: by_proxy(),
        CallbackReceiver: CallbackReceiver::new(credentials(), "/kyb").or_key(KEY),
        ReceivedCallback: received(),
        CallbackService: service,
        CallbackListener: CallbackListener::bind("127.0.0.1:0".parse().unwrap()).await.unwrap(),
        Callbacks: std::mem::replace(&mut callbacks, queued().await.1),
        CallbackHints: {
            let hints = CallbackHints::new();
            // Somebody listens, so that it is kept.
            let mut listening = Onboarding::new(&partner, query.clone(), draft.clone());
            listening.hints(&hints);
            hints.publish(callback.clone());
            registered.hints(&hints);
            hints.publish(callback.clone());
            hints
        },
        OnboardingState: registered.state().clone(),
        Onboarding: registered,
        CheckRequirements<'_>: CheckRequirements::new(&query),
        GenerateToken<'_>: GenerateToken::new(&wish),
        UploadFile<'_>: UploadFile::new(&token, &upload),
        RegisterBusiness<'_>: RegisterBusiness::new(&draft),
        CreateBusinessLite<'_>: CreateBusinessLite::new(&lite),
        GetBusinessData<'_>: GetBusinessData::new(&brand, &query),
        UpdateBusinessData<'_>: UpdateBusinessData::new(&brand, &update),
        Authentication<'_>: Authentication::Bearer(&token),
        Reply<TokenReply>: reply.clone(),
        Outcome<TokenReply>: Outcome::Replayed(reply.into_inner()),
        Event<'_>: Event::Looked(&data),
        Event<'_>: Event::Callback(&callback),
        Event<'_>: Event::Uploaded { name: "ktp", file: &uploaded },
        Event<'_>: Event::Registered(&registration),
    }
    let rejections = data.rejections();
    assert!(!rejections.is_empty());
    let data = Box::new(data.into_inner());
    guarded! {
        Verdict: Verdict::Active(data.clone()),
        Verdict: Verdict::Pending(Some(data.clone())),
        Verdict: Verdict::Rejected { data, rejections },
    }
    shown! {
        Error: partner.upload_file(&FileUpload::bytes(FilePurpose::photo_proof(), "marker.gif", CONTENT))
            .await
            .unwrap_err(),
        TransportError: no_proxy_there().await,
        CallbackError: refused_callback(),
        InvalidBaseUrl: Environment::custom("https://user:marker@host").unwrap_err(),
        InvalidProxy: HyperTransport::builder().proxy("socks5://u:marker@127.0.0.1:1").unwrap_err(),
        InvalidCertificate: HyperTransport::builder()
            .root_certificates(b"-----BEGIN CERTIFICATE-----\nbWFya2Vy\n-----END CERTIFICATE-----\n")
            .unwrap_err(),
    }
    one_each(printed)
}

/// One text for each type, by its bare name.
fn one_each(printed: Vec<(&'static str, String)>) -> Vec<(&'static str, String)> {
    let mut each: Vec<(&'static str, String)> = Vec::new();
    for (name, text) in printed {
        let name = name.split('<').next().unwrap_or_default();
        match each.iter_mut().find(|(other, _)| *other == name) {
            Some((_, texts)) => texts.push_str(&text),
            None => each.push((name, text)),
        }
    }
    each
}

fn marked_upload() -> FileUpload {
    FileUpload::bytes(FilePurpose::photo_proof(), "marker.png", CONTENT).on_progress(|_| {})
}

fn by_proxy() -> HyperTransportBuilder {
    HyperTransport::builder().proxy("http://marker:marker@127.0.0.1:1").unwrap()
}

async fn no_proxy_there() -> TransportError {
    let request = Request::post("https://doku.test/marker").body(Body::from(CONTENT)).unwrap();
    by_proxy().build().send(request).await.unwrap_err()
}

fn lite() -> LiteRegistration {
    let body = format!(
        r#"{{"business":{{"partner_ref_id":"1","name":"x","contact":{{"name":"Marker",
            "email":"{EMAIL}","phone_calling_code":"62","phone_number":"{NIK}"}}}},
            "invited_user":{{"email":"{EMAIL}"}}}}"#
    );
    serde_json::from_str(&body).unwrap()
}

/// A client whose every request is answered with this.
fn answering(body: impl Into<Bytes>) -> PartnerClient {
    let body = body.into();
    let canned = move |_: Request<Body>| {
        let answer = Response::new(body.clone());
        async move { Ok::<_, TransportError>(answer) }
    };
    client("http://127.0.0.1:1").transport(canned).build()
}

/// What no version knows of it may be anything.
fn marked_callback() -> Callback {
    let body = format!(
        r#"{{"type":"BUSINESS","status":"REJECTED","business":{{"id":"BSN-1"}},
            "owner":{{"name":"Marker","nik":"{NIK}","email":"{EMAIL}"}}}}"#
    );
    Callback::parse(body.as_bytes()).unwrap()
}

fn signed_callback(id: &str) -> Request<Bytes> {
    let at = Timestamp::from_millis(0);
    testing::signed(&credentials(), "http://x/kyb", &marked_callback(), id, at)
}

fn received() -> ReceivedCallback {
    let request = signed_callback("event-1");
    let receiver = CallbackReceiver::new(credentials(), "/kyb");
    let received = receiver.receive(request.headers(), request.body()).unwrap();
    let kept = serde_json::to_string(&received.callback).unwrap();
    assert!(kept.contains(NIK) && kept.contains(EMAIL), "{kept}");
    received
}

fn refused_callback() -> CallbackError {
    let mut request = signed_callback("event-1");
    let forged = "HMACSHA256=marker".parse().unwrap();
    request.headers_mut().insert("signature", forged);
    let receiver = CallbackReceiver::new(credentials(), "/kyb");
    receiver.receive(request.headers(), request.body()).unwrap_err()
}

/// With a callback that nobody has taken yet.
async fn queued() -> (CallbackService, Callbacks) {
    let (service, callbacks) = receiver::service(CallbackReceiver::new(credentials(), "/kyb"));
    let answer = service.handle(signed_callback("event-1").map(Body::from)).await;
    assert_eq!(answer.status(), 200);
    (service, callbacks)
}
