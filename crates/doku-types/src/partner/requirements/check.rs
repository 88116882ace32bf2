//! Whether a registration, a file or a form's value fits its requirements.

use std::fmt;

use super::{ContactRequirements, FileRequirement, FormRequirement, Requirements};
use crate::{
    code::FileCategory,
    id::FileId,
    partner::{
        file::{FileKind, FilePurpose, extension},
        part::{Contact, Document},
        registration::{Business, Registration},
    },
    validate::{Fault, FaultKind},
};

impl Requirements {
    /// What a file of this purpose has to look like; `None` if nothing is required of it.
    pub fn file(&self, purpose: &FilePurpose) -> Option<&FileRequirement> {
        let business = &self.business;
        match purpose.category() {
            FileCategory::PhotoProof => business.brand.photo_proof.as_ref(),
            FileCategory::OwnerLiveness => business.contact.owner_liveness.as_ref(),
            FileCategory::Document => rule_of(&business.contact.documents, purpose)
                .or_else(|| rule_of(&business.documents, purpose)),
            _ => None,
        }
    }

    /// What a draft still lacks, before anything is sent: every document, liveness and form value that
    /// is required and missing or does not fit, and every one of `files` whose extension, size or
    /// content does not fit what it is named for. A file that the draft names and `files` does not
    /// hold is taken to be uploaded already.
    ///
    /// ```
    /// # use doku_types::partner::{registration::Registration, requirements::Requirements};
    /// use doku_types::partner::requirements::DraftFile;
    ///
    /// # fn draft(requirements: &Requirements, registration: &Registration, png: &[u8]) {
    /// // The draft names its files as it likes: `ktp` stands where the upload's id will stand.
    /// let files = [DraftFile::new("ktp", "scan.png", png.len() as u64, png)];
    /// for fault in requirements.missing(registration, &files) {
    ///     println!("{fault}");
    /// }
    /// # }
    /// ```
    pub fn missing(&self, registration: &Registration, files: &[DraftFile<'_>]) -> Vec<Fault> {
        let mut faults = self.check(registration);
        let fallback = FileRequirement::fallback();
        for (pointer, purpose, id) in registration.files() {
            // A paper of the company may have the code of a contact's.
            let company = pointer.starts_with("/business/documents/");
            let own = company.then(|| rule_of(&self.business.documents, &purpose)).flatten();
            let rule = own.or_else(|| self.file(&purpose)).unwrap_or(&fallback);
            for file in files.iter().filter(|file| file.id == *id) {
                faults.extend(
                    rule.check(file.name, file.size, file.content)
                        .into_iter()
                        .map(|fault| Fault { pointer: pointer.clone(), ..fault }),
                );
            }
        }
        faults
    }

    /// All faults of a registration: a required photo proof, document or liveness that is missing, a
    /// form value that does not fit (A34). The files themselves are for [`FileRequirement::check`].
    pub fn check(&self, registration: &Registration) -> Vec<Fault> {
        let mut faults = self.check_company(&registration.business);
        let business = &registration.business;
        let mut missing = |pointer: String, message: &str| {
            faults.push(Fault::new(pointer, FaultKind::Missing, "A26", message));
        };
        if business.contacts.is_empty() && self.business.contact != ContactRequirements::default() {
            let message = "lacks a contact with the papers that are asked for: add one";
            missing("/business/contacts".to_owned(), message);
        }
        if let Some(rule) = &self.business.brand.photo_proof {
            if business.brands.is_empty() {
                missing("/business/brands".to_owned(), "lacks a brand: add one");
            }
            for (index, brand) in business.brands.iter().enumerate() {
                if brand.photo_proofs.is_empty() {
                    let message =
                        format!("is mandatory: upload a {} file and name its id", rule.code);
                    missing(format!("/business/brands/{index}/photo_proofs"), &message);
                }
            }
        }
        for (index, contact) in registration.business.contacts.iter().enumerate() {
            faults.extend(self.check_contact(contact, &format!("/business/contacts/{index}")));
        }
        faults
    }

    /// All faults of the company's own papers.
    pub fn check_company(&self, business: &Business) -> Vec<Fault> {
        let mut faults = Vec::new();
        for rule in &self.business.documents {
            rule.check_document(&business.documents, "/business/documents", &mut faults);
        }
        faults
    }

    /// All faults of one contact's papers, told below `pointer`: where contacts are of several
    /// nationalities, each is judged by the requirements of its own.
    pub fn check_contact(&self, contact: &Contact, pointer: &str) -> Vec<Fault> {
        let mut faults = Vec::new();
        for rule in &self.business.contact.documents {
            rule.check_document(&contact.documents, &format!("{pointer}/documents"), &mut faults);
        }
        if self.business.contact.owner_liveness.is_some() && contact.owner_liveness.is_none() {
            faults.push(Fault::new(
                format!("{pointer}/owner_liveness"),
                FaultKind::Missing,
                "A26",
                "is mandatory: upload an OWNER_LIVENESS file and name its id",
            ));
        }
        faults
    }
}

fn rule_of<'r>(rules: &'r [FileRequirement], purpose: &FilePurpose) -> Option<&'r FileRequirement> {
    let code = purpose.code()?;
    rules.iter().find(|rule| rule.code == code.as_str())
}

