//! Where the mock's ids and keys come from: the engine's clock and a seeded generator.

use doku_types::{SecretKey, Timestamp};

/// Makes ids of DOKU's form, `PREFIX-dddd-ddddddddddddd`, each with another creation time.
pub(crate) struct IdSource {
    random: fastrand::Rng,
    last: i64,
}

impl IdSource {
    pub(crate) fn new(seed: Option<u64>) -> Self {
        Self { random: seed.map_or_else(fastrand::Rng::new, fastrand::Rng::with_seed), last: 0 }
    }

    /// One that goes on where another was.
    pub(crate) fn resumed(random: u64, last: i64) -> Self {
        Self { random: fastrand::Rng::with_seed(random), last }
    }

    /// Where it is, for [`IdSource::resumed`].
    pub(crate) fn position(&self) -> (u64, i64) {
        (self.random.get_seed(), self.last)
    }

    /// The next id. Two within a millisecond are told apart by counting on.
    pub(crate) fn id(&mut self, prefix: &str, now: Timestamp) -> String {
        self.last = now.as_millis().max(self.last + 1);
        format!("{prefix}-{SERIES}-{:013}", self.last)
    }

    /// `SK-` and 20 alphanumerics.
    pub(crate) fn shared_key(&mut self) -> SecretKey {
        let text: String = (0..20).map(|_| self.random.alphanumeric()).collect();
        format!("SK-{text}").into()
    }

    /// A UUID of version 4, for the Request-Id of a callback.
    pub(crate) fn request_id(&mut self) -> String {
        let bits = self.random.u128(..) & !(0xf000_u128 << 64) & !(0xc000_u128 << 48)
            | (0x4000_u128 << 64)
            | (0x8000_u128 << 48);
        let hex = format!("{bits:032x}");
        format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
    }

    /// A key of 256 bits, as text.
    pub(crate) fn key(&mut self) -> String {
        format!("{:032x}{:032x}", self.random.u128(..), self.random.u128(..))
    }
}

/// The four digits whose meaning is unknown.
const SERIES: &str = "0001";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_one_instant_differ_and_a_seed_repeats_them() {
        let make = || {
            let mut ids = IdSource::new(Some(7));
            let now = Timestamp::from_millis(1_700_000_000_000);
            let made = [ids.id("BSN", now), ids.id("BRN", now), ids.request_id()];
            (made, ids.shared_key())
        };
        let (made, key) = make();
        assert_eq!(made[0], "BSN-0001-1700000000000");
        assert_eq!(made[1], "BRN-0001-1700000000001");
        assert_eq!(made[2].as_bytes()[14], b'4');
        assert!(b"89ab".contains(&made[2].as_bytes()[19]));
        assert_eq!(key.expose().len(), 23);
        assert_eq!(make(), (made, key));
    }
}
