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
    pub(crate) fn verify(&self, token: &str, now: Timestamp) -> Result<ClientId, &'static str> {
        const MALFORMED: &str = "The access token is malformed";
        const FOREIGN: &str = "The access token is not one of this server's";
        let (message, signature) = token.rsplit_once('.').ok_or(MALFORMED)?;
        let (header, claims) = message.split_once('.').ok_or(MALFORMED)?;
        let decode = |text: &str| BASE64.decode(text).map_err(|_| MALFORMED);
        let (header, claims, signature) = (decode(header)?, decode(claims)?, decode(signature)?);
        if header != HEADER || !self.verifier.verify(message.as_bytes(), &signature) {
            return Err(FOREIGN);
        }
        let claims: Claims = serde_json::from_slice(&claims).map_err(|_| MALFORMED)?;
        if now.as_seconds() >= claims.exp {
            return Err("The access token expired");
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
        assert!(bearers.verify(token, after(300)).unwrap_err().contains("expired"));

        let (message, signature) = token.rsplit_once('.').unwrap();
        let other = BASE64.encode(r#"{"sub":"payload","exp":9999999999}"#);
        let header = message.split_once('.').unwrap().0;
        for forged in [
            format!("{header}.{other}.{signature}"),
            format!("{}.{other}.", BASE64.encode(r#"{"alg":"none"}"#)),
        ] {
            assert!(bearers.verify(&forged, now).unwrap_err().contains("not one of"), "{forged}");
        }
        for malformed in ["", ".", "..", "a.b.c.d", "é.é.é", message] {
            assert!(bearers.verify(malformed, now).is_err(), "{malformed}");
        }
    }
}
