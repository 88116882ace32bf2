//! Files to upload: from memory, from a path or from any reader, in constant memory.

mod chunks;
mod multipart;

use std::{fmt, sync::Arc};
#[cfg(feature = "io")]
use std::{io, path::Path};

use bytes::Bytes;
use doku_types::{
    partner::{
        file::{FileKind, FilePurpose},
        requirements::FileRequirement,
    },
    validate::{Fault, FaultKind, is_http_url},
};
#[cfg(feature = "io")]
use tokio::io::AsyncRead;

use self::{chunks::Content, multipart::Form};
use crate::operation::Encoded;

/// A file and what it is. `Debug` shows its purpose and size alone: it may be an identity card.
///
/// Its name, size and first bytes are compared before anything is sent: by default with what is asked
/// of a file that no requirement names (A16), or with [a requirement of DOKU's](Self::required).
///
/// ```
/// use doku_partner::FileUpload;
/// use doku_types::{code::DocumentCode, partner::file::FilePurpose};
///
/// let png = &b"\x89PNG\r\n\x1a\n"[..];
/// let upload = FileUpload::bytes(FilePurpose::document(DocumentCode::Ktp), "ktp.jpg", png);
/// assert_eq!(
///     upload.faults()[0].to_string(),
///     "file is named as JPG but is PNG: rename or convert it",
/// );
/// ```
#[derive(Clone)]
pub struct FileUpload {
    purpose: FilePurpose,
    source: Source,
    rule: Option<FileRequirement>,
    progress: Option<OnProgress>,
}

#[derive(Clone)]
enum Source {
    File(File),
    Url(String),
}

/// A file whose length and first bytes are known.
#[derive(Clone)]
struct File {
    name: String,
    length: u64,
    head: Bytes,
    content: Content,
}

type OnProgress = Arc<dyn Fn(Progress) + Send + Sync>;

/// How far an upload is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// Bytes of the file given to the connection so far; begins anew when the upload is repeated.
    pub sent: u64,
    /// Bytes of the file.
    pub total: u64,
}

impl FileUpload {
    /// A file whose content is at hand; its name tells DOKU the extension.
    pub fn bytes(purpose: FilePurpose, name: impl Into<String>, content: impl Into<Bytes>) -> Self {
        let content = content.into();
        let file = File {
            name: name.into(),
            length: content.len() as u64,
            head: content.slice(..content.len().min(HEAD)),
            content: Content::Bytes(content),
        };
        Self::new(purpose, Source::File(file))
    }

