//! Outcomes, and the plus-tags that ask for them, beside a small grammar of them.

use std::collections::BTreeSet;

use doku_mock::Outcome;
use doku_types::{
    code::{BusinessType, Status},
    partner::{
        business::BusinessData, endpoint::Endpoint, registration::Registration,
        registration::RegistrationReply,
    },
    validate,
};
use http::StatusCode;
use serde_json::Value;

use crate::world::World;

thread_local! {
    static WORLD: World = World::new(|mock| mock);
}

/// A text is an outcome exactly if the grammar says so; it prints as one that is the same; and an
/// error names the first item that is at fault.
pub fn outcome(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let modelled = Asked::of(text.split(',').map(str::trim));
    match (text.parse::<Outcome>(), modelled) {
        (Ok(outcome), Ok(_)) => {
            let printed = outcome.to_string();
            assert_eq!(printed.parse(), Ok(outcome), "{printed}");
            let again = printed.parse::<Outcome>().map(|outcome| outcome.to_string());
            assert_eq!(again, Ok(printed));
        }
        (Err(error), Err(item)) => {
            let (error, named) = (error.to_string(), beginning(item));
            assert!(error.contains(&format!("`{named}")), "{error} does not name {named}");
            assert!(error.len() < 1024, "{} bytes", error.len());
        }
        (read, modelled) => panic!("{read:?}, not {modelled:?}"),
    }
}

/// A registration with any e-mail becomes what the tags in it ask for, and is refused for a tag that
/// asks for nothing that can be.
pub fn plus_tag(data: &[u8]) {
    let email = String::from_utf8_lossy(data);
    let mut document: Value = serde_json::from_slice(PERSONAL).expect("the sample is JSON");
    document["business"]["email"] = Value::from(&*email);
    let body = serde_json::to_vec(&document).expect("JSON can be written");
    let blank = Registration::parse(&body).is_err();
    assert_eq!(blank, email.trim().is_empty(), "an e-mail is any text");

    let asked = Asked::of_email(&email);
    let fits =
        !blank && asked.as_ref().is_ok_and(|asked| asked.refused.union(&asked.activated).all(|code| code == "QRIS"));
    WORLD.with(|world| {
        world.next_input();
        let reply = world.signed(Endpoint::BusinessRegistration, "", &body);
        let text = String::from_utf8_lossy(reply.body()).into_owned();
        assert_eq!(reply.status() == StatusCode::OK, fits, "{email:?}: {text}");
        let Ok(asked) = asked else {
            assert!(blank || text.contains("/business/email: `"), "{text}");
            return;
        };
        if fits {
            let registered: RegistrationReply =
                validate::read(reply.body()).expect("as registered");
            let brand = registered.business.brands[0].id.as_str();
            let reply = world.signed(Endpoint::GetBusinessData, brand, b"");
            assert_eq!(reply.status(), StatusCode::OK);
            let data: BusinessData = validate::read(reply.body()).expect("a business is shown");
            asked.has_happened(&data);
            assert_eq!(data.email.as_ref().map(|text| text.expose()), Some(&*email));
        }
    });
}

/// What a list of items asks for.
#[derive(Debug, Default)]
pub(crate) struct Asked {
    pending: bool,
    activate: bool,
    suspended: Option<Status>,
    /// Parts.
    rejected: BTreeSet<String>,
    /// Services.
    refused: BTreeSet<String>,
    /// Services that are activated by themselves.
    activated: BTreeSet<String>,
}

impl Asked {
    /// What the tags of an e-mail ask for; the item that is at fault otherwise.
    pub(crate) fn of_email(email: &str) -> Result<Self, &str> {
        let local = email.rfind('@').map_or(email, |at| &email[..at]);
        let tags: Vec<_> = local.split("+kyb.").skip(1).collect();
        // What follows another plus sign is another tag.
        Self::of(tags.iter().map(|tag| tag.split('+').next().unwrap_or_default()))
    }

