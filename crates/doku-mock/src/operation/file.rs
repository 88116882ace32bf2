//! Upload File: multipart with a bearer; the file itself or a URL to fetch it from (A16, A27).

use axum::{
    body::Body,
    extract::Request,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use doku_types::{
    ClientId,
    code::{BusinessType, LegalEntity},
    partner::{
        endpoint::Endpoint,
        file::{FileKind, FilePurpose, UploadParts, UploadedFile},
        requirements::FileRequirement,
    },
    validate::{Fault, FaultKind},
};
use http::{HeaderValue, StatusCode, Uri, header};
use multer::{Constraints, Field, Multipart, SizeLimit};
use tokio::time::timeout;

use super::{
    pieces::{Outstanding, Pieces},
    requirements::requirements,
};
use crate::{
    app::App,
    auth::{self, Asked},
    body,
    files::{Files, Incoming, Place, Received},
    reply::Reply,
};

/// `POST /file`.
pub(crate) async fn upload(app: &App, request: Request) -> Response {
    let mut asked = Asked::new(Endpoint::UploadFile);
    let partner = match auth::bearer(app, request.headers()) {
        Ok(partner) => partner,
        Err(refusal) => return refusal.into_response(asked),
    };
    asked.partner = Some(partner.clone());
    // Its place comes first: who has none may not have the mock read anything.
    let Ok(place) = timeout(app.config.limits.head, app.files.place()).await else {
        return crowded(asked);
    };
    let outcome = receive(app, &partner, &place, request).await;
    let mut response = outcome.unwrap_or_else(|refusal| refusal).into_response();
    response.extensions_mut().insert(asked);
    response
}

/// As many come in as may be: try again.
fn crowded(asked: Asked) -> Response {
    let message = "TOO MANY FILES COME IN AT ONCE: TRY AGAIN";
    let refusal = Reply::business(StatusCode::SERVICE_UNAVAILABLE, message, "A30");
    let mut response = refusal.into_response();
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    response.extensions_mut().insert(asked);
    response
}

/// The parts of an upload, as sent.
#[derive(Default)]
struct Parts {
    texts: UploadParts,
    file: Option<SentFile>,
}

struct SentFile {
    name: String,
    content: Received,
}

async fn receive(
    app: &App,
    partner: &ClientId,
    place: &Place,
    request: Request,
) -> Result<Reply, Reply> {
    let within = app.config.limits.upload();
    let sent = timeout(within, read_or_fetch(app, place, request)).await;
    let (purpose, SentFile { name, content }) = sent.map_err(|_| body::late())??;
    let faults = requirement(&purpose).check(&name, content.size(), content.head());
    let kind = FileKind::sniff(content.head());
    let (true, Some(kind)) = (faults.is_empty(), kind) else {
        return Err(refusal(&faults));
    };
    let (partner, category) = (partner.clone(), purpose.category().clone());
    let (id, _) = app
        .store
        .run(move |state| state.add_file(&partner, &purpose, kind, content).map_err(Reply::from))
        .await?;
    let reply = UploadedFile::builder().link(app.link(&id)).id(id).category(category).build();
    Ok(Reply::ok(&reply, &["A16", "A17", "A18"]))
}

async fn read_or_fetch(
    app: &App,
    place: &Place,
    request: Request,
) -> Result<(FilePurpose, SentFile), Reply> {
    let Parts { texts, file } = read_parts(&app.files, place, request).await?;
    let (Some(purpose), []) = (texts.purpose(), &*texts.validate()) else {
        return Err(Reply::faults(&texts.validate()));
    };
    let file = match file {
        Some(file) => file,
        None => fetch(app, place, &texts.file_url).await?,
    };
    Ok((purpose, file))
}

/// Too large is 413, all else 400 (A16).
fn refusal(faults: &[Fault]) -> Reply {
    let mut reply = Reply::faults(faults);
    if faults.iter().any(|fault| fault.kind == FaultKind::TooLong) {
        reply.status = StatusCode::PAYLOAD_TOO_LARGE;
    }
    reply
}

async fn read_parts(files: &Files, place: &Place, request: Request) -> Result<Parts, Reply> {
    let content_type = request
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let boundary = multer::parse_boundary(content_type).ok();
    let boundary = boundary.filter(|boundary| (1..=MAX_BOUNDARY).contains(&boundary.len()));
    let boundary = boundary.ok_or_else(|| {
        bad_multipart("the Content-Type is not multipart/form-data with a boundary")
    })?;
    let constraints =
        Constraints::new().size_limit(SizeLimit::new().whole_stream(MAX_UPLOAD as u64 + MAX_REST));
    let (pieces, outstanding) = Pieces::new(request.into_body());
    let stream = Body::new(pieces).into_data_stream();
    let mut multipart = Multipart::with_constraints(stream, boundary, constraints);
    let mut parts = Parts::default();
    let mut count = 0;
    while let Some(field) = multipart.next_field().await.map_err(|error| broken(&error))? {
        outstanding.back(0);
        count += 1;
        if count > MAX_PARTS {
            return Err(bad_multipart("there are too many parts"));
        }
        let texts = &mut parts.texts;
        let mut field = Content { field, outstanding: &outstanding };
        match field.field.name() {
            Some("category") => keep(&mut texts.category, read_text(field, "category").await?)?,
            Some("code") => keep(&mut texts.code, read_text(field, "code").await?)?,
            Some("file_url") => keep(&mut texts.file_url, read_text(field, "file_url").await?)?,
            Some("file") => {
                parts.file = read_file(files, place, field, parts.file.take()).await?;
                texts.has_file = parts.file.is_some();
            }
            // One that nobody knows is ignored, whatever it holds.
            _ => while field.chunk().await?.is_some() {},
        }
    }
    Ok(parts)
}

/// What is in a part.
struct Content<'a> {
    field: Field<'a>,
    outstanding: &'a Outstanding,
}