/// A file that is to be uploaded, for [`Requirements::missing`]. `Debug` leaves its name out, which
/// may be a person's.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct DraftFile<'a> {
    /// What the draft calls it, in the place of the id that its upload will give.
    pub id: FileId,
    /// Its name, for the extension.
    pub name: &'a str,
    /// In bytes.
    pub size: u64,
    /// Its content, or at least the first 8 bytes of it.
    pub content: &'a [u8],
}

impl<'a> DraftFile<'a> {
    /// A file by what the draft calls it, its name, its size in bytes and its first bytes.
    pub fn new(id: impl Into<FileId>, name: &'a str, size: u64, content: &'a [u8]) -> Self {
        Self { id: id.into(), name, size, content }
    }
}

impl fmt::Debug for DraftFile<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DraftFile").field("size", &self.size).finish_non_exhaustive()
    }
}

impl FileRequirement {
    /// What is asked of a file that no requirement names: PDF, JPG, JPEG or PNG, 15 MB (A16).
    pub fn fallback() -> Self {
        Self::builder()
            .code("")
            .extensions(["PDF", "JPG", "JPEG", "PNG"].map(String::from))
            .max_size(15_u32)
            .build()
    }

    /// The largest file, in bytes (A16).
    pub fn max_bytes(&self) -> u64 {
        u64::from(self.max_size) * 1_000_000
    }

    /// All faults of a file by its name, its size in bytes and at least its first 8 bytes (A16).
    /// A name without an extension is judged by its content alone (A37), one with an
    /// extension that is not listed is refused. A size of 0 or an empty list is a requirement that was not
    /// told, and holds nobody up.
    pub fn check(&self, file_name: &str, size: u64, content: &[u8]) -> Vec<Fault> {
        let mut faults = Vec::new();
        let mut fault = |kind, message| faults.push(Fault::new("file", kind, "A16", message));
        if self.max_size > 0 && size > self.max_bytes() {
            fault(
                FaultKind::TooLong,
                format!("has {size} bytes: shrink it to at most {} MB", self.max_size),
            );
        }
        if self.extensions.is_empty() {
            return faults;
        }
        let allowed = self.extensions.join(", ");
        let named = extension(file_name);
        let named_kind = named.and_then(FileKind::from_extension);
        let is_listed = |name: &str| self.extensions.iter().any(|e| e.eq_ignore_ascii_case(name));
        let is_allowed =
            |kind| self.extensions.iter().any(|e| FileKind::from_extension(e) == Some(kind));
        match (named, FileKind::sniff(content)) {
            // DOKU allows an extension that is not known here: its content cannot be judged.
            (Some(name), _) if is_listed(name) && named_kind.is_none() => {}
            // The extension comes from outside: only one that is known is repeated.
            (Some(name), _) if !is_listed(name) => {
                let what = named_kind.map_or("another kind", FileKind::extension);
                fault(FaultKind::NotAllowed, format!("is named as {what}: send one of {allowed}"));
            }
            (_, None) => fault(
                FaultKind::NotAllowed,
                format!("has a content of no known kind: send one of {allowed}"),
            ),
            (_, Some(kind)) if named_kind.is_some_and(|named| named != kind) => {
                let named = named_kind.map_or("", FileKind::extension);
                let is = kind.extension();
                let message = format!("is named as {named} but is {is}: rename or convert it");
                fault(FaultKind::NotAllowed, message);
            }
            (_, Some(kind)) if !is_allowed(kind) => fault(
                FaultKind::NotAllowed,
                format!("is {}: send one of {allowed}", kind.extension()),
            ),
            _ => {}
        }
        faults
    }

