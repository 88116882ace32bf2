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
            self.sql.prepare_cached("SELECT partner, media_type FROM files WHERE id = ?1")?;
        let found = query.query_row([id.as_str()], |row| {
            Ok(StoredFile { partner: row.get::<_, String>(0)?.into(), media_type: row.get(1)? })
        });
        Ok(found.optional()?)
    }

    /// Whether `partner` may name this file: another's does not exist for it (A12).
    pub(crate) fn has_file(&self, partner: &ClientId, id: &FileId) -> Result<bool, StoreError> {
        Ok(self.file(id)?.is_some_and(|file| file.partner == *partner))
    }

    /// The ids of all files.
    pub(crate) fn file_ids(&self) -> Result<HashSet<FileId>, StoreError> {
        let mut query = self.sql.prepare_cached("SELECT id FROM files")?;
        let files = query.query_map([], |row| Ok(row.get::<_, String>(0)?.into()))?;
        Ok(files.collect::<Result<_, _>>()?)
    }
}
