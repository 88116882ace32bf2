//! What is asked of the mock while it lives, by several at once, and what it answered.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use bytes::Bytes;
use fastrand::Rng;
use http::Method;
use tokio::task::JoinSet;

use crate::partner::{self, FIRST_STREET, Line, Paper, Reply};

/// Everything that was asked for on one data file.
#[derive(Default)]
pub(crate) struct Asked {
    pub(crate) uploads: Vec<Upload>,
    /// Those that one merchant needs, all answered.
    pub(crate) papers: Vec<[String; 3]>,
    pub(crate) registrations: Vec<Registration>,
    /// Every id that was ever answered.
    ids: HashSet<String>,
    last_number: u32,
}

/// A file that was sent.
pub(crate) struct Upload {
    pub(crate) content: Bytes,
    pub(crate) run: usize,
    /// Its id, and path and query of its link.
    pub(crate) answer: Option<(String, String)>,
}

pub(crate) struct Registration {
    pub(crate) name: String,
    pub(crate) run: usize,
    pub(crate) request: Once,
    /// What was answered, read.
    pub(crate) registered: Option<Registered>,
    /// At most the last one is without an answer.
    pub(crate) moves: Vec<Move>,
}

/// A change of address.
pub(crate) struct Move {
    pub(crate) street: String,
    pub(crate) request: Once,
}

/// A request that is processed once, however often it is sent.
pub(crate) struct Once {
    pub(crate) request_id: String,
    pub(crate) body: Bytes,
    /// The body of the answer, once it came.
    pub(crate) answer: Option<Bytes>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Registered {
    pub(crate) business: String,
    pub(crate) brand: String,
    pub(crate) shared_key: String,
}

/// Shared by those who ask.
type Ledger = Arc<Mutex<Asked>>;

fn open(ledger: &Ledger) -> MutexGuard<'_, Asked> {
    ledger.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Several partners at work, until nobody answers them any more.
pub(crate) struct Load {
    ledger: Ledger,
    workers: JoinSet<Option<()>>,
}

impl Load {
    /// Callbacks go to `url`.
    pub(crate) fn start(
        asked: Asked,
        run: usize,
        address: &str,
        url: &str,
        random: &mut Rng,
    ) -> Self {
        let ledger = Arc::new(Mutex::new(asked));
        let mut workers = JoinSet::new();
        for _ in 0..WORKERS {
            let (random, ledger) = (random.fork(), Arc::clone(&ledger));
            let (address, url) = (address.to_owned(), url.to_owned());
            workers.spawn(async move {
                let line = Line::open(&address).await?;
                Worker { ledger, run, line, url, random }.work().await
            });
        }
        Self { ledger, workers }
    }

    /// Waits for the first registration that is answered.
    pub(crate) async fn has_an_answer(&self) {
        for _ in 0..PATIENCE.as_millis() / 5 {
            if open(&self.ledger).registrations.iter().any(|made| made.registered.is_some()) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        panic!("no registration was answered within {} s", PATIENCE.as_secs());
    }

    /// Waits until all have given up.
    pub(crate) async fn end(mut self) -> Asked {
        while let Some(ended) = self.workers.join_next().await {
            // A worker panics when it was answered wrongly.
            ended.unwrap();
        }
        std::mem::take(&mut open(&self.ledger))
    }
}

struct Worker {
    ledger: Ledger,
    run: usize,
    line: Line,
    url: String,
    random: Rng,
}

impl Worker {
    /// `None` once an answer did not come.
    async fn work(mut self) -> Option<()> {
        // Some go on with the papers they have, so that there are registrations from the start.
        let papers = open(&self.ledger).papers.last().cloned().filter(|_| self.random.bool());
        if let Some(papers) = papers {
            self.register_and_move(&papers).await?;
        }
        let token = self.token().await?;
        loop {
            let mut papers = Vec::new();
            for paper in [Paper::PhotoProof, Paper::IdentityCard, Paper::Face] {
                papers.push(self.upload(&token, paper).await?);
            }
            let papers: [String; 3] = papers.try_into().expect("there are three");
            open(&self.ledger).papers.push(papers.clone());
            self.register_and_move(&papers).await?;
        }
    }

    async fn register_and_move(&mut self, papers: &[String; 3]) -> Option<()> {
        for _ in 0..self.random.u8(1..=5) {
            let place = self.register(papers).await?;
            if self.random.bool() {
                self.move_away(place).await?;
            }
        }
        Some(())
    }

    async fn token(&mut self) -> Option<String> {
        let request_id = format!("token-{}", open(&self.ledger).number());
        let reply = self.ask(partner::token(&request_id)).await?;
        Some(reply.json()["token"].as_str().unwrap().to_owned())
    }

    /// For what is answered with a signature.
    async fn ask(&mut self, request: http::Request<http_body_util::Full<Bytes>>) -> Option<Reply> {
        let reply = answered(self.line.send(request).await?);
        reply.is_signed();
        Some(reply)
    }

