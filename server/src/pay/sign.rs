//! Signed messages after Standard Webhooks: HMAC-SHA256 over `id.timestamp.body`, as `v1,BASE64`.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use shared::time::{Span, Timestamp};

/// A message older or newer than this is refused.
pub const WINDOW: Span = Span::from_mins(5);

/// The header names.
pub const ID: &str = "webhook-id";
pub const AT: &str = "webhook-timestamp";
pub const SIGNATURE: &str = "webhook-signature";

/// The secret shared with a provider; while it is being changed, the one before as well.
#[derive(Clone)]
pub struct Secrets {
    current: Vec<u8>,
    before: Option<Vec<u8>>,
}

/// The three headers of a signed message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    pub id: String,
    /// Seconds since 1970.
    pub at: String,
    /// `v1,…`, several with spaces between.
    pub signature: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unsigned {
    #[error(
        "the message lacks one of the headers webhook-id, webhook-timestamp, webhook-signature"
    )]
    NoHeaders,
    #[error("the message's timestamp is not within five minutes of now")]
    OutOfWindow,
    #[error("none of the message's signatures is right")]
    Wrong,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadSecret {
    #[error("there is no secret in it")]
    Missing,
    #[error("there are more than two secrets in it; the first is used, the second still taken")]
    TooMany,
    #[error("a secret has at least 16 bytes; `openssl rand -base64 32` makes one")]
    TooShort,
    #[error("what stands after `whsec_` is not base64")]
    NotBase64,
}

impl Secrets {
    /// One secret a line, the current one first; `whsec_BASE64`, or the text itself.
    pub fn parse(text: &str) -> Result<Self, BadSecret> {
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        let mut secrets = lines.map(secret).collect::<Result<Vec<_>, _>>()?.into_iter();
        let current = secrets.next().ok_or(BadSecret::Missing)?;
        let before = secrets.next();
        if secrets.next().is_some() {
            Err(BadSecret::TooMany)
        } else {
            Ok(Self { current, before })
        }
    }

    /// Signs with the current secret.
    pub fn sign(&self, id: &str, at: Timestamp, body: &[u8]) -> Signed {
        let (id, at) = (id.to_owned(), (at.millis() / 1_000).to_string());
        let tag = mac(&self.current, &id, &at, body).finalize().into_bytes();
        let signature = format!("v1,{}", STANDARD.encode(tag));
        Signed { id, at, signature }
    }

    /// Is it really from the provider, and from now?
    pub fn verify(&self, signed: &Signed, body: &[u8], now: Timestamp) -> Result<(), Unsigned> {
        let at = signed.at.parse::<i64>().ok().and_then(|at| at.checked_mul(1_000));
        let at = Timestamp::from_millis(at.ok_or(Unsigned::NoHeaders)?);
        // Compared as numbers far apart may not be subtracted.
        if at < now - WINDOW || at > now + WINDOW {
            return Err(Unsigned::OutOfWindow);
        }
        let tags = signed.signature.split(' ').filter_map(|one| one.strip_prefix("v1,"));
        let tags: Vec<_> = tags.filter_map(|tag| STANDARD.decode(tag).ok()).take(4).collect();
        let right = std::iter::once(&self.current).chain(&self.before).any(|secret| {
            let mac = mac(secret, &signed.id, &signed.at, body);
            // `verify_slice` compares in constant time.
            tags.iter().any(|tag| mac.clone().verify_slice(tag).is_ok())
        });
        if right { Ok(()) } else { Err(Unsigned::Wrong) }
    }
}

/// What is signed of a request to a provider: its method and address as well, so that no message
/// fits another address.
pub fn request_text(method: &str, path: &str, body: &[u8]) -> Vec<u8> {
    [method.as_bytes(), b" ", path.as_bytes(), b"\n", body].concat()
}

/// Secrets are not shown.
impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secrets").finish_non_exhaustive()
    }
}

fn secret(line: &str) -> Result<Vec<u8>, BadSecret> {
    let secret = match line.strip_prefix("whsec_") {
        Some(encoded) => STANDARD.decode(encoded).map_err(|_not| BadSecret::NotBase64)?,
        None => line.as_bytes().to_vec(),
    };
    if secret.len() < 16 { Err(BadSecret::TooShort) } else { Ok(secret) }
}

