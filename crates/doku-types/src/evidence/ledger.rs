//! The ledger itself: one entry a statement.

use super::{Entry, Evidence};

pub(super) const LEDGER: &[Entry] = &[
    page(
        "OV",
        "the flow, the ten callback types, KYB within 2x24 h, services within 5x24 h",
        "partnership/partner-api (overview)",
    ),
    callback("BUSINESS_CONTACT", "a callback on the contacts and their liveness"),
    callback("BUSINESS_ADDRESS", "a callback on the addresses"),
    callback("BUSINESS_DOCUMENT", "a callback on the documents of contacts and company"),
    callback("BUSINESS_BANK", "a callback on the bank accounts"),
    callback("BRAND_SOCIAL_MEDIA", "a callback on a brand's social media"),
    callback("BRAND_PHOTO_PROOF", "a callback on a brand's photo proofs"),
    callback("BUSINESS", "a callback on the business"),
    callback("BRAND", "a callback on a brand; carries the reject notes of a full suspension"),
    callback("BRAND.OPERATIONAL_STATUS", "a callback on whether a brand may operate"),
    callback("BRAND_PRODUCT", "a callback on the activation of a service, ignored on phase 1"),
    page(
        "REQ",
        "GET /file: query parameters; the reply for PERSONAL",
        "partnership/partner-api/check-requirements-api",
    ),
    page("TOK", "POST /token: request and reply", "partnership/partner-api/generate-token-api"),
    page(
        "UPL",
        "POST /file: parts, categories, codes, reply",
        "partnership/partner-api/upload-file-api",
    ),
    page("BR", "POST /business: request", "partnership/partner-api/business-registration-api"),
    page(
        "LITE",
        "POST /business/lite/registration: request and reply",
        "partnership/partner-api/create-business-lite-api",
    ),
    page(
        "GET",
        "GET /business/{brand id}: reply as far as photo_proofs",
        "partnership/partner-api/get-business-data-api",
    ),
    page(
        "SIG",
        "HMAC headers and string to sign, of requests and of replies",
        "get-started-with-doku-api/signature-component",
    ),
    page(
        "NTF",
        "any 2xx acknowledges; three more attempts at +30 min, +6 h, +12 h; parse leniently",
        "get-started-with-doku-api/notification",
    ),
    page(
        "IDEM",
        "a repeated Request-Id is processed once and answered 409 with the original body",
        "get-started-with-doku-api/idempotency-request",
    ),
    page(
        "SNAPTOK",
        "SNAP access tokens, B2B and B2B2C: requests and replies",
        "accept-payments/direct-api/snap/integration-guide/get-token-api",
    ),
    page(
        "SNAPSIG",
        "SNAP signatures; the token a merchant gives DOKU before it is notified",
        "get-started-with-doku-api/signature-component/snap",
    ),
    page(
        "ASPI",
        "SNAP response codes: HTTP status, service, case; the case table with ASPI's texts and categories",
        "dashboard.doku.com/docs, error-response; the SNAP standard of Bank Indonesia and ASPI",
    ),
    page(
        "NTFS",
        "SNAP notifications: paths under the merchant's URL; 2002500 with virtualAccountData as the reply to a VA payment",
        "get-started-with-doku-api/notification/http-notification-sample-for-snap",
    ),
    page(
        "NTFN",
        "non-SNAP notifications: parts by service; transaction statuses, of which SUCCESS, EXPIRED and REFUNDED are final",
        "get-started-with-doku-api/notification",
    ),
    page(
        "STAT",
        "GET /orders/v1/status/{invoice number or Request-Id}, from 60 s after the payment; ids null before a channel is picked; order.status",
        "get-started-with-doku-api/check-status-api",
    ),
    seen(
        "GW",
        "order and texts of the gateway's header checks, all with HTTP 400; the +-3600 s window",
        "records of calls to the payment APIs",
    ),
    seen(
        "SNAPLIVE",
        "2007300 with expiresIn as a number; a living token given again; 4017300, 2002700, 4042718, 2002600 with paidAmount nested twice, 4042601, 4012601",
        "records of calls to the SNAP APIs",
    ),
    seen(
        "NTFLIVE",
        "notifications of Checkout by VA, of a VA of 2022 and of QRIS made through SNAP; a uuid of 40 digits in Checkout's reply",
        "records of notifications and calls",
    ),
    seen(
        "STATLIVE",
        "order.status ORDER_GENERATED on a paid order; ids \"\" before a channel is picked",
        "records of calls to check-status",
    ),
    told(
        "SNAPSDK",
        "fields of the SNAP VA notification; tokenType with a space behind it; cases 400/03 and 400/04; other texts of some cases",
        "the source of DOKU's SDKs",
    ),
    told(
        "NTFTOLD",
        "FAILED and then SUCCESS for one order of Checkout; statuses REVERSED and CANCELLED",
        "merchants' client code",
    ),
    told(
        "P",
        "field names and replies in a client that says it never ran against DOKU",
        "a third party's client code for this API, called client P in this ledger",
    ),
    assumed(
        "A01",
        "registration answers 200 with id, status, brands with id, status, shared_key and services",
        "a test double in client P, second hand",
    ),
    assumed(
        "A02",
        "Get Business Data after photo_proofs: status, operational_status, social_media, services, reject_notes on a brand; status, callback_url, addresses, banks, contacts, reject_notes at the root",
        "registration's shape",
    ),
    assumed(
        "A03",
        "callback body: type, status, reject_notes, business.id, brand.id, entity where the type has one",
        "DOKU's field style",
    ),
    assumed(
        "A04",
        "callbacks carry the non-SNAP headers, signed with the partner's secret key over the path of the callback URL",
        "the notification pages",
    ),
    assumed(
        "A05",
        "attempts at 0, +30 min, +6 h, +12 h from the first; connect 5 s, whole attempt 10 s; a 3xx is a failure; first attempts in order; a retry holds nothing back; an attempt of unknown result is repeated at start; the first attempt follows the causing reply",
        "the notification pages",
    ),
    assumed(
        "A06",
        "a retry keeps the Request-Id of its event; timestamp and signature are fresh",
        "ids of recorded notifications",
    ),
    assumed(
        "A07",
        "one callback per type and review: parts, then BUSINESS, BRAND, BRAND.OPERATIONAL_STATUS, then BRAND_PRODUCT per service; a type with nothing submitted is not called back; parts are APPROVED or REJECTED, BUSINESS and BRAND follow from theirs as ACTIVE or REJECTED; the operational status is told once the root is ACTIVE and on suspension, with BRAND and its notes on a full one; the root is UPDATING until decided",
        "the overview's list of types",
    ),
    assumed(
        "A08",
        "update is PUT /business/{brand id}, shaped like registration, with only what changes: a list that is sent replaces the stored one, an entry with a known id keeps what it leaves out, null is a fault, DCM and PHP id name the same photo; a changed part goes back under review, with its parent and the operational status",
        "the overview names the operation",
    ),
    assumed("A09", "Get Address, named in a newer overview, is left out", "a newer overview"),
    assumed(
        "A10",
        "header failures as the payment APIs word them; business failures 400 {\"message\":[..]}; bodies to 1 MiB, then 413; nesting too deep 400; unknown fields ignored; a Request-Id is 1 to 128 visible ASCII characters, blanks inside; 404 and 405 from the router",
        "records of calls to the payment APIs",
    ),
    assumed(
        "A11",
        "a missing, malformed, foreign or expired bearer: 401 with code invalid_token",
        "the gateway's envelope",
    ),
    assumed(
        "A12",
        "an unknown or foreign brand: 404 BUSINESS NOT FOUND; an unknown or foreign file id: 400 naming its path",
        "DOKU's business envelope",
    ),
    assumed(
        "A13",
        "idempotency of POST and PUT by Client-Id and Request-Id: the same request again gets 409 with the original body, another one or one still in progress 409 idempotent_request; only 2xx replies are kept, for 24 h",
        "IDEM; a processor's code",
    ),
    assumed(
        "A14",
        "replies to signed requests are signed in the response form; error replies of the header checks are not",
        "SIG, for DOKU in general",
    ),
    assumed(
        "A15",
        "valid_time: 5 minutes by default, at most 1440; zero, negative or not a number: 400",
        "the sample token lives 5 minutes",
    ),
    assumed(
        "A16",
        "max_size is in megabytes of 10^6 bytes; larger: 413, the rest read and discarded up to 32 MB or 5 s; extension and content have to match the requirement; without one: PDF, JPG, JPEG, PNG, 15 MB",
        "the sample requirements",
    ),
    assumed(
        "A17",
        "ids of LOGO, SERVICE_AGREEMENT and BANK_ACCOUNT files begin with DCM",
        "the samples of the other categories",
    ),
    assumed(
        "A18",
        "a file's link leads to the mock itself and answers 403 after 60 minutes",
        "UPL: the link expires",
    ),
    assumed(
        "A19",
        "code-list values beyond the documented ones",
        "client P; Indonesian business classes",
    ),
    assumed(
        "A20",
        "a repeated partner_ref_id of one partner: 400 PARTNER REF ID ALREADY USED",
        "INVOICE ALREADY USED of the payment APIs",
    ),
    assumed(
        "A21",
        "business and brand start as UPDATING",
        "a test double in client P, second hand",
    ),
    assumed(
        "A22",
        "requirements of CORPORATE: AKTA_PENDIRIAN_PERUSAHAAN, COMPANY_REGISTRATION and IZIN_USAHA (BLU: IZIN_BLU; KOPERASI also IZIN_KOPERASI_SIMPAN_PINJAM) under business.documents, of a contact KTP, or KITAS_OR_KITAP where the nationality is not ID",
        "the document codes",
    ),
    assumed("A23", "the query string is not in Request-Target", "a production client, second hand"),
    assumed(
        "A24",
        "no uniqueness of e-mail, NIK or name; a file may be used again",
        "nothing says otherwise",
    ),
    assumed(
        "A25",
        "the services of a new brand: QRIS, unless configured otherwise",
        "a test double in client P, second hand",
    ),
    assumed(
        "A26",
        "mandatory fields of registration where the page's table is cut: as in its sample, but for callback_url, social_media, readiness and partner; liveness and forms, which a company's contact may not need, for PERSONAL",
        "BR's sample",
    ),
    assumed(
        "A27",
        "an upload with both or neither of file and file_url: 400",
        "UPL: one when the other is empty",
    ),
    assumed(
        "A28",
        "until its owner has completed it, a lite business shows id, partner_ref_id, name, contact and UPDATING; its completion starts KYB",
        "LITE",
    ),
    assumed(
        "A29",
        "what Get shows that nobody sent: ticket_size UP_TO_50K, transactions 0 to 100, PROBATION and ON_PROCESS, then APPROVED",
        "GET's sample",
    ),
    assumed("A30", "the texts of errors for which none is known", "DOKU's style"),
    assumed(
        "A31",
        "the router prints the unknown path without its leading slash",
        "Spring's own text",
    ),
    assumed(
        "A32",
        "callback types of a brand are sent once per brand; entity is given where the part has exactly one entry",
        "A03, A07",
    ),
    assumed(
        "A33",
        "Check Requirements refuses a type other than the two documented, for PERSONAL any value but the documented one, and PERSEORANGAN with CORPORATE; registration looks at type and legal entity alone",
        "REQ's table",
    ),
    assumed(
        "A34",
        "registration refuses a form value that breaks its Check Requirements rule, and a missing required document",
        "REQ's min_size, max_size, numeric",
    ),
    assumed(
        "A35",
        "callback_url and file_url have to be absolute http or https URLs without user name and fragment; callback_url has at most 2048 characters",
        "the notification pages",
    ),
    assumed(
        "A36",
        "an upload of an unknown category is refused; an unknown document code is not",
        "UPL: the first list is whole, the second cut",
    ),
    assumed(
        "A37",
        "the original name of an upload gives its extension; without one the content alone decides",
        "UPL",
    ),
    assumed(
        "A38",
        "ids of addresses, banks and social media begin with ADR, BNK and SCM",
        "GET's PHP ids",
    ),
    assumed(
        "A39",
        "a list of a request has at most 100 entries; at most 100 faults are told",
        "a 1 MiB body must not cost hundreds",
    ),
    assumed(
        "A40",
        "a signed reply has the Client-Id and Request-Id of its request",
        "SIG; merchants' signed replies echo them",
    ),
    assumed(
        "A41",
        "what a caller does next for each SNAP case; a case unknown to the table goes by its HTTP status for 202, 400, 401, 405, 409, 429 and 5xx",
        "ASPI's categories and texts; SNAPLIVE for 404/18",
    ),
    assumed(
        "A42",
        "the reply to a SNAP VA notification echoes VA number and its two parts, name, trxId, paymentRequestId and paidAmount",
        "NTFS: an echo",
    ),
    assumed(
        "A43",
        "a suspension is told as BRAND.OPERATIONAL_STATUS with its notes, a full one also as BRAND with status FULL_SUSPENDED; root and brand status stay as their verdicts make them; it outlives updates, is told again when the root becomes ACTIVE again, and its end is told as BRAND.OPERATIONAL_STATUS ACTIVE alone",
        "A07; the overview on BRAND",
    ),
    assumed(
        "A44",
        "in an update a brand cannot be left out of the list, one without id is new; another entry without id is a stored one if it says the same, else new; an unknown id, or the same entry twice, is a fault; a document is known by its file",
        "A08",
    ),
    assumed(
        "A45",
        "a change of fields that belong to no part puts BUSINESS, or BRAND for a brand's own, back under review; callback_url and partner are not judged, and a new callback_url is for what is told from then on; an update that is rejected leaves the operational status as it was; services once decided are not told again",
        "A07, A08",
    ),
    assumed(
        "A46",
        "BUSINESS and BRAND that are rejected for a part carry the notes of that part; Get Business Data shows them as reject_notes while the status is REJECTED, a suspension's at its brand",
        "A02, A03",
    ),
    assumed(
        "A47",
        "wherever a registration or an update names a file, one of any category will do",
        "nothing says otherwise",
    ),
    assumed(
        "A48",
        "a file that is uploaded twice is two files, and one that nobody names is of no effect; so an upload, which has no Request-Id, may be repeated",
        "UPL: the reply is an id to be named",
    ),
    assumed(
        "A49",
        "a Request-Id is looked up after the headers are checked and before the business judges: a refusal by the business means that nothing was done under the id, a refusal for the headers, HTTP 429 and 5xx say nothing of what was sent under it before",
        "IDEM; the gateway's order of checks",
    ),
    assumed(
        "A50",
        "Date of a reply is DOKU's clock, and Retry-After is how long to wait, in seconds or as a date",
        "HTTP (RFC 9110)",
    ),
    assumed(
        "A51",
        "a 5xx, and any other status without a known text, has the body of a refusal by the business, and is signed as such",
        "nothing is known of them; the envelope of A10",
    ),
];

/// The ten types of the overview: their names are documented there, their bodies A03, their order
/// and occasions A07.
const fn callback(id: &'static str, what: &'static str) -> Entry {
    page(id, what, "partnership/partner-api (overview)")
}

const fn page(id: &'static str, what: &'static str, source: &'static str) -> Entry {
    Entry { id, evidence: Evidence::Documented, what, source }
}

const fn seen(id: &'static str, what: &'static str, source: &'static str) -> Entry {
    Entry { id, evidence: Evidence::Observed, what, source }
}

const fn told(id: &'static str, what: &'static str, source: &'static str) -> Entry {
    Entry { id, evidence: Evidence::SecondHand, what, source }
}

const fn assumed(id: &'static str, what: &'static str, source: &'static str) -> Entry {
    Entry { id, evidence: Evidence::Assumed, what, source }
}
