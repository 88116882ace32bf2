//! Check Requirements: `GET /file`, signed (documented: Check Requirements API).

use serde::{Deserialize, Serialize};
use typed_builder::TypedBuilder;

use crate::{
    code::{BusinessLine, BusinessType, DocumentCode, FileCategory, LegalEntity},
    partner::{
        file::{FileKind, FilePurpose, extension},
        registration::{Document, Registration},
    },
    validate::{self, Fault, FaultKind},
};

/// The four query parameters, all mandatory; Get Business Data takes the same.
///
/// ```
/// use doku_types::partner::requirements::RequirementsQuery;
///
/// let query = RequirementsQuery::personal();
/// assert_eq!(query.pairs()[0], ("businessType", "PERSONAL"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, TypedBuilder)]
#[builder(field_defaults(setter(into)))]
#[non_exhaustive]
pub struct RequirementsQuery {
    /// `businessType`.
    pub business_type: BusinessType,
    /// `businessLegalEntity`.
    pub legal_entity: LegalEntity,
    /// `brandBusinessLine`.
    pub business_line: BusinessLine,
    /// `businessContactNationality`: ISO 3166 alpha-2; `ID` for `PERSONAL`.
    pub contact_nationality: String,
}

impl RequirementsQuery {
    /// The one documented combination for `PERSONAL`: `PERSEORANGAN`, `RETAIL`, `ID`.
    pub fn personal() -> Self {
        Self::builder()
            .business_type(BusinessType::Personal)
            .legal_entity(LegalEntity::Perseorangan)
            .business_line(BusinessLine::Retail)
            .contact_nationality("ID")
            .build()
    }

    /// Names and values in DOKU's order, not yet percent-encoded.
    pub fn pairs(&self) -> [(&'static str, &str); 4] {
        [
            (BUSINESS_TYPE, self.business_type.as_str()),
            (LEGAL_ENTITY, self.legal_entity.as_str()),
            (BUSINESS_LINE, self.business_line.as_str()),
            (NATIONALITY, &self.contact_nationality),
        ]
    }

    /// Reads decoded pairs; others than the four are ignored, of a repeated one the last counts.
    ///
    /// # Errors
    /// All faults, each naming its parameter: one is missing, the type is neither of the two
    /// documented, or `PERSONAL` is asked with a value that is not documented for it (A33).
    pub fn from_pairs<'a>(
        pairs: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self, Vec<Fault>> {
        let mut values =
            [BUSINESS_TYPE, LEGAL_ENTITY, BUSINESS_LINE, NATIONALITY].map(|name| (name, ""));
        for (name, value) in pairs {
            for slot in values.iter_mut().filter(|slot| slot.0 == name) {
                slot.1 = value;
            }
        }
        let mut faults: Vec<Fault> = values
            .iter()
            .filter(|(_, value)| value.trim().is_empty())
            .map(|(name, _)| {
                Fault::new(*name, FaultKind::Missing, "REQ", "is mandatory: add it to the query")
            })
            .collect();
        let [(_, business_type), (_, legal_entity), (_, business_line), (_, nationality)] = values;
        let query = Self {
            business_type: business_type.into(),
            legal_entity: legal_entity.into(),
            business_line: business_line.into(),
            contact_nationality: nationality.to_owned(),
        };
        if faults.is_empty() {
            faults = query.faults();
        }
        if faults.is_empty() { Ok(query) } else { Err(faults) }
    }

    fn faults(&self) -> Vec<Fault> {
        let fault =
            |name: &str, message: &str| Fault::new(name, FaultKind::NotAllowed, "A33", message);
        match self.business_type {
            BusinessType::Personal => {
                let personal = Self::personal();
                self.pairs()
                    .into_iter()
                    .zip(personal.pairs())
                    .filter(|((_, value), (_, documented))| value != documented)
                    .map(|((name, _), (_, documented))| {
                        fault(name, &format!("does not go with PERSONAL: send {documented}"))
                    })
                    .collect()
            }
            BusinessType::Corporate if self.legal_entity == LegalEntity::Perseorangan => {
                vec![fault(
                    LEGAL_ENTITY,
                    "does not go with CORPORATE: send the company's form, such as PT",
                )]
            }
            BusinessType::Corporate => Vec::new(),
            BusinessType::Unknown(_) => {
                vec![fault(BUSINESS_TYPE, "is not known: send PERSONAL or CORPORATE")]
            }
        }
    }
}

/// The reply: what a registration of this sort needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TypedBuilder)]
#[non_exhaustive]
pub struct Requirements {
    /// The one field of the reply.
    pub business: BusinessRequirements,
}

/// Requirements by where in the registration they apply. The keys are singular here and plural
/// in the registration (documented by samples).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TypedBuilder)]
#[non_exhaustive]
pub struct BusinessRequirements {
    /// For each of `business.brands[]`.
    #[serde(default)]
    pub brand: BrandRequirements,
    /// For `business.contacts[]`.
    #[serde(default)]
    pub contact: ContactRequirements,
    /// For `business.documents[]`: companies only (A22).
    #[builder(default)]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub documents: Vec<FileRequirement>,
}

/// What each brand needs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TypedBuilder)]
#[non_exhaustive]
pub struct BrandRequirements {
    /// For `photo_proofs[]`.
    #[builder(default, setter(strip_option))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub photo_proof: Option<FileRequirement>,
}

/// What a contact needs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TypedBuilder)]
#[non_exhaustive]
pub struct ContactRequirements {
    /// For `documents[]`.
    #[builder(default)]
    #[serde(default)]
    pub documents: Vec<FileRequirement>,
    /// For `owner_liveness`.
    #[builder(default, setter(strip_option))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner_liveness: Option<FileRequirement>,
}

/// What one file, and the form that goes with it, has to look like.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TypedBuilder)]
#[builder(field_defaults(setter(into)))]
#[non_exhaustive]
pub struct FileRequirement {
    /// `PHOTO_PROOF`, `OWNER_LIVENESS`, or a document's code.
    pub code: String,
    /// For people.
    #[builder(default)]
    #[serde(default)]
    pub name: String,
    /// Allowed extensions, in capitals, without dots.
    #[builder(default)]
    #[serde(default)]
    pub extensions: Vec<String>,
    /// The largest file, in megabytes of 10^6 bytes (A16: the page names no unit).
    pub max_size: u32,
    /// What to fill in beside the file.
    #[builder(default)]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub form: Vec<FormRequirement>,
}

/// What one value of a document's form has to look like.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TypedBuilder)]
#[builder(field_defaults(setter(into)))]
#[non_exhaustive]
pub struct FormRequirement {
    /// For `forms[].code`, such as `NO_KTP`.
    pub code: String,
    /// For people.
    #[builder(default)]
    #[serde(default)]
    pub name: String,
    /// Fewest characters.
    #[builder(default)]
    #[serde(default)]
    pub min_size: usize,
    /// Most characters; 0 for no limit.
    #[builder(default)]
    #[serde(default)]
    pub max_size: usize,
    /// Letters only.
    #[builder(default)]
    #[serde(default)]
    pub alpha: bool,
    /// Digits only.
    #[builder(default)]
    #[serde(default)]
    pub numeric: bool,
    /// Letters and digits only.
    #[builder(default)]
    #[serde(default)]
    pub alpha_numeric: bool,
    /// A hint for people, in Indonesian.
    #[builder(default)]
    #[serde(default)]
    pub caption: String,
}

impl Requirements {
    /// What a file of this purpose has to look like; `None` if nothing is required of it.
    pub fn file(&self, purpose: &FilePurpose) -> Option<&FileRequirement> {
        let business = &self.business;
        match purpose.category() {
            FileCategory::PhotoProof => business.brand.photo_proof.as_ref(),
            FileCategory::OwnerLiveness => business.contact.owner_liveness.as_ref(),
            FileCategory::Document => {
                business.contact.documents.iter().chain(&business.documents).find(|rule| {
                    Some(rule.code.as_str()) == purpose.code().map(DocumentCode::as_str)
                })
            }
            _ => None,
        }
    }

