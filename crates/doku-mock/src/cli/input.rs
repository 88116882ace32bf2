//! What a command is given to read: a file, standard input, or a body by option.

use std::{
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
};

use clap::Args;

use super::Failure;

/// The body of a message, to the byte.
#[derive(Args)]
pub(super) struct BodyOptions {
    /// The body as a text, to the byte.
    #[arg(long, value_name = "TEXT", conflicts_with = "body_file")]
    body: Option<String>,
    /// The body as a file, to the byte; - for standard input.
    #[arg(long, value_name = "FILE")]
    body_file: Option<PathBuf>,
}

impl BodyOptions {
    /// The body, if one was given.
    ///
    /// # Errors
    /// Exit code 2 where the file cannot be read.
    pub(super) fn read(&self) -> Result<Option<Vec<u8>>, Failure> {
        match (&self.body, &self.body_file) {
            (Some(text), _) => Ok(Some(text.clone().into_bytes())),
            (None, Some(file)) => read(file).map(Some),
            (None, None) => Ok(None),
        }
    }

    /// Whether it is to come from standard input.
    pub(super) fn is_stdin(&self) -> bool {
        self.body_file.as_deref().is_some_and(is_stdin)
    }
}

/// All of a file, or of standard input for `-`.
///
/// # Errors
/// Exit code 2 where it cannot be read, or has more than 16 MiB.
pub(super) fn read(file: &Path) -> Result<Vec<u8>, Failure> {
    let mut content = Vec::new();
    let limited = |source: &mut dyn Read, content: &mut Vec<u8>| {
        source.take(MAX_INPUT + 1).read_to_end(content)
    };
    let read = match is_stdin(file) {
        true => limited(&mut io::stdin().lock(), &mut content),
        false => File::open(file).and_then(|mut file| limited(&mut file, &mut content)),
    };
    read.map_err(|error| Failure::usage(format!("{} cannot be read: {error}", file.display())))?;
    if content.len() as u64 > MAX_INPUT {
        let message = format!("{} has more than {MAX_INPUT} bytes", file.display());
        return Err(Failure::usage(message));
    }
    Ok(content)
}

/// The text of a file, such as a key in PEM.
///
/// # Errors
/// As [`read`], and where it is not UTF-8.
pub(super) fn read_text(file: &Path) -> Result<String, Failure> {
    String::from_utf8(read(file)?)
        .map_err(|_| Failure::usage(format!("{} is not a text", file.display())))
}

/// Whether the name stands for standard input.
pub(super) fn is_stdin(file: &Path) -> bool {
    file.as_os_str() == "-"
}

/// How much is read, in bytes: more than any message that is signed.
const MAX_INPUT: u64 = 16 << 20;
