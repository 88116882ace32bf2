//! Check Requirements: `GET /file`, signed (documented: Check Requirements API).

mod check;

pub use check::DraftFile;
use serde::{Deserialize, Deserializer, Serialize};
use typed_builder::TypedBuilder;

use crate::{
    code::{BusinessLine, BusinessType, FormCode, LegalEntity},
    lenient::{self, Unwrapped},
    validate::{Fault, FaultKind},
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
        let [(_, business_type), (_, legal_entity), (_, business_line), (_, nationality)] = values;
        let query = Self {
            business_type: business_type.into(),
            legal_entity: legal_entity.into(),
            business_line: business_line.into(),
            contact_nationality: nationality.to_owned(),
        };
        let faults = query.validate();
        if faults.is_empty() { Ok(query) } else { Err(faults) }
    }

    /// All faults of a draft, as of [`Self::from_pairs`].
    pub fn validate(&self) -> Vec<Fault> {
        let missing: Vec<_> = self
            .pairs()
            .into_iter()
            .filter(|(_, value)| value.trim().is_empty())
            .map(|(name, _)| {
                Fault::new(name, FaultKind::Missing, "REQ", "is mandatory: add it to the query")
            })
            .collect();
        if missing.is_empty() { self.mismatches() } else { missing }
    }

    /// Values that do not go together (A33).
    fn mismatches(&self) -> Vec<Fault> {
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TypedBuilder)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Requirements {
    /// The one field of the reply. Read without this wrapper too, as Get Business Data is.
    pub business: BusinessRequirements,
}

impl<'de> Deserialize<'de> for Requirements {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Unwrapped::deserialize(deserializer).map(|Unwrapped(business)| Self { business })
    }
}

/// Requirements by where in the registration they apply. The keys are singular here and plural
/// in the registration (documented by samples).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TypedBuilder)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct BusinessRequirements {
    /// For each of `business.brands[]`.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub brand: BrandRequirements,
    /// For `business.contacts[]`.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub contact: ContactRequirements,
    /// For `business.documents[]`: companies only (A22).
    #[builder(default)]
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "lenient::list")]
    pub documents: Vec<FileRequirement>,
}

/// What each brand needs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TypedBuilder)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct BrandRequirements {
    /// For `photo_proofs[]`.
    #[builder(default, setter(strip_option))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub photo_proof: Option<FileRequirement>,
}

/// What a contact needs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TypedBuilder)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ContactRequirements {
    /// For `documents[]`.
    #[builder(default)]
    #[serde(default, deserialize_with = "lenient::list")]
    pub documents: Vec<FileRequirement>,
    /// For `owner_liveness`.
    #[builder(default, setter(strip_option))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner_liveness: Option<FileRequirement>,
}

/// What one file, and the form that goes with it, has to look like.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TypedBuilder)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[builder(field_defaults(setter(into)))]
#[non_exhaustive]
pub struct FileRequirement {
    /// `PHOTO_PROOF`, `OWNER_LIVENESS`, or a document's code.
    pub code: String,
    /// For people.
    #[builder(default)]
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub name: String,
    /// Allowed extensions, in capitals, without dots.
    #[builder(default)]
    #[serde(default, deserialize_with = "lenient::list")]
    pub extensions: Vec<String>,
    /// The largest file, in megabytes of 10^6 bytes (A16: the page names no unit).
    #[serde(deserialize_with = "lenient::count")]
    pub max_size: u32,
    /// What to fill in beside the file.
    #[builder(default)]
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "lenient::list")]
    pub form: Vec<FormRequirement>,
}

/// What one value of a document's form has to look like.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TypedBuilder)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[builder(field_defaults(setter(into)))]
#[non_exhaustive]
pub struct FormRequirement {
    /// For `forms[].code`, such as `NO_KTP`.
    pub code: FormCode,
    /// For people.
    #[builder(default)]
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub name: String,
    /// Fewest characters.
    #[builder(default)]
    #[serde(default, deserialize_with = "lenient::count")]
    pub min_size: usize,
    /// Most characters; 0 for no limit.
    #[builder(default)]
    #[serde(default, deserialize_with = "lenient::count")]
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
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub caption: String,
}

const BUSINESS_TYPE: &str = "businessType";
const LEGAL_ENTITY: &str = "businessLegalEntity";
const BUSINESS_LINE: &str = "brandBusinessLine";
const NATIONALITY: &str = "businessContactNationality";

#[cfg(test)]
mod tests {
    use super::*;

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
