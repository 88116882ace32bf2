//! What was refused, why, and by which operation it is mended.

use std::fmt;

use crate::{
    code::{CallbackType, DocumentCode, Status},
    id::{BrandId, EntityId},
    partner::{
        business::BusinessData,
        callback::{Callback, Entity},
        endpoint::Endpoint,
    },
};

/// One refusal: of a part of a business, of the whole, or of a service.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Rejection {
    /// What was refused.
    pub part: CallbackType,
    /// Which entry or service, where that is told.
    pub entity: Option<Entity>,
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
    fn new(
        part: &CallbackType,
        status: &Status,
        entity: Option<Entity>,
        brand: Option<&BrandId>,
    ) -> Self {
        let fix = fix(part, status, entity.as_ref(), brand);
        Self { part: part.clone(), entity, reason: String::new(), fix }
    }

    /// One for each note, or one without a reason.
    fn by_notes(self, notes: &[String]) -> Vec<Self> {
        match notes {
            [] => vec![self],
            notes => {
                notes.iter().map(|note| Self { reason: note.clone(), ..self.clone() }).collect()
            }
        }
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let reason = if self.reason.is_empty() { "no reason was given" } else { &self.reason };
        let entity = self.entity.as_ref();
        let which = entity
            .and_then(|entity| entity.code.as_deref().or(entity.id.as_ref().map(EntityId::as_str)));
        match which {
            Some(which) => write!(f, "{} ({which}): {reason}; {}", self.part, self.fix),
            None => write!(f, "{}: {reason}; {}", self.part, self.fix),
        }
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
        Rejection::new(&self.callback_type, &self.status, self.entity.clone(), brand)
            .by_notes(&self.reject_notes)
    }
}

impl BusinessData {
    /// Everything that is refused or suspended as the business stands: parts first, then the
    /// business, its brands and their services (A02).
    pub fn rejections(&self) -> Vec<Rejection> {
        let first = self.brands.first().map(|brand| &brand.id);
        let refused = |status: &Option<Status>| status.clone().filter(refuses);
        let mut found = Vec::new();
        let mut entry = |part, status: &Option<Status>, id: Option<EntityId>| {
            if let Some(status) = refused(status) {
                let entity = Entity::builder().id(id).build();
                found.push(Rejection::new(&part, &status, Some(entity), first));
            }
        };
        for contact in &self.contacts {
            let id = contact.id.as_ref().map(Into::into);
            entry(CallbackType::BusinessContact, &contact.status, id);
        }
        for address in &self.addresses {
            let id = address.id.as_ref().map(Into::into);
            entry(CallbackType::BusinessAddress, &address.status, id);
        }
        for bank in &self.banks {
            entry(CallbackType::BusinessBank, &bank.status, bank.id.as_ref().map(Into::into));
        }
        if let Some(status) = refused(&self.status) {
            let rejection = Rejection::new(&CallbackType::Business, &status, None, first);
            found.extend(rejection.by_notes(&self.reject_notes));
        }
        for brand in &self.brands {
            let id = Some(&brand.id);
            for (part, status) in [
                (CallbackType::Brand, &brand.status),
                (CallbackType::BrandOperationalStatus, &brand.operational_status),
            ] {
                if let Some(status) = refused(status) {
                    let rejection = Rejection::new(&part, &status, None, id);
                    found.extend(rejection.by_notes(&brand.reject_notes));
                }
            }
            for service in brand.services.iter().filter(|service| refuses(&service.status)) {
                let entity = Entity::builder().code(Some(service.code.to_string())).build();
                let part = CallbackType::BrandProduct;
                found.push(Rejection::new(&part, &service.status, Some(entity), id));
            }
        }
        found
    }
}

fn refuses(status: &Status) -> bool {
    matches!(status, Status::Rejected | Status::Suspended | Status::FullSuspended)
}

fn fix(
    part: &CallbackType,
    status: &Status,
    entity: Option<&Entity>,
    brand: Option<&BrandId>,
) -> Fix {
    // Nothing that is sent again lifts a suspension.
    if *status != Status::Rejected {
        return Fix::AskDoku;
    }
    let code = entity.and_then(|entity| entity.code.as_deref()).map(DocumentCode::from);
    let (pointer, upload) = match part {
        CallbackType::Business => ("/business", false),
        CallbackType::BusinessContact => ("/business/contacts", false),
        CallbackType::BusinessAddress => ("/business/addresses", false),
        // Identity papers are a contact's, all others the company's (A22).
        CallbackType::BusinessDocument => match code {
            None | Some(DocumentCode::Ktp | DocumentCode::KitasOrKitap) => {
                ("/business/contacts/0/documents", true)
            }
            Some(_) => ("/business/documents", true),
        },
        CallbackType::BusinessBank => ("/business/banks", false),
        CallbackType::Brand => ("/business/brands/0", false),
        CallbackType::BrandSocialMedia => ("/business/brands/0/social_media", false),
        CallbackType::BrandPhotoProof => ("/business/brands/0/photo_proofs", true),
        _ => return Fix::AskDoku,
    };
    let endpoint = Endpoint::UpdateBusinessData;
    // An id from outside has to stay one segment of the path.
    let segment =
        |id: &&BrandId| id.as_str().bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    let path = match brand.filter(segment) {
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
    fn the_fix_is_where_the_paper_stands_and_a_suspension_is_doku_s() {
        let fix = |body: &str| Callback::parse(body.as_bytes()).unwrap().rejections().remove(0).fix;
        let pointer = |body| match fix(body) {
            Fix::Update { pointer, path, .. } => (pointer, path),
            Fix::AskDoku => panic!("{body}"),
        };
        let company = r#"{"type":"BUSINESS_DOCUMENT","status":"REJECTED","brand":{"id":"../x?y"},
            "entity":{"id":"DCM-1","code":"AKTA_PENDIRIAN_PERUSAHAAN"}}"#;
        let path = Endpoint::UpdateBusinessData.path().to_owned();
        assert_eq!(pointer(company), ("/business/documents", path));
        assert_eq!(fix(r#"{"type":"BRAND","status":"FULL_SUSPENDED"}"#), Fix::AskDoku);
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
                "addresses":[{"area":"x","country":"ID","name":"x","primary":true,"id":"ADR-1","status":"REJECTED"},
                             {"area":"x","country":"ID","name":"x","primary":true,"status":"APPROVED"}],
                "brands":[{"id":"BRN-1","status":"ACTIVE","operational_status":"FULL_SUSPENDED",
                           "reject_notes":["c"],
                           "services":[{"code":"QRIS","name":"QRIS","status":"REJECTED"}]}]}"#,
        )
        .unwrap();
        let told: Vec<_> = data
            .rejections()
            .into_iter()
            .map(|rejection| {
                let entity = rejection.entity.unwrap_or_else(|| Entity::builder().build());
                let which = entity.code.or(entity.id.map(|id| id.to_string())).unwrap_or_default();
                format!("{} {which} {}", rejection.part, rejection.reason)
            })
            .collect();
        assert_eq!(
            told,
            [
                "BUSINESS_ADDRESS ADR-1 ",
                "BUSINESS  a",
                "BUSINESS  b",
                "BRAND.OPERATIONAL_STATUS  c",
                "BRAND_PRODUCT QRIS ",
            ]
        );
    }
}
