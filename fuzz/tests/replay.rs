//! Without a fuzzer, on any Rust: every target on its seeds, and on random changes of them that
//! are the same each time.
//!
//! `FUZZ_ROUNDS=100000 cargo test --release --no-default-features -- --nocapture`

use std::{
    fs,
    panic::{self, AssertUnwindSafe},
    path::Path,
    sync::atomic::{AtomicUsize, Ordering},
    time::Instant,
};

use fastrand::Rng;
use fuzz::Target;

#[test]
fn no_seed_and_no_change_of_one_breaks_a_promise() {
    let rounds = std::env::var("FUZZ_ROUNDS").map_or(2_000, |text| text.parse().unwrap());
    // A mock has other threads, whose panics do not reach this one.
    let panics = count_panics();
    for Target { name, run, one_in } in fuzz::TARGETS {
        let seeds = seeds(name);
        assert!(!seeds.is_empty(), "{name} has no seeds");
        let mut rng = Rng::with_seed(1);
        let changed = (0..rounds / one_in).map(|_| {
            let mut data = rng.choice(&seeds).expect("there are seeds").clone();
            for _ in 0..rng.usize(1..6) {
                change(&mut data, &seeds, &mut rng);
            }
            data
        });
        let (mut runs, started) = (0, Instant::now());
        for data in seeds.iter().cloned().chain(changed) {
            let outcome = panic::catch_unwind(AssertUnwindSafe(|| run(&data)));
            let kept = outcome.is_ok() && panics.load(Ordering::Relaxed) == 0;
            assert!(kept, "{name}: {}", data.escape_ascii());
            runs += 1;
        }
        println!("{name}: {runs} runs in {:.1} s", started.elapsed().as_secs_f64());
    }
}

/// The panics of all threads from now on.
fn count_panics() -> &'static AtomicUsize {
    static PANICS: AtomicUsize = AtomicUsize::new(0);
    let tell = panic::take_hook();
    panic::set_hook(Box::new(move |panic| {
        PANICS.fetch_add(1, Ordering::Relaxed);
        tell(panic);
    }));
    &PANICS
}

fn seeds(target: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds").join(target);
    let mut paths: Vec<_> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.iter().map(|path| fs::read(path).unwrap()).collect()
}

/// One change, of the kinds that fuzzers make.
fn change(data: &mut Vec<u8>, seeds: &[Vec<u8>], rng: &mut Rng) {
    let start = rng.usize(..=data.len());
    let end = rng.usize(start..=data.len().min(start + 16));
    match rng.u8(..7) {
        0 if start < data.len() => data[start] ^= 1 << rng.u8(..8),
        1 if start < data.len() => data[start] = rng.u8(..),
        2 => data.insert(
            start,
            *rng.choice(b"\0 \t\r\n\"\\:/?%=+-_{}[],.0Az\x7f\x80\xff").unwrap_or(&0),
        ),
        3 => drop(data.drain(start..end)),
        4 => {
            let twice = data[start..end].to_vec();
            data.splice(start..start, twice);
        }
        5 => data.truncate(rng.usize(..=data.len())),
        _ => {
            let other = rng.choice(seeds).expect("there are seeds");
            let from = rng.usize(..=other.len());
            let part = other[from..rng.usize(from..=other.len())].to_vec();
            data.splice(start..end, part);
        }
    }
}
