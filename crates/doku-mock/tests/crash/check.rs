//! What was asked for has to hold after a restart.

use std::{
    collections::{HashMap, HashSet},
    fs,
    path::Path,
};

use bytes::Bytes;
use http::Method;
use rusqlite::{Connection, OpenFlags};

use crate::{
    load::{Asked, Registered},
    partner,
    program::Program,
};

/// How many requests without an answer turned out to have been done, and how many not.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Repeated {
    pub(crate) done: usize,
    pub(crate) not_done: usize,
}

/// Sends what was not answered once more: it is done now unless it had been, and then the answer is
/// that of the first time. What was answered in this run is answered so again.
pub(crate) async fn repeat(mock: &Program, asked: &mut Asked, run: usize) -> Repeated {
    let mut line = mock.line().await;
    let mut count = Repeated::default();
    let stored = businesses(mock).await;
    let mut replayed = 0;
    for place in 0..asked.registrations.len() {
        let registration = &asked.registrations[place];
        let name = registration.name.clone();
        match &registration.request.answer {
            Some(answer) if registration.run == run && replayed < SAMPLE => {
                replayed += 1;
                let reply = line.send(registration.request.post()).await.expect("an answer");
                assert_eq!((reply.status, &reply.body), (409, answer), "{name}");
            }
            Some(_) => {}
            None => {
                let reply = line.send(registration.request.post()).await.expect("an answer");
                let id = stored.get(&name).map(|(id, _)| id);
                count.add(id.is_some(), reply.status, &name);
                let business = Registered::read(&reply).business;
                assert!(id.is_none_or(|id| *id == business), "{name}: {id:?}, then {business}");
                asked.registered(place, &reply);
            }
        }
    }
    for place in 0..asked.registrations.len() {
        let registration = &asked.registrations[place];
        let Some(last) = registration.moves.last().filter(|last| last.request.answer.is_none())
        else {
            continue;
        };
        let (before, now) = (registration.street(), street(mock, registration.brand()).await);
        assert!(now == before || now == last.street, "{}: {now}", registration.name);
        let reply = line.send(last.request.put(registration.brand())).await.expect("an answer");
        count.add(now == last.street, reply.status, &last.street);
        asked.moved(place, &reply);
    }
    count
}

impl Repeated {
    fn add(&mut self, was_done: bool, status: u16, what: &str) {
        assert_eq!(status, if was_done { 409 } else { 200 }, "{what}, done: {was_done}");
        if was_done {
            self.done += 1;
        } else {
            self.not_done += 1;
        }
    }
}

/// Every business that was asked for is there once, and no other is; and those of this run are as
/// they were left.
pub(crate) async fn businesses_are_as_answered(mock: &Program, asked: &Asked, run: Option<usize>) {
    let stored = businesses(mock).await;
    let names: HashSet<_> = asked.registrations.iter().map(|r| r.name.as_str()).collect();
    for name in stored.keys() {
        assert!(names.contains(name.as_str()), "nobody asked for {name}");
    }
    let mut line = mock.line().await;
    for registration in &asked.registrations {
        let name = &registration.name;
        let registered = registration.registered.as_ref().expect("all were repeated");
        let (id, times) = stored.get(name).unwrap_or_else(|| panic!("{name} is lost"));
        assert_eq!((id, *times), (&registered.business, 1), "{name}");
        if run.is_some_and(|run| registration.run != run) {
            continue;
        }
        let operation = format!("/business/{}", registered.brand);
        let request_id = format!("read of {name}");
        let request = partner::signed(&Method::GET, &operation, &Bytes::new(), &request_id);
        let reply = line.send(request).await.expect("an answer");
        assert_eq!(reply.status, 200, "{name}: {}", reply.text());
        let data = reply.json();
        assert_eq!(data["id"], *registered.business);
        assert_eq!(data["name"], **name);
        assert_eq!(data["brands"][0]["id"], *registered.brand);
        assert_eq!(data["brands"][0]["shared_key"], *registered.shared_key);
        assert_eq!(data["addresses"][0]["name"], *registration.street(), "{name}");
    }
}

