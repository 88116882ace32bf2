//! The page of Upload File, the one operation that is not signed: its form is sent on as the browser made it.

use std::sync::{Arc, Mutex, PoisonError};

use axum::{
    Extension,
    body::Body,
    extract::{Request, State},
    http::Uri,
    response::Response,
};
use doku_types::{
    code::{DocumentCode, FileCategory},
    partner::endpoint::Endpoint,
};
use http::{HeaderMap, Method, header};
use http_body_util::BodyExt;
use maud::{Markup, html};
use multer::Multipart;
use tokio::time::timeout;

use super::{ROOT, UPLOAD, exchange, prepare};
use crate::{
    app::App,
    curl::Curl,
    inspector::{
        api::{Api, Refusal},
        form::Form,
        page::{Tab, again, page},
        pieces::{choice, code, field, partner_field, text_field},
    },
    openapi::about,
};

/// `GET /_mock/ui/try/upload-file`.
pub(super) async fn show(State(app): State<Arc<App>>, uri: Uri) -> Response {
    let typed = Typed { category: FileCategory::PhotoProof.to_string(), ..Typed::default() };
    whole(&app, &Form::of_query(&uri), &typed, Ok(html! {}))
}

/// `POST /_mock/ui/try/upload-file`: sends the parts on to `POST /file`, with a token that it gets first.
pub(super) async fn send(
    State(app): State<Arc<App>>,
    Extension(api): Extension<Api>,
    uri: Uri,
    request: Request,
) -> Response {
    let query = Form::of_query(&uri);
    let (parts, body) = request.into_parts();
    let (mut body, noted) = noting(body);
    let bearer = match is_multipart(&parts.headers) {
        true => prepare::bearer(&app, &api, partner(&query)).await,
        false => Err(Refusal::of("send the form as the page has it: multipart/form-data")),
    };
    let result = match bearer {
        Ok(bearer) => {
            let mut request = http::Request::new(body);
            *request.method_mut() = Method::POST;
            *request.uri_mut() = Uri::from_static(Endpoint::UploadFile.path());
            for name in [header::CONTENT_TYPE, header::CONTENT_LENGTH] {
                let value = parts.headers.get(&name).cloned();
                request.headers_mut().extend(value.map(|value| (name, value)));
            }
            request.headers_mut().insert(header::AUTHORIZATION, bearer);
            let answered = exchange::send(&app, &api, request, &header::AUTHORIZATION).await;
            exchange::answer(&app, &answered, query.reveals()).await
        }
        Err(refusal) => {
            // What was typed stands at the beginning.
            let _ = timeout(app.config.limits.body, body.frame()).await;
            Err(refusal)
        }
    };
    let begin = std::mem::take(&mut *noted.lock().unwrap_or_else(PoisonError::into_inner));
    let typed = Typed::read(&parts.headers, begin).await;
    whole(&app, &query, &typed, result)
}

/// The parts of an upload that somebody typed or chose.
#[derive(Default)]
struct Typed {
    category: String,
    code: String,
    file_url: String,
}

impl Typed {
    /// Those at the beginning of a form, as far as it was noted: the file is its last part.
    async fn read(headers: &HeaderMap, begin: Vec<u8>) -> Self {
        let mut typed = Self::default();
        let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let Ok(boundary) = multer::parse_boundary(content_type.unwrap_or_default()) else {
            return typed;
        };
        let mut parts = Multipart::new(Body::from(begin).into_data_stream(), boundary);
        while let Ok(Some(part)) = parts.next_field().await {
            let kept = match part.name() {
                Some("category") => &mut typed.category,
                Some("code") => &mut typed.code,
                Some("file_url") => &mut typed.file_url,
                _ => break,
            };
            match part.text().await {
                Ok(text) if text.len() <= MAX_FIELD => *kept = text,
                _ => break,
            }
        }
        typed
    }