    fn of<'t>(items: impl Iterator<Item = &'t str>) -> Result<Self, &'t str> {
        let mut asked = Self::default();
        let mut seen = BTreeSet::new();
        for item in items {
            match item.split('.').collect::<Vec<_>>()[..] {
                ["approve"] => {}
                ["pending"] => asked.pending = true,
                ["activate"] => asked.activate = true,
                ["suspend"] => asked.suspended = Some(Status::Suspended),
                ["suspend", "full"] => asked.suspended = Some(Status::FullSuspended),
                ["reject", part] if PARTS.contains(&part) => {
                    asked.rejected.insert(part.to_owned());
                }
                ["product", "activate", ..]
                    if item.len() > ACTIVATE.len() && !item.contains(',') =>
                {
                    asked.activated.insert(item[ACTIVATE.len()..].to_owned());
                }
                ["product", "reject", ..] if item.len() > SERVICE.len() && !item.contains(',') => {
                    asked.refused.insert(item[SERVICE.len()..].to_owned());
                }
                _ => return Err(item),
            }
            seen.insert(item);
        }
        let alone = (asked.pending && seen.len() > 1)
            || (asked.activate && seen.iter().any(|item| !matches!(*item, "activate" | "approve")))
            || (seen.contains("suspend") && seen.contains("suspend.full"))
            || (!asked.rejected.is_empty()
                && (asked.suspended.is_some()
                    || !asked.refused.is_empty()
                    || !asked.activated.is_empty()))
            || !asked.refused.is_disjoint(&asked.activated);
        // Which of the two is named first is not for the grammar to say.
        if alone { Err("") } else { Ok(asked) }
    }

    /// Whether a registration has what is to be rejected.
    pub(crate) fn fits(&self, registration: &Registration, services: &[&str]) -> bool {
        let business = &registration.business;
        let papers = |contact: &doku_types::partner::part::Contact| !contact.documents.is_empty();
        let has = |part: &str| match part {
            "BUSINESS_CONTACT" => !business.contacts.is_empty(),
            "BUSINESS_ADDRESS" => !business.addresses.is_empty(),
            "BUSINESS_DOCUMENT" => {
                !business.documents.is_empty() || business.contacts.iter().any(papers)
            }
            "BUSINESS_BANK" => !business.banks.is_empty(),
            "BRAND_SOCIAL_MEDIA" => {
                business.brands.iter().any(|brand| !brand.social_media.is_empty())
            }
            "BRAND_PHOTO_PROOF" => {
                business.brands.iter().any(|brand| !brand.photo_proofs.is_empty())
            }
            _ => true,
        };
        self.rejected.iter().all(|part| has(part))
            && self.refused.union(&self.activated).all(|code| services.contains(&code.as_str()))
    }

    /// What a business looks like of which this was asked, and of which everything is decided.
    fn has_happened(&self, data: &BusinessData) {
        let brand = &data.brands[0];
        let status = match self {
            Self { pending: true, .. } => Status::Updating,
            Self { rejected, .. } if !rejected.is_empty() => Status::Rejected,
            _ => Status::Active,
        };
        assert_eq!(data.status, Some(status.clone()), "{self:?}");
        let is_active = status == Status::Active;
        let operation = is_active.then(|| self.suspended.clone().unwrap_or(Status::Active));
        assert_eq!(brand.operational_status, operation, "{self:?}");
        let service = match self {
            _ if !is_active => Status::Pending,
            Self { refused, .. } if refused.contains("QRIS") => Status::Rejected,
            _ => Status::Active,
        };
        assert_eq!(brand.services[0].status, service, "{self:?}");
        assert_eq!(data.business_type, Some(BusinessType::Personal));
    }
}

/// What an error shows of an item: its first characters, escaped.
fn beginning(item: &str) -> String {
    item.chars().take(40).collect::<String>().escape_debug().to_string()
}

/// A registration without a fault, of the papers that a world begins with.
const PERSONAL: &[u8] = include_bytes!("../seeds/registration/personal.json");
const SERVICE: &str = "product.reject.";
const ACTIVATE: &str = "product.activate.";
const PARTS: [&str; 8] = [
    "BUSINESS_CONTACT",
    "BUSINESS_ADDRESS",
    "BUSINESS_DOCUMENT",
    "BUSINESS_BANK",
    "BRAND_SOCIAL_MEDIA",
    "BRAND_PHOTO_PROOF",
    "BUSINESS",
    "BRAND",
];
