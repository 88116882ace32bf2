//! The mistakes as they are made, each in one part of the signer.

use doku_signing::diagnose::Mistake;
use doku_types::Timestamp;

use super::naive::{SECRET, Signer, base64, hex};

/// A mistake, the part of the signer it is made in, and how it is made.
pub(crate) type Error = (Mistake, &'static str, fn(&mut Signer));

/// Those of both HMAC schemes. Of those in the body the order matters where two are made.
pub(crate) const COMMON: &[Error] = {
    use Mistake::*;
    &[
        (BodySorted, "order", |s| {
            s.body = r#"{"name":"Café & co","order":{"amount":6000.00,"invoice":"INV/2026 <1>"}}"#
                .to_owned();
        }),
        (BodyHtmlEscaped, "escapes", |s| s.body = html(&s.body)),
        (BodyAsciiEscaped, "escapes", |s| s.body = s.body.replace('é', "\\u00e9")),
        (BodySlashesEscaped, "escapes", |s| s.body = s.body.replace('/', "\\/")),
        (BodyPhpEscaped, "escapes", |s| {
            s.body = s.body.replace('/', "\\/").replace('é', "\\u00e9");
        }),
        (BodyDotNetEscaped, "escapes", |s| s.body = upper_case_escapes(&s.body)),
        (NumbersShortened, "numbers", |s| s.body = s.body.replace("6000.00", "6000.0")),
        (NumbersInteger, "numbers", |s| s.body = s.body.replace("6000.00", "6000")),
        (BodyIndent2, "layout", |s| s.body = indented(&s.body, "  ")),
        (BodyIndent4, "layout", |s| s.body = indented(&s.body, "    ")),
        (BodySpaced, "layout", |s| s.body = s.body.replace(':', ": ").replace(',', ", ")),
        (BodyStripped, "layout", |s| s.body = s.body.replace(' ', "")),
        (BodyNewline, "ending", |s| s.body.push('\n')),
        (BodyNewline, "ending", |s| s.body.push_str("\r\n")),
        (BodyEmpty, "body", |s| s.body.clear()),
        // In the key and the target too: what stands later is around what stands before it.
        (KeyBlank, "key", |s| s.key.push(' ')),
        (KeyBlank, "key", |s| s.key.insert(0, ' ')),
        (KeyBlank, "key", |s| s.key = format!(" {SECRET} ")),
        (KeyTab, "key", |s| s.key.push('\t')),
        (KeyTab, "key", |s| s.key.insert(0, '\t')),
        (KeyQuoted, "key", |s| s.key = format!("\"{}\"", s.key)),
        (KeyQuoted, "key", |s| s.key = format!("'{}'", s.key)),
        (KeyNewline, "key", |s| s.key.push('\n')),
        (KeyNewline, "key", |s| s.key.push_str("\r\n")),
        (TargetSlashAdded, "target", |s| s.target = s.target.replace("pay", "pay/")),
        (TargetDecoded, "target", |s| s.target = s.target.replace("%20", " ")),
        (TargetEncoded, "target", |s| s.target = s.target.replace("%20", "%2520")),
        (TargetUrl, "target", |s| s.target = format!("https://api.doku.com{}", s.target)),
        (TargetUrl, "target", |s| s.target = format!("http://api.doku.com{}", s.target)),
        (TargetUrl, "target", |s| {
            s.target = with_query(&format!("https://api.doku.com{}", s.target))
        }),
        (TargetUrl, "target", |s| {
            s.target = format!("https://api.doku.com{}", s.target.replace("?x=1", ""))
        }),
        (TargetHost, "target", |s| s.target = format!("api.doku.com{}", s.target)),
        (TargetNoLeadingSlash, "target", |s| s.target = s.target[1..].to_owned()),
        (TimestampWib, "time", |s| s.timestamp = shifted(&s.timestamp, 7 * 3600)),
        (TimestampUtc, "time", |s| s.timestamp = shifted(&s.timestamp, -7 * 3600)),
        (TimestampNear, "time", |s| s.timestamp = shifted(&s.timestamp, -2)),
        (TimestampNear, "time", |s| s.timestamp = shifted(&s.timestamp, 1)),
        (TimestampNear, "time", |s| s.timestamp = shifted(&s.timestamp, 2)),
        (TimestampMillis, "time", |s| s.timestamp.insert_str(19, ".000")),
        (TimestampOffset, "time", |s| {
            s.timestamp = shifted(&s.timestamp, 7 * 3600).replace('Z', "+07:00");
        }),
        (TimestampOffset, "time", |s| {
            s.timestamp = shifted(&s.timestamp, 7 * 3600).replace('Z', "+0700");
        }),
        (TimestampOffset, "time", |s| s.timestamp = s.timestamp.replace('Z', "+00:00")),
        (StringNewline, "end", |s| s.newline_after = true),
        (SignatureHex, "output", |s| s.written = hex),
        (SignatureHex, "output", |s| s.written = |bytes| hex(bytes).to_uppercase()),
        (SignatureBase64Url, "output", |s| {
            s.written = |bytes| base64(bytes).replace('+', "-").replace('/', "_");
        }),
        (SignatureBase64OfHex, "output", |s| s.written = |bytes| base64(hex(bytes).as_bytes())),
        (SignatureLowerCase, "output", |s| s.written = |bytes| base64(bytes).to_lowercase()),
    ]
};

pub(crate) const NON_SNAP: &[Error] = {
    use Mistake::*;
    &[
        (DigestMissing, "digest", |s| s.digest = None),
        (DigestBlank, "digest", |s| s.digest = Some(|_| String::new())),
        (DigestHex, "digest", |s| s.digest = Some(hex)),
        (DigestBase64OfHex, "digest", |s| s.digest = Some(|hash| base64(hex(hash).as_bytes()))),
        (DigestPrefixed, "digest", |s| {
            s.digest = Some(|hash| format!("SHA-256={}", base64(hash)));
        }),
        (TargetQuery, "target", |s| s.target = with_query(&s.target)),
        (ClientIdWhiteSpace, "client", |s| s.client.push('\n')),
        (ClientIdWhiteSpace, "client", |s| s.client.insert(0, ' ')),
        (ColonBlank, "colon", |s| s.colon = ": "),
        (OtherForm, "names", |s| s.names[2] = "Response-Timestamp".to_owned()),
        (HeaderCase, "names", |s| s.names = s.names.clone().map(|name| name.to_lowercase())),
        (HeaderCase, "names", |s| s.names = s.names.clone().map(|name| name.to_uppercase())),
        (HeaderCase, "names", |s| {
            s.names[0] = "Client-ID".to_owned();
            s.names[1] = "Request-ID".to_owned();
        }),
        (HeaderCase, "names", |s| s.names[0] = "Client-ID".to_owned()),
        (HeaderCase, "names", |s| s.names[1] = "Request-ID".to_owned()),
        (HeaderCase, "names", |s| {
            s.names = s.names.clone().map(|name| name.replace("-I", "-i").replace("-T", "-t"));
        }),
        (LinesCrLf, "lines", |s| s.joined_by = "\r\n"),
        (LinesLiteral, "lines", |s| s.joined_by = "\\n"),
        (Sha512, "algorithm", |s| s.sha512 = true),
        (SignatureLowerCase, "output", |s| {
            s.prefix = "hmacsha256=";
            s.written = |bytes| base64(bytes).to_lowercase();
        }),
        (PrefixMissing, "prefix", |s| s.prefix = ""),
        (PrefixWrong, "prefix", |s| s.prefix = "HMAC-SHA256="),
        (PrefixWrong, "prefix", |s| s.prefix = "hmacsha256="),
        (PrefixWrong, "prefix", |s| s.prefix = "sha256="),
        (PrefixWrong, "prefix", |s| s.prefix = "HMACSHA256:"),
        (PrefixWrong, "prefix", |s| s.prefix = "HMACSHA256= "),
        (PrefixWrong, "prefix", |s| s.prefix = "HMACSHA1="),
    ]
};

pub(crate) const SNAP: &[Error] = {
    use Mistake::*;
    &[
        (HashUpperCase, "digest", |s| s.digest = Some(|hash| hex(hash).to_uppercase())),
        (HashBase64, "digest", |s| s.digest = Some(base64)),
        (TargetNoQuery, "target", |s| s.target = s.target.replace("?x=1", "")),
        (TokenBearer, "token", |s| s.token = s.token.take().map(|token| format!("Bearer {token}"))),
        (TokenMissing, "token", |s| s.token = Some(String::new())),
        (TokenMissing, "token", |s| s.token = None),
        (MethodOther, "method", |s| s.method = "GET".to_owned()),
        (MethodOther, "method", |s| s.method = "DELETE".to_owned()),
        (MethodCase, "method", |s| s.method = "post".to_owned()),
        (SeparatorOther, "lines", |s| s.joined_by = "|"),
        (Sha256, "algorithm", |s| s.sha512 = false),
        (PrefixUnwanted, "prefix", |s| s.prefix = "HMACSHA512="),
    ]
};

fn with_query(target: &str) -> String {
    if target.contains('?') { target.to_owned() } else { format!("{target}?x=1") }
}

/// A timestamp with its clock set so many seconds on.
fn shifted(timestamp: &str, seconds: i64) -> String {
    let (digits, rest) = timestamp.split_at(19);
    let clock = Timestamp::parse(&format!("{digits}Z")).unwrap();
    let clock = Timestamp::from_millis(clock.as_millis() + seconds * 1000).to_string();
    clock.replace('Z', rest)
}

fn html(body: &str) -> String {
    body.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026")
}

/// As `System.Text.Json` does.
fn upper_case_escapes(body: &str) -> String {
    let escapes = [('<', "\\u003C"), ('>', "\\u003E"), ('&', "\\u0026"), ('é', "\\u00E9")];
    escapes.iter().fold(body.to_owned(), |body, (c, escape)| body.replace(*c, escape))
}

pub(crate) fn indented(body: &str, unit: &str) -> String {
    let (mut text, mut depth) = (String::new(), 0);
    for c in body.chars() {
        match c {
            '{' => {
                depth += 1;
                text += &format!("{{\n{}", unit.repeat(depth));
            }
            '}' => {
                depth -= 1;
                text += &format!("\n{}}}", unit.repeat(depth));
            }
            ',' => text += &format!(",\n{}", unit.repeat(depth)),
            ':' => text += ": ",
            c => text.push(c),
        }
    }
    text
}
