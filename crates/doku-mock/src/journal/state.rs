//! How a business stands, without anything that was said of it: what a request changed is the difference
//! of two of these.

use std::collections::BTreeMap;

use doku_types::BusinessId;
use schemars::JsonSchema;
use serde::Serialize;

use crate::kyb::{Brand, Business, Part, Review};

/// How a business stands: codes, ids and statuses, no personal data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct BusinessState {
    /// Its root status.
    pub status: String,
    /// The status of each of its parts that was submitted, by the type of callback that tells of it.
    pub parts: BTreeMap<String, String>,
    /// The first 100 of its brands.
    pub brands: Vec<BrandState>,
}

/// How a brand stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct BrandState {
    /// Its `BRN-` id.
    pub id: String,
    /// Its status.
    pub status: String,
    /// Whether it may work; null before it was active for the first time.
    pub operational_status: Option<String>,
    /// The status of each of its parts that was submitted, by the type of callback that tells of it.
    pub parts: BTreeMap<String, String>,
    /// The status of each of its services, by code.
    pub services: BTreeMap<String, String>,
}

/// Rides on a response to the journal: the business that it is about, and what became of it.
#[derive(Debug, Clone)]
pub(crate) struct Touched {
    pub(crate) business: BusinessId,
    pub(crate) before: Option<Box<BusinessState>>,
    pub(crate) after: Option<Box<BusinessState>>,
}

impl Touched {
    /// A business that was looked at.
    pub(crate) fn seen(business: &Business) -> Self {
        Self { business: business.id().clone(), before: None, after: None }
    }

    /// A business that was made, or that stood so `before` and was changed.
    pub(crate) fn changed(before: Option<BusinessState>, business: &Business) -> Self {
        let after = Some(Box::new(BusinessState::of(business)));
        Self { business: business.id().clone(), before: before.map(Box::new), after }
    }
}

impl BusinessState {
    pub(crate) fn of(business: &Business) -> Self {
        Self {
            status: business.status().as_str().to_owned(),
            parts: parts(|part| business.part(part)),
            brands: business.brands().iter().take(MAX_BRANDS).map(BrandState::of).collect(),
        }
    }

    /// How much memory it takes, in bytes, but for what an allocator adds.
    pub(super) fn size(&self) -> usize {
        let brands = self.brands.iter().map(|brand| {
            let BrandState { id, status, operational_status, parts, services } = brand;
            let operational_status = operational_status.as_ref().map_or(0, String::len);
            let texts = id.len() + status.len() + operational_status;
            size_of::<BrandState>() + texts + map_size(parts) + map_size(services)
        });
        size_of::<Self>() + self.status.len() + map_size(&self.parts) + brands.sum::<usize>()
    }
}

impl BrandState {
    fn of(brand: &Brand) -> Self {
        let service = |service: &crate::kyb::Service| {
            let shown = service.shown();
            (shown.code.as_str().to_owned(), shown.status.as_str().to_owned())
        };
        Self {
            id: brand.id().as_str().to_owned(),
            status: brand.status().as_str().to_owned(),
            operational_status: brand.operational_status().map(|s| s.as_str().to_owned()),
            parts: parts(|part| brand.part(part)),
            services: brand.services().iter().map(service).collect(),
        }
    }
}

fn parts<'a>(review: impl Fn(Part) -> Option<&'a Review>) -> BTreeMap<String, String> {
    let submitted = Part::ALL.into_iter().filter_map(|part| {
        let status = review(part)?.part_status().as_str().to_owned();
        Some((part.callback_type().as_str().to_owned(), status))
    });
    submitted.collect()
}

/// How much memory a map takes beside itself, in bytes. It was collected at once, so its nodes are full.
fn map_size(map: &BTreeMap<String, String>) -> usize {
    let nodes = match map.len() {
        0 => 0,
        1..=NODE => 1,
        // Between two nodes there is a status in the one above them.
        more => (more + 1).div_ceil(NODE + 1) + 1,
    };
    let texts = map.iter().map(|(name, status)| name.len() + status.len());
    nodes * NODE_BYTES + texts.sum::<usize>()
}

const MAX_BRANDS: usize = 100;
/// How many statuses a node of a map holds, at most.
const NODE: usize = 11;
/// How much memory a node takes, in bytes: its statuses, its parent and how full it is.
const NODE_BYTES: usize = NODE * size_of::<(String, String)>() + 2 * size_of::<usize>();
