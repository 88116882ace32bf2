//! One merchant, from its papers to the verdict, whatever happens in between.
//!
//! [`Onboarding`] takes a draft of the registration and its files, checks them against DOKU's
//! requirements, uploads what is missing, registers, and follows to the verdict. It can be stopped at
//! any point and resumed from its [`OnboardingState`], which is small, serialisable and free of
//! secrets and personal data, without a second registration:
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # use doku_mock::MockDoku;
//! # use doku_partner::{Environment, FileUpload, PartnerClient};
//! # use doku_types::{code::DocumentCode, partner::{file::FilePurpose, registration::Registration}};
//! use doku_partner::onboarding::{Onboarding, OnboardingState, Verdict};
//! use doku_types::partner::requirements::RequirementsQuery;
//!
//! # let mock = MockDoku::start().await;
//! # let client = PartnerClient::builder(Environment::custom(mock.base_url())?, mock.credentials().clone()).build();
//! # let sample = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/samples/business-registration.request.json"));
//! # let mut draft = Registration::parse(sample)?;
//! # draft.business.callback_url = None;
//! # let png = &b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"[..];
//! // In the draft, a name of your own stands where the id of an uploaded file will stand.
//! draft.business.contacts[0].documents[0].id = "ktp".into();
//! draft.business.contacts[0].owner_liveness = Some("face".into());
//! draft.business.brands[0].photo_proofs = vec!["shop".into()];
//!
//! let mut onboarding = Onboarding::new(&client, RequirementsQuery::personal(), draft.clone());
//! onboarding.file("ktp", FileUpload::bytes(FilePurpose::document(DocumentCode::Ktp), "ktp.png", png));
//! onboarding.file("face", FileUpload::bytes(FilePurpose::owner_liveness(), "face.png", png));
//! onboarding.file("shop", FileUpload::bytes(FilePurpose::photo_proof(), "shop.png", png));
//! onboarding.on_change(|state| async move {
//!     // Into your database, before anything is sent that must not be sent twice.
//!     let _row = serde_json::to_string(&state)?;
//!     Ok::<_, serde_json::Error>(())
//! });
//! match onboarding.run().await? {
//!     Verdict::Active(data) => println!("{} can take payments", data.brands[0].id),
//!     Verdict::Rejected { rejections, .. } => println!("mend {}", rejections[0]),
//!     _ => println!("not decided yet: follow() again later"),
//! }
//!
//! // After a restart: the same draft, the stored state.
//! # let row = serde_json::to_string(onboarding.state())?;
//! let state: OnboardingState = serde_json::from_str(&row)?;
//! let mut resumed = Onboarding::resume(&client, RequirementsQuery::personal(), draft, state);
//! assert!(matches!(resumed.run().await?, Verdict::Active(_)));
//! assert_eq!(mock.businesses().len(), 1);
//! # Ok(())
//! # }
//! ```

mod event;
mod follow;
mod hints;
mod papers;
mod state;
mod verdict;
mod write;

use std::{
    collections::{BTreeMap, VecDeque},
    fmt,
    pin::Pin,
    sync::Arc,
};

use doku_types::{
    BrandId, BusinessId,
    partner::{
        callback::Callback, registration::Registration, requirements::RequirementsQuery,
        update::Update,
    },
    validate::{Fault, FaultKind},
};
use tokio::sync::broadcast;

pub use event::Event;
pub use follow::FollowPolicy;
pub use hints::CallbackHints;
pub use state::OnboardingState;
pub use verdict::Verdict;

use self::state::Submission;
use crate::{
    BoxError, Error, FileUpload, Operation, PartnerClient,
    client::refuse,
    error::Cause,
    operation::{RegisterBusiness, UpdateBusinessData},
};

/// One merchant's way. See [the module](self).
pub struct Onboarding {
    client: PartnerClient,
    query: RequirementsQuery,
    draft: Registration,
    files: BTreeMap<String, FileUpload>,
    at_once: usize,
    follow: FollowPolicy,
    hints: Option<broadcast::Receiver<Arc<Callback>>>,
    /// Since the last submission.
    heard: VecDeque<Arc<Callback>>,
    state: OnboardingState,
    /// Whether the state changed since it was stored.
    unsaved: bool,
    save: Option<Save>,
    observe: Option<Observe>,
}

