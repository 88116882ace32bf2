//! What a process has had of the processors and has in memory; only Linux tells.

use std::{fs, path::Path, time::Duration};

use serde::Serialize;

/// In bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Memory {
    pub(crate) resident: u64,
    /// Of these, the process's own.
    pub(crate) anonymous: u64,
    /// Of these, pages of files, which is mostly the program itself.
    pub(crate) file: u64,
    /// The most that was ever resident.
    pub(crate) peak: u64,
}

impl Memory {
    /// Of a process by its number, or `self`.
    pub(crate) fn of(process: &str) -> Option<Self> {
        Self::read(&fs::read_to_string(Path::new("/proc").join(process).join("status")).ok()?)
    }

    fn read(status: &str) -> Option<Self> {
        let bytes = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name))?;
            Some(line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok()? * 1024)
        };
        Some(Self {
            resident: bytes("VmRSS:")?,
            anonymous: bytes("RssAnon:")?,
            file: bytes("RssFile:")?,
            peak: bytes("VmHWM:")?,
        })
    }
}

/// What a process, by its number or `self`, has had of the processors, in all its threads.
pub(crate) fn processor_time(process: &str) -> Option<Duration> {
    read_ticks(&fs::read_to_string(Path::new("/proc").join(process).join("stat")).ok()?)
}

fn read_ticks(stat: &str) -> Option<Duration> {
    // Behind the program's name, which may hold anything; in hundredths of a second.
    let (_, fields) = stat.rsplit_once(')')?;
    let ticks = fields.split_whitespace().skip(11).take(2).map(|ticks| ticks.parse::<u64>().ok());
    ticks.sum::<Option<u64>>().map(|ticks| Duration::from_millis(ticks * 10))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_read_in_bytes() {
        let status = "Name:\tdoku-mock\nVmHWM:\t   18000 kB\nVmRSS:\t   17000 kB\n\
                      RssAnon:\t    5000 kB\nRssFile:\t   12000 kB\nRssShmem:\t       0 kB\n";
        let memory = Memory {
            resident: 17_000 << 10,
            anonymous: 5_000 << 10,
            file: 12_000 << 10,
            peak: 18_000 << 10,
        };
        assert_eq!(Memory::read(status), Some(memory));
        assert_eq!(Memory::read("Name:\tgone\n"), None);
    }

    #[test]
    fn the_processors_time_is_user_and_system_whatever_the_program_is_called() {
        let stat = "7 (a) b (c)) S 1 7 7 0 -1 4194560 500 0 0 0 123 45 9 9 20 0 3 0 100 1 1";
        assert_eq!(read_ticks(stat), Some(Duration::from_millis(1680)));
        assert_eq!(read_ticks("nothing"), None);
    }
}
