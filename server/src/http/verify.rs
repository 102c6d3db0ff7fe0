//! `/verify/{book}/{no}/{code}`: is this paper one of ours? Without log-in, and without telling more
//! than the paper itself: number, amount, date.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use shared::api::receipt::Receipt;
use shared::id::{Book, ReceiptNo};
use shared::money::Money;
use subtle::ConstantTimeEq;

use super::auth::address_of;
use super::problem::{Answer, Trouble};
use super::receipts;
use super::state::State;
use crate::clock;
use crate::qr;

/// What a receipt's code leads to; the code is the journal's seal on the receipt.
pub(super) fn link(request: &HttpRequest, receipt: &Receipt) -> String {
    let (base, seal) = (base(request), &receipt.seal);
    format!("{base}/verify/{}/{}/{seal}", word(receipt.book), receipt.no)
}

/// How the one who asks reached us, which is how a customer of the same site reaches us.
pub(super) fn base(request: &HttpRequest) -> String {
    let seen = request.connection_info();
    format!("{}://{}", seen.scheme(), seen.host())
}

fn word(book: Book) -> &'static str {
    match book {
        Book::Live => "live",
        Book::Simulated => "simulated",
    }
}

fn named(name: &str) -> Option<Book> {
    [Book::Live, Book::Simulated].into_iter().find(|book| word(*book) == name)
}

fn unknown() -> HttpResponse {
    let zh = "没有这样的收据：编号与校验码不符。";
    let en = "There is no such receipt: number and code do not belong together.";
    html(StatusCode::NOT_FOUND, zh, en)
}

/// The code of a receipt, for the screen and for A4.
pub(super) async fn code(
    request: HttpRequest,
    state: web::Data<State>,
    which: web::Path<(Book, ReceiptNo)>,
) -> Answer {
    let (book, no) = which.into_inner();
    let receipt = receipts::load(&state, book, no).await?;
    picture(&link(&request, &receipt))
}

pub(super) fn picture(what: &str) -> Answer {
    let drawn = qr::svg(what).ok_or_else(|| Trouble::bad("too-long", "too long for a QR code"))?;
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "image/svg+xml"))
        .insert_header((header::CACHE_CONTROL, "private, max-age=3600"))
        .body(drawn))
}

/// The page that a scan opens. Wrong codes of one receipt, or from one address, have to wait longer
/// each time, as wrong passwords do.
pub(super) async fn page(
    request: HttpRequest,
    state: web::Data<State>,
    which: web::Path<(String, String, String)>,
) -> Answer {
    let (book, no, code) = which.into_inner();
    // A page for people, also where the address was copied wrongly.
    let Some(book) = named(&book) else {
        return Ok(unknown());
    };
    // By what was typed, before anything is looked up for it.
    let (name, address, now) = (format!("{book:?} {no:.24}"), address_of(&request), clock::now());
    let wait = state.checks.try_one(&name, address, now);
    if wait.millis() > 0 {
        let seconds = (wait.millis() + 999) / 1_000;
        let zh = format!("查询过于频繁，请 {seconds} 秒后再试。");
        let en = format!("Too many tries. Try again in {seconds} s.");
        return Ok(html(StatusCode::TOO_MANY_REQUESTS, &zh, &en));
    }
    let Some(no) = receipts::meant(&state, book, &no).await? else {
        return Ok(unknown());
    };
    let Some(receipt) = genuine(&state, book, no, &code).await? else {
        return Ok(unknown());
    };
    let no = receipt.serial.map_or_else(|| no.to_string(), |serial| serial.to_string());
    state.checks.succeeded(&name, address);
    let date = state.zone.date(receipt.at);
    let currency = state.site.currency;
    let amount = Money::to_decimal(receipt.amount, currency);
    let money = format!("{} {amount}", currency.code());
    let undone = receipt.reversed_by.map_or_else(Default::default, |by| {
        (format!("该收据已被 {by} 号冲正。"), format!(" It was taken back by receipt {by}."))
    });
    let (mark_zh, mark_en) = match book {
        Book::Live => ("", ""),
        Book::Simulated => ("（模拟，非真实收据）", " (simulated, not a real receipt)"),
    };
    let zh = format!("收据有效{mark_zh}：编号 {no}，金额 {money}，日期 {date}。{}", undone.0);
    let en = format!(
        "This receipt is genuine{mark_en}: number {no}, amount {money}, date {date}.{}",
        undone.1
    );
    Ok(html(StatusCode::OK, &zh, &en))
}

async fn genuine(
    state: &State,
    book: Book,
    no: ReceiptNo,
    code: &str,
) -> Result<Option<Receipt>, Trouble> {
    if receipts::known(state, book, no).await?.is_none() {
        return Ok(None);
    }
    let receipt = receipts::load(state, book, no).await?;
    let same = bool::from(receipt.seal.as_bytes().ct_eq(code.to_lowercase().as_bytes()));
    Ok(same.then_some(receipt))
}

/// All that is on it is ours: numbers, dates, sentences.
fn html(status: StatusCode, zh: &str, en: &str) -> HttpResponse {
    let page = format!(
        "<!doctype html><html lang=\"zh-CN\"><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><meta name=\"robots\" content=\"noindex\">\
         <meta name=\"color-scheme\" content=\"light dark\"><title>Meterhouse</title>\
         <main><h1>{zh}</h1><p lang=\"en\">{en}</p></main></html>"
    );
    HttpResponse::build(status)
        .insert_header((header::CONTENT_TYPE, "text/html; charset=utf-8"))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body(page)
}
