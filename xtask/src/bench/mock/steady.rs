//! A server that gets one request again and again: the floor, and other mocks.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use super::{
    generator::{Ask, Asks, Lines},
    server::Server,
};
use crate::bench::{load::Result, spells::Spell};

/// A server with connections to it, and the request.
pub(super) struct Steady {
    server: Server,
    lines: Lines,
    asks: Asks,
}

impl Steady {
    pub(super) async fn new(server: Server, ask: Ask) -> Result<Self> {
        let lines = Lines::open(server.address()).await?;
        Ok(Self { server, lines, asks: again(ask) })
    }

    pub(super) fn server(&self) -> &Server {
        &self.server
    }

    pub(super) async fn spell(&mut self, lasting: Duration) -> Result<Spell> {
        self.lines.spell(&self.server, &self.asks, lasting, async |_| Ok(())).await
    }
}

/// The same request for as long as is wanted.
pub(super) fn again(ask: Ask) -> Asks {
    Arc::new(move || Some(ask.clone()))
}

/// A port of loopback that is free now.
pub(super) fn free_address() -> Result<SocketAddr> {
    Ok(std::net::TcpListener::bind(("127.0.0.1", 0))?.local_addr()?)
}