fn mac(secret: &[u8], id: &str, at: &str, body: &[u8]) -> Hmac<Sha256> {
    let mut mac = Hmac::new_from_slice(secret).expect("HMAC takes keys of any length");
    for part in [id.as_bytes(), b".", at.as_bytes(), b".", body] {
        mac.update(part);
    }
    mac
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1_000)
    }

    /// The example of the specification's own libraries.
    #[test]
    fn the_published_example_signs_as_published() {
        let secrets = Secrets::parse(SECRET).unwrap();
        let signed = secrets.sign(
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            at(1_614_265_330),
            br#"{"test": 2432232314}"#,
        );
        assert_eq!(signed.signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn only_what_is_signed_and_from_these_minutes_is_taken() {
        let secrets = Secrets::parse(SECRET).unwrap();
        let good = secrets.sign("a", at(10_000), b"{}");
        let changed = |change: fn(&mut Signed)| {
            let mut signed = good.clone();
            change(&mut signed);
            signed
        };
        for (signed, body, now, expected) in [
            (good.clone(), "{}", 10_000, Ok(())),
            (good.clone(), "{}", 10_300, Ok(())),
            (good.clone(), "{}", 9_700, Ok(())),
            (good.clone(), "{}", 10_301, Err(Unsigned::OutOfWindow)),
            (good.clone(), "{}", 10_360, Err(Unsigned::OutOfWindow)),
            (good.clone(), "{}", 9_699, Err(Unsigned::OutOfWindow)),
            (good.clone(), "{}", 96_400, Err(Unsigned::OutOfWindow)),
            (good.clone(), "{ }", 10_000, Err(Unsigned::Wrong)),
            (changed(|one| one.id = "b".to_owned()), "{}", 10_000, Err(Unsigned::Wrong)),
            (changed(|one| one.at = "10001".to_owned()), "{}", 10_000, Err(Unsigned::Wrong)),
            (changed(|one| one.at = "now".to_owned()), "{}", 10_000, Err(Unsigned::NoHeaders)),
            (changed(|one| one.signature = "v1,".to_owned()), "{}", 10_000, Err(Unsigned::Wrong)),
            (changed(|one| one.signature.insert_str(0, "v1,AAAA ")), "{}", 10_000, Ok(())),
            (
                changed(|one| one.signature = one.signature.replace("v1,", "v1a,")),
                "{}",
                10_000,
                Err(Unsigned::Wrong),
            ),
        ] {
            assert_eq!(
                secrets.verify(&signed, body.as_bytes(), at(now)),
                expected,
                "{signed:?} {now}"
            );
        }
    }

    #[test]
    fn the_secret_before_is_taken_and_not_used() {
        let old = Secrets::parse("an older secret of ours").unwrap();
        let both = Secrets::parse("a newer secret of ours\nan older secret of ours\n").unwrap();
        let new = Secrets::parse("a newer secret of ours").unwrap();
        assert_eq!(both.verify(&old.sign("a", at(1), b""), b"", at(1)), Ok(()));
        assert_eq!(new.verify(&both.sign("a", at(1), b""), b"", at(1)), Ok(()));
        assert_eq!(old.verify(&both.sign("a", at(1), b""), b"", at(1)), Err(Unsigned::Wrong));
    }

    #[test]
    fn a_secret_is_long_enough_and_never_shown() {
        for (text, wrong) in [
            ("", BadSecret::Missing),
            ("\n \n", BadSecret::Missing),
            ("short", BadSecret::TooShort),
            ("whsec_!!", BadSecret::NotBase64),
            ("sixteen bytes 01\nsixteen bytes 02\nsixteen bytes 03", BadSecret::TooMany),
        ] {
            assert_eq!(Secrets::parse(text).unwrap_err(), wrong, "{text}");
        }
        let shown = format!("{:?}", Secrets::parse("sixteen bytes 01").unwrap());
        assert_eq!(shown, "Secrets { .. }");
    }
}
