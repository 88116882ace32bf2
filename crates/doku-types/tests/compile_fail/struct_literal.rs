// Fields may come with any version: a value is made by its builder.
use doku_types::partner::{callback::BusinessRef, token::TokenRequest};

fn main() {
    let _ = TokenRequest { grant_type: "client_credentials".to_owned(), valid_time: None };
    let BusinessRef { id: _ } = BusinessRef::from("BSN-1");
}
