//! Passwords: argon2id, never more than two at a time, so that guessing cannot eat the memory.

use argon2::{Argon2, PasswordHasher as _, PasswordVerifier as _};
use tokio::sync::Semaphore;

/// 19 MiB, two passes: the floor of OWASP's password storage advice, and the library's default.
static PERMITS: Semaphore = Semaphore::const_new(2);

/// Why a password is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum TooWeak {
    #[error("a password has at least 8 characters")]
    Short,
    #[error("a password has at most 256 characters")]
    Long,
    #[error("this password is one of the first that anybody tries")]
    Common,
    #[error("a password is not the name")]
    Name,
}

/// Checks a new password by what guessers do, not by kinds of characters (ASVS 6.2).
pub(crate) fn check(password: &str, name: &str) -> Result<(), TooWeak> {
    let lower = password.to_lowercase();
    match password.chars().count() {
        0..8 => return Err(TooWeak::Short),
        8..=256 => {}
        257.. => return Err(TooWeak::Long),
    }
    if lower == name.to_lowercase() {
        return Err(TooWeak::Name);
    }
    let mut letters = lower.chars();
    let first = letters.next();
    let repeated = letters.all(|letter| Some(letter) == first);
    if repeated || COMMON.contains(&lower.as_str()) {
        return Err(TooWeak::Common);
    }
    Ok(())
}

/// Long enough to be taken, and in everybody's list.
const COMMON: [&str; 20] = [
    "password",
    "password1",
    "password123",
    "passw0rd",
    "12345678",
    "123456789",
    "1234567890",
    "87654321",
    "11223344",
    "qwertyui",
    "qwertyuiop",
    "asdfghjkl",
    "iloveyou",
    "sunshine",
    "administrator",
    "admin123",
    "letmein1",
    "welcome1",
    "meterhouse",
    "changeme",
];

/// Hashes a password for keeping.
pub(crate) async fn hash(password: String) -> Result<String, String> {
    let _permit = PERMITS.acquire().await.map_err(|error| error.to_string())?;
    let hashed = tokio::task::spawn_blocking(move || hash_now(&password));
    hashed.await.map_err(|error| error.to_string())?
}

/// Hashes at once, on this thread: before anything is served.
pub(crate) fn hash_now(password: &str) -> Result<String, String> {
    Argon2::default()
        .hash_password(password.as_bytes())
        .map(|hash| hash.to_string())
        .map_err(|error| error.to_string())
}

/// Is it this password? Takes as long for a name that does not exist (`kept` is `None`), so that
/// time does not tell names.
pub(crate) async fn matches(password: String, kept: Option<String>) -> Result<bool, String> {
    let _permit = PERMITS.acquire().await.map_err(|error| error.to_string())?;
    let exists = kept.is_some();
    let kept = kept.unwrap_or_else(|| NOBODY.to_owned());
    let verified = tokio::task::spawn_blocking(move || {
        Argon2::default().verify_password(password.as_bytes(), kept.as_str()).is_ok()
    });
    Ok(verified.await.map_err(|error| error.to_string())? && exists)
}

/// The hash of a password that nobody has.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5J3Mgc2FsdA$\
    Zm9yIGEgbmFtZSB0aGF0IGRvZXMgbm90IGV4aXN0IC4";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_guessers_try_first_is_not_taken() {
        for (password, expected) in [
            ("1234567", Err(TooWeak::Short)),
            ("12345678", Err(TooWeak::Common)),
            ("PassWord", Err(TooWeak::Common)),
            ("aaaaaaaaaaaa", Err(TooWeak::Common)),
            ("Warden-Of-Ward", Err(TooWeak::Name)),
            ("电表房间钥匙在哪里", Ok(())),
            ("correct horse", Ok(())),
        ] {
            assert_eq!(check(password, "warden-of-ward"), expected, "{password}");
        }
        assert_eq!(check(&"ab".repeat(129), "x"), Err(TooWeak::Long));
    }

    #[actix_rt::test]
    async fn only_the_right_password_matches_and_nobody_has_one() {
        let kept = hash("correct horse".into()).await.expect("a hash");
        assert!(kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert_eq!(matches("correct horse".into(), Some(kept.clone())).await, Ok(true));
        assert_eq!(matches("correct hors".into(), Some(kept)).await, Ok(false));
        assert_eq!(matches("correct horse".into(), None).await, Ok(false));
        assert!(argon2::PasswordHash::new(NOBODY).is_ok(), "must cost as much as a real one");
    }
}
