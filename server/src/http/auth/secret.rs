//! Random secrets, and the digests that are kept of them.

use sha2::{Digest as _, Sha256};

use crate::store::registry::access::SecretHash;

/// A secret of 256 bits as 64 hex digits.
pub(crate) fn fresh() -> String {
    hex::encode(random::<32>())
}

/// What is kept of a secret. A fast hash is enough: there is nothing to guess in 256 random bits.
pub(crate) fn digest(secret: &str) -> SecretHash {
    Sha256::digest(secret.as_bytes()).into()
}

/// Names a request in the log.
pub(crate) fn short_name() -> String {
    hex::encode(random::<6>())
}

/// A code that a person reads off a console and types: four groups of four, no letter that looks
/// like a digit, 77 bits.
pub(crate) fn readable() -> String {
    const LETTERS: &[u8; 28] = b"ABCDEFGHJKMNPQRTUVWXYZ346789";
    let letter = |byte: u8| {
        let place = usize::from(byte) % LETTERS.len();
        char::from(LETTERS.get(place).copied().unwrap_or(b'A'))
    };
    let code: Vec<char> = random::<16>().into_iter().map(letter).collect();
    code.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join("-")
}

/// What a person may have made of a readable code: lower case, spaces, no dashes.
pub(crate) fn tidy(typed: &str) -> String {
    typed.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect()
}

fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the system gives random bytes once it has booted");
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_secret_comes_twice() {
        assert_ne!(fresh(), fresh());
        assert_eq!(fresh().len(), 64);
    }

    #[test]
    fn a_code_is_known_however_it_is_typed() {
        let code = readable();
        assert_eq!(code.len(), 19);
        assert_eq!(tidy(&code), tidy(&format!(" {} ", code.to_lowercase().replace('-', " "))));
    }
}
