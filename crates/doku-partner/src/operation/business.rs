//! Get Business Data.

use doku_types::{
    BrandId,
    partner::{business::BusinessData, endpoint::Endpoint, requirements::RequirementsQuery},
    validate::{Fault, FaultKind, ParseError},
};
use http::Method;

use super::{Encoded, Operation, requirements::with_query};

/// `GET /business/{brand id}`: a business as DOKU knows it (documented: Get Business Data API).
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct GetBusinessData<'a> {
    /// A brand of the business.
    pub brand: &'a BrandId,
    /// The same parameters as Check Requirements.
    pub query: &'a RequirementsQuery,
}

impl<'a> GetBusinessData<'a> {
    /// Of the business with this brand.
    pub fn new(brand: &'a BrandId, query: &'a RequirementsQuery) -> Self {
        Self { brand, query }
    }
}

impl Operation for GetBusinessData<'_> {
    type Reply = BusinessData;
    const NAME: &'static str = Endpoint::GetBusinessData.name();
    const METHOD: Method = Method::GET;
    const ASSUMPTIONS: &'static [&'static str] = &["A02"];

    fn path_and_query(&self) -> String {
        with_query(&with_brand(Endpoint::GetBusinessData, self.brand), self.query)
    }

    fn body(&self, _: &str) -> Option<Encoded> {
        None
    }

    fn faults(&self) -> Vec<Fault> {
        faults_of_brand(self.brand)
    }

    fn parse(body: &[u8]) -> Result<BusinessData, ParseError> {
        BusinessData::parse(body)
    }
}

/// An id that would lead elsewhere.
pub(super) fn faults_of_brand(brand: &BrandId) -> Vec<Fault> {
    if !matches!(brand.as_str(), "" | "." | "..") {
        return Vec::new();
    }
    let message = "is not the id of a brand: take the BRN- id of the registration's reply";
    vec![Fault::new("brand", FaultKind::NotAllowed, "GET", message)]
}

/// The path of an operation on a brand. An id is opaque: whatever is in it stays one segment of the
/// path, where a blank is no plus sign.
pub(super) fn with_brand(endpoint: Endpoint, brand: &BrandId) -> String {
    let segment: String = form_urlencoded::byte_serialize(brand.as_str().as_bytes()).collect();
    endpoint.path().replace("{brand}", &segment.replace('+', "%20"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_stays_one_segment_of_the_path() {
        let query = RequirementsQuery::personal();
        let brand = BrandId::from("BRN/../ ?x+1");
        let path = GetBusinessData::new(&brand, &query).path_and_query();
        assert!(path.contains("/v1.0/business/BRN%2F..%2F%20%3Fx%2B1?business"), "{path}");
    }
}
