//! Clients that mean harm, or are broken: each is refused or cut off within its limit, and the next one is served. The
//! whole program is tested, through raw sockets.

#![cfg(target_os = "linux")]
#![allow(missing_docs)]

mod cases;
mod client;
mod program;

use std::{
    net::TcpStream,
    sync::Mutex,
    time::{Duration, Instant},
};

use self::{
    cases::{Expected, table},
    client::Line,
    program::{Program, plain},
};

#[test]
fn whatever_a_client_sends_it_is_refused_or_cut_off_and_the_next_one_is_served() {
    let program = Program::start();
    program.serves("its start");
    let honest = plain("GET", "/adv-core-api/honest", "", b"");
    assert_eq!(Line::open(program.address).ask(&honest).statuses(), [404]);
    let cases = table(&program.token());
    assert!(cases.len() >= 30, "{} cases", cases.len());
    let before = program.resident();

    let (next, wrong) = (Mutex::new(cases.iter()), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                loop {
                    let Some(case) = next.lock().unwrap().next() else {
                        return;
                    };
                    let outcome = Line::open(program.address).play(&case.steps);
                    let statuses = outcome.statuses();
                    let shared = outcome.text().to_ascii_lowercase().contains("access-control-");
                    let as_expected = match &case.expected {
                        Expected::Answers(expected) => statuses == *expected,
                        Expected::Closed => statuses.is_empty(),
                        Expected::AnswerOrClosed(expected) => {
                            statuses.is_empty()
                                || statuses.len() == 1 && expected.contains(&statuses[0])
                        }
                        Expected::FewerThan(sent) => statuses.len() < *sent,
                    };
                    if !as_expected || shared || !outcome.closed || outcome.took > case.within {
                        let text: String = outcome.text().chars().take(300).collect();
                        let (took, closed) = (outcome.took, outcome.closed);
                        wrong.lock().unwrap().push(format!(
                            "{}: {statuses:?} instead of {:?}, closed: {closed}, after {took:?}: {text}",
                            case.name, case.expected,
                        ));
                    }
                    program.serves(case.name);
                }
            });
        }
    });
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));

    // What was hidden in another request was never taken for one.
    let journal = program.journal();
    assert!(journal.contains("/adv-core-api/honest"), "the journal shows paths");
    assert!(!journal.contains("/adv-core-api/smuggled"), "{journal}");

    idle_connections_are_closed_and_make_room(&program);

    let grown = program.resident().saturating_sub(before);
    assert!(grown < MAX_GROWTH, "{grown} KiB more than the {before} KiB of before");
    let (code, log) = program.stop();
    assert_eq!(code, Some(0));
    let panics: Vec<_> = log.lines().filter(|line| line.contains("panic")).collect();
    assert!(panics.is_empty(), "{panics:?}");
}

/// More than there may be; the last of them and the next client wait until the first are closed.
fn idle_connections_are_closed_and_make_room(program: &Program) {
    let started = Instant::now();
    let idle: Vec<_> = (0..600).map(|_| TcpStream::connect(program.address).unwrap()).collect();
    program.serves("600 idle connections");
    for mut stream in idle {
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let read = std::io::Read::read(&mut stream, &mut [0]);
        assert!(matches!(read, Ok(0)), "an idle connection is closed: {read:?}");
    }
    assert!(started.elapsed() < Duration::from_secs(20));
}

/// How many cases are played side by side.
const AT_ONCE: usize = 16;
/// How much more memory the program may hold in the end, in KiB.
const MAX_GROWTH: u64 = 48 << 10;
