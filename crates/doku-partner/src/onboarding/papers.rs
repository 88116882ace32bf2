//! The files of a draft: from the names that it calls them by to the ids that DOKU gave them.

use std::collections::BTreeMap;

use doku_types::{
    FileId,
    partner::{
        part::FileRef,
        registration::Registration,
        requirements::DraftFile,
        update::{DocumentUpdate, Update},
    },
};

use super::{Event, Onboarding};
use crate::{Error, FileUpload};

type Uploads = BTreeMap<String, FileId>;

impl Onboarding {
    /// Uploads those of the named files that are not uploaded yet. What was uploaded is remembered, also
    /// when another fails; the first error is told.
    pub(super) async fn upload(&mut self, names: &[String]) -> Result<(), Error> {
        let missing: Vec<_> = self
            .files
            .iter()
            .filter(|(name, _)| names.contains(name) && !self.state.uploads.contains_key(*name))
            .map(|(name, upload)| (name.clone(), upload.clone()))
            .collect();
        let uploads = missing.iter().map(|(_, upload)| upload.clone());
        let mut uploading = self.client.uploading(uploads, self.at_once);
        let mut failure = None;
        while let Some((index, result)) = uploading.next().await {
            let name = missing[index].0.clone();
            match result {
                Ok(file) => {
                    self.tell(&Event::Uploaded { name: &name, file: &file });
                    self.state.uploads.insert(name, file.into_inner().id);
                    self.changed().await?;
                }
                Err(error) => {
                    failure.get_or_insert(error);
                }
            }
        }
        failure.map_or(Ok(()), Err)
    }
}

/// For the check against the requirements.
pub(super) fn draft_files(files: &BTreeMap<String, FileUpload>) -> Vec<DraftFile<'_>> {
    let known = files.iter().filter_map(|(name, upload)| {
        // Of a URL nothing is known.
        let (file_name, size) = (upload.name()?, upload.size()?);
        Some(DraftFile::new(name.as_str(), file_name, size, upload.head()))
    });
    known.collect()
}

pub(super) fn name_in_registration(registration: &mut Registration, uploads: &Uploads) {
    let business = &mut registration.business;
    for proof in business.brands.iter_mut().flat_map(|brand| &mut brand.photo_proofs) {
        name_file(&mut proof.id, uploads);
    }
    for contact in &mut business.contacts {
        for document in &mut contact.documents {
            name_file(&mut document.id, uploads);
        }
        if let Some(liveness) = &mut contact.owner_liveness {
            name_file(&mut liveness.id, uploads);
        }
    }
    for document in &mut business.documents {
        name_file(&mut document.id, uploads);
    }
}

pub(super) fn name_in_update(update: &mut Update, uploads: &Uploads) {
    each_file(update, |id| name_file(id, uploads));
}

/// Every id of a file in it: DOKU's, or a name of the draft.
pub(super) fn names_of_update(update: &Update) -> Vec<String> {
    let mut names = Vec::new();
    each_file(&mut update.clone(), |id| names.push(id.to_string()));
    names
}

fn each_file(update: &mut Update, mut visit: impl FnMut(&mut FileId)) {
    let business = &mut update.business;
    let mut references: Vec<&mut FileRef> = Vec::new();
    let mut documents: Vec<&mut DocumentUpdate> = Vec::new();
    for brand in business.brands.iter_mut().flatten() {
        references.extend(brand.photo_proofs.iter_mut().flatten());
    }
    for contact in business.contacts.iter_mut().flatten() {
        documents.extend(contact.documents.iter_mut().flatten());
        references.extend(contact.owner_liveness.iter_mut());
    }
    documents.extend(business.documents.iter_mut().flatten());
    references.into_iter().for_each(|reference| visit(&mut reference.id));
    documents.into_iter().filter_map(|document| document.id.as_mut()).for_each(visit);
}

fn name_file(id: &mut FileId, uploads: &Uploads) {
    if let Some(uploaded) = uploads.get(id.as_str()) {
        *id = uploaded.clone();
    }
}
