//! The session's cookie: out of reach of scripts, never sent by another site.

use actix_web::cookie::{Cookie, SameSite, time::Duration};
use actix_web::http::header::{self, HeaderMap};

/// Over HTTPS the prefix makes the browser refuse a cookie that another host or path could set.
const SECURE: &str = "__Host-meterhouse";
const PLAIN: &str = "meterhouse";

/// How the browser reaches us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scheme {
    Http,
    Https,
}

pub(crate) fn give(secret: String, scheme: Scheme) -> Cookie<'static> {
    let (name, secure) = match scheme {
        Scheme::Http => (PLAIN, false),
        Scheme::Https => (SECURE, true),
    };
    Cookie::build(name, secret)
        .path("/")
        .http_only(true)
        .same_site(SameSite::Strict)
        .secure(secure)
        .finish()
}

pub(crate) fn take_back(scheme: Scheme) -> Cookie<'static> {
    let mut cookie = give(String::new(), scheme);
    cookie.set_max_age(Duration::ZERO);
    cookie
}

pub(crate) fn find(headers: &HeaderMap) -> Option<String> {
    let cookies = headers.get_all(header::COOKIE).filter_map(|value| value.to_str().ok());
    let pairs = cookies.flat_map(|line| line.split(';')).filter_map(|pair| pair.split_once('='));
    pairs
        .map(|(name, value)| (name.trim(), value.trim()))
        .find(|(name, value)| (*name == SECURE || *name == PLAIN) && !value.is_empty())
        .map(|(_, value)| value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cookie_is_out_of_reach() {
        let plain = give("s".into(), Scheme::Http).to_string();
        assert_eq!(plain, "meterhouse=s; HttpOnly; SameSite=Strict; Path=/");
        let secure = give("s".into(), Scheme::Https).to_string();
        assert_eq!(secure, "__Host-meterhouse=s; HttpOnly; SameSite=Strict; Secure; Path=/");
    }
}
