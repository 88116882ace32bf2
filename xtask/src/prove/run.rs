//! The program run as in a container: with an empty root directory, without rights, as process 1.

use std::{
    fs,
    io::{BufRead, BufReader},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;
use tempfile::TempDir;

use super::program::Promises;

/// A directory with the program and nothing else, but for one of its data.
pub(super) struct Place {
    root: TempDir,
    /// Whether it can be the root directory.
    is_root: bool,
}

impl Place {
    /// With a copy of the program, which has to be static to be run with nothing else.
    pub(super) fn new(program: &Path, is_static: bool) -> Result<Self, String> {
        let io = |error: std::io::Error| format!("a directory to run it in: {error}");
        let root = tempfile::tempdir().map_err(io)?;
        let open_to_all = |path: &Path| fs::set_permissions(path, PermissionsExt::from_mode(0o755));
        open_to_all(root.path()).map_err(io)?;
        let copy = root.path().join("doku-mock");
        fs::copy(program, &copy).map_err(io)?;
        open_to_all(&copy).map_err(io)?;
        let data = root.path().join("data");
        fs::create_dir(&data).map_err(io)?;
        let mut chown = Command::new("chown");
        chown.arg(format!("{USER}:{USER}")).arg(&data).stderr(Stdio::null());
        let is_root = is_static && chown.status().is_ok_and(|status| status.success());
        Ok(Self { root, is_root })
    }

    fn command(&self, alone: bool) -> Command {
        if !self.is_root {
            let mut command = Command::new(self.root.path().join("doku-mock"));
            command.env_clear();
            return command;
        }
        let mut command = match alone {
            true => {
                let mut command = Command::new("unshare");
                command.args(["--pid", "--fork", "--kill-child", "chroot"]);
                command
            }
            false => Command::new("chroot"),
        };
        let user = format!("--userspec=+{USER}:+{USER}");
        command.env_clear().env("PATH", PATH).args([&user, "--groups="]);
        command.arg(self.root.path()).arg("/doku-mock");
        command
    }

    fn data(&self) -> PathBuf {
        match self.is_root {
            true => "/data/mock.db".into(),
            false => self.root.path().join("data/mock.db"),
        }
    }
}

/// A mock that runs, ended when dropped.
struct Mock {
    child: Child,
    /// What it says of itself.
    ready: Value,
    after: Duration,
}

impl Mock {
    fn start(mut command: Command) -> Result<Self, String> {
        let started = Instant::now();
        command.args(["--listen", "127.0.0.1:0"]).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().map_err(|error| format!("it does not start: {error}"))?;
        // It was just piped.
        let stdout = child.stdout.take().expect("a pipe");
        let mut mock = Self { child, ready: Value::Null, after: Duration::ZERO };
        let mut line = String::new();
        let read = BufReader::new(stdout).read_line(&mut line);
        mock.after = started.elapsed();
        read.map_err(|error| format!("it does not say that it is ready: {error}"))?;
        mock.ready =
            serde_json::from_str(&line).map_err(|_| format!("not a ready line: {line:?}"))?;
        Ok(mock)
    }

    fn url(&self) -> &str {
        self.ready["base_url"].as_str().unwrap_or_default()
    }

    /// Its process, as this one sees it: the only child of the one that was started, or that itself.
    fn pid(&self) -> u32 {
        let pid = self.child.id();
        let children = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children"));
        children.ok().and_then(|text| text.trim().parse().ok()).unwrap_or(pid)
    }

    /// What it holds in memory, in bytes.
    fn resident(&self) -> Option<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.pid())).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
        Some(line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok()? << 10)
    }

    /// Ends it by SIGTERM; how, and after how long.
    fn stop(&mut self) -> Result<(ExitStatus, Duration), String> {
        let started = Instant::now();
        let _ = Command::new("kill").args(["-TERM", &self.pid().to_string()]).status();
        while started.elapsed() < PATIENCE {
            if let Ok(Some(status)) = self.child.try_wait() {
                return Ok((status, started.elapsed()));
            }
            thread::sleep(Duration::from_millis(5));
        }
        Err(format!("it goes on {} s after SIGTERM", PATIENCE.as_secs()))
    }
}

impl Drop for Mock {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Looks how it starts, answers and ends.
pub(super) fn runs(place: &Place, promises: &mut Promises) -> Result<(), String> {
    let uploads = "says what to do without a directory for uploads";
    if place.is_root {
        let mut nowhere = place.command(false);
        let output = nowhere.args(["--listen", "127.0.0.1:0"]).output();
        let output = output.map_err(|error| format!("it does not start: {error}"))?;
        let told = String::from_utf8_lossy(&output.stderr).contains("set TMPDIR");
        promises.look(uploads, told && output.status.code() == Some(1), &output.status.to_string());
        let mut temporary = place.command(true);
        temporary.env("TMPDIR", "/data");
        let ended = Mock::start(temporary)?.stop()?.0;
        promises.look("serves without a data file too", ended.success(), &ended.to_string());
    } else {
        promises.skip(uploads, "needs a static program and root");
    }
    let mut alone = place.command(true);
    alone.arg("--data").arg(place.data());
    let mut mock = Mock::start(alone)?;
    let lonely = "runs as nobody, with nothing else in its root";
    let first = "is process 1";
    if place.is_root {
        let owner = fs::metadata(format!("/proc/{}", mock.pid())).ok();
        let owner = owner.map(|metadata| std::os::unix::fs::MetadataExt::uid(&metadata));
        promises.look(lonely, owner == Some(USER), &format!("user {}", owner.unwrap_or_default()));
        promises.look(first, mock.ready["pid"] == 1, &format!("process {}", mock.ready["pid"]));
    } else {
        promises.skip(lonely, "needs a static program and root");
        promises.skip(first, "needs a static program and root");
    }
    let resident = mock.resident().unwrap_or(u64::MAX);
    let seen = format!("{:.1} MiB", resident as f64 / f64::from(1 << 20));
    promises.look("holds 16 MiB at most when idle", resident <= MAX_RESIDENT, &seen);
    let health = |mock: &Mock| {
        let mut command = place.command(false);
        command.args(["ready", "--url", mock.url()]).stdout(Stdio::null()).stderr(Stdio::null());
        command.status().ok().and_then(|status| status.code())
    };
    let code = health(&mock);
    promises.look("is healthy: doku-mock ready", code == Some(0), &format!("exit code {code:?}"));
    let (status, after) = mock.stop()?;
    let seen = format!("{status}, {} ms", after.as_millis());
    promises.look("ends by SIGTERM with 0", status.success(), &seen);
    let code = health(&mock);
    promises.look("is not healthy any more", code == Some(3), &format!("exit code {code:?}"));
    // Without the way into that directory; the machine may do something else meanwhile.
    let mut fastest = Duration::MAX;
    for _ in 0..STARTS {
        let mut command = Command::new(place.root.path().join("doku-mock"));
        command.env_clear();
        fastest = fastest.min(Mock::start(command)?.after);
    }
    let seen = format!("{} ms, the fastest of {STARTS}", fastest.as_millis());
    promises.look("is ready in 60 ms at most", fastest <= MAX_START, &seen);
    Ok(())
}

/// Nobody in particular.
const USER: u32 = 65_532;
/// Where `chroot` is found.
const PATH: &str = "/usr/sbin:/usr/bin:/sbin:/bin";
/// In bytes.
const MAX_RESIDENT: u64 = 16 << 20;
const MAX_START: Duration = Duration::from_millis(60);
const STARTS: u32 = 10;
const PATIENCE: Duration = Duration::from_secs(10);
