//! `GET /api/v1/search?q=`: accounts by number, meter, room, name or phone, or by the number on a
//! receipt.

use std::collections::BTreeMap;

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use shared::api::sale::Found;
use shared::id::{AccountId, Book, MeterId};
use shared::money::Money;
use shared::time::Timestamp;
use shared::vend::Serial;

use super::page::{self, Paging};
use super::problem::{Answer, Trouble};
use super::state::State;
use crate::run::fleet::Known;
use crate::store::StoreError;
use crate::store::report::{receipt, sales};

/// Finds of a page, where nothing is said.
const USUAL: usize = 20;
/// Sales that a find shows, and that presets follow.
const SALES: u32 = 5;

#[derive(Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Question {
    q: String,
    /// Finds of a page, 1 to 1000; 20 unless it is said otherwise.
    limit: Option<u16>,
    /// The meter that the page begins after, as the link to the next page names it.
    after: Option<String>,
}

pub(super) async fn find(
    request: HttpRequest,
    state: web::Data<State>,
    question: web::Query<Question>,
) -> Answer {
    let Question { q, limit, after } = question.into_inner();
    let paging = Paging { limit, after };
    let limit = paging.limit(USUAL)?;
    let words = plain(&q);
    if words.is_empty() {
        return Ok(HttpResponse::Ok().json(Vec::<Found>::new()));
    }
    let accounts = state.accounts.all();
    let scanned = scanned(&q);
    let holders = holders(&state, &q).await?;
    let fit = |known: &Known| match scanned {
        Some(meter) => (known.meter == meter).then_some(Rank::Exact),
        None if holders.contains(&known.account) => Some(Rank::Exact),
        None => rank(known, &words),
    };
    let mut hits: Vec<(Rank, &Known)> =
        accounts.iter().filter_map(|known| Some((fit(known)?, known))).collect();
    hits.sort_by_key(|(rank, known)| (*rank, known.account, known.meter));
    if let Some(after) = paging.after {
        let last = hits.iter().position(|(_, known)| known.meter.to_string() == after);
        hits.drain(..=last.ok_or_else(page::gone)?);
    }
    let more = hits.len() > limit;
    hits.truncate(limit);
    let next = hits.last().filter(|_| more).map(|(_, known)| known.meter.to_string());
    let accounts: Vec<AccountId> = hits.iter().map(|(_, known)| known.account).collect();
    let sold = state.ledger.ask(move |db| last_sales(db, &accounts)).await;
    let sold = sold.map_err(|error| Trouble::fault("read the ledger", error))?;
    let found: Vec<Found> =
        hits.into_iter().filter_map(|(_, known)| found(&state, known, &sold)).collect();
    Ok(page::answer(&request, &found, next.as_deref()))
}

type Sold = BTreeMap<AccountId, Vec<(Timestamp, Money)>>;

fn last_sales(db: &rusqlite::Connection, accounts: &[AccountId]) -> Result<Sold, StoreError> {
    let of = |account: &AccountId| Ok((*account, sales::last_of(db, *account, SALES)?));
    accounts.iter().map(of).collect()
}

fn found(state: &State, known: &Known, sold: &Sold) -> Option<Found> {
    let row = state.hub.row(known.meter)?;
    let sales = sold.get(&known.account).cloned().unwrap_or_default();
    Some(Found {
        account: known.account,
        book: known.book,
        customer: known.customer.clone(),
        place: known.place.clone(),
        meter: known.meter,
        serial: known.serial.clone(),
        state: row.change.state,
        credit: row.change.credit.unwrap_or_default(),
        presets: presets(&sales, state.minor_per_unit()),
        sales,
    })
}

/// How well a find fits: whole numbers and rooms before beginnings, beginnings before middles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Exact,
    Begins,
    Holds,
}

fn rank(known: &Known, words: &str) -> Option<Rank> {
    let fields = [
        known.room.as_str(),
        &known.account.to_string(),
        &known.meter.to_string(),
        &known.serial,
        &known.customer,
        &known.phone,
    ]
    .map(plain);
    fields.iter().filter_map(|field| fits(field, words)).min()
}

