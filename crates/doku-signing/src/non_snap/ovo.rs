//! The OVO push payment's own checksum, which stands in its body beside the headers' signature.

use doku_types::SecretKey;
use sha2::{Digest, Sha256};

use crate::hex;

/// `security.check_sum` of `POST /ovo-emoney/v1/payment`: lower-case hex of the SHA-256 over
/// amount, client id, invoice number, OVO id and secret key, one after the other without anything
/// between them. `amount` is the integer as it stands in the body.
///
/// Second hand: a compilation of DOKU's pages describes it; the sample there cannot be recomputed.
///
/// ```
/// use doku_signing::non_snap::ovo_checksum;
/// use doku_types::SecretKey;
///
/// let key = SecretKey::from("SK-vector-0123456789");
/// assert_eq!(
///     ovo_checksum("10000", "MCH-0001-10791114622547", "INV-20210115-0001", "081211111111", &key),
///     "d29c1c640b614f72444ec28de00aade52cd36470b8e8b8f3049de08d8cfb1882",
/// );
/// ```
pub fn ovo_checksum(
    amount: &str,
    client_id: &str,
    invoice_number: &str,
    ovo_id: &str,
    key: &SecretKey,
) -> String {
    let mut hash = Sha256::new();
    for part in [amount, client_id, invoice_number, ovo_id, key.expose()] {
        hash.update(part);
    }
    hex::lower(&hash.finalize().into())
}