    /// All faults of a registration: a required document or liveness that is missing, a form
    /// value that does not fit (A34). The files themselves are for [`FileRequirement::check`].
    pub fn check(&self, registration: &Registration) -> Vec<Fault> {
        let mut faults = Vec::new();
        let business = &registration.business;
        for rule in &self.business.documents {
            rule.check_document(business.documents.iter(), "/business/documents", &mut faults);
        }
        for (index, contact) in business.contacts.iter().enumerate() {
            let pointer = format!("/business/contacts/{index}");
            for rule in &self.business.contact.documents {
                rule.check_document(
                    contact.documents.iter(),
                    &format!("{pointer}/documents"),
                    &mut faults,
                );
            }
            if self.business.contact.owner_liveness.is_some() && contact.owner_liveness.is_none() {
                faults.push(Fault::new(
                    format!("{pointer}/owner_liveness"),
                    FaultKind::Missing,
                    "A26",
                    "is mandatory: upload an OWNER_LIVENESS file and name its id",
                ));
            }
        }
        validate::capped(faults)
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
    /// A name without a known extension is judged by its content alone (A37).
    pub fn check(&self, file_name: &str, size: u64, content: &[u8]) -> Vec<Fault> {
        let mut faults = Vec::new();
        let mut fault = |kind, message| faults.push(Fault::new("file", kind, "A16", message));
        if size > self.max_bytes() {
            fault(
                FaultKind::TooLong,
                format!("has {size} bytes: shrink it to at most {} MB", self.max_size),
            );
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
    fn check_document<'a>(
        &self,
        documents: impl Iterator<Item = &'a Document>,
        pointer: &str,
        faults: &mut Vec<Fault>,
    ) {
        let found: Vec<_> = documents
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

const BUSINESS_TYPE: &str = "businessType";
const LEGAL_ENTITY: &str = "businessLegalEntity";
const BUSINESS_LINE: &str = "brandBusinessLine";
const NATIONALITY: &str = "businessContactNationality";

#[cfg(test)]
mod tests {
    use super::*;

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

    #[test]
    fn a_query_names_every_parameter_that_is_wrong() {
        let faults = RequirementsQuery::from_pairs([("businessType", "PERSONAL")]).unwrap_err();
        let missing: Vec<_> = faults.iter().map(|fault| fault.pointer.as_str()).collect();
        assert_eq!(missing, [LEGAL_ENTITY, BUSINESS_LINE, NATIONALITY]);

        let personal = RequirementsQuery::personal();
        assert_eq!(RequirementsQuery::from_pairs(personal.pairs()).unwrap(), personal);

        let mixed = RequirementsQuery::builder()
            .business_type(BusinessType::Personal)
            .legal_entity(LegalEntity::Pt)
            .business_line(BusinessLine::Mining)
            .contact_nationality("SG")
            .build();
        assert_eq!(RequirementsQuery::from_pairs(mixed.pairs()).unwrap_err().len(), 3);
    }
}
