-- Instants are milliseconds since 1970 by the engine's clock. Codes are DOKU's.

-- Where the engine stands: its clock, and where ids, keys and links come from.
CREATE TABLE engine (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    now INTEGER NOT NULL,
    last_id INTEGER NOT NULL,
    random INTEGER NOT NULL,
    link_key TEXT NOT NULL
) STRICT;

-- One row a business. `document` has all of it; the other columns are taken from there to find it by.
CREATE TABLE businesses (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    partner TEXT NOT NULL,
    partner_ref_id TEXT,
    name TEXT NOT NULL,
    status TEXT NOT NULL,
    created INTEGER NOT NULL,
    due INTEGER,
    document TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX businesses_by_ref ON businesses (partner, partner_ref_id) WHERE partner_ref_id IS NOT NULL;
CREATE INDEX businesses_by_due ON businesses (due) WHERE due IS NOT NULL;

CREATE TABLE brands (
    id TEXT PRIMARY KEY,
    business INTEGER NOT NULL REFERENCES businesses,
    status TEXT NOT NULL,
    operational_status TEXT
) STRICT, WITHOUT ROWID;

-- The bytes are in the directory beside this file, each under its id.
CREATE TABLE files (
    id TEXT PRIMARY KEY,
    partner TEXT NOT NULL,
    category TEXT NOT NULL,
    code TEXT,
    media_type TEXT NOT NULL,
    size INTEGER NOT NULL,
    created INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The outbox, in the order of delivery. `due` is the instant of the next attempt, where that is not now.
CREATE TABLE callbacks (
    number INTEGER PRIMARY KEY,
    business INTEGER NOT NULL REFERENCES businesses,
    request_id TEXT NOT NULL,
    url TEXT NOT NULL,
    body TEXT NOT NULL,
    state TEXT NOT NULL,
    due INTEGER,
    copies INTEGER NOT NULL
) STRICT;
CREATE INDEX callbacks_by_business ON callbacks (business);
CREATE INDEX callbacks_by_due ON callbacks (due, number) WHERE due IS NOT NULL;
CREATE INDEX callbacks_pending ON callbacks (number) WHERE state = 'pending';

CREATE TABLE attempts (
    callback INTEGER NOT NULL REFERENCES callbacks,
    number INTEGER NOT NULL,
    at INTEGER NOT NULL,
    status INTEGER,
    error TEXT,
    latency_ms INTEGER NOT NULL,
    by_hand INTEGER NOT NULL,
    PRIMARY KEY (callback, number)
) STRICT, WITHOUT ROWID;

-- Replies kept for repeated requests (A13). `number` counts up for each partner.
CREATE TABLE replies (
    partner TEXT NOT NULL,
    number INTEGER NOT NULL,
    request_id TEXT NOT NULL,
    fingerprint BLOB NOT NULL,
    at INTEGER NOT NULL,
    body BLOB NOT NULL,
    assumptions TEXT NOT NULL,
    PRIMARY KEY (partner, number),
    UNIQUE (partner, request_id)
) STRICT;

-- For people: what was decided of each part, and what was told.
CREATE VIEW told AS
    SELECT callbacks.number, businesses.id AS business, body ->> 'type' AS type, body ->> 'status' AS status,
           state, (SELECT count(*) FROM attempts WHERE callback = callbacks.number) AS attempts
    FROM callbacks JOIN businesses ON businesses.number = callbacks.business;
