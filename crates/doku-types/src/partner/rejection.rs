//! What was refused, why, and by which operation it is mended.

use std::fmt;

use crate::{
    code::{CallbackType, Status},
    id::BrandId,
    partner::{business::BusinessData, callback::Callback, endpoint::Endpoint},
};

/// One refusal: of a part of a business, of the whole, or of a service.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Rejection {
    /// What was refused.
    pub part: CallbackType,
    /// DOKU's note, for people; empty where there is none.
    pub reason: String,
    /// How to mend it.
    pub fix: Fix,
}

/// How a refusal is mended.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fix {
    /// Send the part again, corrected (A08).
    Update {
        /// [`Endpoint::UpdateBusinessData`].
        endpoint: Endpoint,
        /// The path to call, with the brand id where that is known.
        path: String,
        /// Where in the update's body the corrected part goes: a JSON pointer, in which `0` stands
        /// for the entry that was refused.
        pointer: &'static str,
        /// Whether a new file has to be uploaded first, for its id.
        upload: bool,
    },
    /// No operation of the API changes this: the partner's contact at DOKU has to.
    AskDoku,
}

impl Rejection {
    fn new(part: &CallbackType, reason: &str, brand: Option<&BrandId>) -> Self {
        Self { part: part.clone(), reason: reason.to_owned(), fix: fix(part, brand) }
    }

    /// One for each note, or one without a reason.
    fn of_notes(part: &CallbackType, notes: &[String], brand: Option<&BrandId>) -> Vec<Self> {
        if notes.is_empty() {
            return vec![Self::new(part, "", brand)];
        }
        notes.iter().map(|note| Self::new(part, note, brand)).collect()
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let reason = if self.reason.is_empty() { "no reason was given" } else { &self.reason };
        write!(f, "{}: {reason}; {}", self.part, self.fix)
    }
}

impl fmt::Display for Fix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Update { endpoint, path, pointer, upload } => {
                let first = if *upload { "upload a new file, then " } else { "" };
                write!(f, "{first}send {pointer} by {} {path}", endpoint.method())
            }
            Self::AskDoku => f.write_str("ask DOKU: the API has no operation for it"),
        }
    }
}

impl Callback {
    /// What this callback refuses or suspends; empty for any other verdict.
    ///
    /// ```
    /// use doku_types::partner::callback::Callback;
    ///
    /// let callback = Callback::parse(
    ///     br#"{"type":"BUSINESS_DOCUMENT","status":"REJECTED","reject_notes":["The KTP is blurred"],
    ///         "brand":{"id":"BRN-0104-1678960841263"}}"#,
    /// ).unwrap();
    /// assert_eq!(
    ///     callback.rejections()[0].to_string(),
    ///     "BUSINESS_DOCUMENT: The KTP is blurred; upload a new file, then send \
    ///      /business/contacts/0/documents by PUT \
    ///      /adv-core-api/partner/v1.0/business/BRN-0104-1678960841263",
    /// );
    /// ```
    pub fn rejections(&self) -> Vec<Rejection> {
        if !refuses(&self.status) {
            return Vec::new();
        }
        let brand = self.brand.as_ref().map(|brand| &brand.id);
        Rejection::of_notes(&self.callback_type, &self.reject_notes, brand)
    }
}

