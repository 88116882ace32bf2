//! Rates: the mock and the floor in turns, spell by spell.

use std::{
    cell::Cell,
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
};
use crate::bench::{load::Result, spells::Side};

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
        let recorded = self.mock().await?.recorded;
        let mut floor = Floor::start(self.cores, &recorded).await?;
        let (mut mock_side, mut floor_side) = (Side::default(), Side::default());
        let mut left = spells;
        while left > 0 {
            // A new one now and then, so that what it stores does not grow without end.
            let mut mock = self.mock().await?;
            mock.spell(WARM_UP).await?;
            floor.spell(&mock, WARM_UP).await?;
            for _ in 0..left.min(SPELLS_A_MOCK) {
                mock_side.add(&mock.spell(SPELL).await?);
                floor_side.add(&floor.spell(&mock, SPELL).await?);
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
        let (reply, recorded) = line.exchange(&request).await?;
        let recorded = Bytes::copy_from_slice(recorded);
        if reply.status != 200 {
            let text = String::from_utf8_lossy(&recorded);
            return Err(format!("the mock refuses what it is to be measured with: {text}").into());
        }
        let ask = Ask { request, status: 200, length: Some(reply.body) };
        let registered = Cell::new(1);
        Ok(Mock { server, lines, partner, what: self.what, ask, recorded, receiver, registered })
    }
}

/// A mock with its partner, and its receiver if callbacks are delivered.
struct Mock {
    server: Server,
    lines: Lines,
    partner: Partner,
    what: What,
    /// The first request, and what came back.
    ask: Ask,
    recorded: Bytes,
    receiver: Option<Receiver>,
    /// Requests since its start.
    registered: Cell<u64>,
}

impl Mock {
    async fn spell(&mut self, lasting: Duration) -> Result<super::super::spells::Spell> {
        let asks = match self.what {
            What::Requirements => again(self.ask.clone()),
            // Each may be sent once: a second one with its Request-Id would be a replay.
            What::Registration => once(&self.ask, &self.partner, self.what)?,
        };
        let Self { server, lines, receiver, registered, .. } = self;
        let over = async |requests| {
            registered.set(registered.get() + requests);
            match receiver {
                Some(receiver) => receiver.wait_for(registered.get() * CALLBACKS_EACH).await,
                None => Ok(()),
            }
        };
        lines.spell(server, &asks, lasting, over).await
    }
}

/// The floor with its connections.
struct Floor {
    server: Server,
    lines: Lines,
}

impl Floor {
    async fn start(cores: &Cores, recorded: &[u8]) -> Result<Self> {
        let server = floor::start(cores, recorded)?;
        let lines = Lines::open(server.address()).await?;
        Ok(Self { server, lines })
    }

    /// With the same request as the mock, which it does not look at.
    async fn spell(
        &mut self,
        mock: &Mock,
        lasting: Duration,
    ) -> Result<super::super::spells::Spell> {
        let asks = again(mock.ask.clone());
        self.lines.spell(&self.server, &asks, lasting, async |_| Ok(())).await
    }
}

fn again(ask: Ask) -> Asks {
    Arc::new(move || Some(ask.clone()))
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
