//! What a customer sees after scanning, and where a trainer tells the stub how to behave.

use std::fmt::Write as _;
use std::time::Duration;

use actix_web::http::header;
use actix_web::{HttpResponse, web};
use serde::Deserialize;
use shared::money::{Currency, Money};

use super::Stub;
use super::book::{Behaviour, Manner};
use crate::clock;
use crate::pay::wire::{Charge, ChargeStatus, Notice};

pub(super) const POLICY: &str = "default-src 'none'; style-src 'self'; form-action 'self'; \
                                 frame-ancestors 'none'; base-uri 'none'";

const STYLE: &str = "body{font:1.1rem/1.5 system-ui,sans-serif;max-width:26rem;margin:2rem auto;\
padding:0 1rem;color-scheme:light dark}h1{font-size:1.3rem}.amount{font-size:2.4rem;margin:.5rem 0}\
button{display:block;width:100%;margin:.5rem 0;padding:.8rem;font:inherit}\
.first{background:#0a7d4b;color:#fff;border:0;border-radius:.4rem}small{color:gray}";

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/", web::get().to(desk))
        .route("/", web::post().to(behave))
        .route("/style.css", web::get().to(style))
        .route("/day.csv", web::get().to(day))
        .route("/pay/{charge}", web::get().to(phone))
        .route("/pay/{charge}", web::post().to(act));
}

async fn style() -> HttpResponse {
    HttpResponse::Ok().content_type("text/css").body(STYLE)
}

fn page(title: &str, body: &str) -> HttpResponse {
    let html = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>{title}</title>\
         <link rel=\"stylesheet\" href=\"/style.css\"><h1>{title}</h1>{body}\
         <p><small>模拟支付,不涉及真实资金 · A stub for training: no real money moves.</small></p></html>"
    );
    HttpResponse::Ok().content_type("text/html; charset=utf-8").body(html)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

fn amount(minor: i64, currency: &str) -> String {
    match Currency::try_from(currency.to_owned()) {
        Ok(known) => format!("{} {currency}", Money::from_minor(minor).to_decimal(known)),
        Err(_unknown) => format!("{minor} {}", escaped(currency)),
    }
}

fn nothing() -> HttpResponse {
    HttpResponse::NotFound().body("there is no such payment here · 没有这笔支付")
}

/// What a customer can do on the phone: name, label.
const ACTS: [(&str, &str); 7] = [
    ("pay", "支付 · Pay"),
    ("refuse", "银行拒绝 · The bank refuses"),
    ("delay", "10 秒后支付 · Pay in 10 seconds"),
    ("quiet", "支付但不通知 · Pay, without telling the merchant"),
    ("repeat", "支付并通知 50 次 · Pay, and tell it 50 times"),
    ("twice", "支付两次 · Pay twice"),
    ("less", "少付 1 元 · Pay one less"),
];

async fn phone(stub: web::Data<Stub>, charge: web::Path<String>) -> HttpResponse {
    let shown = {
        let mut pages = stub.book.open();
        let state = pages.charge(&charge, clock::now());
        let held = pages.charges.get(charge.as_str());
        held.zip(state).map(|(held, state)| (held.new.clone(), state))
    };
    let Some((new, state)) = shown else { return nothing() };
    let mut body = format!(
        "<p>{}</p><p class=\"amount\">{}</p><p>{}</p>",
        escaped(&new.title),
        amount(new.amount, &new.currency),
        word(state.status)
    );
    if state.status == ChargeStatus::Pending {
        body += "<form method=\"post\">";
        for (name, label) in ACTS {
            let class = if name == "pay" { " class=\"first\"" } else { "" };
            write!(body, "<button name=\"act\" value=\"{name}\"{class}>{label}</button>")
                .expect("a string takes text");
        }
        body += "</form>";
    }
    page("扫码支付 · Scan and pay", &body)
}

fn word(status: ChargeStatus) -> &'static str {
    match status {
        ChargeStatus::Pending => "待支付 · not paid yet",
        ChargeStatus::Paid => "已支付 · paid",
        ChargeStatus::Closed => "已关闭 · closed",
        ChargeStatus::Failed => "失败 · refused",
    }
}

