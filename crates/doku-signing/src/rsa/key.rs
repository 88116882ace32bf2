//! Keys in PEM and DER, brought to the one form that both backends read: PKCS#1.

use pem_rfc7468::Decoder;
use pkcs8::{
    PrivateKeyInfo, SubjectPublicKeyInfoRef,
    der::{
        Decode, Reader, Tag, Tagged,
        asn1::{AnyRef, UintRef},
    },
};
use zeroize::Zeroizing;

/// Why a key is refused, and what to do. It never contains a part of the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// The text has no `-----BEGIN …-----`.
    #[error(
        "not a PEM: give the whole text from -----BEGIN to -----END, not the path of its file; a DER is read by `from_der`"
    )]
    NotPem,
    /// Not readable as what it begins as.
    #[error(
        "the key is damaged or cut off, or a PEM where DER is wanted: copy it again, whole, with its line breaks; out of an environment variable they often come as `\\n` or blanks, so put them back"
    )]
    Damaged,
    /// It wants a passphrase.
    #[error(
        "the private key is encrypted: decrypt it with `openssl pkey -in encrypted.pem -out key.pem`"
    )]
    Encrypted,
    /// `BEGIN OPENSSH PRIVATE KEY`.
    #[error(
        "the private key is in OpenSSH's format: rewrite the file with `ssh-keygen -p -m PEM -f key.pem`"
    )]
    OpenSsh,
    /// The public half, where the private one is wanted.
    #[error("this is a public key: give the private key that it was made from")]
    Public,
    /// The private half, where the public one is wanted.
    #[error("this is a private key: give its public key, by `openssl pkey -in key.pem -pubout`")]
    Private,
    /// A certificate, or a request for one.
    #[error(
        "this is a certificate: its public key is printed by `openssl x509 -in certificate.pem -noout -pubkey`, a private key is in a file of its own"
    )]
    Certificate,
    /// A key of another algorithm: EC, say, or RSA for PSS signatures only.
    #[error(
        "not a plain RSA key: make one with `openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048`"
    )]
    NotRsa,
    /// Its modulus has fewer than 2048 bits.
    #[error("the RSA key has {bits} bits, at least {MIN_BITS} are needed: make a larger one")]
    TooSmall {
        /// Its bits.
        bits: usize,
    },
    /// Its modulus has more than 8192 bits.
    #[error("the RSA key has {bits} bits, at most {MAX_BITS} are supported: make a smaller one")]
    TooLarge {
        /// Its bits.
        bits: usize,
    },
    /// It can be read, but not used: its numbers do not belong together, say, or it has more than
    /// two primes.
    #[error(
        "the RSA key cannot be used: check it with `openssl pkey -in key.pem -check -noout`; it may have two primes only"
    )]
    Rejected,
}

/// Which half of a key is wanted.
pub(super) enum Half {
    Private,
    Public,
}

/// The DER in the first PEM block that says to hold this half, or else in the first of all.
pub(super) fn decode_pem(text: &str, half: Half) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let is_private = |label: &str| label.ends_with("PRIVATE KEY");
    let wanted = |label: &str| match half {
        Half::Private => is_private(label),
        Half::Public => label.ends_with("PUBLIC KEY"),
    };
    let (label, block) = blocks(text)
        .find(|(label, _)| wanted(label))
        .or_else(|| blocks(text).next())
        .ok_or(KeyError::NotPem)?;
    let end = format!("-----END {label}-----");
    let block = &block[..block.find(&end).ok_or(KeyError::Damaged)? + end.len()];
    // What is wrong with these cannot be told from their DER.
    match half {
        Half::Public if is_private(label) => return Err(KeyError::Private),
        Half::Private if label == "OPENSSH PRIVATE KEY" => return Err(KeyError::OpenSsh),
        // The second as a header, `Proc-Type: 4,ENCRYPTED`.
        Half::Private if label == "ENCRYPTED PRIVATE KEY" || block.contains(",ENCRYPTED") => {
            return Err(KeyError::Encrypted);
        }
        _ => {}
    }
    // The decoder takes neither indented lines nor blank ones. The capacity suffices, so that no
    // copy of the key is left behind.
    let mut pem = Zeroizing::new(String::with_capacity(block.len() + 1));
    for line in block.lines().map(str::trim).filter(|line| !line.is_empty()) {
        pem.push_str(line);
        pem.push('\n');
    }
    let mut der = Zeroizing::new(Vec::new());
    Decoder::new_detect_wrap(pem.as_bytes())
        .and_then(|mut decoder| decoder.decode_to_end(&mut der).map(|_| ()))
        .map_err(|_| KeyError::Damaged)?;
    Ok(der)
}

