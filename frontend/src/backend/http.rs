//! Requests over fetch, same origin; the session is a cookie the page cannot read.

use gloo_net::http;
use shared::api::problem::Problem;

use super::{Answer, Failure, Method, Request};

pub(super) async fn send(request: Request) -> Answer<String> {
    let method = match request.method {
        Method::Get => http::Method::GET,
        Method::Post => http::Method::POST,
        Method::Delete => http::Method::DELETE,
    };
    let mut builder = http::RequestBuilder::new(&request.path)
        .method(method)
        .header("Accept", "application/json")
        .header("X-Meterhouse", "1");
    if let Some(key) = &request.key {
        builder = builder.header("Idempotency-Key", key.as_str());
    }
    let built = match request.body {
        Some(body) => builder.header("Content-Type", "application/json").body(body),
        None => builder.build(),
    };
    let built = built.map_err(|error| Failure::BadAnswer(error.to_string()))?;
    let response = built.send().await.map_err(|_unreached| Failure::Offline)?;
    let text = response.text().await.map_err(|_cut_off| Failure::Offline)?;
    if response.ok() { Ok(text) } else { Err(refusal(response.status(), &text)) }
}

pub(super) fn refusal(status: u16, text: &str) -> Failure {
    Failure::Problem(serde_json::from_str(text).unwrap_or_else(|_other| Problem {
        kind: "http".to_owned(),
        title: format!("the server answered {status}"),
        status,
        detail: None,
        request: None,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_without_a_document_still_has_its_status() {
        let Failure::Problem(problem) = refusal(502, "<html>bad gateway</html>") else {
            panic!("a refusal is a problem");
        };
        assert_eq!((problem.status, problem.kind.as_str()), (502, "http"));
    }
}
