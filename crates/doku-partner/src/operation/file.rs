//! Upload File.

use std::fmt;

use bytes::Bytes;
use doku_types::{
    BearerToken,
    partner::{
        endpoint::Endpoint,
        file::{FileKind, FilePurpose, UploadedFile},
    },
    validate::{self, ParseError},
};
use http::Method;

use super::{Authentication, Encoded, Operation};

/// `POST /file`: one file, as multipart/form-data with a bearer (documented: Upload File API).
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct UploadFile<'a> {
    /// From Generate Token.
    pub token: &'a BearerToken,
    /// What to upload.
    pub upload: &'a FileUpload,
}

impl<'a> UploadFile<'a> {
    /// This file, by this token.
    pub fn new(token: &'a BearerToken, upload: &'a FileUpload) -> Self {
        Self { token, upload }
    }
}

/// A file and what it is. `Debug` shows its purpose and size alone: it may be an identity card.
#[derive(Clone)]
pub struct FileUpload {
    purpose: FilePurpose,
    source: Source,
}

#[derive(Clone)]
enum Source {
    Bytes { name: String, content: Bytes },
    Url(String),
}

impl FileUpload {
    /// A file whose content is at hand; its name tells DOKU the extension.
    pub fn bytes(purpose: FilePurpose, name: impl Into<String>, content: impl Into<Bytes>) -> Self {
        Self { purpose, source: Source::Bytes { name: name.into(), content: content.into() } }
    }

    /// A file that DOKU fetches itself.
    pub fn url(purpose: FilePurpose, url: impl Into<String>) -> Self {
        Self { purpose, source: Source::Url(url.into()) }
    }
}

impl fmt::Debug for FileUpload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("FileUpload");
        debug.field("purpose", &self.purpose);
        if let Source::Bytes { content, .. } = &self.source {
            debug.field("size", &content.len());
        }
        debug.finish_non_exhaustive()
    }
}

impl Operation for UploadFile<'_> {
    type Reply = UploadedFile;
    const NAME: &'static str = Endpoint::UploadFile.name();
    const METHOD: Method = Method::POST;

    fn path_and_query(&self) -> String {
        Endpoint::UploadFile.path().to_owned()
    }

    fn authentication(&self) -> Authentication<'_> {
        Authentication::Bearer(self.token)
    }

    fn body(&self, request_id: &str) -> Option<Encoded> {
        let purpose = &self.upload.purpose;
        let mut form = Form::new(request_id);
        form.text("category", purpose.category().as_str());
        if let Some(code) = purpose.code() {
            form.text("code", code.as_str());
        }
        match &self.upload.source {
            Source::Bytes { name, content } => form.file("file", name, content),
            Source::Url(url) => form.text("file_url", url),
        }
        Some(form.finish())
    }

    fn parse(body: &[u8]) -> Result<UploadedFile, ParseError> {
        validate::read(body)
    }
}

/// A multipart/form-data body (RFC 7578), part by part.
struct Form {
    boundary: String,
    bytes: Vec<u8>,
}

impl Form {
    /// The boundary is as unique as the request's id.
    fn new(request_id: &str) -> Self {
        let unique: String =
            request_id.chars().filter(char::is_ascii_alphanumeric).take(50).collect();
        Self { boundary: format!("doku-partner-{unique}"), bytes: Vec::new() }
    }

    fn text(&mut self, name: &str, value: &str) {
        self.part(&format!("name=\"{name}\""), "", value.as_bytes());
    }

    fn file(&mut self, name: &str, file_name: &str, content: &[u8]) {
        // The escapes of browsers, so that a name cannot end its header.
        let file_name = file_name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A");
        let kind =
            FileKind::sniff(content).map_or("application/octet-stream", FileKind::media_type);
        self.bytes.reserve(content.len() + 512);
        self.part(
            &format!("name=\"{name}\"; filename=\"{file_name}\""),
            &format!("Content-Type: {kind}\r\n"),
            content,
        );
    }

    fn part(&mut self, disposition: &str, more: &str, content: &[u8]) {
        let head = format!(
            "--{}\r\nContent-Disposition: form-data; {disposition}\r\n{more}\r\n",
            self.boundary
        );
        self.bytes.extend_from_slice(head.as_bytes());
        self.bytes.extend_from_slice(content);
        self.bytes.extend_from_slice(b"\r\n");
    }

    fn finish(mut self) -> Encoded {
        self.bytes.extend_from_slice(format!("--{}--\r\n", self.boundary).as_bytes());
        Encoded::new(format!("multipart/form-data; boundary={}", self.boundary), self.bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_name_cannot_end_its_header() {
        let purpose = FilePurpose::photo_proof();
        let upload = FileUpload::bytes(purpose, "a\"\r\nX: y.png", "content");
        let token = BearerToken::from("t");
        let body = UploadFile::new(&token, &upload).body("id").unwrap();
        let text = String::from_utf8(body.bytes.to_vec()).unwrap();
        assert!(text.contains("filename=\"a%22%0D%0AX: y.png\""), "{text}");
    }

    #[test]
    fn neither_a_file_nor_a_body_prints() {
        let upload = FileUpload::bytes(FilePurpose::photo_proof(), "marker.png", "marker");
        let token = BearerToken::from("marker");
        let operation = UploadFile::new(&token, &upload);
        let printed = format!("{operation:?} {:?}", operation.body("id"));
        assert!(!printed.contains("marker"), "{printed}");
        let printed = format!("{:?}", FileUpload::url(FilePurpose::photo_proof(), "http://marker"));
        assert!(!printed.contains("marker"), "{printed}");
    }

    #[test]
    fn a_url_goes_instead_of_a_file() {
        let upload = FileUpload::url(FilePurpose::owner_liveness(), "https://x.example/a.png");
        let token = BearerToken::from("t");
        let body = UploadFile::new(&token, &upload).body("7").unwrap();
        let text = String::from_utf8(body.bytes.to_vec()).unwrap();
        assert_eq!(
            text,
            "--doku-partner-7\r\nContent-Disposition: form-data; name=\"category\"\r\n\r\n\
             OWNER_LIVENESS\r\n--doku-partner-7\r\nContent-Disposition: form-data; \
             name=\"file_url\"\r\n\r\nhttps://x.example/a.png\r\n--doku-partner-7--\r\n"
        );
    }
}
