//! Several merchants at once: one listener for all, one state and one line for each.

use std::{io, net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};

use doku_partner::{
    Credentials, PartnerClient,
    callback::CallbackReceiver,
    onboarding::{CallbackHints, Event, FollowPolicy, Onboarding, Verdict},
    receiver::CallbackListener,
};
use doku_types::partner::requirements::RequirementsQuery;
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use tokio::{fs, sync::Semaphore, task::JoinSet};

use crate::{
    host::Failure,
    merchant::Merchant,
    outcome::{Outcome, Status},
    state_file::StateFile,
};

const AT_ONCE: usize = 4;
const PATH: &str = "/doku/callbacks";
const PATIENCE: Duration = Duration::from_secs(60);

#[derive(Clone)]
pub(crate) struct Batch {
    pub(crate) client: PartnerClient,
    pub(crate) credentials: Credentials,
    /// Whether the host can call back.
    pub(crate) callbacks: bool,
    /// The folder that paths of papers begin at.
    pub(crate) papers: PathBuf,
    /// The folder for the states.
    pub(crate) states: PathBuf,
}

/// What all merchants have in common.
#[derive(Clone)]
struct Run {
    hints: CallbackHints,
    callback_url: Option<String>,
    /// On stderr; hidden where that is no terminal.
    bars: MultiProgress,
}

impl Batch {
    /// Writes a line for each merchant as it ends; the worst that became of one.
    pub(crate) async fn run(
        &self,
        merchants: Vec<Merchant>,
        lines: impl io::Write,
    ) -> Result<Status, Failure> {
        let hints = CallbackHints::new();
        // Ends what is spawned in it when this function ends.
        let mut listening = JoinSet::new();
        let callback_url = match self.callbacks {
            true => Some(self.listen(&hints, &mut listening).await?),
            false => None,
        };
        let run = Run { hints, callback_url, bars: MultiProgress::new() };
        let style = "{prefix:24!} {bar:20} {pos}/{len} {wide_msg}";
        let style = ProgressStyle::with_template(style)?;
        let all = run.bars.add(ProgressBar::new(merchants.len() as u64));
        all.set_style(style.clone());
        all.set_prefix("all merchants");

        let places = Arc::new(Semaphore::new(AT_ONCE));
        let mut running = JoinSet::new();
        for merchant in merchants {
            let (batch, run, style) = (self.clone(), run.clone(), style.clone());
            let places = Arc::clone(&places);
            running.spawn(async move {
                let _place = places.acquire_owned().await;
                let bar = run.bars.insert_from_back(1, ProgressBar::new(STEPS).with_style(style));
                bar.set_prefix(merchant.name.clone());
                let file =
                    StateFile::new(batch.states.join(format!("{}.json", merchant.reference)));
                let came = batch.onboard(&merchant, &file, &run, &bar).await;
                bar.finish_and_clear();
                let state = file.load().await.ok().flatten();
                Outcome::new(&merchant, state.as_ref(), came)
            });
        }
        let (mut lines, mut worst) = (csv::Writer::from_writer(lines), Status::Active);
        while let Some(outcome) = running.join_next().await {
            let outcome = outcome?;
            all.inc(1);
            // Bars and lines may share a terminal.
            run.bars.suspend(|| outcome.write(&mut lines))?;
            worst = worst.max(outcome.status);
        }
        all.finish_and_clear();
        Ok(worst)
    }

    async fn onboard(
        &self,
        merchant: &Merchant,
        file: &StateFile,
        run: &Run,
        bar: &ProgressBar,
    ) -> Result<Verdict, Failure> {
        let query = RequirementsQuery::personal();
        let draft = merchant.draft(run.callback_url.as_deref());
        let mut onboarding = match file.load().await? {
            Some(state) => Onboarding::resume(&self.client, query, draft, state),
            None => Onboarding::new(&self.client, query, draft),
        };
        // Who is registered needs no papers any more, which may be gone by now.
        if onboarding.state().brand().is_none() {
            for (name, paper) in merchant.papers(&self.papers).await? {
                onboarding.file(name, paper);
            }
        }
        let (file, shown) = (file.clone(), bar.clone());
        onboarding
            .hints(&run.hints)
            .follow_policy(FollowPolicy::new().patience(PATIENCE))
            .on_change(move |state| {
                let file = file.clone();
                async move { file.store(&state).await }
            })
            .on_event(move |event| show(&shown, event));
        Ok(onboarding.run().await?)
    }

    /// Receives callbacks from now on; where.
    async fn listen(
        &self,
        hints: &CallbackHints,
        listening: &mut JoinSet<()>,
    ) -> Result<String, Failure> {
        // The URL is part of each registration, which after a crash has to be sent again as it was. So
        // it is the same in each run; a platform's would be its public name.
        let stored = self.states.join("callbacks.txt");
        let address = fs::read_to_string(&stored).await.unwrap_or_else(|_| "127.0.0.1:0".into());
        let address: SocketAddr = address.trim().parse()?;
        let listener = CallbackListener::bind(address).await;
        let listener = listener.map_err(|error| format!("cannot listen on {address}: {error}"))?;
        let address = listener.local_addr()?;
        fs::write(&stored, address.to_string()).await?;
        let receiver = CallbackReceiver::new(self.credentials.clone(), PATH);
        let (mut callbacks, hints) = (listener.serve(receiver), hints.clone());
        listening.spawn(async move {
            // A hint is all that they are here; what counts, Get Business Data tells.
            while let Some(received) = callbacks.next().await {
                match received {
                    Ok(received) => hints.publish(received.callback),
                    Err(error) => eprintln!("a callback is refused: {error}"),
                }
            }
        });
        Ok(format!("http://{address}{PATH}"))
    }
}

/// Requirements, check, three files, sending, registered, looked.
const STEPS: u64 = 8;

fn show(bar: &ProgressBar, event: &Event<'_>) {
    let what = match event {
        Event::Requirements(_) => "asked for requirements".to_owned(),
        Event::Checked => "papers fit".to_owned(),
        Event::Uploaded { name, .. } => format!("uploaded {name}"),
        Event::Sending { request_id } => format!("registering under {request_id}"),
        Event::Registered(reply) => format!("registered as {}", reply.business.id),
        Event::Looked(_) => "looked for the verdict".to_owned(),
        Event::Callback(callback) => {
            bar.set_message(format!("{} {}", callback.callback_type, callback.status));
            return;
        }
        _ => return,
    };
    bar.set_message(what);
    bar.inc(1);
}
