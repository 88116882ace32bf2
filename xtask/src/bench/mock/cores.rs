//! Two cores: one for the servers, one for whoever calls them.

use std::{ffi::OsStr, fs, process::Command};

/// Where servers and load run.
pub(super) struct Cores(Option<[u32; 2]>);

impl Cores {
    /// The first two that this process may use. This process is pinned to the second; that nothing can
    /// be pinned is told on stderr.
    pub(super) fn choose() -> Self {
        match Self::pin() {
            Ok(cores) => Self(Some(cores)),
            Err(why) => {
                eprintln!("nothing is pinned to a core: {why}");
                Self(None)
            }
        }
    }

    fn pin() -> Result<[u32; 2], String> {
        let status = fs::read_to_string("/proc/self/status").map_err(|error| error.to_string())?;
        let list = status.lines().find_map(|line| line.strip_prefix("Cpus_allowed_list:"));
        let mut allowed = list.map(|list| numbers(list.trim())).unwrap_or_default().into_iter();
        let (Some(server), Some(load)) = (allowed.next(), allowed.next()) else {
            return Err("there is one core only".to_owned());
        };
        let (load_core, process) = (load.to_string(), std::process::id().to_string());
        let pinned = Command::new("taskset").args(["-cp", &load_core, &process]).output();
        match pinned {
            Ok(output) if output.status.success() => Ok([server, load]),
            Ok(output) => Err(String::from_utf8_lossy(&output.stderr).trim().to_owned()),
            Err(error) => Err(format!("taskset (util-linux) cannot be run: {error}")),
        }
    }

    pub(super) fn pinned(&self) -> bool {
        self.0.is_some()
    }

    /// A server's program, on the servers' core.
    pub(super) fn server(&self, program: impl AsRef<OsStr>) -> Command {
        let Some([server, _]) = self.0 else { return Command::new(program) };
        let mut command = Command::new("taskset");
        // It becomes the program, so that the child's number is the program's.
        command.args(["-c", &server.to_string()]).arg(program);
        command
    }
}

/// Of a list such as `0-2,5`, the first thousand.
fn numbers(list: &str) -> Vec<u32> {
    let range = |part: &str| {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        Some(first.parse().ok()?..=last.parse().ok()?)
    };
    list.split(',').filter_map(range).flatten().take(1000).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn cores_are_listed_alone_and_in_ranges() {
        assert_eq!(super::numbers("0-2,5"), [0, 1, 2, 5]);
        assert_eq!(super::numbers("3"), [3]);
        assert_eq!(super::numbers("0-4294967295").len(), 1000);
        assert!(super::numbers("").is_empty());
    }
}
