//! Where somebody signs in: the address, and which browser it says it is.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use actix_web::HttpRequest;
use actix_web::http::header;

use crate::store::registry::access::Device;

#[derive(Clone, Debug)]
pub(crate) struct Visitor {
    pub(crate) address: IpAddr,
    browser: String,
}

impl Visitor {
    pub(crate) fn of(request: &HttpRequest) -> Self {
        let agent = request.headers().get(header::USER_AGENT).and_then(|value| value.to_str().ok());
        Self { address: address_of(request), browser: short(agent.unwrap_or_default()) }
    }

    pub(crate) fn device(&self) -> Device {
        Device { address: self.address.to_string(), browser: self.browser.clone() }
    }
}

/// The address of the other end; proxies are not asked whom they speak for.
pub(crate) fn address_of(request: &HttpRequest) -> IpAddr {
    request.peer_addr().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.ip())
}

/// The machine itself, or a proxy on it: no crowd elsewhere may slow it or keep it out.
pub(crate) fn is_here(address: IpAddr) -> bool {
    [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)].contains(&address)
}

/// Names that browsers give themselves, the more particular first: each also claims to be the ones
/// below.
const BROWSERS: [(&str, &str); 7] = [
    ("MicroMessenger/", "WeChat"),
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("CriOS/", "Chrome"),
    ("Version/", "Safari"),
];

const SYSTEMS: [(&str, &str); 7] = [
    ("HarmonyOS", "HarmonyOS"),
    ("Android", "Android"),
    ("iPhone", "iOS"),
    ("iPad", "iPadOS"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
];

/// `Firefox 128 · Windows`; something unknown is shown by its own first word.
fn short(agent: &str) -> String {
    let named = BROWSERS.iter().find_map(|(mark, name)| {
        let (_, version) = agent.split_once(mark)?;
        let major: String = version.chars().take_while(char::is_ascii_digit).take(4).collect();
        Some(format!("{name} {major}").trim_end().to_owned())
    });
    let unknown = || {
        let word = agent.split_whitespace().next().unwrap_or_default();
        word.chars().filter(char::is_ascii_graphic).take(24).collect()
    };
    let browser = named.unwrap_or_else(unknown);
    match SYSTEMS.iter().find(|(mark, _)| agent.contains(mark)) {
        Some((_, system)) if !browser.is_empty() => format!("{browser} · {system}"),
        Some(_) | None => browser,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_is_known_by_name_and_system() {
        for (agent, expected) in [
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0",
                "Firefox 128 · Windows",
            ),
            (
                "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
                "Chrome 131 · Linux",
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/131.0.0.0 Safari/537.36 Edg/131.0",
                "Edge 131 · Windows",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile Safari/604.1",
                "Safari 18 · iOS",
            ),
            ("curl/8.5.0", "curl/8.5.0"),
            ("", ""),
            ("<b>evil\u{1b}</b> x", "<b>evil</b>"),
        ] {
            assert_eq!(short(agent), expected, "{agent}");
        }
        assert_eq!(short(&"x".repeat(5_000)).len(), 24);
    }
}