    /// A file on this machine, read while it is sent and once for each attempt; its own name tells DOKU
    /// the extension. If its size or its time of change is
    /// another by then, the upload fails.
    ///
    /// # Errors
    /// When it cannot be opened or read.
    #[cfg(feature = "io")]
    pub async fn path(purpose: FilePurpose, path: impl AsRef<Path>) -> io::Result<Self> {
        let path = path.as_ref();
        let mut opened = tokio::fs::File::open(path).await?;
        let metadata = opened.metadata().await?;
        if !metadata.is_file() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a file"));
        }
        let file = File {
            name: path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
            length: metadata.len(),
            head: chunks::head(&mut opened, HEAD).await?,
            content: Content::Path(path.to_owned(), metadata.modified().ok()),
        };
        Ok(Self::new(purpose, Source::File(file)))
    }

    /// A file from anywhere, such as another connection: `length` bytes from `reader`. Since it can be
    /// read only once, the upload is not repeated when it fails.
    ///
    /// # Errors
    /// When its first bytes cannot be read.
    #[cfg(feature = "io")]
    pub async fn reader(
        purpose: FilePurpose,
        name: impl Into<String>,
        length: u64,
        reader: impl AsyncRead + Send + 'static,
    ) -> io::Result<Self> {
        let mut reader = Box::pin(reader);
        let head = chunks::head(&mut reader, HEAD).await?;
        let content = Content::once(head.clone(), reader);
        let file = File { name: name.into(), length, head, content };
        Ok(Self::new(purpose, Source::File(file)))
    }

    /// A file that DOKU fetches itself.
    pub fn url(purpose: FilePurpose, url: impl Into<String>) -> Self {
        Self::new(purpose, Source::Url(url.into()))
    }

    fn new(purpose: FilePurpose, source: Source) -> Self {
        Self { purpose, source, rule: None, progress: None }
    }

    /// Held to this requirement, as Check Requirements tells it.
    pub fn required(mut self, rule: FileRequirement) -> Self {
        self.rule = Some(rule);
        self
    }

    /// Tells how far it is, chunk by chunk of at most 64 KiB, from the task that sends: do not wait in
    /// it.
    pub fn on_progress(mut self, tell: impl Fn(Progress) + Send + Sync + 'static) -> Self {
        self.progress = Some(Arc::new(tell));
        self
    }

    /// What the file is.
    pub fn purpose(&self) -> &FilePurpose {
        &self.purpose
    }

    /// Its size in bytes; unknown of a URL.
    pub fn size(&self) -> Option<u64> {
        self.file().map(|file| file.length)
    }

    /// Its name; a URL has none.
    pub fn name(&self) -> Option<&str> {
        self.file().map(|file| file.name.as_str())
    }

    /// Whether it can be sent again: anything but a reader.
    pub(crate) fn is_repeatable(&self) -> bool {
        self.file().is_none_or(|file| file.content.is_repeatable())
    }

    /// Its first bytes, at most 16; of a URL none are known.
    pub fn head(&self) -> &[u8] {
        self.file().map_or(&[], |file| &file.head)
    }

    /// What is wrong with it: its size, its extension, or a content that is not what the extension says
    /// (A16). None for a file; of a URL only its form is known.
    pub fn faults(&self) -> Vec<Fault> {
        match &self.source {
            Source::File(file) => {
                let fallback = FileRequirement::fallback();
                let rule = self.rule.as_ref().unwrap_or(&fallback);
                rule.check(&file.name, file.length, &file.head)
            }
            Source::Url(url) if is_http_url(url) => Vec::new(),
            Source::Url(_) => {
                let message = "is not an absolute http or https URL without user name and fragment";
                vec![Fault::new("file_url", FaultKind::NotAllowed, "A35", message)]
            }
        }
    }

    /// The multipart body. `unique` makes its boundary.
    pub(crate) fn encode(&self, unique: &str) -> Encoded {
        let mut form = Form::new(unique);
        form.text("category", self.purpose.category().as_str());
        if let Some(code) = self.purpose.code() {
            form.text("code", code.as_str());
        }
        match &self.source {
            Source::Url(url) => {
                form.text("file_url", url);
                form.finish()
            }
            Source::File(file) => {
                let kind = FileKind::sniff(&file.head)
                    .map_or("application/octet-stream", FileKind::media_type);
                form.file("file", &file.name, kind);
                form.finish_with(file.content.clone(), file.length, self.progress.clone())
            }
        }
    }

    fn file(&self) -> Option<&File> {
        match &self.source {
            Source::File(file) => Some(file),
            Source::Url(_) => None,
        }
    }
}

impl fmt::Debug for FileUpload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("FileUpload");
        debug.field("purpose", &self.purpose);
        if let Some(size) = self.size() {
            debug.field("size", &size);
        }
        debug.finish_non_exhaustive()
    }
}

