use doku_types::partner::registration::Registration;

fn main() {
    let _ = Registration::builder().build();
}
