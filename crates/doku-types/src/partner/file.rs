//! Upload File: `POST /file`, multipart, with a bearer (documented: Upload File API).

use std::fmt;

use serde::{Deserialize, Serialize};
use typed_builder::TypedBuilder;

#[cfg(feature = "schemars")]
use crate::schema::EVIDENCE;
use crate::{
    code::{DocumentCode, FileCategory},
    id::FileId,
    secret::FileLink,
    validate::{Fault, FaultKind, is_http_url},
};

/// What a file is: its `category`, and for a document also its `code`.
///
/// ```
/// use doku_types::code::DocumentCode;
/// use doku_types::partner::file::FilePurpose;
///
/// let ktp = FilePurpose::document(DocumentCode::Ktp);
/// assert_eq!(ktp.category().as_str(), "DOCUMENT");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct FilePurpose {
    category: FileCategory,
    code: Option<DocumentCode>,
}

impl FilePurpose {
    /// A document of the given code; its category is `DOCUMENT`.
    pub fn document(code: DocumentCode) -> Self {
        Self { category: FileCategory::Document, code: Some(code) }
    }

    /// The owner's face, taken live.
    pub fn owner_liveness() -> Self {
        Self { category: FileCategory::OwnerLiveness, code: None }
    }

    /// A photo of the brand's place or goods.
    pub fn photo_proof() -> Self {
        Self { category: FileCategory::PhotoProof, code: None }
    }

    /// Any category with the code that came with it. `None` for a `DOCUMENT` without a code,
    /// which is mandatory there; with another category the code is ignored.
    pub fn of(category: FileCategory, code: Option<DocumentCode>) -> Option<Self> {
        match (category, code) {
            (FileCategory::Document, None) => None,
            (FileCategory::Document, code) => Some(Self { category: FileCategory::Document, code }),
            (category, _) => Some(Self { category, code: None }),
        }
    }

    /// The part `category`.
    pub fn category(&self) -> &FileCategory {
        &self.category
    }

    /// The part `code`; present exactly when the category is `DOCUMENT`.
    pub fn code(&self) -> Option<&DocumentCode> {
        self.code.as_ref()
    }
}

/// The parts of an upload as they come, before anything is known to be right: the request of Upload
/// File. An empty part counts as absent. `Debug` leaves the URL out, which may open an identity card
/// to whoever has it.
///
/// ```
/// use doku_types::partner::file::UploadParts;
///
/// let parts = UploadParts::builder().category("DOCUMENT").has_file(true).build();
/// assert_eq!(
///     parts.validate()[0].to_string(),
///     "code is mandatory with the category DOCUMENT: send one such as KTP",
/// );
/// ```
#[derive(Clone, Default, PartialEq, Eq, TypedBuilder)]
#[builder(field_defaults(default, setter(into)))]
#[non_exhaustive]
pub struct UploadParts {
    /// `category`. Mandatory.
    pub category: String,
    /// `code`: mandatory with the category `DOCUMENT`, else ignored.
    pub code: String,
    /// Whether there is a `file`; its content is for
    /// [`FileRequirement::check`](super::requirements::FileRequirement::check).
    pub has_file: bool,
    /// `file_url`: where DOKU is to fetch the file from; an absolute http or https URL (A35).
    pub file_url: String,
}

impl UploadParts {
    /// All faults, each by the name of its part; none exactly if there is a
    /// [purpose](Self::purpose) and either a file or a URL.
    pub fn validate(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        let mut fault = |part: &str, kind, evidence, message: &str| {
            faults.push(Fault::new(part, kind, evidence, message));
        };
        let category = FileCategory::from(self.category.as_str());
        if self.category.is_empty() {
            let message = "is mandatory: send one such as DOCUMENT";
            fault("category", FaultKind::Missing, "UPL", message);
        } else if !category.is_known() {
            let known: Vec<_> = FileCategory::all().iter().map(FileCategory::as_str).collect();
            let message = format!("is not known: send one of {}", known.join(", "));
            fault("category", FaultKind::NotAllowed, "A36", &message);
        } else if self.purpose().is_none() {
            let message = "is mandatory with the category DOCUMENT: send one such as KTP";
            fault("code", FaultKind::Missing, "UPL", message);
        }
        match (self.has_file, self.file_url.as_str()) {
            (false, "") => {
                let message = "is mandatory: send a file, or a file_url to fetch it from";
                fault("file", FaultKind::Missing, "A27", message);
            }
            (true, url) if !url.is_empty() => {
                let message = "came beside file: send one of the two";
                fault("file_url", FaultKind::NotAllowed, "A27", message);
            }
            (false, url) if !is_http_url(url) => {
                let message = "is not an absolute http or https URL without user name and fragment: send one such as https://shop.example/ktp.jpg";
                fault("file_url", FaultKind::NotAllowed, "A35", message);
            }
            _ => {}
        }
        faults
    }

