// A code comes out of its text, so that no value has two spellings.
use doku_types::code::{Status, UnknownCode};

fn main() {
    let _ = Status::Unknown(UnknownCode("ACTIVE".into()));
}
