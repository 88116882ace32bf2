//! Upload File: multipart with a bearer; the file itself or a URL to fetch it from (A16, A27).

use std::time::Duration;

use axum::{
    extract::Request,
    response::{IntoResponse, Response},
};
use bytes::{Bytes, BytesMut};
use doku_types::{
    ClientId,
    code::{BusinessType, LegalEntity},
    partner::{
        file::{FileKind, FilePurpose, UploadParts, UploadedFile},
        requirements::FileRequirement,
    },
    validate::{Fault, FaultKind},
};
use http::{StatusCode, Uri, header};
use http_body_util::Full;
use multer::{Constraints, Field, Multipart, SizeLimit};

use super::requirements::requirements;
use crate::{app::App, auth, body, outbound::BodyError, reply::Reply, store::StoredFile};

/// `POST /file`.
pub(crate) async fn upload(app: &App, request: Request) -> Response {
    let outcome = match auth::bearer(app, request.headers()) {
        Ok(partner) => receive(app, &partner, request).await,
        Err(refusal) => Err(refusal),
    };
    outcome.unwrap_or_else(|refusal| refusal).into_response()
}

/// The parts of an upload, as sent.
#[derive(Default)]
struct Parts {
    texts: UploadParts,
    file: Option<SentFile>,
}

struct SentFile {
    name: String,
    content: Bytes,
}

async fn receive(app: &App, partner: &ClientId, request: Request) -> Result<Reply, Reply> {
    let parts = tokio::time::timeout(WHOLE_UPLOAD, read_parts(request)).await;
    let parts = parts.map_err(|_| body::late())??;
    let (Some(purpose), []) = (parts.texts.purpose(), &*parts.texts.validate()) else {
        return Err(Reply::faults(&parts.texts.validate()));
    };
    let file = match parts.file {
        Some(file) => file,
        None => fetch(app, &parts.texts.file_url).await?,
    };
    let rule = requirement(&purpose);
    let size = file.content.len() as u64;
    let faults = rule.check(&file.name, size, &file.content);
    let kind = FileKind::sniff(&file.content);
    let (true, Some(kind)) = (faults.is_empty(), kind) else {
        return Err(refusal(&faults));
    };
    let stored = StoredFile { partner: partner.clone(), kind, content: file.content };
    let id = app.store().add_file(&purpose, stored, app.clock().now()).map_err(|_| {
        let message = "THE MOCK'S MEMORY FOR FILES IS USED UP: RESTART IT";
        Reply::business(StatusCode::INSUFFICIENT_STORAGE, message, "A30")
    })?;
    let reply = UploadedFile::builder()
        .link(app.link(&id))
        .id(id)
        .category(purpose.category().clone())
        .build();
    Ok(Reply::ok(&reply, &["A16", "A17", "A18"]))
}

/// Too large is 413, all else 400 (A16).
fn refusal(faults: &[Fault]) -> Reply {
    let mut reply = Reply::faults(faults);
    if faults.iter().any(|fault| fault.kind == FaultKind::TooLong) {
        reply.status = StatusCode::PAYLOAD_TOO_LARGE;
    }
    reply
}

async fn read_parts(request: Request) -> Result<Parts, Reply> {
    let content_type = request
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let boundary = multer::parse_boundary(content_type).map_err(|_| {
        bad_multipart("the Content-Type is not multipart/form-data with a boundary")
    })?;
    let constraints =
        Constraints::new().size_limit(SizeLimit::new().whole_stream(MAX_UPLOAD as u64 + MAX_REST));
    let stream = request.into_body().into_data_stream();
    let mut multipart = Multipart::with_constraints(stream, boundary, constraints);
    let mut parts = Parts::default();
    let mut count = 0;
    while let Some(field) = multipart.next_field().await.map_err(|error| broken(&error))? {
        count += 1;
        if count > MAX_PARTS {
            return Err(bad_multipart("there are too many parts"));
        }
        let texts = &mut parts.texts;
        match field.name() {
            Some("category") => keep(&mut texts.category, read_text(field, "category").await?)?,
            Some("code") => keep(&mut texts.code, read_text(field, "code").await?)?,
            Some("file_url") => keep(&mut texts.file_url, read_text(field, "file_url").await?)?,
            Some("file") => match (read_file(field).await?, parts.file.is_some()) {
                (Some(_), true) => return Err(twice()),
                (None, _) => {}
                (file, false) => {
                    parts.file = file;
                    texts.has_file = true;
                }
            },
            _ => discard(field).await?,
        }
    }
    Ok(parts)
}

