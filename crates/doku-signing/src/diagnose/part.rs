//! What may stand for the smaller parts: the key, the client id, the method, the token, the hash.

use super::{
    Mistake,
    body::{Body, Variant},
    slot::Slot,
};
use zeroize::Zeroizing;

use crate::{hex, signature};

/// The secret key, with what stray characters of a file or an environment may make of it. The rarer
/// ones are tried alone only: each key is a search of its own.
pub(super) fn key(key: &str, depth: usize) -> Slot {
    let mut slot = Slot::secret(key, "<key>").or(Mistake::KeyTrimmed, [key.trim()]);
    for (at, (mistake, before, after)) in AROUND_KEY.into_iter().enumerate() {
        slot = slot.or(mistake, [before, key, after]);
        // A file ends its last line, whatever is in it; quotes keep what is in them.
        for (outer, first, last) in AROUND_KEY.into_iter().skip(at + 1) {
            let around = matches!(outer, Mistake::KeyQuoted | Mistake::KeyNewline);
            if depth > 1 && around && outer != mistake {
                let text = Zeroizing::new([first, before, key, after, last].concat());
                slot = slot.or_all(vec![mistake, outer], text.as_bytes());
            }
        }
    }
    let rare = if depth == 1 { &LINE_ENDS_AROUND_KEY[..] } else { &[] };
    rare.iter()
        .fold(slot, |slot, (before, after)| slot.or(Mistake::KeyNewline, [before, key, after]))
}

pub(super) fn client_id(client_id: &str) -> Slot {
    let strayed = Mistake::ClientIdWhiteSpace;
    Slot::right(Some(client_id.as_bytes()))
        .or(strayed, [client_id, " "])
        .or(strayed, [" ", client_id])
        .or(strayed, [client_id, "\n"])
        .or(strayed, [client_id, "\r\n"])
        .or(strayed, [client_id, "\t"])
}

pub(super) fn method(method: &str) -> Slot {
    ["GET", "POST", "PUT", "DELETE"].into_iter().fold(
        Slot::right(Some(method.as_bytes()))
            .or(Mistake::MethodCase, [&method.to_ascii_lowercase()]),
        |slot, other| slot.or(Mistake::MethodOther, [other]),
    )
}

/// The access token; it is not shown.
pub(super) fn token(token: &str) -> Slot {
    let slot = Slot::secret(token, "<token>");
    if token.is_empty() {
        return slot;
    }
    slot.or_secret(Mistake::TokenBearer, ["Bearer ", token], "Bearer <token>")
        .or_secret(Mistake::TokenBearer, ["bearer ", token], "bearer <token>")
        .or_secret(Mistake::TokenMissing, [], "")
        .or_left_out(Mistake::TokenMissing)
}

/// The non-SNAP digest of the body, where the message has one.
pub(super) fn digest(body: &Body<'_>, belongs: bool, depth: usize) -> Slot {
    let forms: [Form; 4] = [
        (None, |hash| signature::encode(hash)),
        (Some(Mistake::DigestHex), hex::lower),
        (Some(Mistake::DigestBase64OfHex), |hash| signature::encode(&hex::digits(hash))),
        (Some(Mistake::DigestPrefixed), |hash| format!("SHA-256={}", signature::encode(hash))),
    ];
    let variants = body.variants(depth);
    let blank = Mistake::DigestBlank;
    if belongs {
        let right = signature::encode(&variants[0].hash);
        let slot = Slot::right(Some(right.as_bytes())).or_left_out(Mistake::DigestMissing);
        hashes(slot.or(blank, []), None, &variants, forms, depth)
    } else {
        let slot = Slot::right(None).or(blank, []);
        hashes(slot, Some(Mistake::DigestUnwanted), &variants, forms, depth)
    }
}

/// SNAP's hash of the body.
pub(super) fn hash(body: &Body<'_>, depth: usize) -> Slot {
    let forms: [Form; 3] = [
        (None, hex::lower),
        (Some(Mistake::HashUpperCase), |hash| hex::lower(hash).to_ascii_uppercase()),
        (Some(Mistake::HashBase64), |hash| signature::encode(hash)),
    ];
    let variants = body.variants(depth);
    let slot = Slot::right(Some(hex::lower(&variants[0].hash).as_bytes()));
    hashes(slot, None, &variants, forms, depth)
}

/// A way to write a hash, and what is wrong with it.
type Form = (Option<Mistake>, fn(&[u8; 32]) -> String);

/// Every variant of the body in every form of its hash, as far as the number of mistakes allows.
fn hashes<const N: usize>(
    mut slot: Slot,
    unwanted: Option<Mistake>,
    variants: &[Variant],
    forms: [Form; N],
    depth: usize,
) -> Slot {
    // The first is right, and stands there already where it belongs.
    for variant in variants {
        for (mistake, write) in forms {
            let wrong: Vec<_> = unwanted.into_iter().chain(mistake).collect();
            let ways = variant.ways.iter().map(|way| [&way[..], &wrong].concat());
            let ways: Vec<_> = ways.collect();
            if (1..=depth).contains(&ways[0].len()) {
                slot = slot.or_hash(ways, write(&variant.hash), variant.made);
            }
        }
    }
    slot
}

/// What may stray to the key's sides; what stands later may be around what stands before it.
const AROUND_KEY: [(Mistake, &str, &str); 9] = [
    (Mistake::KeyBlank, "", " "),
    (Mistake::KeyBlank, " ", ""),
    (Mistake::KeyBlank, " ", " "),
    (Mistake::KeyTab, "", "\t"),
    (Mistake::KeyTab, "\t", ""),
    (Mistake::KeyQuoted, "\"", "\""),
    (Mistake::KeyQuoted, "'", "'"),
    (Mistake::KeyNewline, "", "\n"),
    (Mistake::KeyNewline, "", "\r\n"),
];
const LINE_ENDS_AROUND_KEY: [(&str, &str); 5] =
    [("\n", ""), ("\n", "\n"), ("", "\r"), ("", "\n\n"), ("", "\r\n\r\n")];
