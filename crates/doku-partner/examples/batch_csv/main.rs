//! Onboards the merchants of a CSV, several at once, and writes a CSV of what became of each.
//!
//! `cargo run -p doku-partner --all-features --example batch_csv [CSV] [STATE_FOLDER]`
//!
//! It runs against a mock of its own, or against the host of `DOKU_BASE_URL` with `DOKU_CLIENT_ID` and
//! `DOKU_SECRET_KEY`. The state of each merchant is stored, so run it again after whatever happened:
//! nobody is registered twice. Exits with 0 when all have a verdict, 1 when one failed, 3 when one has
//! no verdict yet. Run as it is, one of the merchants is rejected, because its e-mail address asks the
//! mock for that.

mod batch;
#[path = "../host/mod.rs"]
mod host;
mod merchant;
mod outcome;
#[path = "../state_file/mod.rs"]
mod state_file;

use std::{env, fs, io, path::PathBuf, process::ExitCode};

use batch::Batch;
use doku_mock::MockDoku;
use host::{Failure, Host};
use outcome::Status;

const CSV: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/batch_csv/merchants.csv");
const STATES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/batch_csv");

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(Status::Active | Status::Rejected) => ExitCode::SUCCESS,
        Ok(Status::Failed) => ExitCode::FAILURE,
        Ok(Status::Pending) => ExitCode::from(3),
        Err(error) => host::exit(Err(error)),
    }
}

/// The worst that became of a merchant.
async fn run() -> Result<Status, Failure> {
    let mut arguments = env::args_os().skip(1).map(PathBuf::from);
    let csv = arguments.next().unwrap_or_else(|| CSV.into());
    let merchants = merchant::read(&csv)?;
    // Ids of one host mean nothing at another.
    let host_name = env::var("DOKU_BASE_URL").unwrap_or_else(|_| "mock".to_owned());
    let host_name = host_name.replace(|c: char| !c.is_ascii_alphanumeric(), "_");
    let states = arguments.next().unwrap_or_else(|| STATES.into()).join(host_name);
    fs::create_dir_all(&states)
        .map_err(|error| format!("cannot make {}: {error}", states.display()))?;
    // Of another process that lives, the mock too has to remember what was registered.
    let host = Host::from_env(MockDoku::builder().data(states.join("mock.db"))).await?;
    eprintln!("host: {host}\nstates: {}", states.display());

    let batch = Batch {
        client: host.client(),
        credentials: host.credentials.clone(),
        // A host on another machine could not call back to this one; there, time tells.
        callbacks: host.environment.is_loopback(),
        papers: csv.parent().map(PathBuf::from).unwrap_or_default(),
        states,
    };
    batch.run(merchants, io::stdout()).await
}

#[cfg(test)]
mod tests {
    use std::{path::Path, time::Duration};

    use doku_mock::Expectation;
    use doku_partner::{Body, PartnerClient, RetryPolicy, TransportError, TransportErrorKind};
    use doku_types::{code::CallbackType, partner::endpoint::Endpoint};

    use super::*;

    fn batch(host: &Host, states: &Path) -> Batch {
        Batch {
            client: host.client(),
            credentials: host.credentials.clone(),
            callbacks: true,
            papers: Path::new(CSV).parent().unwrap().to_owned(),
            states: states.to_owned(),
        }
    }

    fn merchants() -> Vec<merchant::Merchant> {
        merchant::read(Path::new(CSV)).unwrap()
    }

    /// Name, status and reasons of each, by business.
    fn table(csv: &[u8]) -> Vec<[String; 4]> {
        let rows = csv::Reader::from_reader(csv).into_records().map(Result::unwrap);
        let mut table: Vec<_> = rows.map(|row| [1, 0, 3, 4].map(|n| row[n].to_owned())).collect();
        table.sort();
        table
    }

