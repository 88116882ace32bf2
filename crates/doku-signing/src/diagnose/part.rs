//! What may stand for the smaller parts: the key, the client id, the method, the token, the hash.

use super::{
    Mistake,
    body::{Body, Variant},
    slot::Slot,
};
use crate::{hex, signature};

/// The secret key, with what stray characters of a file or an environment may make of it.
pub(super) fn key(key: &str) -> Slot {
    Slot::right(Some(key.as_bytes()))
        .or(Mistake::KeyNewline, [key, "\n"])
        .or(Mistake::KeyNewline, [key, "\r\n"])
        .or(Mistake::KeyBlank, [key, " "])
        .or(Mistake::KeyBlank, [" ", key])
        .or(Mistake::KeyBlank, [" ", key, " "])
        .or(Mistake::KeyTab, [key, "\t"])
        .or(Mistake::KeyTab, ["\t", key])
        .or(Mistake::KeyQuoted, ["\"", key, "\""])
        .or(Mistake::KeyQuoted, ["'", key, "'"])
        .or(Mistake::KeyTrimmed, [key.trim()])
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
    let slot = Slot::right(Some(token.as_bytes()));
    if token.is_empty() {
        return slot;
    }
    slot.or(Mistake::TokenBearer, ["Bearer ", token])
        .or(Mistake::TokenBearer, ["bearer ", token])
        .or(Mistake::TokenMissing, [])
        .or_left_out(Mistake::TokenMissing)
        .shown_as(&["<token>", "Bearer <token>", "bearer <token>", ""])
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
    for variant in variants {
        for (mistake, write) in forms {
            let wrong = unwanted.into_iter().chain(mistake);
            let mistakes: Vec<_> = variant.mistakes.iter().copied().chain(wrong).collect();
            if mistakes.len() <= depth {
                slot = slot.or_hash(mistakes, write(&variant.hash).as_bytes(), variant.made);
            }
        }
    }
    slot
}