impl BusinessData {
    /// Everything that is refused or suspended as the business stands: parts first, then the
    /// business, its brands and their services (A02).
    pub fn rejections(&self) -> Vec<Rejection> {
        let brand = self.brands.first().map(|brand| &brand.id);
        let refused = |status: &Option<Status>| status.as_ref().is_some_and(refuses);
        let mut found = Vec::new();
        for (part, count) in [
            (
                CallbackType::BusinessContact,
                self.contacts.iter().filter(|contact| refused(&contact.status)).count(),
            ),
            (
                CallbackType::BusinessAddress,
                self.addresses.iter().filter(|address| refused(&address.status)).count(),
            ),
            (
                CallbackType::BusinessBank,
                self.banks.iter().filter(|bank| refused(&bank.status)).count(),
            ),
        ] {
            found.extend((0..count).map(|_| Rejection::new(&part, "", brand)));
        }
        if refused(&self.status) {
            found.extend(Rejection::of_notes(&CallbackType::Business, &self.reject_notes, brand));
        }
        for brand in &self.brands {
            let id = Some(&brand.id);
            if refused(&brand.status) {
                found.extend(Rejection::of_notes(&CallbackType::Brand, &brand.reject_notes, id));
            }
            if refused(&brand.operational_status) {
                let part = CallbackType::BrandOperationalStatus;
                found.extend(Rejection::of_notes(&part, &brand.reject_notes, id));
            }
            for service in brand.services.iter().filter(|service| refuses(&service.status)) {
                found.push(Rejection::new(&CallbackType::BrandProduct, service.code.as_str(), id));
            }
        }
        found
    }
}

fn refuses(status: &Status) -> bool {
    matches!(status, Status::Rejected | Status::Suspended | Status::FullSuspended)
}

fn fix(part: &CallbackType, brand: Option<&BrandId>) -> Fix {
    let (pointer, upload) = match part {
        CallbackType::Business => ("/business", false),
        CallbackType::BusinessContact => ("/business/contacts", false),
        CallbackType::BusinessAddress => ("/business/addresses", false),
        CallbackType::BusinessDocument => ("/business/contacts/0/documents", true),
        CallbackType::BusinessBank => ("/business/banks", false),
        CallbackType::Brand => ("/business/brands/0", false),
        CallbackType::BrandSocialMedia => ("/business/brands/0/social_media", false),
        CallbackType::BrandPhotoProof => ("/business/brands/0/photo_proofs", true),
        _ => return Fix::AskDoku,
    };
    let endpoint = Endpoint::UpdateBusinessData;
    let path = match brand {
        Some(brand) => endpoint.path().replace("{brand}", brand.as_str()),
        None => endpoint.path().to_owned(),
    };
    Fix::Update { endpoint, path, pointer, upload }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kyb_part_has_a_fix_by_update_and_the_rest_is_doku_s() {
        for part in CallbackType::all() {
            let callback =
                Callback::builder().callback_type(part.clone()).status(Status::Rejected).build();
            let rejections = callback.rejections();
            let by_doku =
                matches!(part, CallbackType::BrandOperationalStatus | CallbackType::BrandProduct);
            assert_eq!(rejections.len(), 1);
            assert_eq!(rejections[0].fix == Fix::AskDoku, by_doku, "{part}");
        }
    }

    #[test]
    fn an_approval_is_no_rejection() {
        for status in [Status::Approved, Status::Active, Status::Updating, "NEW".into()] {
            let kind = CallbackType::Business;
            let callback = Callback::builder().callback_type(kind).status(status).build();
            assert_eq!(callback.rejections(), []);
        }
    }

    #[test]
    fn a_business_tells_all_that_is_refused_with_every_note() {
        let data = BusinessData::parse(
            br#"{"id":"BSN-1","status":"REJECTED","reject_notes":["a","b"],
                "addresses":[{"area":"x","country":"ID","name":"x","primary":true,"status":"REJECTED"},
                             {"area":"x","country":"ID","name":"x","primary":true,"status":"APPROVED"}],
                "brands":[{"id":"BRN-1","status":"ACTIVE","operational_status":"FULL_SUSPENDED",
                           "reject_notes":["c"],
                           "services":[{"code":"QRIS","name":"QRIS","status":"REJECTED"}]}]}"#,
        )
        .unwrap();
        let told: Vec<_> = data
            .rejections()
            .into_iter()
            .map(|rejection| format!("{} {}", rejection.part, rejection.reason))
            .collect();
        assert_eq!(
            told,
            [
                "BUSINESS_ADDRESS ",
                "BUSINESS a",
                "BUSINESS b",
                "BRAND.OPERATIONAL_STATUS c",
                "BRAND_PRODUCT QRIS",
            ]
        );
    }
}