    #[tokio::test]
    async fn each_merchant_has_its_line_and_a_second_run_registers_nobody() {
        let host = Host::of(MockDoku::builder()).await.unwrap();
        let mock = host.mock.as_ref().unwrap();
        let count = merchants().len() as u64;
        mock.expect(Expectation::request(Endpoint::BusinessRegistration).times(count));
        mock.expect(Expectation::callback(CallbackType::Business).times(count));
        let folder = tempfile::tempdir().unwrap();

        let (mut first, mut second) = (Vec::new(), Vec::new());
        let worst = batch(&host, folder.path()).run(merchants(), &mut first).await.unwrap();
        assert_eq!(worst, Status::Rejected);
        let first = table(&first);
        assert_eq!(first.len(), 21);
        let (rejected, others): (Vec<_>, Vec<_>) =
            first.iter().partition(|[_, _, status, _]| status == "REJECTED");
        assert!(others.iter().all(|[id, _, status, why]| {
            id.starts_with("BSN-") && status == "ACTIVE" && why.is_empty()
        }));
        let [[_, name, _, reasons]] = &rejected[..] else { panic!("{rejected:?}") };
        assert_eq!(name, "Contoh Gado-Gado");
        assert!(reasons.contains("/business/contacts/0/documents"), "{reasons}");

        let first_account = mock.business(&mock.businesses()[0]).unwrap().banks[0].clone();
        let digits = first_account.account_number.expose().to_owned();
        assert_eq!(digits.len(), 10, "zeros at its beginning are kept");

        // The second run listens where the first did, whose tasks may hold the port a moment longer.
        let address = fs::read_to_string(folder.path().join("callbacks.txt")).unwrap();
        let freed = async {
            while tokio::net::TcpListener::bind(&address).await.is_err() {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(10), freed).await.unwrap();
        batch(&host, folder.path()).run(merchants(), &mut second).await.unwrap();
        let who = |table: &[[String; 4]]| -> Vec<_> {
            table.iter().map(|[id, name, status, _]| [id, name, status].map(String::from)).collect()
        };
        assert_eq!(who(&table(&second)), who(&first));
    }

    #[tokio::test]
    async fn with_a_host_that_is_down_every_line_says_so() {
        let host = Host::of(MockDoku::builder()).await.unwrap();
        let down = |_: http::Request<Body>| async {
            Err(TransportError::new(TransportErrorKind::Connect, None))
        };
        let builder = PartnerClient::builder(host.environment.clone(), host.credentials.clone());
        let client = builder.transport(down).retry(RetryPolicy::never()).build();
        let folder = tempfile::tempdir().unwrap();
        let batch = Batch { client, ..batch(&host, folder.path()) };
        let mut lines = Vec::new();
        assert_eq!(batch.run(merchants(), &mut lines).await.unwrap(), Status::Failed);
        let table = table(&lines);
        assert_eq!(table.len(), 21);
        assert!(table.iter().all(|[id, _, status, why]| {
            id.is_empty() && status == "FAILED" && why.contains("no connection")
        }));
    }

    #[test]
    fn what_is_wrong_with_the_csv_is_told_before_anything_is_sent() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("merchants.csv");
        let good = fs::read_to_string(CSV).unwrap();
        for (csv, told) in [
            (good.replace("shop-02", "shop-01"), "shop-01 stands there twice"),
            (good.replace("shop-02", "../02"), "not of letters"),
            (good.replace("nik", "NIK"), "missing field `nik`"),
            (good.replace(",Orang Contoh 2,", ","), "found record with 9 fields"),
            (good.lines().next().unwrap().to_owned(), "no merchant"),
        ] {
            fs::write(&path, csv).unwrap();
            let error = merchant::read(&path).err().unwrap().to_string();
            assert!(error.contains(told), "{told}: {error}");
            assert!(!error.contains("0000000000000002"), "it tells no NIK: {error}");
        }
        assert!(merchant::read(&folder.path().join("missing.csv")).is_err());
    }
}