/// As many bytes tell what a file is.
const HEAD: usize = 16;

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;
    use doku_types::code::DocumentCode;

    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR and more";

    async fn text(upload: &FileUpload, unique: &str) -> String {
        let body = upload.encode(unique).open().unwrap();
        let length = body.length();
        let bytes = body.collect().await.unwrap();
        assert_eq!(bytes.len() as u64, length, "the length is known before");
        String::from_utf8_lossy(&bytes).into_owned()
    }

    #[tokio::test]
    async fn a_file_name_cannot_end_its_header() {
        let upload = FileUpload::bytes(FilePurpose::photo_proof(), "a\"\r\nX: y.png", "content");
        let text = text(&upload, "id").await;
        assert!(text.contains("filename=\"a%22%0D%0AX: y.png\""), "{text}");
    }

    #[tokio::test]
    async fn a_url_goes_instead_of_a_file() {
        let upload = FileUpload::url(FilePurpose::owner_liveness(), "https://x.example/a.png");
        assert_eq!(upload.faults(), []);
        assert_eq!(
            text(&upload, "7").await,
            "--doku-partner-7\r\nContent-Disposition: form-data; name=\"category\"\r\n\r\n\
             OWNER_LIVENESS\r\n--doku-partner-7\r\nContent-Disposition: form-data; \
             name=\"file_url\"\r\n\r\nhttps://x.example/a.png\r\n--doku-partner-7--\r\n"
        );
        let ftp = FileUpload::url(FilePurpose::owner_liveness(), "ftp://x.example/a.png");
        assert_eq!(ftp.faults()[0].pointer, "file_url");
    }

    #[test]
    fn neither_a_file_nor_a_body_prints() {
        let upload = FileUpload::bytes(FilePurpose::photo_proof(), "marker.png", "marker");
        let printed =
            format!("{upload:?} {:?} {:?}", upload.encode("id"), upload.encode("").open());
        assert!(!printed.contains("marker"), "{printed}");
        let printed = format!("{:?}", FileUpload::url(FilePurpose::photo_proof(), "http://marker"));
        assert!(!printed.contains("marker"), "{printed}");
    }

    #[cfg(feature = "io")]
    #[tokio::test]
    async fn bytes_a_path_and_a_reader_are_one_request() {
        let purpose = || FilePurpose::document(DocumentCode::Ktp);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ktp.png");
        let content = [PNG, &[7; 200_000]].concat();
        std::fs::write(&path, &content).unwrap();
        let length = content.len() as u64;
        let reader = std::io::Cursor::new(content.clone());
        let from_bytes = FileUpload::bytes(purpose(), "ktp.png", content);
        let from_path = FileUpload::path(purpose(), &path).await.unwrap();
        let from_reader = FileUpload::reader(purpose(), "ktp.png", length, reader).await.unwrap();
        let expected = text(&from_bytes, "id").await;
        for upload in [&from_path, &from_reader] {
            assert_eq!((upload.size(), upload.head()), (Some(length), from_bytes.head()));
            assert_eq!(text(upload, "id").await, expected);
        }
        let again = |upload: &FileUpload| upload.encode("id").is_repeatable();
        assert!(again(&from_bytes) && again(&from_path) && !again(&from_reader));
        assert_eq!(text(&from_path, "id").await, expected);
        assert!(from_reader.encode("id").open().is_none(), "it was read");
    }

    #[cfg(feature = "io")]
    #[tokio::test]
    async fn a_file_that_changes_meanwhile_is_not_sent_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.png");
        std::fs::write(&path, PNG).unwrap();
        let upload = FileUpload::path(FilePurpose::photo_proof(), &path).await.unwrap();
        for other in [&PNG[1..], &[PNG, PNG].concat()] {
            std::fs::write(&path, other).unwrap();
            let error = upload.encode("id").open().unwrap().collect().await.unwrap_err();
            assert!(error.to_string().contains("changed"), "{error}");
        }
        std::fs::remove_file(&path).unwrap();
        assert!(upload.encode("id").open().unwrap().collect().await.is_err());
        assert!(FileUpload::path(FilePurpose::photo_proof(), folder.path()).await.is_err());
        let lies = FileUpload::reader(FilePurpose::photo_proof(), "a.png", 99, PNG).await.unwrap();
        let error = lies.encode("id").open().unwrap().collect().await.unwrap_err();
        assert!(error.to_string().contains("shorter"), "{error}");
    }

    #[tokio::test]
    async fn progress_is_told_up_to_the_last_byte() {
        let told = Arc::new(Mutex::new(Vec::new()));
        let tell = Arc::clone(&told);
        let upload = FileUpload::bytes(FilePurpose::photo_proof(), "a.png", vec![1; 150_000])
            .on_progress(move |progress| tell.lock().unwrap().push(progress));
        text(&upload, "id").await;
        let told = told.lock().unwrap();
        assert!(told.windows(2).all(|two| two[0].sent < two[1].sent), "{told:?}");
        assert!(told.len() >= 3);
        assert_eq!(told.last(), Some(&Progress { sent: 150_000, total: 150_000 }));
    }
}
