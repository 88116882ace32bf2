//! Callbacks behind axum: verified, stored in an inbox before any work, each handled once however
//! often it comes, and none lost when the server stops.
//!
//! `cargo run -p doku-partner --all-features --example receiver_behind_axum`
//!
//! A mock of its own sends the callbacks of one merchant over HTTP, each of them twice.

mod host;
mod merchant;

use std::{
    collections::BTreeMap,
    process::ExitCode,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use doku_mock::{CallbackFault, FaultKind, MockDoku};
use doku_partner::{
    Credentials,
    callback::{CallbackReceiver, ReceivedCallback},
    receiver,
};
use doku_types::partner::callback::Callback;
use host::{Failure, Host};
use tokio::{
    net::TcpListener,
    sync::{mpsc, oneshot},
};

const PATH: &str = "/doku/callbacks";

#[tokio::main]
async fn main() -> ExitCode {
    host::exit(run().await)
}

async fn run() -> Result<(), Failure> {
    let host = Host::of(MockDoku::builder()).await?;
    let inbox = Inbox::default();
    let (sent, handled) = tell_twice(&host, &inbox).await?;
    println!("{sent} callbacks were sent, {handled} were handled");
    Ok(())
}

/// Serves until `stop`, then answers what is under way, stores it and handles it. A server of its own
/// waits for `tokio::signal::ctrl_c()` there.
async fn serve(
    listener: TcpListener,
    partner: Credentials,
    inbox: Inbox,
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<(), Failure> {
    let (service, mut callbacks) = receiver::service(CallbackReceiver::new(partner, PATH));
    let app = axum::Router::new().route_service(PATH, service);
    let (todo, mut work) = mpsc::unbounded_channel();
    // What the last process stored and did not get to.
    for id in inbox.open() {
        todo.send(id)?;
    }
    let storing = tokio::spawn({
        let inbox = inbox.clone();
        async move {
            // It ends when the server has dropped the service, after the last callback.
            while let Some(received) = callbacks.next().await {
                match received {
                    Ok(received) if inbox.store(&received) => {
                        let _ = todo.send(received.replay_id);
                    }
                    Ok(received) => println!("known: {}", received.callback.callback_type),
                    Err(error) => eprintln!("refused: {error}"),
                }
            }
        }
    });
    let working = tokio::spawn(async move {
        while let Some(id) = work.recv().await {
            inbox.handle(&id, |callback| {
                println!("handled: {} {}", callback.callback_type, callback.status);
            });
        }
    });
    axum::serve(listener, app).with_graceful_shutdown(stop).await?;
    storing.await?;
    Ok(working.await?)
}

/// Callbacks by what tells duplicates. In a platform's database it is a table with a unique column,
/// which a restart does not empty.
#[derive(Clone, Default)]
struct Inbox(Arc<Mutex<BTreeMap<String, Entry>>>);

struct Entry {
    callback: Callback,
    times_handled: u32,
}

impl Inbox {
    /// Whether it is new.
    fn store(&self, received: &ReceivedCallback) -> bool {
        let mut entries = self.entries();
        let is_new = !entries.contains_key(&received.replay_id);
        entries
            .entry(received.replay_id.clone())
            .or_insert_with(|| Entry { callback: received.callback.clone(), times_handled: 0 });
        is_new
    }

    fn open(&self) -> Vec<String> {
        let entries = self.entries();
        let open = entries.iter().filter(|(_, entry)| entry.times_handled == 0);
        open.map(|(id, _)| id.clone()).collect()
    }

    /// In a database the work and its note are one transaction, so that a crash does neither or both.
    fn handle(&self, id: &str, work: impl FnOnce(&Callback)) {
        if let Some(entry) = self.entries().get_mut(id) {
            work(&entry.callback);
            entry.times_handled += 1;
        }
    }

    fn entries(&self) -> MutexGuard<'_, BTreeMap<String, Entry>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Registers a merchant whose callbacks come twice, and stops the server when all were acknowledged:
/// how many deliveries there were, and how many callbacks were handled.
async fn tell_twice(host: &Host, inbox: &Inbox) -> Result<(usize, usize), Failure> {
    let mock = host.mock.as_ref().ok_or("only a mock tells twice on demand")?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let callback_url = format!("http://{}{PATH}", listener.local_addr()?);
    let (stop, stopped) = oneshot::channel();
    let stopped = async { drop(stopped.await) };
    let server = tokio::spawn(serve(listener, host.credentials.clone(), inbox.clone(), stopped));

    mock.arm(CallbackFault::new(FaultKind::Duplicate))?;
    let client = host.client();
    let mut files = Vec::new();
    for uploaded in client.upload_files(merchant::papers().await?, 3).await {
        files.push(uploaded?.into_inner().id);
    }
    let files: [_; 3] = files.try_into().map_err(|_| "three files have three ids")?;
    let mut draft = merchant::registration(files);
    draft.business.callback_url = Some(callback_url);
    client.register_business(&draft).await?;
    mock.settle().await;

    let _ = stop.send(());
    server.await??;
    let deliveries = mock.callbacks().iter().map(|callback| callback.attempts.len()).sum();
    Ok((deliveries, inbox.entries().values().filter(|entry| entry.times_handled == 1).count()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn each_callback_comes_twice_and_is_handled_once_even_after_a_restart() {
        let host = Host::of(MockDoku::builder()).await.unwrap();
        let inbox = Inbox::default();
        let (deliveries, handled) = tell_twice(&host, &inbox).await.unwrap();
        let mock = host.mock.as_ref().unwrap();
        assert_eq!((deliveries, handled), (2 * mock.callbacks().len(), mock.callbacks().len()));

        // Another process at the same address, with the inbox of the last: DOKU sends one again.
        let url = mock.business(&mock.businesses()[0]).unwrap().callback_url.unwrap();
        let address = url.strip_prefix("http://").unwrap().strip_suffix(PATH).unwrap();
        let listener = TcpListener::bind(address).await.unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let stopped = async { drop(stopped.await) };
        let credentials = host.credentials.clone();
        let server = tokio::spawn(serve(listener, credentials, inbox.clone(), stopped));
        let number = mock.callbacks()[0].number;
        mock.resend(number).await.unwrap();
        drop(stop);
        server.await.unwrap().unwrap();
        assert_eq!(mock.callbacks()[0].attempts.last().unwrap().status, Some(200));
        assert!(inbox.entries().values().all(|entry| entry.times_handled == 1));
    }

    #[tokio::test]
    async fn what_the_last_process_stored_and_did_not_handle_is_handled_now() {
        let inbox = Inbox::default();
        let callback = Callback::parse(br#"{"type":"BUSINESS","status":"ACTIVE"}"#).unwrap();
        let entry = Entry { callback, times_handled: 0 };
        inbox.entries().insert("left over".to_owned(), entry);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let partner = Credentials::new("BRN-1", "SK-1");
        serve(listener, partner, inbox.clone(), async {}).await.unwrap();
        assert!(inbox.open().is_empty());
    }
}
