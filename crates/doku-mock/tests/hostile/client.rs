//! A client that writes what it likes, and tells what came of it.

use std::{
    io::{Read, Write},
    net::{Shutdown, SocketAddr, TcpStream},
    thread::sleep,
    time::{Duration, Instant},
};

/// What a hostile client does on its connection.
pub(crate) enum Step {
    /// Writes this.
    Say(Vec<u8>),
    /// Writes this so many times, with a pause after each.
    Repeat(Vec<u8>, usize, Duration),
    /// Neither reads nor writes for so long.
    Pause(Duration),
    /// Will write no more.
    HalfClose,
    /// Goes away without reading.
    Leave,
}

/// A connection.
pub(crate) struct Line(TcpStream);

/// What came until the connection was closed.
#[derive(Debug)]
pub(crate) struct Outcome {
    bytes: Vec<u8>,
    /// The mock closed it; else it was still open at the end of [`PATIENCE`].
    pub(crate) closed: bool,
    pub(crate) took: Duration,
}

impl Line {
    pub(crate) fn open(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_nodelay(true).unwrap();
        stream.set_write_timeout(Some(PATIENCE)).unwrap();
        Self(stream)
    }

    /// Does all this, then reads to the end. That the mock takes no more of it is no failure.
    pub(crate) fn play(mut self, steps: &[Step]) -> Outcome {
        let started = Instant::now();
        for step in steps {
            let went_on = match step {
                Step::Say(bytes) => self.0.write_all(bytes).is_ok(),
                Step::Repeat(bytes, times, pause) => (0..*times).all(|_| {
                    let written = self.0.write_all(bytes).is_ok();
                    sleep(*pause);
                    written
                }),
                Step::Pause(by) => {
                    sleep(*by);
                    true
                }
                Step::HalfClose => self.0.shutdown(Shutdown::Write).is_ok(),
                Step::Leave => {
                    // What lies unread in the socket makes this a reset.
                    return Outcome { bytes: Vec::new(), closed: true, took: started.elapsed() };
                }
            };
            if !went_on {
                break;
            }
        }
        self.read(started)
    }

    /// One request, whose answer is the last of this connection.
    pub(crate) fn ask(mut self, request: &[u8]) -> Outcome {
        let started = Instant::now();
        self.0.write_all(request).unwrap();
        self.0.shutdown(Shutdown::Write).unwrap();
        self.read(started)
    }

    fn read(&mut self, started: Instant) -> Outcome {
        let mut bytes = Vec::new();
        let mut piece = [0; 64 << 10];
        let closed = loop {
            let left = PATIENCE.saturating_sub(started.elapsed());
            if left.is_zero() {
                break false;
            }
            self.0.set_read_timeout(Some(left)).unwrap();
            match self.0.read(&mut piece) {
                Ok(0) => break true,
                Ok(length) => bytes.extend_from_slice(&piece[..length]),
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => break false,
                Err(_) => break true,
            }
        };
        Outcome { bytes, closed, took: started.elapsed() }
    }
}

impl Outcome {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// The status of each answer but `100 Continue`.
    pub(crate) fn statuses(&self) -> Vec<u16> {
        let text = self.text();
        let mut statuses = Vec::new();
        for (at, _) in text.match_indices("HTTP/1.1 ") {
            // A body is followed by the next answer without a line's end.
            let status = text[at + 9..].split(' ').next().and_then(|status| status.parse().ok());
            statuses.extend(status.filter(|status: &u16| *status != 100));
        }
        statuses
    }
}

/// How long a connection may go on, whatever is sent: the longest limit of the program is an upload's, 10 s.
const PATIENCE: Duration = Duration::from_secs(25);
