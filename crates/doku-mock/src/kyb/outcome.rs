//! What becomes of a submission, and how a partner asks for it.

mod item;

use std::{collections::BTreeSet, fmt, str::FromStr};

use doku_types::code::PaymentMethod;

use self::item::{Item, quoted};
use super::{brand::Suspension, part::Target};

/// What KYB makes of one submission, or of a business by hand.
///
/// Written as a list by comma, in the header `Doku-Mock-Outcome` and elsewhere:
///
/// | item | meaning |
/// | --- | --- |
/// | `approve` | what no other item rejects is approved, every service activated |
/// | `pending` | nothing is decided, for as long as nobody decides it by hand; stands alone |
/// | `reject.<PART>` | this part is rejected: `BUSINESS_CONTACT`, `BUSINESS_ADDRESS`, `BUSINESS_DOCUMENT`, `BUSINESS_BANK`, `BRAND_SOCIAL_MEDIA` or `BRAND_PHOTO_PROOF`; `BUSINESS` and `BRAND` reject the whole, whatever its parts |
/// | `suspend`, `suspend.full` | once active, the brands are suspended |
/// | `activate` | all is approved, a suspension is lifted, rejected services are activated |
/// | `product.activate.<CODE>` | this service is activated, though it was rejected before: `product.activate.QRIS` |
/// | `product.reject.<CODE>` | this service is rejected: `product.reject.QRIS` |
///
/// ```
/// use doku_mock::Outcome;
///
/// let outcome: Outcome = "reject.BUSINESS_DOCUMENT, reject.BUSINESS_BANK".parse().unwrap();
/// assert_eq!(outcome.to_string(), "reject.BUSINESS_DOCUMENT,reject.BUSINESS_BANK");
/// assert!("pending,approve".parse::<Outcome>().is_err());
///
/// let tagged = Outcome::from_email("budi+kyb.suspend.full@example.com").unwrap();
/// assert_eq!(tagged, Some("suspend.full".parse().unwrap()));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome(pub(super) Decision);

/// The meaning of an outcome.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Decision {
    Pending,
    /// At least one.
    Reject(BTreeSet<Target>),
    Approve {
        /// Services to be rejected.
        refused: BTreeSet<PaymentMethod>,
        /// Services to be activated, even such as were rejected before.
        activated: BTreeSet<PaymentMethod>,
        suspension: Option<Suspension>,
    },
    Activate,
}

/// A text that is no outcome.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OutcomeError {
    /// There is no such outcome. Holds the beginning of the item.
    #[error(
        "`{0}` is no outcome: use approve, pending, reject.<PART>, suspend, suspend.full, activate, product.activate.<CODE> or product.reject.<CODE>, several by comma; <PART> is one of {parts}",
        parts = parts()
    )]
    Unknown(String),
    /// Two items that cannot both come true.
    #[error("`{0}` and `{1}` contradict each other: {2}")]
    Contradiction(String, String, &'static str),
}

impl Outcome {
    /// The outcome that an e-mail address asks for by plus-tags: `budi+kyb.pending@example.com`,
    /// several by repeating `+kyb.`. `None` without such a tag; other tags mean nothing.
    ///
    /// # Errors
    /// [`OutcomeError`] for a tag behind `kyb.` that is no outcome. It quotes the tag's beginning,
    /// and nothing else of the address.
    pub fn from_email(email: &str) -> Result<Option<Self>, OutcomeError> {
        let local = email.rsplit_once('@').map_or(email, |(local, _)| local);
        let tags: Vec<_> =
            local.split('+').skip(1).filter_map(|tag| tag.strip_prefix("kyb.")).collect();
        if tags.is_empty() { Ok(None) } else { Self::of(tags.into_iter()).map(Some) }
    }

