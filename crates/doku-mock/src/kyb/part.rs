//! What is judged: the parts of a business and of its brands.

use std::fmt;

use doku_types::{code::CallbackType, partner::registration::Registration};
use serde::{Deserialize, Serialize};

/// A part that is judged on its own, in the order in which the parts are told of (A07).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Part {
    /// The contacts, with the liveness of their faces but without their documents.
    Contact,
    Address,
    /// The contacts' documents and the company's.
    Document,
    Bank,
    SocialMedia,
    PhotoProof,
}

impl Part {
    pub(crate) const ALL: [Self; 6] = [
        Self::Contact,
        Self::Address,
        Self::Document,
        Self::Bank,
        Self::SocialMedia,
        Self::PhotoProof,
    ];

    /// The callback that tells of it.
    pub(crate) fn callback_type(self) -> CallbackType {
        match self {
            Self::Contact => CallbackType::BusinessContact,
            Self::Address => CallbackType::BusinessAddress,
            Self::Document => CallbackType::BusinessDocument,
            Self::Bank => CallbackType::BusinessBank,
            Self::SocialMedia => CallbackType::BrandSocialMedia,
            Self::PhotoProof => CallbackType::BrandPhotoProof,
        }
    }

    /// Whether it is a part of `owner`: of the business, or of any brand.
    pub(crate) fn is_of(self, owner: Owner) -> bool {
        matches!(self, Self::SocialMedia | Self::PhotoProof) == (owner != Owner::Business)
    }

    /// Whether anything of it was submitted: what was not is not judged.
    pub(super) fn is_in(self, registration: &Registration, owner: Owner) -> bool {
        let business = &registration.business;
        let brand = match owner {
            Owner::Business => None,
            Owner::Brand(index) => business.brands.get(index),
        };
        match self {
            Self::Contact => !business.contacts.is_empty(),
            Self::Address => !business.addresses.is_empty(),
            Self::Document => {
                !business.documents.is_empty()
                    || business.contacts.iter().any(|contact| !contact.documents.is_empty())
            }
            Self::Bank => !business.banks.is_empty(),
            Self::SocialMedia => brand.is_some_and(|brand| !brand.social_media.is_empty()),
            Self::PhotoProof => brand.is_some_and(|brand| !brand.photo_proofs.is_empty()),
        }
    }

    /// All parts of `owner` of which anything was submitted.
    pub(super) fn submitted(
        registration: &Registration,
        owner: Owner,
    ) -> impl Iterator<Item = Self> {
        Self::ALL
            .into_iter()
            .filter(move |part| part.is_of(owner) && part.is_in(registration, owner))
    }
}

/// Whose parts: the business's own, or those of the brand at this place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Owner {
    Business,
    Brand(usize),
}

/// What an outcome can reject: a part, or the verdict that follows from the parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Target {
    Part(Part),
    Business,
    Brand,
}

impl Target {
    pub(super) fn all() -> impl Iterator<Item = Self> {
        Part::ALL.into_iter().map(Self::Part).chain([Self::Business, Self::Brand])
    }

    /// The verdict on the owner itself.
    pub(super) fn own(owner: Owner) -> Self {
        match owner {
            Owner::Business => Self::Business,
            Owner::Brand(_) => Self::Brand,
        }
    }

    pub(crate) fn callback_type(self) -> CallbackType {
        match self {
            Self::Part(part) => part.callback_type(),
            Self::Business => CallbackType::Business,
            Self::Brand => CallbackType::Brand,
        }
    }

    /// What a rejection says unless notes are given.
    pub(crate) fn default_note(self) -> &'static str {
        match self {
            Self::Part(Part::Contact) => {
                "The contact does not match the person: correct the name, or take the liveness photo again"
            }
            Self::Part(Part::Address) => {
                "The address cannot be found: send it as it stands on the documents"
            }
            Self::Part(Part::Document) => "The document is not readable: upload a clear one",
            Self::Part(Part::Bank) => {
                "The account holder is not the owner: send an account in the owner's name"
            }
            Self::Part(Part::SocialMedia) => {
                "The account cannot be opened: send the address of a public one"
            }
            Self::Part(Part::PhotoProof) => {
                "The photo does not show the brand: upload one of the shop with its name"
            }
            Self::Business => "The business was refused: correct its name, type and description",
            Self::Brand => "The brand was refused: correct its name, category and description",
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.callback_type().as_str())
    }
}
