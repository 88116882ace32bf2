//! What the mock knows: files, businesses and the outbox, in memory, behind one lock.

use std::collections::{BTreeMap, HashMap, HashSet};

use bytes::Bytes;
use doku_types::{
    BrandId, BusinessId, ClientId, FileId, Timestamp,
    partner::file::{FileKind, FilePurpose},
};

use crate::{callback::Outbox, id::IdSource, kyb::Business};

/// The state. Every change happens under one lock and whole.
pub(crate) struct Store {
    pub(crate) ids: IdSource,
    pub(crate) outbox: Outbox,
    files: HashMap<FileId, StoredFile>,
    file_bytes: usize,
    businesses: BTreeMap<BusinessId, Business>,
    brands: HashMap<BrandId, BusinessId>,
    partner_refs: HashSet<(ClientId, String)>,
}

/// An uploaded file.
#[derive(Clone)]
pub(crate) struct StoredFile {
    pub(crate) partner: ClientId,
    pub(crate) kind: FileKind,
    pub(crate) content: Bytes,
}

/// The memory for files is used up.
#[derive(Debug)]
pub(crate) struct StoreFull;

impl Store {
    pub(crate) fn new(ids: IdSource) -> Self {
        Self {
            ids,
            outbox: Outbox::default(),
            files: HashMap::new(),
            file_bytes: 0,
            businesses: BTreeMap::new(),
            brands: HashMap::new(),
            partner_refs: HashSet::new(),
        }
    }

    /// Keeps a file under a new id.
    pub(crate) fn add_file(
        &mut self,
        purpose: &FilePurpose,
        file: StoredFile,
        now: Timestamp,
    ) -> Result<FileId, StoreFull> {
        if self.file_bytes + file.content.len() > MAX_FILE_BYTES {
            return Err(StoreFull);
        }
        let prefix = match purpose.category() {
            doku_types::code::FileCategory::OwnerLiveness => "CNT",
            // Documented for PHOTO_PROOF and DOCUMENT, A17 for the others.
            _ => "DCM",
        };
        let id = FileId::from(self.ids.id(prefix, now));
        self.file_bytes += file.content.len();
        self.files.insert(id.clone(), file);
        Ok(id)
    }

    /// A file by its id.
    pub(crate) fn file(&self, id: &FileId) -> Option<&StoredFile> {
        self.files.get(id)
    }

    /// Whether `partner` may name this file: another's does not exist for it (A12).
    pub(crate) fn has_file(&self, partner: &ClientId, id: &FileId) -> bool {
        self.files.get(id).is_some_and(|file| file.partner == *partner)
    }

    /// Keeps a business, new or changed.
    pub(crate) fn put_business(&mut self, business: Business) {
        for brand in &business.brands {
            self.brands.insert(brand.id.clone(), business.id.clone());
        }
        self.businesses.insert(business.id.clone(), business);
    }

    /// The business of a brand: another partner's does not exist (A12).
    pub(crate) fn business(&self, partner: &ClientId, brand: &BrandId) -> Option<&Business> {
        let business = self.businesses.get(self.brands.get(brand)?)?;
        (business.partner == *partner).then_some(business)
    }

    /// Takes a partner's own name for a business, once (A20).
    pub(crate) fn take_partner_ref(&mut self, partner: &ClientId, name: &str) -> bool {
        self.partner_refs.insert((partner.clone(), name.to_owned()))
    }
}

/// All uploaded files together, in bytes: some 70 of the largest.
const MAX_FILE_BYTES: usize = 1 << 30;
