//! The closed list of known mistakes: for each its name, and what to do about it.

use std::fmt;

macro_rules! catalogue {
    ($($variant:ident $code:literal $advice:literal)*) => {
        /// A known mistake. `Display` says what was done, and what to do instead.
        ///
        /// Where several explain the same signature, the one that stands first here is taken for
        /// the likeliest.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Mistake {
            $(#[doc = $advice] $variant,)*
        }

        impl Mistake {
            /// Every mistake that the doctor knows, likeliest first.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// Its name for machines, which stays as it is: `body-indent-2`.
            pub const fn code(self) -> &'static str {
                match self {
                    $(Self::$variant => $code,)*
                }
            }

            /// The sentence of [`Display`](fmt::Display).
            pub const fn advice(self) -> &'static str {
                match self {
                    $(Self::$variant => $advice,)*
                }
            }
        }
    };
}

catalogue! {
    BodyTrimmed "body-trimmed"
        "The body was hashed without the white space around it: sign the very bytes that are sent."
    BodyNewline "body-newline"
        "The body was hashed with a line end after it that is not sent: sign the very bytes that are sent."
    BodyCrLf "body-crlf"
        "The body's line ends were hashed as CR LF: sign the very bytes that are sent."
    BodyLf "body-lf"
        "The body's CR LF line ends were hashed as LF: sign the very bytes that are sent."
    BodyUnminified "body-unminified"
        "The body was hashed as it is: take the white space between its JSON tokens out first."
    BodyCompact "body-compact"
        "The body was re-printed without white space before it was hashed: sign the very bytes that are sent."
    BodyIndent2 "body-indent-2"
        "The body was re-printed with an indent of 2 before it was hashed: sign the very bytes that are sent."
    BodyIndent4 "body-indent-4"
        "The body was re-printed with an indent of 4 before it was hashed: sign the very bytes that are sent."
    BodySpaced "body-spaced"
        "The body was re-printed with a blank after each colon, and perhaps each comma, as Python's json.dumps does: sign the very bytes that are sent."
    BodyStripped "body-stripped"
        "All white space was taken out of the body, also inside its strings: sign the very bytes that are sent."
    BodySorted "body-sorted"
        "The body was hashed with its keys sorted: sign the very bytes that are sent, in their order."
    BodyUnescaped "body-unescaped"
        "Escapes such as \\/ and \\u0026 were resolved before the body was hashed: do not parse it, sign the very bytes that are sent."
    BodyHtmlEscaped "body-html-escaped"
        "The characters <, > and & were escaped as \\u003c before the body was hashed, as Go does: sign what is sent, or call SetEscapeHTML(false) for both."
    BodyGsonEscaped "body-gson-escaped"
        "The characters <, >, &, = and ' were escaped as \\u003c before the body was hashed, as Gson does: sign what is sent, or call disableHtmlEscaping() for both."
    BodyAsciiEscaped "body-ascii-escaped"
        "Characters outside ASCII were escaped as \\u00e9 before the body was hashed: sign what is sent, or print with ensure_ascii=False (Python) or JSON_UNESCAPED_UNICODE (PHP) for both."
    BodySlashesEscaped "body-slashes-escaped"
        "Each slash was escaped as \\/ before the body was hashed: sign what is sent, or print with JSON_UNESCAPED_SLASHES (PHP) for both."
    BodyPhpEscaped "body-php-escaped"
        "Slashes and characters outside ASCII were escaped before the body was hashed, as PHP's json_encode does: sign the very bytes that are sent."
    BodyDotNetEscaped "body-dot-net-escaped"
        "Quotes, +, <, > and & and characters outside ASCII were escaped as \\u003C before the body was hashed, as .NET does: sign the very bytes that are sent."
    NumbersShortened "numbers-shortened"
        "Numbers were re-printed by their value, 6000.00 as 6000.0, before the body was hashed: do not parse it, sign the very bytes that are sent."
    NumbersInteger "numbers-integer"
        "Numbers were re-printed without an empty fraction, 6000.00 as 6000, before the body was hashed: do not parse it, sign the very bytes that are sent."
    BodyEmpty "body-empty"
        "Nothing was hashed where there is a body: hash it before a framework reads it away."
    DigestMissing "digest-missing"
        "The line Digest was left out: add it at the end where the message has a body."
    DigestUnwanted "digest-unwanted"
        "A line Digest was signed: leave it out of a GET, the reply to one, and a message without a body."
    DigestBlank "digest-blank"
        "The line Digest was signed without a value: it holds the body's digest, or is left out of a GET."
    DigestHex "digest-hex"
        "The digest of the body was written in hex: write the base64 of its 32 bytes."
    DigestBase64OfHex "digest-base64-of-hex"
        "The digest is the base64 of the hex text: take the 32 raw bytes (in PHP: hash with binary output)."
    DigestPrefixed "digest-prefixed"
        "The digest was written as SHA-256=…: write the base64 alone."
    HashUpperCase "hash-upper-case"
        "The body's hash was written in capital hex digits: write it in lower case."
    HashBase64 "hash-base64"
        "The body's hash was written in base64: write it in lower-case hex."
    TargetQuery "target-query"
        "The query was signed: sign the path alone."
    TargetNoQuery "target-no-query"
        "The query was left out: SNAP signs the path with its query."
    TargetUrl "target-url"
        "The whole URL was signed: begin the target at the first slash after the host."
    TargetHost "target-host"
        "The host was signed: the target begins at the first slash after it."
    TargetSlashAdded "target-slash-added"
        "The target was signed with a slash at its end that is not sent: sign the path as it is sent, without that slash."
    TargetSlashRemoved "target-slash-removed"
        "The target was signed without the slash at its end: sign it as it is sent."
    TargetNoLeadingSlash "target-no-leading-slash"
        "The target was signed without its first slash: it begins with the slash after the host."
    TargetDecoded "target-decoded"
        "The target was signed with its percent signs decoded: sign it as it is on the wire."
    TargetEncoded "target-encoded"
        "The target was percent-encoded before it was signed: sign it as it is on the wire."
    TimestampNear "timestamp-near"
        "Another second was signed than the header has: ask the clock once, and use its text in both places."
    TimestampOffset "timestamp-offset"
        "The timestamp was signed with a numeric offset: sign the very text of the header."
    TimestampZulu "timestamp-zulu"
        "The timestamp was signed in UTC with Z: sign the very text of the header."
    TimestampMillis "timestamp-millis"
        "The timestamp was signed with milliseconds: sign the very text of the header."
    TimestampNoMillis "timestamp-no-millis"
        "The timestamp was signed without its milliseconds: sign the very text of the header."
    TimestampNoZone "timestamp-no-zone"
        "The timestamp was signed without its zone: sign the very text of the header."
    TimestampWib "timestamp-wib"
        "The time was signed seven hours ahead, Jakarta's time for UTC: sign the very text of the header."
    TimestampUtc "timestamp-utc"
        "The time was signed seven hours behind, UTC for Jakarta's: sign the very text of the header."
    KeyNewline "key-newline"
        "The secret key was used with a line end before or after it: trim what is read from a file."
    KeyBlank "key-blank"
        "The secret key was used with a blank around it: copy it without white space."
    KeyTab "key-tab"
        "The secret key was used with a tab around it: copy it without white space."
    KeyQuoted "key-quoted"
        "The secret key was used with quotes around it: take them off what is read from the environment."
    KeyTrimmed "key-trimmed"
        "The secret key was used without the white space that stands around the one given here: see which of the two is right."
    ClientIdWhiteSpace "client-id-white-space"
        "The client id was signed with white space around it: trim what is read from a file."
    ColonBlank "colon-blank"
        "A blank was signed after the colons: write name and value together, Client-Id:BRN-…"
    HeaderCase "header-case"
        "The header names were signed in another case: write Client-Id, Request-Id, Request-Timestamp, Request-Target, Digest."
    LinesCrLf "lines-crlf"
        "The lines were joined by CR LF: join them by LF alone."
    LinesLiteral "lines-literal"
        "The lines were joined by a backslash and an n: join them by one LF (in shells and PHP: mind the quotes)."
    StringNewline "string-newline"
        "A line end was signed at the end of the string: end it with the last part."
    OtherForm "other-form"
        "The other form was signed: a request has the line Request-Timestamp, a reply Response-Timestamp."
    MethodOther "method-other"
        "Another HTTP method was signed than the one that is sent: sign the one that is sent."
    MethodCase "method-case"
        "The HTTP method was not signed in capitals: write it so, as in POST."
    TokenBearer "token-bearer"
        "The word Bearer was signed: the token stands alone in the string to sign."
    TokenMissing "token-missing"
        "The access token was not signed: it stands between path and hash."
    SeparatorOther "separator-other"
        "The parts were joined by another character: a token request has | between them, every other a colon."
    PartsSwapped "parts-swapped"
        "The parts were signed in another order: client id first, then the timestamp."
    Sha512 "sha-512"
        "The signature is an HMAC-SHA512: take HMAC-SHA256, as this scheme has it."
    Sha256 "sha-256"
        "The signature is an HMAC-SHA256: this scheme has HMAC-SHA512."
    PrefixMissing "prefix-missing"
        "The signature does not begin with HMACSHA256=: write that before the base64."
    PrefixWrong "prefix-wrong"
        "The signature does not begin with HMACSHA256=, spelled exactly so: write that before the base64."
    PrefixUnwanted "prefix-unwanted"
        "The signature has a prefix: SNAP's is base64 alone."
    SignatureHex "signature-hex"
        "The signature is written in hex: write the base64 of its bytes."
    SignatureBase64Url "signature-base64url"
        "The signature is written in URL-safe base64: take the standard alphabet, with + and /."
    SignatureBase64OfHex "signature-base64-of-hex"
        "The signature is the base64 of the hex text: take the raw bytes (in PHP: hash_hmac with binary output)."
    SignatureLowerCase "signature-lower-case"
        "The signature was turned into lower case: base64 needs its capitals."
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.advice())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_mistake_has_a_name_of_its_own_and_a_sentence_to_act_on() {
        let codes: HashSet<_> = Mistake::ALL.iter().map(|mistake| mistake.code()).collect();
        assert_eq!(codes.len(), Mistake::ALL.len());
        for mistake in Mistake::ALL {
            let kebab = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-');
            assert!(mistake.code().bytes().all(kebab), "{mistake:?}");
            let sentence = mistake.to_string();
            assert!(sentence.ends_with(['.', '…']) && sentence.contains(' '), "{mistake:?}");
        }
    }
}
