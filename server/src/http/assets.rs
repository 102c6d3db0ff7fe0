//! The web app from inside the binary: pre-compressed, named by content, under a strict policy.

use std::future::{Ready, ready};

use actix_web::http::header::{self, AcceptEncoding, Encoding, Header, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::DefaultHeaders;
use actix_web::{HttpRequest, HttpResponse};

/// One file, as `server/build.rs` packed it.
struct Asset {
    path: &'static str,
    content_type: &'static str,
    /// The name tells the content: a browser may keep it for ever.
    immutable: bool,
    /// SHA-256 of the content.
    digest: &'static str,
    raw: &'static [u8],
    gzip: Option<&'static [u8]>,
    brotli: Option<&'static [u8]>,
}

/// Sorted by path; empty when the build was told `METERHOUSE_UI=skip`.
static ASSETS: &[Asset] = include!(concat!(env!("OUT_DIR"), "/assets.rs"));

const NO_WEB_APP: &str = "<!doctype html><html lang=\"en\"><title>Meterhouse</title>\
    <h1>This build carries no web app</h1><p>It was built with METERHOUSE_UI=skip. The API under \
    /api/v1 works. Build again without that variable to get the web app.</p></html>";

/// Scripts, styles and connections of our own only; `wasm-unsafe-eval` lets the browser compile
/// WebAssembly and nothing else. No inline script or style exists to be allowed.
const POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
    img-src 'self' data: blob:; connect-src 'self'; font-src 'self'; manifest-src 'self'; \
    worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Headers for every answer, of the API too: what a browser must not do with us.
/// `promised`: browsers come by HTTPS only for a year from now (RFC 6797).
pub(crate) fn security_headers(promised: bool) -> DefaultHeaders {
    let headers = DefaultHeaders::new();
    let headers = if promised {
        headers.add((header::STRICT_TRANSPORT_SECURITY, "max-age=31536000"))
    } else {
        headers
    };
    headers
        .add((header::CONTENT_SECURITY_POLICY, POLICY))
        .add((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .add((header::REFERRER_POLICY, "same-origin"))
        .add(("cross-origin-opener-policy", "same-origin"))
        .add(("cross-origin-resource-policy", "same-origin"))
}

/// Whether the web app is in this binary; a packaged release must have it.
pub(crate) fn has_web_app() -> bool {
    !ASSETS.is_empty()
}

/// Answers whatever no other route took: a file of the web app, or the page itself for the app's
/// own addresses such as `/meters/7`.
pub(crate) fn serve(request: HttpRequest) -> Ready<HttpResponse> {
    ready(answer(&request))
}

fn answer(request: &HttpRequest) -> HttpResponse {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return HttpResponse::MethodNotAllowed()
            .insert_header((header::ALLOW, "GET, HEAD"))
            .finish();
    }
    if !has_web_app() {
        return HttpResponse::build(StatusCode::SERVICE_UNAVAILABLE)
            .insert_header((header::CONTENT_TYPE, "text/html; charset=utf-8"))
            .body(NO_WEB_APP);
    }
    match find(request.path()) {
        Some(asset) => asset.answer(request),
        None => HttpResponse::NotFound()
            .insert_header((header::CONTENT_TYPE, "text/plain; charset=utf-8"))
            .body("there is nothing at this address"),
    }
}

/// A file that is not there is not the page: an old script's name must not be answered with HTML.
fn find(path: &str) -> Option<&'static Asset> {
    let file = |path: &str| {
        let place = ASSETS.binary_search_by(|asset| asset.path.cmp(path)).ok()?;
        ASSETS.get(place)
    };
    let names_a_file = path.rsplit('/').next().is_some_and(|last| last.contains('.'));
    let of_the_api = path == "/api" || path.starts_with("/api/");
    file(path).or_else(|| if names_a_file || of_the_api { None } else { file("/index.html") })
}

impl Asset {
    fn answer(&self, request: &HttpRequest) -> HttpResponse {
        let (encoding, body) = self.best_for(request);
        let tag = format!("\"{}-{encoding}\"", self.digest.get(..16).unwrap_or(self.digest));
        let known = request
            .headers()
            .get_all(header::IF_NONE_MATCH)
            .filter_map(|value| value.to_str().ok())
            .flat_map(|list| list.split(','))
            .any(|known| known.trim().trim_start_matches("W/") == tag);
        let mut response = if known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
        let keep = if self.immutable { "public, max-age=31536000, immutable" } else { "no-cache" };
        response
            .insert_header((header::CACHE_CONTROL, keep))
            .insert_header((header::VARY, "accept-encoding"))
            .insert_header((header::ETAG, tag));
        if known {
            return response.finish();
        }
        response.insert_header((header::CONTENT_TYPE, self.content_type));
        if encoding != "identity" {
            response.insert_header((header::CONTENT_ENCODING, HeaderValue::from_static(encoding)));
        }
        response.body(body)
    }

    /// The smallest copy that the browser takes.
    fn best_for(&self, request: &HttpRequest) -> (&'static str, &'static [u8]) {
        let accepted = AcceptEncoding::parse(request)
            .ok()
            .filter(|_| request.headers().contains_key(header::ACCEPT_ENCODING));
        let takes = |encoding: Encoding| {
            accepted.as_ref().is_some_and(|accepted| {
                accepted.negotiate([&encoding].into_iter()).as_ref() == Some(&encoding)
            })
        };
        match (self.brotli, self.gzip) {
            (Some(brotli), _) if takes(Encoding::brotli()) => ("br", brotli),
            (_, Some(gzip)) if takes(Encoding::gzip()) => ("gzip", gzip),
            _ => ("identity", self.raw),
        }
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    static SCRIPT: Asset = Asset {
        path: "/app-0123456789.js",
        content_type: "text/javascript; charset=utf-8",
        immutable: true,
        digest: "0123456789abcdef0123456789abcdef",
        raw: b"raw",
        gzip: Some(b"gz"),
        brotli: Some(b"br"),
    };

    fn sent(accept: Option<&str>) -> &'static str {
        let mut request = TestRequest::get();
        if let Some(accept) = accept {
            request = request.insert_header((header::ACCEPT_ENCODING, accept));
        }
        SCRIPT.best_for(&request.to_http_request()).0
    }

    #[test]
    fn the_smallest_accepted_copy_is_sent() {
        for (accept, encoding) in [
            (Some("gzip, deflate, br, zstd"), "br"),
            (Some("gzip, deflate"), "gzip"),
            (Some("br;q=0, gzip"), "gzip"),
            (Some("br;q=0, gzip;q=0"), "identity"),
            (Some("identity"), "identity"),
            (None, "identity"),
        ] {
            assert_eq!(sent(accept), encoding, "{accept:?}");
        }
    }

    #[test]
    fn a_copy_that_the_browser_has_is_not_sent_again() {
        let ask = |tag: &str| {
            let request = TestRequest::get()
                .insert_header((header::ACCEPT_ENCODING, "br"))
                .insert_header((header::IF_NONE_MATCH, tag.to_owned()))
                .to_http_request();
            SCRIPT.answer(&request).status()
        };
        assert_eq!(ask("\"0123456789abcdef-br\""), StatusCode::NOT_MODIFIED);
        assert_eq!(ask("\"other\", W/\"0123456789abcdef-br\""), StatusCode::NOT_MODIFIED);
        assert_eq!(ask("\"0123456789abcdef-gzip\""), StatusCode::OK);
    }

    #[test]
    fn the_table_is_sorted_for_the_search() {
        assert!(ASSETS.is_sorted_by(|a, b| a.path < b.path));
    }

    #[test]
    fn only_the_apps_own_addresses_fall_back_to_the_page() {
        if !has_web_app() {
            assert!(find("/").is_none(), "a build without the web app has no page");
            return;
        }
        for path in ["/", "/meters/7", "/receipts/12"] {
            assert_eq!(find(path).map(|asset| asset.path), Some("/index.html"), "{path}");
        }
        for path in ["/api", "/api/v1/none", "/frontend-0000000000.js"] {
            assert!(find(path).is_none(), "{path}");
        }
    }
}