/// By name: the id, and how many have that name.
async fn businesses(mock: &Program) -> HashMap<String, (String, usize)> {
    let mut stored = HashMap::new();
    for business in mock.list("/_mock/businesses").await {
        let text = |field: &str| business[field].as_str().unwrap().to_owned();
        stored.entry(text("name")).or_insert((text("id"), 0)).1 += 1;
    }
    stored
}

async fn street(mock: &Program, brand: &str) -> String {
    let data = mock.ask(&format!("/_mock/businesses/{brand}")).await;
    data["addresses"][0]["name"].as_str().unwrap().to_owned()
}

/// No file is half there or without an entry in the database, each is what was sent, and every one
/// whose upload was answered is there.
pub(crate) fn files_are_as_sent(data: &Path, asked: &Asked) {
    let kept = kept_files(data);
    let known = known_files(data);
    assert_eq!(kept.keys().cloned().collect::<HashSet<_>>(), known);
    let mut unanswered = HashMap::new();
    for upload in &asked.uploads {
        match &upload.answer {
            Some((id, _)) => {
                let content = kept.get(id).unwrap_or_else(|| panic!("{id} is lost"));
                assert!(upload.content == *content, "{id} is not what was sent");
            }
            None => *unanswered.entry(&*upload.content).or_insert(0) += 1,
        }
    }
    let answered: HashSet<_> =
        asked.uploads.iter().filter_map(|upload| Some(&upload.answer.as_ref()?.0)).collect();
    for (id, content) in kept.iter().filter(|(id, _)| !answered.contains(id)) {
        let left = unanswered.get_mut(&**content).filter(|left| **left > 0);
        *left.unwrap_or_else(|| panic!("nobody sent {id}")) -= 1;
    }
}

/// What is in the directory, but for the lock.
pub(crate) fn kept_files(data: &Path) -> HashMap<String, Vec<u8>> {
    let mut directory = data.as_os_str().to_owned();
    directory.push(".files");
    let entries = fs::read_dir(directory).unwrap().map(|entry| {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        (name, fs::read(&path).unwrap())
    });
    entries.filter(|(name, _)| name != "lock").collect()
}

/// The ids in the database, read beside the mock.
fn known_files(data: &Path) -> HashSet<String> {
    let sql = beside(data);
    let mut query = sql.prepare("SELECT id FROM files").unwrap();
    let ids = query.query_map([], |row| row.get(0)).unwrap();
    ids.collect::<Result<_, _>>().unwrap()
}

/// Papers that were uploaded before the mock died are good for a registration.
pub(crate) async fn register_with_papers_of_before(
    mock: &Program,
    asked: &mut Asked,
    run: usize,
    url: &str,
) {
    let Some(papers) = asked.papers.last().cloned() else {
        return;
    };
    let place = asked.add_registration(run, &papers, url);
    let request = asked.registrations[place].request.post();
    let reply = mock.line().await.send(request).await.expect("an answer");
    assert_eq!(reply.status, 200, "{}", reply.text());
    asked.registered(place, &reply);
}

/// What SQLite itself says of the file, read beside the mock.
pub(crate) fn database_is_sound(data: &Path) {
    let sql = beside(data);
    let found: String = sql.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(found, "ok");
    assert!(!sql.prepare("PRAGMA foreign_key_check").unwrap().exists([]).unwrap());
}

/// Links that were answered before the mock died lead to what was sent.
pub(crate) async fn links_lead_to_what_was_sent(mock: &Program, asked: &Asked, run: usize) {
    let answered = asked.uploads.iter().rev().filter(|upload| upload.run == run);
    let answered = answered.filter_map(|upload| Some((&upload.content, upload.answer.as_ref()?)));
    let mut line = mock.line().await;
    for (content, (id, link)) in answered.take(SAMPLE) {
        let reply = line.send(partner::plain("GET", link, "")).await.expect("an answer");
        assert_eq!(reply.status, 200, "{link}: {}", reply.text());
        assert!(reply.body == content, "{id} is not what was sent");
    }
}

fn beside(data: &Path) -> Connection {
    Connection::open_with_flags(data, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap()
}

/// How many are looked at of what is the same for all.
const SAMPLE: usize = 6;