/// A part that says something; one that comes twice is ambiguous.
fn keep(part: &mut String, sent: String) -> Result<(), Reply> {
    if !part.is_empty() && !sent.is_empty() {
        return Err(twice());
    }
    part.push_str(&sent);
    Ok(())
}

fn twice() -> Reply {
    bad_multipart("a part comes twice")
}

/// A part's text; an empty part is how a form says that it has nothing to say.
async fn read_text(field: Field<'_>, name: &str) -> Result<String, Reply> {
    let content = read_field(field, MAX_TEXT, name).await?;
    let text = std::str::from_utf8(&content)
        .map_err(|_| bad_multipart(&format!("{name} is not UTF-8")))?
        .trim();
    Ok(text.to_owned())
}

/// The file; without name and content it is a form's field that nobody filled in.
async fn read_file(field: Field<'_>) -> Result<Option<SentFile>, Reply> {
    let name = field.file_name().unwrap_or_default().to_owned();
    let content = read_field(field, MAX_UPLOAD, "file").await?;
    match (name.as_str(), content.is_empty()) {
        ("", true) => Ok(None),
        (_, true) => {
            let message = "is empty: send the file's content";
            Err(Reply::faults(&[Fault::new("file", FaultKind::Missing, "A27", message)]))
        }
        (_, false) => Ok(Some(SentFile { name, content })),
    }
}

/// A part's content, of at most `limit` bytes; nothing beyond is kept.
async fn read_field(mut field: Field<'_>, limit: usize, name: &str) -> Result<Bytes, Reply> {
    let mut content = BytesMut::new();
    while let Some(chunk) = field.chunk().await.map_err(|error| broken(&error))? {
        if content.len() + chunk.len() > limit {
            return Err(too_large(name, limit));
        }
        content.extend_from_slice(&chunk);
    }
    Ok(content.freeze())
}

/// A part that nobody knows is ignored, whatever it holds.
async fn discard(mut field: Field<'_>) -> Result<(), Reply> {
    while field.chunk().await.map_err(|error| broken(&error))?.is_some() {}
    Ok(())
}

/// Nothing in an upload says for which sort of business it is, and no two sorts differ in what
/// they ask of one file.
fn requirement(purpose: &FilePurpose) -> FileRequirement {
    [BusinessType::Personal, BusinessType::Corporate]
        .iter()
        .find_map(|business_type| {
            requirements(business_type, &LegalEntity::Koperasi, "ID").file(purpose).cloned()
        })
        .unwrap_or_else(FileRequirement::fallback)
}

async fn fetch(app: &App, url: &str) -> Result<SentFile, Reply> {
    let failed = |why: &str| {
        let message = format!("could not be fetched: {why}");
        Reply::faults(&[Fault::new("file_url", FaultKind::NotFound, "A30", message)])
    };
    let uri: Uri = url.parse().map_err(|_| failed("it is not a URL"))?;
    let name = uri.path().rsplit('/').next().unwrap_or_default().to_owned();
    let mut request = http::Request::new(Full::default());
    *request.uri_mut() = uri;
    let answer = app
        .outbound()
        .send(request, MAX_UPLOAD)
        .await
        .map_err(|error| failed(&error.to_string()))?;
    if answer.status != StatusCode::OK {
        return Err(failed(&format!("the answer was {}", answer.status.as_u16())));
    }
    let content = answer.body.map_err(|error| match error {
        BodyError::TooLarge => too_large("file_url", MAX_UPLOAD),
        BodyError::BrokenOff => failed(&error.to_string()),
    })?;
    Ok(SentFile { name, content })
}

fn too_large(name: &str, limit: usize) -> Reply {
    let message = format!("has more than {limit} bytes: shrink it");
    refusal(&[Fault::new(name, FaultKind::TooLong, "A16", message)])
}

fn bad_multipart(why: &str) -> Reply {
    Reply::business(StatusCode::BAD_REQUEST, format!("the upload is not readable: {why}"), "A30")
}

fn broken(error: &multer::Error) -> Reply {
    match error {
        multer::Error::StreamSizeExceeded { .. } => too_large("file", MAX_UPLOAD),
        multer::Error::IncompleteStream | multer::Error::IncompleteFieldData { .. } => {
            bad_multipart("it ends before its closing boundary")
        }
        _ => bad_multipart("its parts are malformed"),
    }
}

/// The largest file: 15 MB, which every requirement has (A16).
const MAX_UPLOAD: usize = 15_000_000;
/// All other parts and the boundaries together, in bytes.
const MAX_REST: u64 = 64 << 10;
const MAX_TEXT: usize = 4 << 10;
const MAX_PARTS: usize = 16;
/// How long a client may take over an upload.
const WHOLE_UPLOAD: Duration = Duration::from_mins(5);
