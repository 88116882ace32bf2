//! Killed, started again, looked at: round by round.

use std::{
    env, fmt, mem,
    path::PathBuf,
    time::{Duration, Instant},
};

use doku_types::Timestamp;
use fastrand::Rng;
use tempfile::TempDir;

use crate::{
    check::{self, Repeated},
    load::{Asked, Load},
    partner,
    program::{BEGINNING, Program},
    sink::{Mood, Sink},
    told::{self, Told},
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_answered_survives_kill_9_and_every_callback_is_told() {
    let number = |name: &str| {
        let text = env::var(name).ok()?;
        Some(text.parse().unwrap_or_else(|_| panic!("{name} is not a number: {text}")))
    };
    let rounds = number("DOKU_MOCK_CRASH_ROUNDS").unwrap_or(20);
    let seed = number("DOKU_MOCK_CRASH_SEED").unwrap_or_else(|| fastrand::u64(..));
    let started = Instant::now();
    let mut random = Rng::with_seed(seed);
    let mut total = Total::default();
    while total.rounds < rounds {
        let mut world = World::new(seed, random.u64(..)).await;
        world.rounds(ROUNDS_PER_FILE.min(rounds - total.rounds), &mut random, &mut total).await;
        println!("{} of {rounds} rounds, {} s: {total}", total.rounds, started.elapsed().as_secs());
    }
    println!("seed {seed}");
    total.has_crashed_into_work(rounds);
}

/// Of all rounds.
#[derive(Debug, Default)]
struct Total {
    rounds: u64,
    kills: usize,
    /// Registrations and updates that were answered at once.
    answered: usize,
    /// Those whose answer died with the mock.
    repeated_done: usize,
    repeated_not_done: usize,
    uploads: usize,
    uploads_unanswered: usize,
    callbacks: usize,
    receipts: usize,
    retries: usize,
    /// Callbacks that were pending when the mock died, and told by a later one.
    resumed: usize,
    /// Attempts whose result died with the mock.
    attempts_repeated: usize,
    exhausted: usize,
    /// Advances of the clock that were not answered.
    advances_cut: usize,
}

impl Total {
    /// What was answered before the mock was killed in this life.
    fn answer(&mut self, asked: &Asked, run: usize) {
        for upload in asked.uploads.iter().filter(|upload| upload.run == run) {
            match upload.answer {
                Some(_) => self.uploads += 1,
                None => self.uploads_unanswered += 1,
            }
        }
        for registration in asked.registrations.iter().filter(|made| made.run == run) {
            let all = registration.moves.iter().map(|moved| &moved.request);
            let all = all.chain([&registration.request]);
            self.answered += all.filter(|request| request.answer.is_some()).count();
        }
    }

    fn add(&mut self, told: &Told) {
        self.callbacks += told.callbacks;
        self.receipts += told.receipts;
        self.retries += told.retries;
        self.resumed += told.resumed;
        self.attempts_repeated += told.repeated;
        self.exhausted += told.exhausted;
    }

    /// A test whose kills hit nothing shows nothing.
    fn has_crashed_into_work(&self, rounds: u64) {
        assert!(self.answered > 0 && self.uploads > 0, "{self:?}");
        // A few kills may all have hit nothing.
        if rounds >= ROUNDS_PER_FILE {
            assert!(self.repeated_done + self.repeated_not_done > 0, "{self:?}");
            assert!(self.resumed > 0 && self.attempts_repeated > 0, "{self:?}");
            assert!(self.retries > 0, "{self:?}");
        }
    }
}

impl fmt::Display for Total {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kills, answered, repeated_done, repeated_not_done, .. } = self;
        write!(f, "{kills} kills; {answered} registrations and updates answered, ")?;
        let unanswered = repeated_done + repeated_not_done;
        write!(f, "{unanswered} not and repeated, of which {repeated_done} had been done; ")?;
        let Self { uploads, uploads_unanswered, .. } = self;
        write!(f, "{uploads} uploads answered, {uploads_unanswered} not; ")?;
        let Self { callbacks, receipts, retries, resumed, .. } = self;
        write!(
            f,
            "{callbacks} callbacks told in {receipts} attempts, {resumed} by a later life, "
        )?;
        let Self { attempts_repeated, exhausted, advances_cut, .. } = self;
        write!(
            f,
            "{retries} retries, {attempts_repeated} attempts repeated, {exhausted} exhausted; "
        )?;
        write!(f, "{advances_cut} advances cut off")
    }
}

/// One data file and all that was done with it.
struct World {
    seed: u64,
    directory: TempDir,
    data: PathBuf,
    sink: Sink,
    asked: Asked,
    /// Between which instants the mock's clock stands after a restart.
    clock: (Timestamp, Timestamp),
    /// Counts the lives of the mock.
    run: usize,
}

