// A brand is not a file, though both are texts.
use doku_types::{BrandId, FileId};

fn main() {
    let _: FileId = BrandId::from("BRN-0104-1678960841263");
}