    fn of<'a>(items: impl Iterator<Item = &'a str>) -> Result<Self, OutcomeError> {
        let items: BTreeSet<Item> = items.map(str::parse).collect::<Result<_, _>>()?;
        for item in &items {
            for other in &items {
                if let Some(reason) = item.contradicts(other) {
                    let (item, other) = (quoted(&item.to_string()), quoted(&other.to_string()));
                    return Err(OutcomeError::Contradiction(item, other, reason));
                }
            }
        }
        let mut rejected = BTreeSet::new();
        let (mut refused, mut activated) = (BTreeSet::new(), BTreeSet::new());
        let mut suspension = None;
        for item in items {
            match item {
                Item::Pending => return Ok(Self(Decision::Pending)),
                Item::Activate => return Ok(Self(Decision::Activate)),
                Item::Approve => {}
                Item::Reject(target) => {
                    rejected.insert(target);
                }
                Item::Suspend(how) => suspension = Some(how),
                Item::ActivateService(code) => {
                    activated.insert(code);
                }
                Item::RefuseService(code) => {
                    refused.insert(code);
                }
            }
        }
        Ok(Self(if rejected.is_empty() {
            Decision::Approve { refused, activated, suspension }
        } else {
            Decision::Reject(rejected)
        }))
    }
}

/// `approve`.
impl Default for Outcome {
    fn default() -> Self {
        let (refused, activated) = (BTreeSet::new(), BTreeSet::new());
        Self(Decision::Approve { refused, activated, suspension: None })
    }
}

impl FromStr for Outcome {
    type Err = OutcomeError;

    fn from_str(text: &str) -> Result<Self, OutcomeError> {
        Self::of(text.split(',').map(str::trim))
    }
}

/// As it is parsed, in a fixed order and without repetition.
impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let items: Vec<Item> = match &self.0 {
            Decision::Pending => vec![Item::Pending],
            Decision::Activate => vec![Item::Activate],
            Decision::Reject(targets) => targets.iter().copied().map(Item::Reject).collect(),
            Decision::Approve { refused, activated, suspension: None }
                if refused.is_empty() && activated.is_empty() =>
            {
                vec![Item::Approve]
            }
            Decision::Approve { refused, activated, suspension } => suspension
                .map(Item::Suspend)
                .into_iter()
                .chain(activated.iter().cloned().map(Item::ActivateService))
                .chain(refused.iter().cloned().map(Item::RefuseService))
                .collect(),
        };
        let texts: Vec<_> = items.iter().map(Item::to_string).collect();
        f.write_str(&texts.join(","))
    }
}

/// Outcomes to choose from; several go together by comma.
pub(crate) fn suggested() -> Vec<String> {
    let rejections = Target::all().map(|target| Item::Reject(target).to_string());
    let others =
        ["suspend", "suspend.full", "activate", "product.reject.QRIS", "product.activate.QRIS"];
    let first = ["approve", "pending"].map(str::to_owned).into_iter();
    first.chain(rejections).chain(others.map(str::to_owned)).collect()
}

