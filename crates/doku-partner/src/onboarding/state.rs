//! What has to be remembered of an onboarding.

use std::collections::BTreeMap;

use doku_types::{BrandId, BusinessId, FileId, Timestamp, code::Status};
use serde::{Deserialize, Serialize};

/// What has to be remembered: ids of DOKU's, Request-Ids, and a hash of what was sent under each. No
/// secret and no personal data, unless the draft's own names for its files are such.
///
/// It is written by serde in any format. Fields may be added by later versions, which read what earlier
/// ones wrote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OnboardingState {
    /// What the draft calls a file: what DOKU calls it.
    #[serde(default)]
    pub(super) uploads: BTreeMap<String, FileId>,
    pub(super) registration: Submission,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    business: Option<BusinessId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    brand: Option<BrandId>,
    /// What the last callback on the business said since the last submission; counts where Get Business
    /// Data tells no status.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) told: Option<Status>,
    /// An update that no answer settled yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) update: Option<Submission>,
}

/// A registration or an update, and its Request-Id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Submission {
    pub(super) request_id: String,
    /// Set before it is sent for the first time, until an answer settles it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) sent: Option<Sent>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Sent {
    /// SHA-256 of its body, in base64.
    pub(super) digest: String,
    /// When, in milliseconds since the epoch.
    at: i64,
}

impl OnboardingState {
    pub(super) fn new(request_id: String) -> Self {
        Self {
            uploads: BTreeMap::new(),
            registration: Submission::new(request_id),
            business: None,
            brand: None,
            told: None,
            update: None,
        }
    }

    pub(super) fn registered(&mut self, business: &BusinessId, brand: Option<&BrandId>) {
        self.registration.sent = None;
        self.business = Some(business.clone());
        self.brand = brand.cloned();
    }

    /// The registered business.
    pub fn business(&self) -> Option<&BusinessId> {
        self.business.as_ref()
    }

    /// Its first brand, by which it is asked for.
    pub fn brand(&self) -> Option<&BrandId> {
        self.brand.as_ref()
    }

    /// The Request-Id of the registration: to ask DOKU about, should its outcome be unknown.
    pub fn registration_request_id(&self) -> &str {
        &self.registration.request_id
    }

    /// Whether a registration or update was sent, or was about to be, and no answer has settled it.
    pub fn is_outcome_unknown(&self) -> bool {
        self.registration.is_open() || self.update.as_ref().is_some_and(Submission::is_open)
    }

    /// What DOKU calls a file that was uploaded.
    pub fn uploaded(&self, name: &str) -> Option<&FileId> {
        self.uploads.get(name)
    }
}

impl Submission {
    pub(super) fn new(request_id: String) -> Self {
        Self { request_id, sent: None }
    }

    /// Whether it may have been carried out.
    pub(super) fn is_open(&self) -> bool {
        self.sent.is_some()
    }
}

impl Sent {
    pub(super) fn new(digest: String, at: Timestamp) -> Self {
        Self { digest, at: at.as_millis() }
    }

    pub(super) fn at(&self) -> Timestamp {
        Timestamp::from_millis(self.at)
    }
}
