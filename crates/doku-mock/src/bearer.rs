//! Bearer tokens: JWTs of algorithm RS256, as Generate Token gives them (documented: the sample's
//! header and claims), signed with a throw-away key that is compiled in.

use std::time::Duration;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use doku_signing::rsa::{RsaSigner, RsaVerifier, Signer, Verifier};
use doku_types::{BearerToken, ClientId, Timestamp};
use serde::{Deserialize, Serialize};

/// Makes and checks the tokens.
pub(crate) struct Bearers {
    signer: RsaSigner,
    verifier: RsaVerifier,
}

#[derive(Serialize, Deserialize)]
struct Claims {
    sub: String,
    exp: i64,
    user: User,
    iat: i64,
}

#[derive(Serialize, Deserialize)]
struct User {
    #[serde(rename = "businessServiceClientId")]
    client_id: ClientId,
}

/// Why a bearer is refused (A11).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BearerFault {
    /// No `Authorization`, or several.
    Missing,
    /// An `Authorization` of another scheme, or none of a scheme at all.
    NoBearer,
    /// No JWT.
    Malformed,
    /// A JWT that was not signed here, or changed since.
    Foreign,
    /// Its time is over.
    Expired,
    /// It is ours, of a client that this mock does not have.
    UnknownClient,
}

impl BearerFault {
    /// The text of the refusal.
    pub(crate) fn message(self) -> &'static str {
        match self {
            Self::Missing => "Header Authorization is required, once",
            Self::NoBearer => "Header Authorization is not of the form Bearer <token>",
            Self::Malformed => "The access token is malformed",
            Self::Foreign => "The access token is not one of this server's",
            Self::Expired => "The access token expired",
            Self::UnknownClient => "The access token is of an unknown client",
        }
    }

    /// Its name for machines.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Missing => "bearer-missing",
            Self::NoBearer | Self::Malformed => "bearer-malformed",
            Self::Foreign => "bearer-foreign",
            Self::Expired => "bearer-expired",
            Self::UnknownClient => "bearer-client-unknown",
        }
    }

    /// What to do.
    pub(crate) fn advice(self) -> &'static str {
        match self {
            Self::Missing => {
                "An upload carries no HMAC signature but one header Authorization: Bearer and the token of Generate Token."
            }
            Self::NoBearer => {
                "Authorization is the word Bearer, a blank, and the token of Generate Token."
            }
            Self::Malformed => {
                "The token is not a JWT: send the text of the field token as it came, without quotes and line ends."
            }
            Self::Foreign => {
                "The token was not issued by a doku-mock, or was changed on the way: generate one here, not at DOKU's own host."
            }
            Self::Expired => {
                "The token's valid_time is over by the mock's clock: generate another, or ask for more minutes; GET /_mock/clock tells the time."
            }
            Self::UnknownClient => {
                "The token is of a client that this mock does not have, perhaps of another mock: generate one here, or start it with --client-id or --partners."
            }
        }
    }
}

impl Bearers {
    pub(crate) fn new() -> Self {
        // The key is this crate's own file; a test below reads it.
        let signer = RsaSigner::from_der(KEY).expect("the compiled-in key is an RSA key");
        Self { verifier: signer.verifier(), signer }
    }

    /// A token for `client_id` from `now` for `lifetime`.
    pub(crate) fn issue(
        &self,
        client_id: &ClientId,
        now: Timestamp,
        lifetime: Duration,
    ) -> BearerToken {
        let claims = Claims {
            sub: "payload".to_owned(),
            exp: (now + lifetime).as_seconds(),
            user: User { client_id: client_id.clone() },
            iat: now.as_seconds(),
        };
        // Claims are text and numbers, and the compiled-in key can sign.
        let claims = serde_json::to_vec(&claims).expect("claims can be written");
        let message = format!("{}.{}", BASE64.encode(HEADER), BASE64.encode(claims));
        let signature = self.signer.sign(message.as_bytes()).expect("the compiled-in key signs");
        format!("{message}.{}", BASE64.encode(signature)).into()
    }

    /// Whose token this is, if it is one of ours and has not expired.
    ///
    /// # Errors
    /// What is wrong with it (A11).
    pub(crate) fn verify(&self, token: &str, now: Timestamp) -> Result<ClientId, BearerFault> {
        use BearerFault::{Expired, Foreign, Malformed};
        let (message, signature) = token.rsplit_once('.').ok_or(Malformed)?;
        let (header, claims) = message.split_once('.').ok_or(Malformed)?;
        let decode = |text: &str| BASE64.decode(text).map_err(|_| Malformed);
        let (header, claims, signature) = (decode(header)?, decode(claims)?, decode(signature)?);
        if header != HEADER || !self.verifier.verify(message.as_bytes(), &signature) {
            return Err(Foreign);
        }
        let claims: Claims = serde_json::from_slice(&claims).map_err(|_| Malformed)?;
        if now.as_seconds() >= claims.exp {
            return Err(Expired);
        }
        Ok(claims.user.client_id)
    }
}

const HEADER: &[u8] = br#"{"alg":"RS256"}"#;
/// Protects nothing: it is in every copy of this program.
const KEY: &[u8] = include_bytes!("token-key.der");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_good_for_its_lifetime_and_unaltered_only() {
        let bearers = Bearers::new();
        let now = Timestamp::from_millis(1_700_000_000_000);
        let client = ClientId::from("BRN-1");
        let token = bearers.issue(&client, now, Duration::from_secs(300));
        let token = token.expose();
        let after = |seconds| now + Duration::from_secs(seconds);
        assert_eq!(bearers.verify(token, now), Ok(client.clone()));
        assert_eq!(bearers.verify(token, after(299)), Ok(client));
        assert_eq!(bearers.verify(token, after(300)), Err(BearerFault::Expired));

        let (message, signature) = token.rsplit_once('.').unwrap();
        let other = BASE64.encode(r#"{"sub":"payload","exp":9999999999}"#);
        let header = message.split_once('.').unwrap().0;
        for forged in [
            format!("{header}.{other}.{signature}"),
            format!("{}.{other}.", BASE64.encode(r#"{"alg":"none"}"#)),
        ] {
            assert_eq!(bearers.verify(&forged, now), Err(BearerFault::Foreign), "{forged}");
        }
        for malformed in ["", ".", "..", "a.b.c.d", "é.é.é", message] {
            assert!(bearers.verify(malformed, now).is_err(), "{malformed}");
        }
    }
}