    /// What the file is; `None` where category or code are at fault.
    pub fn purpose(&self) -> Option<FilePurpose> {
        let category = FileCategory::from(self.category.as_str());
        let code = (!self.code.is_empty()).then(|| DocumentCode::from(self.code.as_str()));
        category.is_known().then(|| FilePurpose::of(category, code)).flatten()
    }
}

impl fmt::Debug for UploadParts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UploadParts")
            .field("category", &self.category)
            .field("code", &self.code)
            .field("has_file", &self.has_file)
            .finish_non_exhaustive()
    }
}

/// As multipart/form-data has them.
#[cfg(feature = "schemars")]
impl schemars::JsonSchema for UploadParts {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "UploadParts".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let mut category = generator.subschema_for::<FileCategory>();
        let mut code = generator.subschema_for::<DocumentCode>();
        category.insert(EVIDENCE.to_owned(), ["UPL", "A36"].into());
        code.insert(EVIDENCE.to_owned(), ["UPL"].into());
        code.insert(
            "description".to_owned(),
            "Mandatory with the category `DOCUMENT`, else ignored.".into(),
        );
        schemars::json_schema!({
            "description": "A file and what it is. An empty part counts as absent.",
            "type": "object",
            "properties": {
                "category": category,
                "code": code,
                "file": {
                    "description": "The file, of at most 15 MB; in the place of `file_url`.",
                    "type": "string",
                    "contentMediaType": "application/octet-stream",
                    EVIDENCE: ["UPL", "A16", "A27", "A37"],
                },
                "file_url": {
                    "description": "Where to fetch the file from, in the place of `file`: an absolute http or https URL.",
                    "type": "string",
                    "format": "uri",
                    EVIDENCE: ["UPL", "A27", "A35"],
                },
            },
            "required": ["category"],
            "oneOf": [{"required": ["file"]}, {"required": ["file_url"]}],
        })
    }
}

/// The reply to an upload.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TypedBuilder)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[builder(field_defaults(setter(into)))]
#[non_exhaustive]
pub struct UploadedFile {
    /// To be named in the registration; does not expire.
    pub id: FileId,
    /// Where the file can be read for 60 minutes.
    pub link: FileLink,
    /// As sent.
    pub category: FileCategory,
}

/// The kinds of file that DOKU takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FileKind {
    /// `PDF`.
    Pdf,
    /// `JPG` and `JPEG`.
    Jpeg,
    /// `PNG`.
    Png,
}

impl FileKind {
    /// By the first bytes of the content.
    pub fn sniff(content: &[u8]) -> Option<Self> {
        const MAGIC: [(&[u8], FileKind); 3] = [
            (b"%PDF-", FileKind::Pdf),
            (b"\xff\xd8\xff", FileKind::Jpeg),
            (b"\x89PNG\r\n\x1a\n", FileKind::Png),
        ];
        MAGIC.iter().find(|(magic, _)| content.starts_with(magic)).map(|(_, kind)| *kind)
    }

    /// By an extension, in any case, without its dot.
    pub fn from_extension(extension: &str) -> Option<Self> {
        match extension.to_ascii_uppercase().as_str() {
            "PDF" => Some(Self::Pdf),
            "JPG" | "JPEG" => Some(Self::Jpeg),
            "PNG" => Some(Self::Png),
            _ => None,
        }
    }

    /// The usual extension, as DOKU writes it.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Pdf => "PDF",
            Self::Jpeg => "JPG",
            Self::Png => "PNG",
        }
    }

    /// The media type.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
        }
    }
}

/// What a file's name ends in after its last dot: `jpg` of `ktp.jpg`. `None` without a dot.
pub fn extension(file_name: &str) -> Option<&str> {
    file_name
        .rsplit_once('.')
        .map(|(_, extension)| extension)
        .filter(|extension| !extension.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_tells_its_kind_whatever_its_name() {
        assert_eq!(FileKind::sniff(b"%PDF-1.7\n"), Some(FileKind::Pdf));
        assert_eq!(FileKind::sniff(b"\xff\xd8\xff\xe0"), Some(FileKind::Jpeg));
        assert_eq!(FileKind::sniff(b"\x89PNG\r\n\x1a\n.."), Some(FileKind::Png));
        assert_eq!(FileKind::sniff(b"GIF89a"), None);
        assert_eq!(FileKind::sniff(b""), None);
    }

    #[test]
    fn a_document_has_a_code_and_nothing_else_has() {
        assert_eq!(FilePurpose::of(FileCategory::Document, None), None);
        let logo = FilePurpose::of(FileCategory::Logo, Some(DocumentCode::Ktp)).unwrap();
        assert_eq!(logo.code(), None);
    }

    #[test]
    fn an_extension_follows_the_last_dot() {
        assert_eq!(extension("a.b.jpg"), Some("jpg"));
        assert_eq!(extension("jpg"), None);
        assert_eq!(extension("a."), None);
    }
}
