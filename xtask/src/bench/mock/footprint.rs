//! What the program takes: time to be ready, and memory when idle and after many requests.

use std::{
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use super::{
    What,
    cores::Cores,
    figures::{After, Start},
    generator::{Ask, Asks, Lines},
    partner::Partner,
    receiver::Receiver,
    server::Server,
};
use crate::bench::{load::Result, process::Memory};

/// From its start to its ready line, again and again.
pub(super) fn start(program: &Path, cores: &Cores) -> Result<Start> {
    eprintln!("starts");
    let mut took = Vec::new();
    for _ in 0..STARTS {
        took.push(mock(program, cores)?.started_in().as_secs_f64() * 1e3);
    }
    took.sort_unstable_by(f64::total_cmp);
    Ok(Start { starts: STARTS, median_ms: took[STARTS / 2], worst_ms: took[STARTS - 1] })
}

/// A second after it was ready, with nothing asked of it. Only Linux tells.
pub(super) async fn idle(program: &Path, cores: &Cores) -> Result<Option<Memory>> {
    eprintln!("idle memory");
    let mock = mock(program, cores)?;
    tokio::time::sleep(Duration::from_secs(1)).await;
    Ok(mock.memory())
}

/// After so many requests: mostly right ones, every tenth with a wrong signature, every thousandth a
/// registration with its ten callbacks, which are delivered.
pub(super) async fn after(program: &Path, cores: &Cores, requests: u64) -> Result<After> {
    eprintln!("memory after {requests} requests");
    let server = mock(program, cores)?;
    let receiver = Receiver::start().await?;
    let partner = Partner::of(&server, &receiver.url()).await?;
    let mut lines = Lines::open(server.address()).await?;
    lines.send(&mixed(&partner, requests)?, Duration::from_hours(1)).await?;
    receiver.wait_for(registrations(requests) * 10).await?;
    Ok(After { requests, memory: server.memory() })
}

fn mock(program: &Path, cores: &Cores) -> Result<Server> {
    let mut command = cores.server(program);
    command.args(["--listen", "127.0.0.1:0"]);
    Server::told(command, &[])
}

fn mixed(partner: &Partner, requests: u64) -> Result<Asks> {
    let ask = |request, status| Ask { request, status, length: None };
    let right = ask(partner.request(What::Requirements)?, 200);
    let wrong = ask(partner.wrongly_signed()?, 400);
    let registrations = (0..registrations(requests))
        .map(|_| Ok(ask(partner.request(What::Registration)?, 200)))
        .collect::<Result<Vec<_>>>()?;
    let (sent, registrations) = (AtomicU64::new(0), Mutex::new(registrations));
    let told = (requests / 10).max(1);
    Ok(Arc::new(move || {
        let nth = sent.fetch_add(1, Ordering::Relaxed);
        if nth > 0 && nth.is_multiple_of(told) && nth < requests {
            eprintln!("    {nth} of {requests}");
        }
        if nth >= requests {
            None
        } else if nth % 1000 == REGISTRATION {
            registrations.lock().expect("nobody panics with it").pop()
        } else if nth % 10 == 3 {
            Some(wrong.clone())
        } else {
            Some(right.clone())
        }
    }))
}

/// How many of so many requests are registrations.
fn registrations(requests: u64) -> u64 {
    (requests + 999 - REGISTRATION) / 1000
}

/// Which of a thousand requests.
const REGISTRATION: u64 = 7;
const STARTS: usize = 20;

#[cfg(test)]
mod tests {
    #[test]
    fn so_many_requests_hold_so_many_registrations() {
        for requests in [0, 7, 8, 1000, 1007, 1008, 20_000] {
            let counted = (0..requests).filter(|nth| nth % 1000 == super::REGISTRATION).count();
            assert_eq!(super::registrations(requests), counted as u64, "of {requests}");
        }
    }
}
