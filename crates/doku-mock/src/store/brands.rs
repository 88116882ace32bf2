//! Brands of late.

use super::{State, StoreError};

/// A brand in a list.
#[derive(Debug, Clone)]
pub(crate) struct NewBrand {
    /// Its `BRN-` id.
    pub(crate) id: String,
    /// The name of its business.
    pub(crate) business: String,
    /// The client id of its partner.
    pub(crate) partner: String,
}

impl State<'_> {
    /// The brands of the newest businesses, newest first.
    pub(crate) fn newest_brands(&self, limit: u32) -> Result<Vec<NewBrand>, StoreError> {
        let mut query = self.sql.prepare_cached(
            "SELECT brands.id, newest.name, newest.partner
             FROM (SELECT number, name, partner FROM businesses ORDER BY number DESC LIMIT ?1) AS newest
             JOIN brands ON brands.business = newest.number
             ORDER BY newest.number DESC, brands.id LIMIT ?1",
        )?;
        let brands = query.query_map([limit], |row| {
            Ok(NewBrand { id: row.get(0)?, business: row.get(1)?, partner: row.get(2)? })
        })?;
        Ok(brands.collect::<Result<_, _>>()?)
    }
}
