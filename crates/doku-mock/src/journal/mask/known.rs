//! What may be shown, and what never is, by its name.

/// Headers that say nothing of people and open nothing.
pub(super) const HEADERS: &[&str] = &[
    "accept",
    "accept-encoding",
    "allow",
    "cache-control",
    "channel-id",
    "connection",
    "content-encoding",
    "content-length",
    "content-security-policy",
    "content-type",
    "date",
    "digest",
    "expect",
    "host",
    "keep-alive",
    "request-target",
    "request-timestamp",
    "response-timestamp",
    "retry-after",
    "server",
    "signature",
    "transfer-encoding",
    "user-agent",
    "x-content-type-options",
    "x-signature",
    "x-timestamp",
];
/// Headers that hold a code or an id, unless somebody puts something else there.
pub(super) const CODE_HEADERS: &[&str] =
    &["client-id", "request-id", "x-client-key", "x-external-id", "x-partner-id"];
/// What the names of headers that open something hold.
pub(super) const SECRET_HEADERS: &[&str] =
    &["authorization", "cookie", "token", "secret", "api-key", "apikey", "password"];
/// Fields and parameters whose values are codes, ids, statuses or types.
pub(super) const FIELDS: &[&str] = &[
    "alert",
    "bank_id",
    "businessLegalEntity",
    "businessType",
    "brandBusinessLine",
    "business_type",
    "category",
    "code",
    "country",
    "currency",
    "error_code",
    "extensions",
    "finance_status",
    "grant_type",
    "id",
    "legal_entity",
    "mobile_app_readiness",
    "operational_status",
    "partner",
    "platform",
    "responseCode",
    "risk_engine_status",
    "status",
    "transaction_frequency",
    "transaction_quantity",
    "type",
    "valid_time",
    "website_readiness",
];
/// Fields whose numbers are limits or counts.
pub(super) const NUMBERS: &[&str] = &["expiresIn", "max_size", "min_size", "status"];
/// Fields of the mock's own errors.
pub(super) const MESSAGES: &[&str] = &["message", "error", "responseMessage"];
/// What the names of fields hold whose values are never shown.
pub(super) const SECRET_FIELDS: &[&str] =
    &["token", "secret", "shared_key", "sharedkey", "api_key", "apikey", "password"];
/// Fields that sound like it.
pub(super) const NO_SECRETS: &[&str] =
    &["tokentype", "accesstokenexpirytime", "refreshtokenexpirytime"];
