// A secret comes out by `expose()` alone.
use doku_types::{BearerToken, FileLink, Personal, SecretKey};

fn main() {
    println!("{}", SecretKey::from("SK-1"));
    println!("{}", BearerToken::from("eyJ"));
    println!("{}", Personal::from("John Doe"));
    println!("{}", FileLink::from("https://files.example/1"));
}
