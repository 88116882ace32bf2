//! What is known of uploaded files; their bytes are in [`crate::files`].

use std::collections::HashSet;

use doku_types::{
    ClientId, FileId,
    code::FileCategory,
    partner::file::{FileKind, FilePurpose},
};
use rusqlite::{OptionalExtension, params};

use super::{State, StoreError};
use crate::files::Received;

/// An uploaded file.
#[derive(Debug, Clone)]
pub(crate) struct StoredFile {
    pub(crate) partner: ClientId,
    pub(crate) media_type: String,
    /// In bytes.
    pub(crate) size: u64,
}

/// What a partner has uploaded last, of the files that a personal merchant needs.
#[derive(Debug, Default)]
pub(crate) struct LastUploads {
    pub(crate) photo_proof: Option<FileId>,
    pub(crate) owner_liveness: Option<FileId>,
    pub(crate) ktp: Option<FileId>,
}

impl State<'_> {
    /// Puts a file that was received whole in its place, under a new id.
    pub(crate) fn add_file(
        &mut self,
        partner: &ClientId,
        purpose: &FilePurpose,
        kind: FileKind,
        received: Received,
    ) -> Result<FileId, StoreError> {
        let prefix = match purpose.category() {
            FileCategory::OwnerLiveness => "CNT",
            // Documented for PHOTO_PROOF and DOCUMENT, A17 for the others.
            _ => "DCM",
        };
        let id = FileId::from(self.ids.id(prefix, self.now));
        self.sql.prepare_cached("INSERT INTO files VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")?.execute(
            params![
                id.as_str(),
                partner.as_str(),
                purpose.category().as_str(),
                purpose.code().map(|code| code.as_str().to_owned()),
                kind.media_type(),
                received.size().cast_signed(),
                self.now.as_millis(),
            ],
        )?;
        received.keep(&id).map_err(|error| StoreError::Io(error.into()))?;
        Ok(id)
    }

    /// A file by its id, whoever's.
    pub(crate) fn file(&self, id: &FileId) -> Result<Option<StoredFile>, StoreError> {
        let mut query =
            self.sql.prepare_cached("SELECT partner, media_type, size FROM files WHERE id = ?1")?;
        let found = query.query_row([id.as_str()], |row| {
            Ok(StoredFile {
                partner: row.get::<_, String>(0)?.into(),
                media_type: row.get(1)?,
                size: row.get::<_, i64>(2)?.cast_unsigned(),
            })
        });
        Ok(found.optional()?)
    }

    /// Whether `partner` may name this file: another's does not exist for it (A12).
    pub(crate) fn has_file(&self, partner: &ClientId, id: &FileId) -> Result<bool, StoreError> {
        Ok(self.file(id)?.is_some_and(|file| file.partner == *partner))
    }

    /// What `partner` has uploaded last, among the newest files of all.
    pub(crate) fn last_uploads(&self, partner: &ClientId) -> Result<LastUploads, StoreError> {
        let mut last = LastUploads::default();
        // Ids count up with time behind their prefix.
        let mut query = self.sql.prepare_cached(
            "SELECT id, partner, category, code FROM files
             WHERE id >= ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3",
        )?;
        for (from, to) in [("CNT-", "CNT."), ("DCM-", "DCM.")] {
            let mut rows = query.query(params![from, to, NEWEST])?;
            while let Some(row) = rows.next()? {
                if row.get::<_, String>(1)? != partner.as_str() {
                    continue;
                }
                let category = FileCategory::from(row.get::<_, String>(2)?.as_str());
                let code: Option<String> = row.get(3)?;
                let place = match (category, code.as_deref()) {
                    (FileCategory::PhotoProof, _) => &mut last.photo_proof,
                    (FileCategory::OwnerLiveness, _) => &mut last.owner_liveness,
                    (FileCategory::Document, Some("KTP")) => &mut last.ktp,
                    _ => continue,
                };
                if place.is_none() {
                    *place = Some(row.get::<_, String>(0)?.into());
                }
            }
        }
        Ok(last)
    }

    /// The ids of all files.
    pub(crate) fn file_ids(&self) -> Result<HashSet<FileId>, StoreError> {
        let mut query = self.sql.prepare_cached("SELECT id FROM files")?;
        let files = query.query_map([], |row| Ok(row.get::<_, String>(0)?.into()))?;
        Ok(files.collect::<Result<_, _>>()?)
    }
}

/// Among how many of the newest files of each kind a partner's are looked for.
const NEWEST: u32 = 1000;