    fn form(&self, query: &Form) -> Markup {
        let options = |codes: Vec<&str>| -> Vec<(String, String)> {
            codes.into_iter().map(|code| (code.to_owned(), code.to_owned())).collect()
        };
        let categories = options(FileCategory::all().iter().map(FileCategory::as_str).collect());
        let codes = options(DocumentCode::all().iter().map(DocumentCode::as_str).collect());
        let file = html! { input #file type="file" name="file" accept=".png,.jpg,.jpeg,.pdf"; };
        let chosen = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let (category, document) = (chosen(&self.category), chosen(&self.code));
        html! {
            form.try method="post" enctype="multipart/form-data" action={ (UPLOAD) (settings(query)) "#result" } {
                div.fields {
                    (choice("category", "category", "category", Some("(left out)"), &categories, category.as_deref()))
                    (choice("code", "code", "code, of a DOCUMENT", Some("(left out)"), &codes, document.as_deref()))
                    (text_field("file_url", "file_url", "file_url, in the place of file", chosen(&self.file_url).as_deref(), "http://127.0.0.1:9000/ktp.png"))
                    // The last one: what stands before it is read from the beginning.
                    (field("file", "file, of 15 MB at most", &file))
                }
                p.actions { button.first { "Upload" } }
            }
        }
    }
}

fn whole(app: &App, query: &Form, typed: &Typed, done: Result<Markup, Refusal>) -> Response {
    let operation = Endpoint::UploadFile;
    let mut curl = Curl::new(operation.method(), &format!("{}{}", app.base_url, operation.path()));
    curl.upload();
    let content = html! {
        p {
            a href=(ROOT) { "All operations" } " · "
            code { (operation.method()) " " (operation.path()) }
        }
        p { (about(operation)) }
        (exchange::wire_hint(app, operation))
        form.filter.try method="get" action=(UPLOAD) {
            (partner_field(app, None, partner(query).as_deref()))
            div.field {
                label {
                    input type="checkbox" name="reveal" value="true" checked[query.reveals()];
                    "Show personal data in what comes back"
                }
            }
            div.field { button { "Use these below" } }
        }
        (typed.form(query))
        @if let Ok(result) = &done { section #result aria-label="Result" { (result) } }
        h2 { "Why there is no string to sign" }
        p {
            "An upload is not signed: DOKU knows its sender by a token, which Generate Token gives to a request that is. "
            "This page gets one for each upload, then sends the form on as the browser has made it."
        }
        (code("The request's head", HEAD))
        h3 { "The same by curl" }
        (code("The same by curl", &curl.finish()))
    };
    match done {
        Ok(_) => page(app, Tab::TryIt, operation.name(), &content),
        Err(refusal) => again(app, Tab::TryIt, operation.name(), &refusal, &content),
    }
}

/// Whose token it is to be: in the query, for the form is not read here.
fn partner(query: &Form) -> Option<String> {
    query.text("partner").filter(|partner| partner.len() <= MAX_FIELD).map(str::to_owned)
}

/// What was chosen above the form, as a query.
fn settings(query: &Form) -> String {
    let mut encoded = form_urlencoded::Serializer::for_suffix(String::from("?"), 1);
    encoded.extend_pairs(partner(query).map(|partner| ("partner", partner)));
    encoded.extend_pairs(query.reveals().then_some(("reveal", "true")));
    encoded.finish()
}

fn is_multipart(headers: &HeaderMap) -> bool {
    let sent = headers.get(header::CONTENT_TYPE).and_then(|sent| sent.to_str().ok());
    sent.is_some_and(|sent| sent.starts_with("multipart/form-data"))
}

/// The same body, whose beginning is noted as it passes.
fn noting(body: Body) -> (Body, Arc<Mutex<Vec<u8>>>) {
    let noted = Arc::new(Mutex::new(Vec::new()));
    let notes = Arc::clone(&noted);
    let body = body.map_frame(move |frame| {
        if let Some(data) = frame.data_ref() {
            let mut notes = notes.lock().unwrap_or_else(PoisonError::into_inner);
            let room = MAX_NOTED.saturating_sub(notes.len()).min(data.len());
            notes.extend_from_slice(&data[..room]);
        }
        frame
    });
    (Body::new(body), noted)
}

const HEAD: &str = "POST /adv-core-api/partner/v1.0/file\nAuthorization: Bearer ‹the token›\nContent-Type: multipart/form-data; boundary=…";
/// The longest text that stays in the form, in bytes.
const MAX_FIELD: usize = 256;
/// How much of a form is noted, in bytes.
const MAX_NOTED: usize = 4 << 10;
