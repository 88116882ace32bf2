use doku_types::partner::part::Address;

fn main() {
    let _ = Address::builder().country("ID").name("Jalan Contoh 1").primary(true).build();
}