    async fn upload(&mut self, token: &str, paper: Paper) -> Option<String> {
        let mut content = b"\x89PNG\r\n\x1a\n".to_vec();
        let most = if self.random.u8(..8) == 0 { 200_000 } else { 2_000 };
        content.extend((0..self.random.usize(16..most)).map(|_| self.random.u8(..)));
        let request = partner::upload(token, paper, &content);
        let place = {
            let mut asked = open(&self.ledger);
            asked.uploads.push(Upload { content: content.into(), run: self.run, answer: None });
            asked.uploads.len() - 1
        };
        let reply = answered(self.line.send(request).await?);
        Some(open(&self.ledger).uploaded(place, &reply))
    }

    async fn register(&mut self, papers: &[String; 3]) -> Option<usize> {
        let (place, request) = {
            let mut asked = open(&self.ledger);
            let place = asked.add_registration(self.run, papers, &self.url);
            (place, asked.registrations[place].request.post())
        };
        let reply = self.ask(request).await?;
        open(&self.ledger).registered(place, &reply);
        Some(place)
    }

    async fn move_away(&mut self, place: usize) -> Option<()> {
        let request = open(&self.ledger).add_move(place);
        let reply = self.ask(request).await?;
        open(&self.ledger).moved(place, &reply);
        Some(())
    }
}

impl Asked {
    /// What nothing else is numbered with.
    pub(crate) fn number(&mut self) -> u32 {
        self.last_number += 1;
        self.last_number
    }

    pub(crate) fn add_registration(
        &mut self,
        run: usize,
        papers: &[String; 3],
        url: &str,
    ) -> usize {
        let number = self.number();
        let name = format!("Warung {number}");
        let body = partner::registration(&name, papers, url);
        let request = Once { request_id: format!("registration-{number}"), body, answer: None };
        let moves = Vec::new();
        self.registrations.push(Registration { name, run, request, registered: None, moves });
        self.registrations.len() - 1
    }

    pub(crate) fn registered(&mut self, place: usize, reply: &Reply) {
        let registered = Registered::read(reply);
        for id in [&registered.business, &registered.brand, &registered.shared_key] {
            assert!(self.ids.insert(id.clone()), "{id} was given twice");
        }
        let registration = &mut self.registrations[place];
        registration.request.answer = Some(reply.body.clone());
        registration.registered = Some(registered);
    }

    fn add_move(&mut self, place: usize) -> http::Request<http_body_util::Full<Bytes>> {
        let number = self.number();
        let street = format!("Jalan Pindah {number}");
        let body = partner::move_to(&street);
        let request = Once { request_id: format!("move-{number}"), body, answer: None };
        let registration = &mut self.registrations[place];
        let sent = request.put(registration.brand());
        registration.moves.push(Move { street, request });
        sent
    }

    pub(crate) fn moved(&mut self, place: usize, reply: &Reply) {
        let registration = &mut self.registrations[place];
        assert_eq!(Some(&Registered::read(reply)), registration.registered.as_ref());
        let last = registration.moves.last_mut().expect("a move was asked for");
        last.request.answer = Some(reply.body.clone());
    }

    fn uploaded(&mut self, place: usize, reply: &Reply) -> String {
        let document = reply.json();
        let id = document["id"].as_str().unwrap().to_owned();
        let link: http::Uri = document["link"].as_str().unwrap().parse().unwrap();
        let link = link.path_and_query().unwrap().to_string();
        assert!(self.ids.insert(id.clone()), "{id} was given twice");
        self.uploads[place].answer = Some((id.clone(), link));
        id
    }
}

impl Registration {
    /// Of one that was answered.
    pub(crate) fn brand(&self) -> &str {
        &self.registered.as_ref().expect("it was answered").brand
    }

    /// Where it is by all that was answered.
    pub(crate) fn street(&self) -> &str {
        let answered = self.moves.iter().rfind(|moved| moved.request.answer.is_some());
        answered.map_or(FIRST_STREET, |moved| &moved.street)
    }
}

impl Once {
    /// As a registration.
    pub(crate) fn post(&self) -> http::Request<http_body_util::Full<Bytes>> {
        partner::signed(&Method::POST, "/business", &self.body, &self.request_id)
    }

    /// As an update of this brand.
    pub(crate) fn put(&self, brand: &str) -> http::Request<http_body_util::Full<Bytes>> {
        let operation = format!("/business/{brand}");
        partner::signed(&Method::PUT, &operation, &self.body, &self.request_id)
    }
}

impl Registered {
    pub(crate) fn read(reply: &Reply) -> Self {
        let business = &reply.json()["business"];
        let text = |value: &serde_json::Value| value.as_str().expect("a text").to_owned();
        Self {
            business: text(&business["id"]),
            brand: text(&business["brands"][0]["id"]),
            shared_key: text(&business["brands"][0]["shared_key"]),
        }
    }
}

fn answered(reply: Reply) -> Reply {
    assert_eq!(reply.status, 200, "{}", reply.text());
    reply
}

const WORKERS: usize = 6;
const PATIENCE: Duration = Duration::from_secs(30);
