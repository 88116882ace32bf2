//! Businesses and their brands.

use doku_types::{BrandId, ClientId, Timestamp};
use rusqlite::{OptionalExtension, Params, params};
use tracing::error;

use super::{State, StoreError};
use crate::kyb::Business;

/// A business as it is stored.
#[derive(Debug, Clone)]
pub(crate) struct Stored {
    pub(crate) number: i64,
    pub(crate) business: Business,
}

impl State<'_> {
    /// Stores a new business.
    pub(crate) fn add_business(&mut self, business: Business) -> Result<Stored, StoreError> {
        self.sql
            .prepare_cached(
                "INSERT INTO businesses (number, id, partner, partner_ref_id, name, status, created, due, document)
                 VALUES (1 + max((SELECT ifnull(max(number), 0) FROM businesses),
                                 (SELECT ifnull(max(last_business), 0) FROM engine)),
                         ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            )?
            .execute(params![
                business.id().as_str(),
                business.partner().as_str(),
                business.partner_ref_id(),
                business.name(),
                business.status().as_str(),
                business.created().as_millis(),
                business.next_due().map(Timestamp::as_millis),
                document(&business),
            ])?;
        let stored = Stored { number: self.sql.last_insert_rowid(), business };
        self.save_brands(&stored)?;
        Ok(stored)
    }

    /// Stores what became of a business.
    pub(crate) fn save_business(&mut self, stored: &Stored) -> Result<(), StoreError> {
        let business = &stored.business;
        self.sql
            .prepare_cached(
                "UPDATE businesses SET name = ?2, status = ?3, due = ?4, document = ?5 WHERE number = ?1",
            )?
            .execute(params![
                stored.number,
                business.name(),
                business.status().as_str(),
                business.next_due().map(Timestamp::as_millis),
                document(business),
            ])?;
        self.save_brands(stored)
    }

    fn save_brands(&mut self, stored: &Stored) -> Result<(), StoreError> {
        self.agenda_changed |= stored.business.next_due().is_some();
        let mut save = self.sql.prepare_cached(
            "INSERT INTO brands VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (id) DO UPDATE SET status = ?3, operational_status = ?4",
        )?;
        for brand in stored.business.brands() {
            save.execute(params![
                brand.id().as_str(),
                stored.number,
                brand.status().as_str(),
                brand.operational_status().map(|status| status.as_str().to_owned()),
            ])?;
        }
        Ok(())
    }

    /// The business of a partner's brand: another partner's does not exist (A12).
    pub(crate) fn business_of_brand(
        &self,
        partner: &ClientId,
        brand: &BrandId,
    ) -> Result<Option<Stored>, StoreError> {
        self.one_business(
            "SELECT number, document FROM businesses
             WHERE number = (SELECT business FROM brands WHERE id = ?1) AND partner = ?2",
            [brand.as_str(), partner.as_str()],
        )
    }

    /// The business with this `BSN-` or `BRN-` id, whoever's.
    pub(crate) fn business_by_id(&self, id: &str) -> Result<Option<Stored>, StoreError> {
        self.one_business(
            "SELECT number, document FROM businesses
             WHERE number = (SELECT number FROM businesses WHERE id = ?1
                             UNION ALL SELECT business FROM brands WHERE id = ?1 LIMIT 1)",
            [id],
        )
    }

    /// The earliest business that has something due by now. One that cannot be read is due no more, so
    /// that the others go on.
    pub(crate) fn due_business(&mut self) -> Result<Option<Stored>, StoreError> {
        loop {
            let found = self.document(
                "SELECT number, document FROM businesses WHERE due <= ?1 ORDER BY due, number LIMIT 1",
                [self.now.as_millis()],
            )?;
            let Some((number, document)) = found else {
                return Ok(None);
            };
            if let Ok(stored) = read(number, &document) {
                return Ok(Some(stored));
            }
            error!(number, "a stored business is not readable: nothing of it falls due any more");
            self.sql
                .prepare_cached("UPDATE businesses SET due = NULL WHERE number = ?1")?
                .execute([number])?;
        }
    }

    fn one_business(&self, query: &str, by: impl Params) -> Result<Option<Stored>, StoreError> {
        self.document(query, by)?.map(|(number, document)| read(number, &document)).transpose()
    }

    fn document(&self, query: &str, by: impl Params) -> Result<Option<(i64, String)>, StoreError> {
        let mut query = self.sql.prepare_cached(query)?;
        Ok(query.query_row(by, |row| Ok((row.get(0)?, row.get(1)?))).optional()?)
    }

    /// Whether a partner has used this name for a business before (A20).
    pub(crate) fn has_partner_ref(
        &self,
        partner: &ClientId,
        name: &str,
    ) -> Result<bool, StoreError> {
        Ok(self
            .sql
            .prepare_cached("SELECT 1 FROM businesses WHERE partner = ?1 AND partner_ref_id = ?2")?
            .exists([partner.as_str(), name])?)
    }
}

/// A business by its document.
///
/// # Errors
/// It is not readable, or says what cannot be.
pub(super) fn read(number: i64, document: &str) -> Result<Stored, StoreError> {
    let business: Option<Business> = serde_json::from_str(document).ok();
    let business = business.filter(Business::is_sound);
    let business = business.ok_or(StoreError::Unreadable { what: "business" })?;
    Ok(Stored { number, business })
}

/// A business is text, lists and maps with text keys: writing it cannot fail.
fn document(business: &Business) -> String {
    serde_json::to_string(business).expect("a business can be written")
}