impl World {
    async fn new(seed: u64, sink_seed: u64) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let data = directory.path().join("mock.db");
        let sink = Sink::new(sink_seed).await;
        let beginning = Timestamp::parse(BEGINNING).unwrap();
        let (asked, clock) = (Asked::default(), (beginning, beginning));
        Self { seed, directory, data, sink, asked, clock, run: 0 }
    }

    async fn rounds(&mut self, rounds: u64, random: &mut Rng, total: &mut Total) {
        // Not even making the file is left to run its course.
        for _ in 0..random.usize(..3) {
            self.stumble(random, total).await;
        }
        let mut mock = self.start();
        for round in 0..rounds {
            // At first there is nothing to retry.
            if round % 3 == 2 {
                self.kill_while_retrying(mock, random, total).await;
            } else {
                self.kill_under_load(mock, random).await;
            }
            total.kills += 1;
            let killed = self.run;
            self.sink.set_mood(CALM);
            if random.u8(..4) == 0 {
                self.stumble(random, total).await;
            }
            mock = self.start();
            self.look(&mock, killed, total).await;
            total.rounds += 1;
        }
        self.finish(mock, total).await;
    }

    fn start(&mut self) -> Program {
        self.run = self.sink.begin_run();
        Program::start(&self.data)
    }

    /// A start that is cut off.
    async fn stumble(&mut self, random: &mut Rng, total: &mut Total) {
        self.run = self.sink.begin_run();
        let after = Duration::from_millis(random.u64(1..40));
        Program::stumble(&self.data, after).await;
        self.sink.end_run().await;
        total.kills += 1;
    }

    async fn kill_under_load(&mut self, mock: Program, random: &mut Rng) {
        let before = mock.now().await;
        self.sink.set_mood(ROUGH);
        let asked = mem::take(&mut self.asked);
        let is_first = asked.registrations.is_empty();
        let load = Load::start(asked, self.run, &mock.address, &self.sink.url(), random);
        if is_first {
            // However slow the machine is, something is to lose.
            load.has_an_answer().await;
        }
        tokio::time::sleep(Duration::from_millis(random.u64(30..250))).await;
        mock.kill();
        self.asked = load.end().await;
        self.sink.end_run().await;
        self.clock = (before, before);
    }

    async fn kill_while_retrying(&mut self, mock: Program, random: &mut Rng, total: &mut Total) {
        let before = mock.now().await;
        self.sink.set_mood(GLOOMY);
        let mut line = mock.line().await;
        let minutes = [30, 330, 360, 750][random.usize(..4)];
        let advance = partner::advance(&format!("{minutes}m"));
        let advance = tokio::spawn(async move { line.send(advance).await });
        tokio::time::sleep(Duration::from_millis(random.u64(2..60))).await;
        mock.kill();
        total.advances_cut += usize::from(advance.await.unwrap().is_none());
        self.sink.end_run().await;
        let latest = before + Duration::from_secs(60 * minutes);
        self.clock = (before, latest);
    }

    /// What has to hold once the mock is back, `killed` being the life in which it was at work.
    async fn look(&mut self, mock: &Program, killed: usize, total: &mut Total) {
        let asked = &mut self.asked;
        check::files_are_as_sent(&self.data, asked);
        let (earliest, latest) = self.clock;
        // Nor does it fall behind what it has told anybody.
        let told = self.sink.receipts().iter().map(|receipt| receipt.at).max();
        let (earliest, now) = (earliest.max(told.unwrap_or(earliest)), mock.now().await);
        assert!(earliest <= now && now <= latest, "{now}, not within {earliest} and {latest}");
        check::links_lead_to_what_was_sent(mock, asked, killed).await;
        total.answer(asked, killed);
        let Repeated { done, not_done } = check::repeat(mock, asked, killed).await;
        total.repeated_done += done;
        total.repeated_not_done += not_done;
        check::register_with_papers_of_before(mock, asked, self.run, &self.sink.url()).await;
        mock.advance("0s").await;
        check::businesses_are_as_answered(mock, asked, Some(killed)).await;
        told::callbacks_are_told(mock, asked, &self.sink.receipts(), self.run).await;
    }

    /// Once the receiver is well again nothing is left to be told; and all is as it was answered.
    async fn finish(&self, mock: Program, total: &mut Total) {
        let asked = &self.asked;
        self.sink.set_mood(Mood::WELL);
        mock.advance("13h").await;
        check::businesses_are_as_answered(&mock, asked, None).await;
        check::files_are_as_sent(&self.data, asked);
        check::database_is_sound(&self.data);
        let receipts = self.sink.receipts();
        let told = told::callbacks_are_told(&mock, asked, &receipts, self.run).await;
        assert_eq!(told.pending, 0);
        assert_eq!(told.callbacks, told.delivered + told.exhausted);
        total.add(&told);
    }
}

impl Drop for World {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.directory.disable_cleanup(true);
            let Self { seed, data, .. } = self;
            eprintln!("the data file is {}, DOKU_MOCK_CRASH_SEED={seed}", data.display());
        }
    }
}

/// How the receiver is while partners are at work, while it is looked at what came of it, and while
/// retries are under way.
const ROUGH: Mood = Mood { refused: 20, unanswered: 5, slow: 0 };
const CALM: Mood = Mood { refused: 15, unanswered: 0, slow: 0 };
const GLOOMY: Mood = Mood { refused: 50, unanswered: 1, slow: 0 };
/// After so many rounds there is a new file, so that a round takes as long as another.
const ROUNDS_PER_FILE: u64 = 10;