/// Each block's label, and the text from its beginning on.
fn blocks(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.match_indices(BEGIN).filter_map(|(at, _)| {
        let block = &text[at..];
        let (label, _) = block[BEGIN.len()..].split_once("-----")?;
        Some((label, block))
    })
}

/// The `RSAPrivateKey` of PKCS#1 that this is or contains, of a permitted size.
pub(super) fn private_pkcs1(der: &[u8]) -> Result<&[u8], KeyError> {
    let pkcs1 = match Form::of(der).ok_or(KeyError::Damaged)? {
        Form::Pkcs1Private => der,
        Form::Pkcs8 => {
            let info = PrivateKeyInfo::from_der(der).map_err(|_| KeyError::Damaged)?;
            if info.algorithm.oid != pkcs1::ALGORITHM_OID {
                return Err(KeyError::NotRsa);
            }
            info.private_key
        }
        Form::Encrypted => return Err(KeyError::Encrypted),
        Form::OtherPrivate => return Err(KeyError::NotRsa),
        Form::Spki | Form::Pkcs1Public => return Err(KeyError::Public),
        Form::Certificate => return Err(KeyError::Certificate),
    };
    let key = pkcs1::RsaPrivateKey::from_der(pkcs1).map_err(|_| KeyError::Damaged)?;
    check_size(key.modulus)?;
    Ok(pkcs1)
}

/// The `RSAPublicKey` of PKCS#1 that this is or contains, of a permitted size.
pub(super) fn public_pkcs1(der: &[u8]) -> Result<&[u8], KeyError> {
    let pkcs1 = match Form::of(der).ok_or(KeyError::Damaged)? {
        Form::Pkcs1Public => der,
        Form::Spki => {
            let info = SubjectPublicKeyInfoRef::from_der(der).map_err(|_| KeyError::Damaged)?;
            if info.algorithm.oid != pkcs1::ALGORITHM_OID {
                return Err(KeyError::NotRsa);
            }
            info.subject_public_key.as_bytes().ok_or(KeyError::Damaged)?
        }
        Form::Pkcs8 | Form::Pkcs1Private | Form::Encrypted | Form::OtherPrivate => {
            return Err(KeyError::Private);
        }
        Form::Certificate => return Err(KeyError::Certificate),
    };
    let key = pkcs1::RsaPublicKey::from_der(pkcs1).map_err(|_| KeyError::Damaged)?;
    check_size(key.modulus)?;
    Ok(pkcs1)
}

/// What a DER is, told from the types of its outermost members.
enum Form {
    Pkcs8,
    Pkcs1Private,
    Encrypted,
    OtherPrivate,
    Spki,
    Pkcs1Public,
    Certificate,
}

impl Form {
    fn of(der: &[u8]) -> Option<Self> {
        use Tag::{BitString, Integer, OctetString, Sequence};
        let members = AnyRef::from_der(der).and_then(|outer| {
            outer.sequence(|reader| {
                let mut tags = Vec::new();
                while !reader.is_finished() {
                    tags.push(AnyRef::decode(reader)?.tag());
                }
                Ok(tags)
            })
        });
        Some(match members.ok()?.as_slice() {
            [Integer, Sequence, OctetString, ..] => Self::Pkcs8,
            // Of EC by SEC 1, and of DSA.
            [Integer, OctetString, ..] | [Integer, Integer, Integer, Integer, Integer, Integer] => {
                Self::OtherPrivate
            }
            [Integer, Integer] => Self::Pkcs1Public,
            [Integer, Integer, ..] => Self::Pkcs1Private,
            [Sequence, OctetString] => Self::Encrypted,
            [Sequence, BitString] => Self::Spki,
            [Sequence, Sequence, BitString] => Self::Certificate,
            _ => return None,
        })
    }
}

fn check_size(modulus: UintRef<'_>) -> Result<(), KeyError> {
    // Without leading zero bytes; of zero itself one is left.
    let bytes = modulus.as_bytes();
    let unused = bytes.first().map_or(0, |first| first.leading_zeros());
    match bytes.len() * 8 - unused as usize {
        bits @ ..MIN_BITS => Err(KeyError::TooSmall { bits }),
        MIN_BITS..=MAX_BITS => Ok(()),
        bits => Err(KeyError::TooLarge { bits }),
    }
}

const BEGIN: &str = "-----BEGIN ";
const MIN_BITS: usize = 2048;
pub(super) const MAX_BITS: usize = 8192;