#[derive(Deserialize)]
struct Act {
    act: String,
}

async fn act(
    stub: web::Data<Stub>,
    charge: web::Path<String>,
    web::Form(form): web::Form<Act>,
) -> HttpResponse {
    let charge = charge.into_inner();
    let asked = stub.book.open().charges.get(&charge).map(|held| held.new.clone());
    let Some(new) = asked else { return nothing() };
    let pay = |amount: i64| stub.book.open().pay(&charge, amount, clock::now());
    let told: Option<(Charge, usize)> = match form.act.as_str() {
        "pay" => pay(new.amount).map(|known| (known, 1)),
        "quiet" => pay(new.amount).map(|known| (known, 0)),
        "repeat" => pay(new.amount).map(|known| (known, 50)),
        "twice" => pay(new.amount).and_then(|_first| pay(new.amount)).map(|known| (known, 1)),
        "less" => pay((new.amount - 100).max(1)).map(|known| (known, 1)),
        "refuse" => stub
            .book
            .open()
            .end(&charge, ChargeStatus::Failed, clock::now())
            .map(|known| (known, 1)),
        "delay" => {
            pay_later(stub.clone(), charge.clone(), new.amount);
            None
        }
        _ => return HttpResponse::BadRequest().body("there is no such act"),
    };
    if let Some((known, times)) = told {
        stub.notifier.tell(&Notice::Charge(known), times);
    }
    HttpResponse::SeeOther().insert_header((header::LOCATION, format!("/pay/{charge}"))).finish()
}

fn pay_later(stub: web::Data<Stub>, charge: String, amount: i64) {
    actix_rt::spawn(async move {
        tokio::time::sleep(Duration::from_secs(10)).await;
        let known = stub.book.open().pay(&charge, amount, clock::now());
        if let Some(known) = known {
            stub.notifier.tell(&Notice::Charge(known), 1);
        }
    });
}

async fn desk(stub: web::Data<Stub>) -> HttpResponse {
    let mut body = String::from("<form method=\"post\">");
    let behaviour = stub.book.open().behaviour;
    for (name, label, manner) in [
        ("charge", "下单 · A new charge", behaviour.charge),
        ("status", "查询 · A question about one", behaviour.status),
        ("refund", "退款 · A refund", behaviour.refund),
    ] {
        write!(body, "<p><label>{label} <select name=\"{name}\">").expect("a string takes text");
        for (value, label, this) in [
            ("answers", "应答 · is answered", Manner::Answers),
            ("silent", "不应答 · is done without an answer", Manner::Silent),
            ("refuses", "拒绝 · is refused", Manner::Refuses),
        ] {
            let chosen = if this == manner { " selected" } else { "" };
            write!(body, "<option value=\"{value}\"{chosen}>{label}</option>")
                .expect("a string takes text");
        }
        body += "</select></label></p>";
    }
    body += "<button class=\"first\">保存 · Keep</button></form>\
             <p><a href=\"/day.csv\">对账文件 · The day's file</a></p>";
    page("模拟支付渠道 · Stub provider", &body)
}

async fn behave(stub: web::Data<Stub>, web::Form(behaviour): web::Form<Behaviour>) -> HttpResponse {
    stub.book.open().behaviour = behaviour;
    HttpResponse::SeeOther().insert_header((header::LOCATION, "/")).finish()
}

/// The day's file, as the day book reads it: each line by the customer's payment, never below zero.
async fn day(stub: web::Data<Stub>) -> HttpResponse {
    let mut text = String::from("id,time,amount,kind\n");
    for moved in &stub.book.open().moved {
        let kind = if moved.amount < 0 { "refund" } else { "sale" };
        let decimal = match Currency::try_from(moved.currency.clone()) {
            Ok(known) => Money::from_minor(moved.amount.abs()).to_decimal(known).to_string(),
            Err(_unknown) => moved.amount.abs().to_string(),
        };
        writeln!(text, "{},{},{decimal},{kind}", moved.id, moved.at.millis())
            .expect("a string takes text");
    }
    HttpResponse::Ok().content_type("text/csv; charset=utf-8").body(text)
}
