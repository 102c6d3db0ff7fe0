//! Lists that can grow come page by page: `limit` rows, after the one that `after` names. Where there
//! are more, a `Link` header leads to the next page (RFC 8288); a client follows it as it is.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse};
use serde::{Deserialize, Serialize};

use super::problem::{Answer, Trouble};

/// The most rows of a page.
const MOST: usize = 1_000;

#[derive(Debug, Default, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Paging {
    /// Rows of a page, 1 to 1000.
    pub(super) limit: Option<u16>,
    /// The row that the page begins after, as the link to the next page names it.
    pub(super) after: Option<String>,
}

impl Paging {
    /// How many rows are wanted; `usual`, where nothing is said.
    pub(super) fn limit(&self, usual: usize) -> Result<usize, Trouble> {
        let limit = self.limit.map_or(usual, usize::from);
        if limit == 0 || (self.limit.is_some() && limit > MOST) {
            return Err(Trouble::bad("bad-limit", format!("a page has 1 to {MOST} rows")));
        }
        Ok(limit)
    }
}

/// A page of `all`; `name` tells rows apart. The whole list, where no limit is given.
pub(super) fn page<T: Serialize>(
    request: &HttpRequest,
    paging: &Paging,
    all: Vec<T>,
    name: impl Fn(&T) -> String,
) -> Answer {
    let limit = paging.limit(usize::MAX)?;
    let begin = match &paging.after {
        None => 0,
        Some(after) => all.iter().position(|row| name(row) == *after).ok_or_else(gone)? + 1,
    };
    let mut rows: Vec<T> = all.into_iter().skip(begin).collect();
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| more).map(&name);
    Ok(answer(request, &rows, next.as_deref()))
}

/// Rows, and where the list goes on after them.
pub(super) fn answer(
    request: &HttpRequest,
    rows: &impl Serialize,
    next: Option<&str>,
) -> HttpResponse {
    let mut answer = HttpResponse::Ok();
    if let Some(next) = next {
        let kept = request.query_string().split('&');
        let kept = kept.filter(|part| !part.is_empty() && !part.starts_with("after="));
        let after = format!("after={next}");
        let query = kept.chain([after.as_str()]).collect::<Vec<_>>().join("&");
        let link = format!("<{}?{query}>; rel=\"next\"", request.path());
        answer.insert_header((header::LINK, link));
    }
    answer.json(rows)
}

/// What is worked on may be done before the next page is asked for.
pub(super) fn gone() -> Trouble {
    Trouble::new(
        StatusCode::GONE,
        "page-gone",
        "the row that this page begins after is no longer in the list; begin at the first page",
    )
}

#[cfg(test)]
mod tests {
    use actix_web::ResponseError as _;
    use actix_web::test::TestRequest;

    use super::*;

    /// The numbers of a page of 1 to 5, and its link.
    async fn asked(query: &str) -> Result<(String, Option<String>), String> {
        let request = TestRequest::with_uri(&format!("/api/v1/alarms?{query}")).to_http_request();
        let paging =
            actix_web::web::Query::<Paging>::from_query(query).map_err(|e| e.to_string())?;
        let all = (1..=5).collect::<Vec<u32>>();
        let page = page(&request, &paging, all, ToString::to_string);
        let page = page.map_err(|trouble| trouble.status_code().as_u16().to_string())?;
        let link = page.headers().get(header::LINK).map(|link| link.to_str().unwrap().to_owned());
        let body = actix_web::body::to_bytes(page.into_body()).await.unwrap();
        Ok((String::from_utf8(body.to_vec()).unwrap(), link))
    }

    #[actix_rt::test]
    async fn pages_follow_each_other_without_a_gap_or_a_double() {
        let link = |to: &str| Some(format!("</api/v1/alarms?limit=2&after={to}>; rel=\"next\""));
        for (query, rows, next) in [
            ("", "[1,2,3,4,5]", None),
            ("limit=5", "[1,2,3,4,5]", None),
            ("limit=2", "[1,2]", link("2")),
            ("limit=2&after=2", "[3,4]", link("4")),
            ("limit=2&after=4", "[5]", None),
            ("limit=2&after=5", "[]", None),
        ] {
            assert_eq!(asked(query).await, Ok((rows.to_owned(), next)), "{query}");
        }
        for (query, status) in [("limit=0", "400"), ("limit=1001", "400"), ("after=9", "410")] {
            assert_eq!(asked(query).await, Err(status.to_owned()), "{query}");
        }
    }
}
