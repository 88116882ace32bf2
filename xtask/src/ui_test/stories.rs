//! The stories, told by `node --test` within bounds.

use std::{
    fs, io,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus},
    time::Duration,
};

use tokio::time::{Instant, sleep};

use super::{root, tools::Tools};

/// How it went.
pub(super) enum End {
    Well,
    Failed,
    Interrupted,
}

/// Runs all stories; each has a limit of its own, and all together have one too.
///
/// # Errors
/// They cannot be run, or take too long.
pub(super) fn tell(
    tools: &Tools,
    program: &Path,
    pictures: Option<&Path>,
    more: &[String],
) -> Result<End, String> {
    let mut node = Command::new("node");
    // Two at once need little more than one; but the ports of pictures are the same in all files.
    let at_once = if pictures.is_some() { "--test-concurrency=1" } else { "--test-concurrency=2" };
    node.args(["--test", "--test-reporter=spec", at_once])
        .args(more)
        .args(files().map_err(|error| format!("tests/ui cannot be read: {error}"))?)
        .env("DOKU_MOCK", program)
        .env("DOKU_CHROMIUM", &tools.chromium)
        .env("DOKU_UI_TOOLS", &tools.packages)
        .env("DOKU_UI_FAILURES", root().join("target/ui-failures"))
        .env_remove("DOKU_UI_PICTURES");
    if let Some(pictures) = pictures {
        node.env("DOKU_UI_PICTURES", pictures);
    }
    let runtime = tokio::runtime::Runtime::new().map_err(|error| error.to_string())?;
    runtime.block_on(async {
        let child = node.spawn().map_err(|error| format!("node cannot be run: {error}"))?;
        wait(child).await
    })
}

fn files() -> io::Result<Vec<PathBuf>> {
    let entries = fs::read_dir(root().join("tests/ui"))?;
    let mut files: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.retain(|path| path.to_string_lossy().ends_with(".test.mjs"));
    files.sort();
    Ok(files)
}

async fn wait(mut child: Child) -> Result<End, String> {
    let until = Instant::now() + LIMIT;
    let mut interrupted = std::pin::pin!(interruption());
    loop {
        if let Some(status) = ended(&mut child)? {
            return Ok(if status.success() { End::Well } else { End::Failed });
        }
        tokio::select! {
            () = sleep(PAUSE) => {}
            () = &mut interrupted => {
                stop(&mut child).await?;
                return Ok(End::Interrupted);
            }
        }
        if Instant::now() >= until {
            stop(&mut child).await?;
            return Err(format!("the stories take over {} s", LIMIT.as_secs()));
        }
    }
}

/// By SIGTERM, after which it ends its browser and its mocks; by force only if it does not go.
async fn stop(child: &mut Child) -> Result<(), String> {
    let _ = Command::new("kill").args(["-TERM", &child.id().to_string()]).status();
    let until = Instant::now() + PATIENCE;
    while Instant::now() < until {
        if ended(child)?.is_some() {
            return Ok(());
        }
        sleep(PAUSE).await;
    }
    child.kill().and_then(|()| child.wait()).map_err(|error| error.to_string())?;
    Ok(())
}

fn ended(child: &mut Child) -> Result<Option<ExitStatus>, String> {
    child.try_wait().map_err(|error| format!("node cannot be waited for: {error}"))
}

/// Ctrl-C, or SIGTERM.
async fn interruption() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminated) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminated.recv() => {}
            }
            return;
        }
    }
    let _ = tokio::signal::ctrl_c().await;
}

/// For all stories; on two cores with nothing else to do they take a fourth of it.
const LIMIT: Duration = Duration::from_secs(600);
const PATIENCE: Duration = Duration::from_secs(10);
const PAUSE: Duration = Duration::from_millis(100);
