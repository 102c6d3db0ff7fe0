//! What the page and its sandbox say to each other: questions and answers as JSON text; live messages
//! go as bytes, the same as over the wire.

use serde::{Deserialize, Serialize};

/// A question of the page: an HTTP request in all but the transport.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Ask {
    pub id: u32,
    pub method: String,
    pub path: String,
    pub body: Option<String>,
    pub key: Option<String>,
}

/// The worker's answer to the question of the same number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Told {
    pub id: u32,
    pub status: u16,
    /// JSON; a problem document where the status is not 2xx.
    pub body: String,
}

/// The page starts to listen: the next live message is a snapshot.
pub const LISTEN: &str = "/live";

impl Ask {
    /// The path behind `/api/v1`, its parts, and its query.
    pub fn parts(&self) -> (Vec<&str>, Vec<(String, String)>) {
        let path = self.path.strip_prefix("/api/v1").unwrap_or(&self.path);
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let parts = path.split('/').filter(|part| !part.is_empty()).collect();
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        (parts, pairs.map(|(name, value)| (name.to_owned(), plain(value))).collect())
    }
}

/// `%XX` and `+` back to text.
fn plain(value: &str) -> String {
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'%' => {
                let digits: Vec<u8> = rest.by_ref().take(2).collect();
                let code = std::str::from_utf8(&digits).ok();
                bytes.push(code.and_then(|code| u8::from_str_radix(code, 16).ok()).unwrap_or(b'?'));
            }
            b'+' => bytes.push(b' '),
            other => bytes.push(other),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_comes_apart_as_it_was_put_together() {
        let path = "/api/v1/search?q=%E7%8E%8B+1&limit=5".to_owned();
        let ask = Ask { id: 1, method: "GET".to_owned(), path, body: None, key: None };
        let (parts, query) = ask.parts();
        assert_eq!(parts, ["search"]);
        let expected = [("q", "王 1"), ("limit", "5")];
        assert_eq!(query, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    }
}
