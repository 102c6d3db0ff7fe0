//! `GET /api/v1/overview`: the curves of one book.

use actix_web::{HttpResponse, web};
use serde::Deserialize;
use shared::api::overview::{Band, Overview};
use shared::id::Book;
use shared::time::Timestamp;

use super::problem::{Answer, Trouble};
use super::state::State;
use crate::store::readings::load;
use crate::store::report::sales;

/// Days of sales that are shown.
const DAYS: u32 = 14;

#[derive(Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Question {
    book: Option<Book>,
}

pub(super) async fn show(state: web::Data<State>, question: web::Query<Question>) -> Answer {
    let first = state.site.books.first().copied().unwrap_or(Book::Live);
    let book = question.book.unwrap_or(first);
    if !state.site.books.contains(&book) {
        return Err(Trouble::absent("this site has no such book"));
    }
    let now = state.now(book);
    let zone = state.zone.clone();
    let date = zone.date(now);
    let midnight = zone.start_of(date);
    let before = date.yesterday().map_or(midnight, |yesterday| zone.start_of(yesterday));
    let sold = state.ledger.ask(move |db| sales::by_day(db, book, &zone, now, DAYS)).await;
    let sold = sold.map_err(|error| Trouble::fault("read the ledger", error))?;
    let desk = state.readings.of(book);
    let curves = desk
        .ask(move |db| {
            let today = load::quarters(db, midnight, following(now))?;
            let yesterday = load::quarters(db, before, midnight)?;
            Ok((today, yesterday))
        })
        .await;
    let (today, yesterday) = curves.map_err(|error| Trouble::fault("read the readings", error))?;
    let bands = bands(&state, book, date);
    Ok(HttpResponse::Ok().json(Overview { book, today, yesterday, bands, sold }))
}

/// The end of the quarter of an hour that runs now is not shown before it has begun.
fn following(now: Timestamp) -> Timestamp {
    now + shared::time::Span::from_millis(1)
}

fn bands(state: &State, book: Book, date: jiff::civil::Date) -> Vec<Band> {
    let shown = state.shown_tariff.get(&book).and_then(|id| state.tariffs.get(id));
    let bands = shown.map(|tariff| tariff.bands_of_day(date)).unwrap_or_default();
    bands
        .into_iter()
        .map(|band| Band { from: band.from, to: band.to, period: band.period, rank: band.rank })
        .collect()
}
