use doku_types::partner::lite::LiteContact;

fn main() {
    let _ = LiteContact::builder()
        .email("john@example.com")
        .phone_calling_code("62")
        .phone_number("81234567890")
        .build();
}