fn fits(field: &str, words: &str) -> Option<Rank> {
    if field == words {
        Some(Rank::Exact)
    } else if field.starts_with(words) {
        Some(Rank::Begins)
    } else if field.contains(words) {
        Some(Rank::Holds)
    } else {
        None
    }
}

/// Whose receipt has this number on its paper, in either book.
async fn holders(state: &State, text: &str) -> Result<Vec<AccountId>, Trouble> {
    let Ok(serial) = text.trim().parse::<Serial>() else { return Ok(Vec::new()) };
    let found = state.ledger.ask(move |db| holders_of(db, serial)).await;
    found.map_err(|error| Trouble::fault("read the ledger", error))
}

fn holders_of(db: &rusqlite::Connection, serial: Serial) -> Result<Vec<AccountId>, StoreError> {
    let mut holders = Vec::new();
    for book in [Book::Live, Book::Simulated] {
        let Some(no) = receipt::numbered(db, book, serial)? else { continue };
        holders.extend(receipt::get(db, book, no)?.map(|issued| issued.account));
    }
    Ok(holders)
}

/// The meter whose label was scanned: a scanner types what the label's code says, a link.
fn scanned(text: &str) -> Option<MeterId> {
    let (_address, meter) = text.trim().split_once("/vend?m=")?;
    meter.parse().ok().map(MeterId)
}

/// As people type it: without case, spaces and dashes.
fn plain(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).take(64).collect()
}

/// Round amounts about what this customer pays: half, once, twice and four times the usual.
fn presets(sales: &[(Timestamp, Money)], unit: i64) -> Vec<Money> {
    let amounts: Vec<i64> = sales.iter().map(|(_, amount)| amount.minor()).collect();
    let count = i64::try_from(amounts.len()).unwrap_or(1);
    let usual = match count {
        0 => 50 * unit,
        count => amounts.iter().sum::<i64>() / count,
    };
    let step = match usual / unit {
        ..20 => 5 * unit,
        20..100 => 10 * unit,
        100..500 => 50 * unit,
        500.. => 100 * unit,
    };
    let round = |amount: i64| ((amount + step / 2) / step).max(1) * step;
    let mut presets: Vec<Money> =
        [usual / 2, usual, usual * 2, usual * 4].map(round).map(Money::from_minor).to_vec();
    presets.dedup();
    presets
}

#[cfg(test)]
mod tests {
    use shared::id::Book;

    use super::*;

    fn known() -> Known {
        Known {
            account: AccountId(1_017),
            book: Book::Live,
            customer: "Wang Fang".into(),
            phone: "190-0000-1017".into(),
            place: "7 · 12 · 1203".into(),
            room: "1203".into(),
            meter: MeterId(1_017),
            serial: "SIM000120399".into(),
        }
    }

    #[test]
    fn a_customer_is_found_by_whatever_they_say() {
        for (words, expected) in [
            ("1203", Some(Rank::Exact)),
            ("12", Some(Rank::Begins)),
            ("wang", Some(Rank::Begins)),
            ("FANG", Some(Rank::Holds)),
            ("190 0000 1017", Some(Rank::Exact)),
            ("sim-000120399", Some(Rank::Exact)),
            ("1204", None),
        ] {
            assert_eq!(rank(&known(), &plain(words)), expected, "{words}");
        }
    }

    #[test]
    fn a_label_that_is_scanned_names_its_meter() {
        for (text, meter) in [
            ("http://10.0.0.5:8080/vend?m=1017", Some(MeterId(1_017))),
            ("https://vend.example.cn/vend?m=7 ", Some(MeterId(7))),
            ("/vend?m=", None),
            ("1017", None),
        ] {
            assert_eq!(scanned(text), meter, "{text}");
        }
    }

    #[test]
    fn presets_are_round_and_about_what_was_paid() {
        let minor = |sales: &[i64]| {
            let sales: Vec<_> =
                sales.iter().map(|m| (Timestamp::default(), Money::from_minor(*m))).collect();
            presets(&sales, 100).into_iter().map(Money::minor).collect::<Vec<_>>()
        };
        assert_eq!(minor(&[]), [3_000, 5_000, 10_000, 20_000]);
        assert_eq!(minor(&[10_000, 11_000]), [5_000, 10_000, 20_000, 40_000]);
        assert_eq!(minor(&[100]), [500]);
    }
}
