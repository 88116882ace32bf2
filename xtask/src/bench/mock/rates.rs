//! Rates: the mock and the floor in turns, spell by spell.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;

use super::{
    What,
    cores::Cores,
    figures::Rate,
    floor,
    generator::{Ask, Asks, Line, Lines},
    partner::Partner,
    receiver::Receiver,
    server::Server,
    steady::{Steady, again},
};
use crate::bench::{
    load::Result,
    spells::{Side, Spell},
};

/// A request, and the mock's reply to the byte.
pub(super) struct Recorded {
    pub(super) ask: Ask,
    pub(super) reply: Bytes,
}

/// Check Requirements of a mock that is gone; its signature is accepted by another for an hour.
pub(super) async fn record(program: &Path, cores: &Cores) -> Result<Recorded> {
    let (what, callbacks) = (What::Requirements, Callbacks::Kept);
    Ok(Bench { program, cores, what, callbacks }.mock().await?.first)
}

/// Each row, with so many seconds for each of the two.
pub(super) async fn measure(program: &Path, cores: &Cores, seconds: u32) -> Result<Vec<Rate>> {
    let spells = seconds * SPELLS_A_SECOND;
    let mut rates = Vec::new();
    for (name, what, callbacks, aim) in ROWS {
        eprintln!("{name}");
        let bench = Bench { program, cores, what, callbacks };
        rates.push(bench.rate(name, aim, spells).await?);
    }
    Ok(rates)
}

/// What becomes of the callbacks that a registration causes.
#[derive(Clone, Copy, PartialEq)]
enum Callbacks {
    /// They are written to the outbox within the registration, and fall due in an hour.
    Kept,
    /// They are delivered, and a spell is over when the last has come.
    Delivered,
}

/// One row's set-up.
struct Bench<'a> {
    program: &'a Path,
    cores: &'a Cores,
    what: What,
    callbacks: Callbacks,
}

impl Bench<'_> {
    async fn rate(&self, name: &'static str, aim: Option<f64>, spells: u32) -> Result<Rate> {
        let Recorded { ask, reply } = self.mock().await?.first;
        // The floor does not look at what it is asked.
        let mut floor = Steady::new(floor::start(self.cores, &reply)?, ask).await?;
        let (mut mock_side, mut floor_side) = (Side::default(), Side::default());
        let mut left = spells;
        while left > 0 {
            // A new one now and then, so that what it stores does not grow without end.
            let mut mock = self.mock().await?;
            mock.spell(WARM_UP).await?;
            floor.spell(WARM_UP).await?;
            for _ in 0..left.min(SPELLS_A_MOCK) {
                mock_side.add(&mock.spell(SPELL).await?);
                floor_side.add(&floor.spell(SPELL).await?);
            }
            left = left.saturating_sub(SPELLS_A_MOCK);
        }
        let ratio = mock_side.ratio(&floor_side);
        Ok(Rate { name, ratio, aim, mock: mock_side.figure(), floor: floor_side.figure() })
    }

    async fn mock(&self) -> Result<Mock> {
        let mut command = self.cores.server(self.program);
        command.args(["--listen", "127.0.0.1:0"]);
        let receiver = match self.callbacks {
            Callbacks::Kept => {
                command.args(["--fault", "callback.delay=1h"]);
                None
            }
            Callbacks::Delivered => Some(Receiver::start().await?),
        };
        let server = Server::told(command, &[])?;
        let url = receiver.as_ref().map_or_else(|| NOWHERE.to_owned(), Receiver::url);
        let partner = Partner::of(&server, &url).await?;
        let lines = Lines::open(server.address()).await?;
        let mut line = Line::open(server.address()).await?;
        let request = partner.request(self.what)?;
        let (scanned, reply) = line.exchange(&request).await?;
        let reply = Bytes::copy_from_slice(reply);
        if scanned.status != 200 {
            let text = String::from_utf8_lossy(&reply);
            return Err(format!("the mock refuses what it is to be measured with: {text}").into());
        }
        let ask = Ask { request, status: 200, length: Some(scanned.body) };
        let first = Recorded { ask, reply };
        Ok(Mock { server, lines, partner, what: self.what, first, receiver, requests: 1 })
    }
}

/// A mock with its partner, and its receiver if callbacks are delivered.
struct Mock {
    server: Server,
    lines: Lines,
    partner: Partner,
    what: What,
    /// The first request.
    first: Recorded,
    receiver: Option<Receiver>,
    /// Those of `what`, since its start.
    requests: u64,
}

impl Mock {
    async fn spell(&mut self, lasting: Duration) -> Result<Spell> {
        let asks = match self.what {
            What::Requirements => again(self.first.ask.clone()),
            // Each may be sent once: a second one with its Request-Id would be a replay.
            What::Registration => once(&self.first.ask, &self.partner, self.what)?,
        };
        let Self { server, lines, receiver, requests, .. } = self;
        let over = async |more| {
            *requests += more;
            match receiver {
                Some(receiver) => receiver.wait_for(*requests * CALLBACKS_EACH).await,
                None => Ok(()),
            }
        };
        lines.spell(server, &asks, lasting, over).await
    }
}

fn once(like: &Ask, partner: &Partner, what: What) -> Result<Asks> {
    let requests = (0..PREPARED).map(|_| partner.request(what)).collect::<Result<Vec<_>>>()?;
    let (like, next) = (like.clone(), AtomicUsize::new(0));
    Ok(Arc::new(move || {
        let request = requests.get(next.fetch_add(1, Ordering::Relaxed))?.clone();
        Some(Ask { request, ..like.clone() })
    }))
}

const ROWS: [(&str, What, Callbacks, Option<f64>); 3] = [
    ("Check Requirements", What::Requirements, Callbacks::Kept, Some(0.5)),
    ("Business Registration", What::Registration, Callbacks::Kept, Some(0.25)),
    ("the same, callbacks delivered", What::Registration, Callbacks::Delivered, None),
];
const SPELL: Duration = Duration::from_millis(500);
const SPELLS_A_SECOND: u32 = 2;
const WARM_UP: Duration = Duration::from_millis(150);
const SPELLS_A_MOCK: u32 = 4;
/// More than are sent in a spell; if not, it ends with them.
const PREPARED: usize = 10_000;
/// Of the documented sample of a personal merchant.
const CALLBACKS_EACH: u64 = 10;
/// For callbacks that are not sent.
const NOWHERE: &str = "http://127.0.0.1:9/doku/callbacks";