    /// The document of this rule among `documents`, and its form.
    fn check_document(&self, documents: &[Document], pointer: &str, faults: &mut Vec<Fault>) {
        let found: Vec<_> = documents
            .iter()
            .enumerate()
            .filter(|(_, document)| document.code.as_str() == self.code)
            .collect();
        if found.is_empty() {
            faults.push(Fault::new(
                pointer,
                FaultKind::Missing,
                "A34",
                format!("lacks the document {}: upload it and name its id", self.code),
            ));
        }
        for (index, document) in found {
            for form in &self.form {
                let position = document.forms.iter().position(|given| given.code == form.code);
                let fault = match position.map(|at| (at, &document.forms[at])) {
                    None => Some(Fault::new(
                        format!("{pointer}/{index}/forms"),
                        FaultKind::Missing,
                        "A34",
                        format!("lacks {}: add a form of that code", form.code),
                    )),
                    Some((at, given)) => form.check(
                        given.value.expose(),
                        &format!("{pointer}/{index}/forms/{at}/value"),
                    ),
                };
                faults.extend(fault);
            }
        }
    }
}

impl FormRequirement {
    /// The first fault of a form's value, reported at `pointer`; the value is never shown.
    pub fn check(&self, value: &str, pointer: &str) -> Option<Fault> {
        let fault = |kind, message| Some(Fault::new(pointer, kind, "A34", message));
        let length = value.chars().count();
        let size = if self.min_size == self.max_size {
            format!("{} characters", self.min_size)
        } else if self.max_size == 0 {
            format!("at least {} characters", self.min_size)
        } else {
            format!("{} to {} characters", self.min_size, self.max_size)
        };
        if length < self.min_size {
            return fault(FaultKind::TooShort, format!("has {length} characters: send {size}"));
        }
        if self.max_size > 0 && length > self.max_size {
            return fault(FaultKind::TooLong, format!("has {length} characters: send {size}"));
        }
        let all = |allowed: fn(&char) -> bool| value.chars().all(|c| allowed(&c));
        if self.numeric && !all(char::is_ascii_digit) {
            return fault(FaultKind::NotAllowed, "is not numeric: send digits only".to_owned());
        }
        if self.alpha && !all(|c| c.is_alphabetic()) {
            return fault(FaultKind::NotAllowed, "is not alphabetic: send letters only".to_owned());
        }
        if self.alpha_numeric && !all(|c| c.is_alphanumeric()) {
            return fault(
                FaultKind::NotAllowed,
                "is not alphanumeric: send letters and digits only".to_owned(),
            );
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::partner::requirements::{BrandRequirements, BusinessRequirements};

    fn png(max_size: u32) -> FileRequirement {
        FileRequirement::builder()
            .code("PHOTO_PROOF")
            .extensions(["PNG", "JPG", "JPEG"].map(String::from))
            .max_size(max_size)
            .build()
    }

    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

    #[test]
    fn a_file_that_fits_has_no_fault() {
        assert_eq!(png(15).check("shop.PNG", 15_000_000, PNG), []);
        assert_eq!(png(15).check("shop", 1, PNG), []);
        assert_eq!(png(15).check("shop.jpeg", 1, b"\xff\xd8\xff"), []);
    }

    #[test]
    fn a_file_is_judged_by_size_name_and_content() {
        let kinds = |name, size, content| -> Vec<_> {
            png(15).check(name, size, content).into_iter().map(|fault| fault.kind).collect()
        };
        assert_eq!(kinds("shop.png", 15_000_001, PNG), [FaultKind::TooLong]);
        assert_eq!(kinds("shop.pdf", 1, b"%PDF-"), [FaultKind::NotAllowed]);
        assert_eq!(kinds("shop.exe", 1, PNG), [FaultKind::NotAllowed]);
        assert_eq!(kinds("shop.jpg", 1, PNG), [FaultKind::NotAllowed]);
        assert_eq!(kinds("shop.png", 1, b"%PDF-"), [FaultKind::NotAllowed]);
        assert_eq!(kinds("shop", 1, b"%PDF-"), [FaultKind::NotAllowed]);
        assert_eq!(kinds("shop.png", 0, b""), [FaultKind::NotAllowed]);
    }

    #[test]
    fn a_draft_lacks_what_is_required_and_what_does_not_fit() {
        let requirements = Requirements::builder()
            .business(
                BusinessRequirements::builder()
                    .brand(BrandRequirements::builder().photo_proof(png(1)).build())
                    .contact(
                        ContactRequirements::builder()
                            .documents(vec![
                                FileRequirement::builder()
                                    .code("KTP")
                                    .extensions(["PDF".to_owned()])
                                    .max_size(1_u32)
                                    .form(vec![
                                        FormRequirement::builder()
                                            .code("NO_KTP")
                                            .min_size(16_usize)
                                            .max_size(16_usize)
                                            .numeric(true)
                                            .build(),
                                    ])
                                    .build(),
                            ])
                            .owner_liveness(png(1))
                            .build(),
                    )
                    .build(),
            )
            .build();
        let registration = Registration::parse(include_bytes!(
            "../../../../../tests/samples/business-registration.request.json"
        ))
        .unwrap();
        assert_eq!(requirements.missing(&registration, &[]), []);

        let mut nothing = registration.clone();
        nothing.business.contacts.clear();
        nothing.business.brands[0].photo_proofs.clear();
        let told: Vec<_> =
            requirements.missing(&nothing, &[]).into_iter().map(|fault| fault.pointer).collect();
        assert_eq!(told, ["/business/contacts", "/business/brands/0/photo_proofs"]);

        let mut draft = registration;
        let contact = &mut draft.business.contacts[0];
        contact.owner_liveness = None;
        contact.documents[0].forms[0].value = "12345678901234x".into();
        contact.documents[0].id = "ktp".into();
        draft.business.brands[0].photo_proofs[0].id = "photo".into();
        let files = [
            DraftFile::new("ktp", "ktp.png", 9, PNG),
            DraftFile::new("photo", "photo.png", 1_000_001, PNG),
            DraftFile::new("unused", "x.exe", 9, b""),
        ];
        let told: Vec<_> = requirements
            .missing(&draft, &files)
            .into_iter()
            .map(|fault| (fault.pointer, fault.kind))
            .collect();
        let contact = "/business/contacts/0";
        assert_eq!(
            told,
            [
                (format!("{contact}/documents/0/forms/0/value"), FaultKind::TooShort),
                (format!("{contact}/owner_liveness"), FaultKind::Missing),
                ("/business/brands/0/photo_proofs/0/id".to_owned(), FaultKind::TooLong),
                (format!("{contact}/documents/0/id"), FaultKind::NotAllowed),
            ]
        );
    }

    #[test]
    fn what_doku_allows_is_not_refused_for_being_unknown_here() {
        let rule = |extensions: &[&str]| {
            let extensions: Vec<_> = extensions.iter().map(|e| (*e).to_owned()).collect();
            FileRequirement::builder().code("X").extensions(extensions).max_size(1_u32).build()
        };
        assert_eq!(rule(&["JPEG"]).check("a.jpeg", 1, b"\xff\xd8\xff"), []);
        assert_eq!(rule(&["JPEG"]).check("a", 1, b"\xff\xd8\xff"), []);
        assert_eq!(rule(&["HEIC"]).check("a.heic", 1, b"\0\0\0\x18ftypheic"), []);
        assert_eq!(rule(&["HEIC"]).check("a.png", 1, PNG).len(), 1);
    }

    #[test]
    fn what_a_requirement_does_not_tell_holds_nobody_up() {
        let silent = FileRequirement::builder().code("KTP").max_size(0_u32).build();
        assert_eq!(silent.check("ktp.jpg", 9, b"\xff\xd8\xff"), []);
        assert_eq!(silent.check("ktp.heic", u64::MAX, b""), []);
    }

    #[test]
    fn a_form_value_is_judged_by_length_and_alphabet() {
        let nik = FormRequirement::builder()
            .code("NO_KTP")
            .min_size(16_usize)
            .max_size(16_usize)
            .numeric(true)
            .build();
        let kind = |value| nik.check(value, "/x").map(|fault| fault.kind);
        assert_eq!(kind("1234567890123456"), None);
        assert_eq!(kind("123456789012345"), Some(FaultKind::TooShort));
        assert_eq!(kind("12345678901234567"), Some(FaultKind::TooLong));
        assert_eq!(kind("123456789012345X"), Some(FaultKind::NotAllowed));
    }
}