type Save = Box<dyn FnMut(OnboardingState) -> Saving + Send>;
type Saving = Pin<Box<dyn Future<Output = Result<(), BoxError>> + Send>>;
type Observe = Box<dyn FnMut(&Event<'_>) + Send>;

impl Onboarding {
    /// Of a merchant that nothing was sent of yet. `query` says of what sort it is; in `draft` a name
    /// that [`file`](Self::file) knows stands for the id of a file. An id that no file is called by is
    /// taken for one of DOKU's.
    pub fn new(client: &PartnerClient, query: RequirementsQuery, draft: Registration) -> Self {
        let state = OnboardingState::new(client.new_request_id());
        Self::resume(client, query, draft, state)
    }

    /// Of a merchant with a history. The draft has to be the one of then, its `callback_url` included,
    /// unless the registration was refused; files that were uploaded need not be given again.
    pub fn resume(
        client: &PartnerClient,
        query: RequirementsQuery,
        draft: Registration,
        state: OnboardingState,
    ) -> Self {
        Self {
            client: client.clone(),
            query,
            draft,
            files: BTreeMap::new(),
            at_once: AT_ONCE,
            follow: FollowPolicy::new(),
            hints: None,
            heard: VecDeque::new(),
            state,
            unsaved: false,
            save: None,
            observe: None,
        }
    }

    /// Takes another draft in the place of this one: mended, after it was refused.
    pub fn draft(&mut self, draft: Registration) -> &mut Self {
        self.draft = draft;
        self
    }

    /// A file that the draft, or an update, calls `name`. Once it is uploaded the name stays that file's:
    /// a better one takes a name of its own.
    pub fn file(&mut self, name: impl Into<String>, upload: FileUpload) -> &mut Self {
        self.files.insert(name.into(), upload);
        self
    }

    /// How many files are uploaded at the same time; 3 unless set.
    pub fn uploads_at_once(&mut self, files: usize) -> &mut Self {
        self.at_once = files;
        self
    }

    /// How the verdict is waited for.
    pub fn follow_policy(&mut self, policy: FollowPolicy) -> &mut Self {
        self.follow = policy;
        self
    }

    /// Listens to these callbacks, from now on, to look at DOKU as soon as there is something to see.
    /// Without it, it looks from time to time.
    pub fn hints(&mut self, hints: &CallbackHints) -> &mut Self {
        self.hints = Some(hints.subscribe());
        self
    }

    /// Stores the state, each time it has changed: before a registration or update is sent, and after
    /// whatever came of it. If that fails, nothing more is sent.
    pub fn on_change<F, A, E>(&mut self, mut save: F) -> &mut Self
    where
        F: FnMut(OnboardingState) -> A + Send + 'static,
        A: Future<Output = Result<(), E>> + Send + 'static,
        E: Into<BoxError>,
    {
        self.save = Some(Box::new(move |state| {
            let saving = save(state);
            Box::pin(async move { saving.await.map_err(Into::into) })
        }));
        self
    }

    /// Tells what happens, as it happens.
    pub fn on_event(&mut self, observe: impl FnMut(&Event<'_>) + Send + 'static) -> &mut Self {
        self.observe = Some(Box::new(observe));
        self
    }

    /// How it stands.
    pub fn state(&self) -> &OnboardingState {
        &self.state
    }

    /// [Submits](Self::submit) and [follows](Self::follow) to the verdict. An update that was not answered
    /// is not part of it: where the state [says so](OnboardingState::is_outcome_unknown) of a registered
    /// merchant, [resubmit](Self::resubmit) that first.
    ///
    /// # Errors
    /// As those two.
    pub async fn run(&mut self) -> Result<Verdict, Error> {
        self.submit().await?;
        self.follow().await
    }

    /// Checks, uploads and registers, as far as that is not done. Without effect once it is.
    ///
    /// # Errors
    /// [`ErrorKind::Validation`](crate::ErrorKind::Validation) with every fault of draft and files, of
    /// which nothing was sent. Otherwise [`Error`], as every call: unless it
    /// [may have been carried out](Error::outcome_unknown), [draft](Self::draft) and files can be mended
    /// and submitted again. If it may have been, submit again as it is: it goes under the same Request-Id.
    pub async fn submit(&mut self) -> Result<(), Error> {
        if self.state.brand().is_some() {
            // It was registered before; what could not be stored then is stored now.
            return if self.unsaved { self.changed().await } else { Ok(()) };
        }
        if let Some(business) = self.state.business() {
            return Err(no_brand(business));
        }
        // What may have been sent had all of its files: if one is missing now, it is another draft.
        if !self.state.registration.is_open() {
            self.check().await?;
            let names: Vec<_> = self.draft.files().iter().map(|(.., id)| id.to_string()).collect();
            self.upload(&names).await?;
        }
        let mut registration = self.draft.clone();
        papers::name_in_registration(&mut registration, &self.state.uploads);
        let operation = RegisterBusiness::new(&registration);
        let reply = self.register(&operation).await?;
        self.tell(&Event::Registered(&reply));
        let business = &reply.business;
        self.state.registered(&business.id, business.brands.first().map(|brand| &brand.id));
        self.changed().await?;
        if self.state.brand().is_none() { Err(no_brand(&business.id)) } else { Ok(()) }
    }

    /// Sends an update of what was rejected, after uploading the files that it names, so that it is
    /// reviewed again; then [follow](Self::follow) again. After a failure with an unknown outcome the
    /// same update goes under the same Request-Id.
    ///
    /// # Errors
    /// As [`submit`](Self::submit); [`ErrorKind::State`](crate::ErrorKind::State) if the merchant is not
    /// registered yet.
    pub async fn resubmit(&mut self, mut update: Update) -> Result<(), Error> {
        let brand = self.registered_brand(UpdateBusinessData::NAME)?;
        let names = papers::names_of_update(&update);
        let mut faults = update.validate();
        faults.extend(self.faults_of_files(&names));
        refuse(UpdateBusinessData::NAME, faults)?;
        self.upload(&names).await?;
        papers::name_in_update(&mut update, &self.state.uploads);
        // Callbacks from before it are about what is being mended.
        self.hints = self.hints.take().map(|hints| hints.resubscribe());
        self.heard.clear();
        self.state.told = None;
        let operation = UpdateBusinessData::new(&brand, &update);
        let reply = self.update(&operation).await?;
        self.tell(&Event::Resubmitted(&reply));
        Ok(())
    }

    /// DOKU was asked about a registration of unknown outcome, and has this business. Of a registered
    /// merchant: about an update, and has carried it out.
    ///
    /// # Errors
    /// When the state cannot be stored.
    pub async fn found(&mut self, business: BusinessId, brand: BrandId) -> Result<(), Error> {
        self.state.registered(&business, Some(&brand));
        self.state.update = None;
        self.changed().await
    }

    /// DOKU was asked about a registration of unknown outcome, and has no such business: it is sent
    /// anew, under another Request-Id. Of a registered merchant: about an update, and has not carried it
    /// out.
    ///
    /// # Errors
    /// When the state cannot be stored.
    pub async fn not_found(&mut self) -> Result<(), Error> {
        if self.state.business().is_some() {
            self.state.update = None;
        } else {
            self.state.registration = Submission::new(self.client.new_request_id());
        }
        self.changed().await
    }

    /// Draft and files against the requirements of the day.
    async fn check(&mut self) -> Result<(), Error> {
        let requirements = self.client.check_requirements(&self.query).await?;
        self.tell(&Event::Requirements(&requirements));
        for (_, purpose, id) in self.draft.files() {
            if let (Some(rule), Some(upload)) =
                (requirements.file(&purpose), self.files.get_mut(id.as_str()))
            {
                *upload = upload.clone().required(rule.clone());
            }
        }
        let mut faults = self.draft.validate();
        faults.extend(self.misplaced_files());
        for fault in requirements.missing(&self.draft, &papers::draft_files(&self.files)) {
            // What DOKU's pages ask of every draft may be asked of this one, too.
            if !faults.contains(&fault) {
                faults.push(fault);
            }
        }
        let names: Vec<_> = self.draft.files().iter().map(|(.., id)| id.to_string()).collect();
        faults.extend(self.unused_files(&names));
        refuse(RegisterBusiness::NAME, faults)?;
        self.tell(&Event::Checked);
        Ok(())
    }

    /// Files that are something else than what the draft names them as.
    fn misplaced_files(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        for (pointer, purpose, id) in self.draft.files() {
            let file = self.files.get(id.as_str());
            if file.is_some_and(|file| *file.purpose() != purpose) {
                let message = "names a file of another category or code: name the one that is meant, or upload it as what it is";
                faults.push(Fault::new(pointer, FaultKind::NotAllowed, "UPL", message));
            }
        }
        faults
    }

    fn unused_files(&self, names: &[String]) -> Vec<Fault> {
        let unused = self.files.keys().filter(|name| !names.contains(name));
        let message =
            "is a file that the draft does not name: put its name where its id will stand";
        unused.map(|name| Fault::new(name, FaultKind::NotFound, "BR", message)).collect()
    }

    /// Of those that are still to be uploaded.
    fn faults_of_files(&self, names: &[String]) -> Vec<Fault> {
        let named = self.files.iter().filter(|(name, _)| names.contains(name));
        let named = named.filter(|(name, _)| !self.state.uploads.contains_key(*name));
        named
            .flat_map(|(name, upload)| {
                upload.faults().into_iter().map(|mut fault| {
                    fault.pointer.clone_from(name);
                    fault
                })
            })
            .collect()
    }

    fn registered_brand(&self, operation: &'static str) -> Result<BrandId, Error> {
        self.state.brand().cloned().ok_or_else(|| {
            Error::new(
                operation,
                Cause::state("the merchant is not registered yet: submit it first"),
            )
        })
    }

    fn tell(&mut self, event: &Event<'_>) {
        if let Some(observe) = &mut self.observe {
            observe(event);
        }
    }

    async fn changed(&mut self) -> Result<(), Error> {
        let Some(save) = &mut self.save else { return Ok(()) };
        self.unsaved = true;
        save(self.state.clone()).await.map_err(|error| {
            let why = format!("the state could not be stored: {error}");
            Error::new("Onboarding", Cause::state(why))
        })?;
        self.unsaved = false;
        Ok(())
    }
}

impl fmt::Debug for Onboarding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Onboarding").field("state", &self.state).finish_non_exhaustive()
    }
}

/// It is registered, and cannot be asked for.
fn no_brand(business: &BusinessId) -> Error {
    let why = format!(
        "the reply names no brand of {business}, so its verdict cannot be asked for: ask DOKU for the brand, and say it by `found`"
    );
    Error::new(RegisterBusiness::NAME, Cause::state(why))
}

const AT_ONCE: usize = 3;