fn parts() -> String {
    Target::all().map(|target| target.to_string()).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn error(text: &str) -> String {
        text.parse::<Outcome>().unwrap_err().to_string()
    }

    #[test]
    fn whatever_is_suggested_is_an_outcome() {
        for text in suggested() {
            assert_eq!(text.parse::<Outcome>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn a_list_reads_back_in_one_spelling() {
        for (text, spelled) in [
            ("approve", "approve"),
            (" approve , approve", "approve"),
            ("pending,pending", "pending"),
            ("activate,approve", "activate"),
            ("approve,suspend", "suspend"),
            ("product.reject.QRIS,suspend.full", "suspend.full,product.reject.QRIS"),
            ("product.reject.qris", "product.reject.qris"),
            (
                "product.reject.VA,product.activate.QRIS,approve",
                "product.activate.QRIS,product.reject.VA",
            ),
            (
                "reject.BRAND,reject.BUSINESS_DOCUMENT,reject.BRAND",
                "reject.BUSINESS_DOCUMENT,reject.BRAND",
            ),
        ] {
            let outcome: Outcome = text.parse().unwrap();
            assert_eq!(outcome.to_string(), spelled);
            assert_eq!(spelled.parse(), Ok(outcome));
        }
        assert_eq!(Outcome::default().to_string(), "approve");
    }

    #[test]
    fn every_part_can_be_rejected() {
        for part in [
            "BUSINESS_CONTACT",
            "BUSINESS_ADDRESS",
            "BUSINESS_DOCUMENT",
            "BUSINESS_BANK",
            "BRAND_SOCIAL_MEDIA",
            "BRAND_PHOTO_PROOF",
            "BUSINESS",
            "BRAND",
        ] {
            let text = format!("reject.{part}");
            assert_eq!(text.parse::<Outcome>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn what_is_no_outcome_is_told_with_what_is_one() {
        for text in [
            "",
            ",",
            "approve,",
            "Approve",
            "reject",
            "reject.",
            "reject.KTP",
            "reject.BRAND_PRODUCT",
            "reject.BRAND.OPERATIONAL_STATUS",
            "suspend.half",
            "product.reject",
            "product.reject.",
            "product.activate.",
        ] {
            let error = error(text);
            assert!(error.contains("is no outcome: use approve, pending"), "{error}");
            assert!(error.ends_with("BRAND_PHOTO_PROOF, BUSINESS, BRAND"), "{error}");
        }
    }

    #[test]
    fn a_contradiction_is_refused_with_its_reason() {
        for (text, reason) in [
            ("pending,approve", "what is pending is not decided"),
            ("reject.BRAND,pending", "what is pending is not decided"),
            ("suspend,reject.BUSINESS_BANK", "only an active business is suspended"),
            ("suspend.full,suspend", "a suspension is either full or not"),
            ("product.reject.QRIS,reject.BRAND", "services are decided once"),
            ("activate,suspend", "to activate is to approve all"),
            ("activate,product.activate.VA", "to activate is to approve all"),
            ("product.reject.VA,product.activate.VA", "a service is either activated or rejected"),
            ("product.activate.VA,reject.BRAND", "services are decided once"),
            ("activate,product.reject.QRIS", "to activate is to approve all"),
        ] {
            let error = error(text);
            assert!(error.contains("contradict each other") && error.contains(reason), "{error}");
        }
    }

    #[test]
    fn only_tags_of_the_local_part_that_begin_with_kyb_count() {
        for email in
            ["budi@example.com", "budi+shop@example.com", "budi@kyb+kyb.pending", "", "+kyb@x"]
        {
            assert_eq!(Outcome::from_email(email), Ok(None), "{email}");
        }
        for (email, outcome) in [
            ("budi+kyb.reject.BUSINESS_DOCUMENT@example.com", "reject.BUSINESS_DOCUMENT"),
            ("b+kyb.reject.BRAND+shop+kyb.reject.BUSINESS@x", "reject.BUSINESS,reject.BRAND"),
            ("b+kyb.product.reject.QRIS+kyb.suspend@x", "suspend,product.reject.QRIS"),
            ("b+kyb.pending", "pending"),
        ] {
            assert_eq!(Outcome::from_email(email), Ok(Some(outcome.parse().unwrap())));
        }
    }

    #[test]
    fn an_error_tells_nothing_of_the_address_but_the_tag_s_beginning() {
        for email in ["marker+kyb.@marker", "marker+kyb.pending+kyb.approve@marker"] {
            assert!(!Outcome::from_email(email).unwrap_err().to_string().contains("marker"));
        }
        let long = format!("b+kyb.{}marker@x", "a".repeat(40));
        let error = Outcome::from_email(&long).unwrap_err().to_string();
        assert!(error.contains("aaa…") && !error.contains("marker"), "{error}");
    }

    proptest! {
        #[test]
        fn what_parses_reads_back(items in prop::collection::vec(
            prop_oneof![
                Just("approve"), Just("pending"), Just("suspend"), Just("suspend.full"),
                Just("activate"), Just("reject.BRAND"), Just("reject.BUSINESS_BANK"),
                Just("product.reject.QRIS"), Just("product.reject.X"), Just("nonsense"),
                Just("product.activate.QRIS"), Just("product.activate.Y"),
            ],
            0..5,
        )) {
            if let Ok(outcome) = items.join(",").parse::<Outcome>() {
                prop_assert_eq!(outcome.to_string().parse(), Ok(outcome));
            }
        }

        #[test]
        fn no_text_panics(text in "\\PC{0,60}") {
            let _ = (text.parse::<Outcome>(), Outcome::from_email(&text));
        }
    }
}
