//! The state of an onboarding in a file of its own: the old one or the new one, never half of one.

use std::{
    io,
    path::{Path, PathBuf},
};

use doku_partner::onboarding::OnboardingState;
use tokio::{fs, io::AsyncWriteExt};

#[derive(Clone)]
pub(crate) struct StateFile(PathBuf);

impl StateFile {
    pub(crate) fn new(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }

    /// `None` for a merchant of whom nothing was stored yet.
    pub(crate) async fn load(&self) -> io::Result<Option<OnboardingState>> {
        match fs::read(&self.0).await {
            // A damaged file is an error: beginning anew could register the merchant twice.
            Ok(json) => Ok(Some(serde_json::from_slice(&json)?)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    pub(crate) async fn store(&self, state: &OnboardingState) -> io::Result<()> {
        let temporary = self.0.with_extension("tmp");
        let mut file = fs::File::create(&temporary).await?;
        file.write_all(&serde_json::to_vec_pretty(state)?).await?;
        // On the disk before it takes the place of the old one, or a loss of power leaves neither.
        file.sync_all().await?;
        fs::rename(&temporary, &self.0).await?;
        // The rename is an entry of the folder, which on Unix is a file to be synced too.
        let folder = self.0.parent().unwrap_or(Path::new("."));
        if cfg!(unix) { fs::File::open(folder).await?.sync_all().await } else { Ok(()) }
    }
}
