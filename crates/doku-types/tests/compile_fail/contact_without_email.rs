use doku_types::partner::part::Contact;

fn main() {
    let _ = Contact::builder()
        .documents([])
        .name("John Doe")
        .nationality("ID")
        .phone_calling_code("62")
        .phone_number("81234567890")
        .position("OWNER")
        .primary(true)
        .build();
}