impl Content<'_> {
    /// The next bytes of it.
    async fn chunk(&mut self) -> Result<Option<Bytes>, Reply> {
        let chunk = self.field.chunk().await.map_err(|error| broken(&error))?;
        self.outstanding.back(chunk.as_ref().map_or(0, Bytes::len));
        Ok(chunk)
    }
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
async fn read_text(mut field: Content<'_>, name: &str) -> Result<String, Reply> {
    let mut content = Vec::new();
    while let Some(chunk) = field.chunk().await? {
        if content.len() + chunk.len() > MAX_TEXT {
            return Err(too_large(name, MAX_TEXT));
        }
        content.extend_from_slice(&chunk);
    }
    let text = std::str::from_utf8(&content)
        .map_err(|_| bad_multipart(&format!("{name} is not UTF-8")))?
        .trim();
    Ok(text.to_owned())
}

/// The file, written as it comes, unless one came `before`; without name and content it is a form's
/// field that nobody filled in.
async fn read_file(
    files: &Files,
    place: &Place,
    mut field: Content<'_>,
    before: Option<SentFile>,
) -> Result<Option<SentFile>, Reply> {
    let name = field.field.file_name().unwrap_or_default().to_owned();
    let mut incoming = None;
    while let Some(chunk) = field.chunk().await? {
        if chunk.is_empty() {
            continue;
        }
        if before.is_some() {
            return Err(twice());
        }
        let incoming = match &mut incoming {
            Some(incoming) => incoming,
            None => incoming.insert(files.incoming(place).await.map_err(Reply::storage)?),
        };
        write(incoming, &chunk, "file").await?;
    }
    match incoming {
        Some(incoming) => {
            let content = incoming.finish().await.map_err(Reply::storage)?;
            Ok(Some(SentFile { name, content }))
        }
        None if name.is_empty() => Ok(before),
        None => {
            let message = "is empty: send the file's content";
            Err(Reply::faults(&[Fault::new("file", FaultKind::Missing, "A27", message)]))
        }
    }
}

/// Nothing beyond the largest file is written. The rule of its own category waits until all parts
/// are read: they come in any order.
async fn write(incoming: &mut Incoming, chunk: &[u8], name: &str) -> Result<(), Reply> {
    if incoming.size() + chunk.len() as u64 > MAX_UPLOAD as u64 {
        return Err(too_large(name, MAX_UPLOAD));
    }
    incoming.write(chunk).await.map_err(Reply::storage)
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

async fn fetch(app: &App, place: &Place, url: &str) -> Result<SentFile, Reply> {
    let failed = |why: &str| {
        let message = format!("could not be fetched: {why}");
        Reply::faults(&[Fault::new("file_url", FaultKind::NotFound, "A30", message)])
    };
    let uri: Uri = url.parse().map_err(|_| failed("it is not a URL"))?;
    let name = uri.path().rsplit('/').next().unwrap_or_default().to_owned();
    let mut incoming = app.files.incoming(place).await.map_err(Reply::storage)?;
    let mut download = app.outbound.open(uri).await.map_err(|error| failed(&error.to_string()))?;
    if download.status != StatusCode::OK {
        return Err(failed(&format!("the answer was {}", download.status.as_u16())));
    }
    while let Some(chunk) = download.chunk().await.map_err(|error| failed(&error.to_string()))? {
        write(&mut incoming, &chunk, "file_url").await?;
    }
    let content = incoming.finish().await.map_err(Reply::storage)?;
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
        multer::Error::StreamReadFailed(error) => bad_multipart(&error.to_string()),
        _ => bad_multipart("its parts are malformed"),
    }
}

/// The largest file: 15 MB, which every requirement has (A16).
const MAX_UPLOAD: usize = 15_000_000;
/// All other parts and the boundaries together, in bytes.
const MAX_REST: u64 = 64 << 10;
const MAX_TEXT: usize = 4 << 10;
const MAX_PARTS: usize = 16;
/// By RFC 2046.
const MAX_BOUNDARY: usize = 70;
