//! The kinds of faults, and what each does.

/// Of callbacks: the name of each, and what happens.
pub(super) const CALLBACKS: [(&str, &str); 4] = [
    (
        "duplicate",
        "Once acknowledged it comes once more, as the same event with the same Request-Id.",
    ),
    ("reorder", "Those of one cause come the other way round."),
    ("delay", "It comes so much later by the mock's clock, and holds no other back meanwhile."),
    ("drop", "It never comes, unless it is sent again by hand."),
];

/// Of replies.
pub(super) const REPLIES: [(&str, &str); 10] = [
    (
        "status",
        "This status is answered, and nothing is checked or carried out; with a code as a refusal of the gateway, with Retry-After as one that says when to come again.",
    ),
    (
        "delay",
        "The request is taken up so much later by the machine's clock; a client that gives up may find it carried out.",
    ),
    (
        "skew",
        "DOKU's clock is ahead, or with a minus behind, as the caller sees it and as its timestamps are judged.",
    ),
    ("unsigned", "The reply has no signature headers."),
    ("wrong-signature", "The reply's signature has the right form and does not verify."),
    (
        "drip",
        "The reply comes in pieces of one byte, or so many, with a pause of so much between them.",
    ),
    (
        "truncate",
        "The connection closes after half the body, or so many bytes of it; at least one is missing.",
    ),
    (
        "wrong-length",
        "Content-Length is one byte too long, or so many off; with a minus too short.",
    ),
    ("reset.before", "The request is read, nothing is carried out, and the connection is reset."),
    (
        "reset.after",
        "The request is carried out and its callbacks go out, but the connection is reset without a reply.",
    ),
];
