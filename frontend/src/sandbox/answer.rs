//! The sandbox's answers: the same paths, bodies and problem documents as the server's.

use serde::Serialize;
use serde::de::DeserializeOwned;
use shared::actor::billing::{GetExceptions, GetMeter, GetPreview};
use shared::api::alarm::Alarm;
use shared::api::arrears::{ArrearsCancel, ArrearsOrder, ArrearsOrdered};
use shared::api::clock::ClockOrder;
use shared::api::exception::{ExceptionRow, ExceptionsClosed};
use shared::api::meter::{
    Device, ExchangeOrder, HoldJudgement, MeterPage, SupplyOrder, SupplyOrderKind, SupplyOrdered,
};
use shared::api::overview::{Band, Overview};
use shared::api::printing::{PrintState, PrinterState, Printing};
use shared::api::problem::Problem;
use shared::api::receipt::{Issue, Receipt};
use shared::api::sale::{Found, ReversalOrder, SaleOrder};
use shared::api::session::{Person, Role, Session};
use shared::api::site::Site;
use shared::api::terms::{Confirmation, PauseOrder, ProtectionOrder};
use shared::counter::Denied;
use shared::id::{AccountId, AlarmId, Book, IdempotencyKey, MeterId, ReceiptNo, Seq};
use shared::meter::Exchange;
use shared::money::Money;
use shared::request::Grave;
use shared::site::{Command, Done, Exception, Refusal};
use shared::tariff::Tariff;
use shared::time::{Span, Timestamp};

use simulator::population::Premise;
use simulator::week::TARIFFS;

use crate::books::{Issued, name_of};
use crate::clock;
use crate::house::{House, HouseError, ME};
use shared::api::ask::Ask;

/// Finds that one question brings at most.
const FINDS: usize = 20;

/// Why there is no answer: what the server would say.
pub struct Trouble {
    status: u16,
    kind: &'static str,
    title: String,
    detail: Option<String>,
}

type Answer = Result<String, Trouble>;

/// The answer as it travels: status and body.
pub async fn answer(house: &mut House, ask: &Ask) -> (u16, String) {
    let trouble = match route(house, ask).await {
        Ok(body) => return (200, body),
        Err(trouble) => trouble,
    };
    let problem = Problem {
        kind: trouble.kind.to_owned(),
        title: trouble.title,
        status: trouble.status,
        detail: trouble.detail,
        request: None,
    };
    (trouble.status, json(&problem))
}

async fn route(house: &mut House, ask: &Ask) -> Answer {
    let (parts, query) = ask.parts();
    let value =
        |name: &str| query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    match (ask.method.as_str(), parts.as_slice()) {
        ("GET" | "DELETE", ["session"]) => Ok(json(&Session::SignedIn(me()))),
        ("GET", ["site"]) => Ok(json(&site(house))),
        ("GET", ["overview"]) => Ok(json(&overview(house))),
        ("GET", ["meters", meter]) => page(house, number(meter)?).await,
        ("GET", ["meters", meter, "power"]) => {
            let (meter, from, to) =
                (number(meter)?, instant(value("from"))?, instant(value("to"))?);
            Ok(house.curves(|curves| json(&curves.power(meter, from, to))))
        }
        ("GET", ["meters", meter, "readings"]) => {
            let meter = number(meter)?;
            Ok(house.curves(|curves| json(&curves.newest(meter, 50))))
        }
        ("POST", ["meters", meter, "supply"]) => supply(house, number(meter)?, body(ask)?).await,
        ("POST", ["meters", meter, "protection"]) => {
            let (meter, ProtectionOrder { protect, until, reason }) = (number(meter)?, body(ask)?);
            let order = if protect {
                Command::Protect { meter, until, reason }
            } else {
                Command::Unprotect { meter, reason }
            };
            kept(house, ask, order, [meter].to_vec()).await
        }
        ("POST", ["meters", meter, "confirmation"]) => {
            let (meter, Confirmation { note }) = (number(meter)?, body(ask)?);
            kept(house, ask, Command::ConfirmRestore { meter, note }, [meter].to_vec()).await
        }
        ("POST", ["accounts", account, "emergency"]) => {
            let account = number(account)?;
            let meters = meters_of(house, account);
            kept(house, ask, Command::UseEmergency { account }, meters).await
        }
        ("POST", ["accounts", account, "pause"]) => {
            let (account, PauseOrder { pause, reason }) = (number(account)?, body(ask)?);
            let meters = meters_of(house, account);
            let order = if pause {
                Command::Pause { account, reason }
            } else {
                Command::Resume { account, reason }
            };
            kept(house, ask, order, meters).await
        }
        ("POST", ["meters", meter, "hold"]) => {
            let (meter, HoldJudgement { resolution, note }) = (number(meter)?, body(ask)?);
            command(house, ask, Command::ResolveHold { meter, resolution, note })
                .await
                .map(|_| String::from("null"))
        }
        // No printer hangs on a page.
        ("GET", ["receipts", _book, _no, "printing"]) => {
            let state = PrintState::NoPrinter;
            Ok(json(&Printing { state, copy: 0, repeated: false }))
        }
        ("GET", ["printing"]) => Ok(json(&PrinterState { present: false, waiting: 0, why: None })),
        ("GET", ["exceptions"]) => {
            let open = house.billing.send(GetExceptions).await.map_err(HouseError::from)?;
            Ok(json(&open.into_iter().map(|one| exception(house, one)).collect::<Vec<_>>()))
        }
        ("POST", ["exceptions", "close"]) => {
            let ExceptionsClosed { book: _, exceptions, resolution, note } = body(ask)?;
            command(house, ask, Command::CloseExceptions { exceptions, resolution, note })
                .await
                .map(|_| String::from("null"))
        }
        ("POST", ["meters", meter, "exchange"]) => {
            let meter: MeterId = number(meter)?;
            let ExchangeOrder { what, last, manual, first, serial, note } = body(ask)?;
            let exchange = Exchange { what, last, manual, first, serial, limits: None, note };
            command(house, ask, Command::ExchangeMeter { meter, exchange }).await?;
            house.exchange(meter, first).await?;
            Ok(String::from("null"))
        }
        ("GET", ["meters", meter, "exchanges"]) => Ok(json(&house.books.exchanges(number(meter)?))),
        ("GET", ["accounts", account, "ledger"]) => {
            let before = value("before").and_then(|before| before.parse::<Seq>().ok());
            Ok(json(&house.books.page(number(account)?, before, 50)))
        }
        ("GET", ["accounts", account, "preview"]) => {
            let minor = value("amount").and_then(|amount| amount.parse().ok());
            let amount = Money::from_minor(minor.ok_or_else(bad_body)?);
            let (account, now) = (number(account)?, house.now());
            let question = GetPreview { account, amount, now, by: ME, tender: None };
            let answer = house.billing.send(question).await.map_err(HouseError::from)?;
            Ok(json(&answer?))
        }
        ("POST", ["accounts", account, "arrears"]) => {
            let ArrearsOrder { amount, collection, reason } = body(ask)?;
            let account = number(account)?;
            arrears(house, ask, Command::AddArrears { account, amount, collection, reason }).await
        }
        ("POST", ["accounts", account, "arrears", which, "cancel"]) => {
            let (account, which) = (number(account)?, number(which)?);
            let ArrearsCancel { reason } = body(ask)?;
            arrears(house, ask, Command::CancelArrears { account, arrears: which, reason }).await
        }
        ("GET", ["search"]) => Ok(json(&search(house, value("q").unwrap_or_default()))),
        ("POST", ["sales"]) => sell(house, ask, body(ask)?).await,
        ("GET", ["receipts", _book, no]) => receipt(house, number(no)?),
        ("POST", ["receipts", _book, no, "copies"]) => {
            let no = number(no)?;
            house.books.copy(no).ok_or(Refusal::NoReceipt(no))?;
            receipt(house, no)
        }
        ("POST", ["receipts", _no, "reversal"]) => reverse(house, ask, body(ask)?).await,
        ("GET", ["alarms"]) => {
            Ok(house.screen(|screen| json(&screen.alarms().iter().collect::<Vec<&Alarm>>())))
        }
        ("POST", ["alarms", alarm, "acknowledge"]) => {
            let alarm: AlarmId = number(alarm)?;
            command(house, ask, Command::AcknowledgeAlarm { alarm })
                .await
                .map(|_| String::from("null"))
        }
        ("GET", ["clock"]) => Ok(json(&house.pacer.shown(house.now()))),
        ("POST", ["clock"]) => {
            let (order, now) = (body::<ClockOrder>(ask)?, house.now());
            house
                .pacer
                .order(order, now, clock::now())
                .map_err(|refused| Trouble::new(422, "bad-clock-order", refused))?;
            Ok(json(&house.pacer.shown(now)))
        }
        (_, _) => Err(Trouble::new(404, "not-found", "the sandbox has no such resource")),
    }
}

fn me() -> Person {
    Person { staff: ME, name: name_of(ME), role: Role::Admin }
}

fn site(house: &House) -> Site {
    Site {
        name: house.scenario.name.clone(),
        currency: house.scenario.currency,
        zone: house.scenario.zone.name().to_owned(),
        books: vec![Book::Simulated],
        demo: true,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        providers: Vec::new(),
    }
}

fn overview(house: &House) -> Overview {
    let (zone, now) = (&house.scenario.zone, house.now());
    let date = zone.date(now);
    let midnight = zone.start_of(date);
    let before = |days: i64| midnight - Span::from_days(days);
    let passed = usize::try_from((now - midnight).millis() / 900_000).unwrap_or(0) + 1;
    let tariffs = TARIFFS.iter().filter_map(|text| Tariff::from_toml(text).ok());
    // The tariff with most periods says most about the day.
    let bands =
        tariffs.map(|tariff| tariff.bands_of_day(date)).max_by_key(Vec::len).unwrap_or_default();
    let bands = bands.into_iter().map(|band| Band {
        from: band.from,
        to: band.to,
        period: band.period,
        rank: band.rank,
    });
    let sold = (0..14).rev().map(|days| house.books.sold_between(before(days), before(days - 1)));
    Overview {
        book: Book::Simulated,
        today: house.curves(|curves| curves.day(midnight, passed.min(96))),
        yesterday: house.curves(|curves| curves.day(before(1), 96)),
        bands: bands.collect(),
        sold: sold.collect(),
    }
}

fn premise_of(house: &House, account: AccountId) -> Option<&Premise> {
    house.premises.iter().find(|premise| premise.account == account)
}

fn place_of(premise: &Premise) -> String {
    format!("{} · {} · {}", premise.building, premise.floor, premise.name)
}

async fn page(house: &House, meter: MeterId) -> Answer {
    let question = GetMeter { meter, now: house.now() };
    let page = house.billing.send(question).await.map_err(HouseError::from)?;
    let page = page.ok_or(Refusal::NoMeter(meter))?;
    let row = house.screen(|screen| screen.row(meter).cloned()).ok_or(Refusal::NoMeter(meter))?;
    let premise = house.premises.iter().find(|premise| premise.meter == meter);
    let device = Device {
        profile: "simulated".to_owned(),
        line: premise.map(|premise| format!("{} {}", "line", premise.line)).unwrap_or_default(),
        serial: Some(page.device.serial.clone())
            .filter(|serial| !serial.is_empty())
            .or(premise.map(|premise| premise.serial.clone()))
            .unwrap_or_default(),
        poll: house.scenario.poll(),
        ..page.device.clone()
    };
    let account = page.account.clone().map(|mut account| {
        account.customer.clone_from(&row.customer);
        account
    });
    Ok(json(&MeterPage { row, device, account, ..page }))
}

async fn supply(house: &mut House, meter: MeterId, order: SupplyOrder) -> Answer {
    let reason = order.reason;
    let command = match order.order {
        SupplyOrderKind::Cut => Command::CutSupply { meter, reason },
        SupplyOrderKind::Restore => Command::RestoreSupply { meter, reason },
    };
    let done = house.order(None, command).await??;
    house.hurry(meter);
    let Done::Supply { seq, wanted, .. } = done else { return Err(unexpected(&done)) };
    Ok(json(&SupplyOrdered { seq, wanted }))
}

/// An order that answers with nothing; its meters are looked at soon.
async fn kept(house: &mut House, ask: &Ask, order: Command, meters: Vec<MeterId>) -> Answer {
    command(house, ask, order).await?;
    for meter in meters {
        house.hurry(meter);
    }
    Ok(String::from("null"))
}

fn meters_of(house: &House, account: AccountId) -> Vec<MeterId> {
    let own = house.premises.iter().filter(|premise| premise.account == account);
    own.map(|premise| premise.meter).collect()
}

async fn command(house: &mut House, ask: &Ask, command: Command) -> Result<Done, Trouble> {
    let key = ask.key.clone().and_then(|key| IdempotencyKey::try_from(key).ok());
    Ok(house.order(key, command).await??)
}

fn exception(house: &House, open: Exception) -> ExceptionRow {
    let row = house.screen(|screen| screen.row(open.meter).cloned());
    ExceptionRow::of(open, row.map(|row| row.name).unwrap_or_default())
}

async fn arrears(house: &mut House, ask: &Ask, order: Command) -> Answer {
    let done = command(house, ask, order).await?;
    let Done::Arrears { arrears, seq } = done else { return Err(unexpected(&done)) };
    Ok(json(&ArrearsOrdered { arrears, seq }))
}

async fn sell(house: &mut House, ask: &Ask, order: SaleOrder) -> Answer {
    let SaleOrder { account, amount, tender, handed, reference } = order;
    let command = Command::Sell { account, amount, tender, handed, reference };
    let done = self::command(house, ask, command).await?;
    let Done::Sold { sale, .. } = done else { return Err(unexpected(&done)) };
    if let Some(meter) = premise_of(house, account).map(|premise| premise.meter) {
        house.hurry(meter);
    }
    receipt(house, sale.receipt)
}

async fn reverse(house: &mut House, ask: &Ask, order: ReversalOrder) -> Answer {
    let ReversalOrder { book: _, receipt: no, reason, as_debt } = order;
    let command = if as_debt {
        let what = Grave::Reverse { receipt: no, as_debt };
        Command::Grave { what, reason }
    } else {
        Command::Reverse { receipt: no, reason }
    };
    let done = self::command(house, ask, command).await?;
    let Done::Reversed { reversal, .. } = done else { return Err(unexpected(&done)) };
    receipt(house, reversal.receipt)
}

fn search(house: &House, words: &str) -> Vec<Found> {
    let words = words.trim().to_lowercase();
    if words.is_empty() {
        return Vec::new();
    }
    let rank = |premise: &Premise| {
        let texts = [&premise.name, &premise.serial, &premise.customer, &premise.phone];
        let exact = premise.account.to_string() == words || premise.name.to_lowercase() == words;
        let begins = texts.iter().any(|text| text.to_lowercase().starts_with(&words));
        let holds = texts.iter().any(|text| text.to_lowercase().contains(&words));
        [exact, begins, holds].iter().position(|fits| *fits)
    };
    let mut hits: Vec<(usize, &Premise)> =
        house.premises.iter().filter_map(|premise| Some((rank(premise)?, premise))).collect();
    hits.sort_by_key(|(rank, premise)| (*rank, premise.account));
    hits.into_iter().take(FINDS).filter_map(|(_, premise)| found(house, premise)).collect()
}

fn found(house: &House, premise: &Premise) -> Option<Found> {
    let change = house.screen(|screen| screen.row_of(premise.account).map(|row| row.change))?;
    Some(Found {
        account: premise.account,
        book: Book::Simulated,
        customer: premise.customer.clone(),
        place: place_of(premise),
        meter: premise.meter,
        serial: premise.serial.clone(),
        state: change.state,
        credit: change.credit.unwrap_or_default(),
        sales: house.books.last_sales(premise.account, 5),
        presets: [3_000, 5_000, 10_000, 20_000].map(Money::from_minor).to_vec(),
    })
}

fn receipt(house: &House, no: ReceiptNo) -> Answer {
    let issued = house.books.receipt(no).ok_or(Refusal::NoReceipt(no))?;
    Ok(json(&shown(house, no, issued)))
}

fn shown(house: &House, no: ReceiptNo, issued: &Issued) -> Receipt {
    let premise = premise_of(house, issued.what.account());
    let first = premise.and_then(|premise| premise.customer.chars().next());
    issued.what.clone().receipt(Issue {
        book: Book::Simulated,
        no,
        seq: issued.seq,
        at: issued.at,
        site: house.scenario.name.clone(),
        by: name_of(issued.by),
        customer: first.map(|first| format!("{first}*")).unwrap_or_default(),
        place: premise.map(place_of).unwrap_or_default(),
        meters: premise.map(|premise| premise.meter).into_iter().collect(),
        seal: issued.seal.to_string().chars().take(12).collect(),
        reversed_by: issued.reversed_by,
        copy: issued.copies,
    })
}

fn json<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("our own answers are plain JSON")
}

fn body<T: DeserializeOwned>(ask: &Ask) -> Result<T, Trouble> {
    serde_json::from_str(ask.body.as_deref().unwrap_or("null")).map_err(|_error| bad_body())
}

fn number<T: std::str::FromStr>(text: &str) -> Result<T, Trouble> {
    text.parse().map_err(|_error| Trouble::new(404, "not-found", "there is no such thing"))
}

fn instant(text: Option<&str>) -> Result<Timestamp, Trouble> {
    text.and_then(|text| text.parse().ok()).map(Timestamp::from_millis).ok_or_else(bad_body)
}

fn bad_body() -> Trouble {
    Trouble::new(400, "bad-body", "the request cannot be understood")
}

fn unexpected(done: &Done) -> Trouble {
    Trouble::new(500, "server-fault", format!("the command was answered with {done:?}"))
}

impl Trouble {
    fn new(status: u16, kind: &'static str, title: impl ToString) -> Self {
        Self { status, kind, title: title.to_string(), detail: None }
    }
}

impl From<HouseError> for Trouble {
    fn from(error: HouseError) -> Self {
        Self::new(500, "server-fault", error)
    }
}

impl From<Refusal> for Trouble {
    fn from(refusal: Refusal) -> Self {
        let (kind, figure) = match &refusal {
            Refusal::NoAccount(_) => ("no-account", None),
            Refusal::NoMeter(_) => ("no-meter", None),
            Refusal::NoReceipt(_) => ("no-receipt", None),
            Refusal::NoAlarm(_) => ("no-alarm", None),
            Refusal::NoPrice => ("no-price", None),
            Refusal::NoException(_) => ("no-exception", None),
            Refusal::NoJudgement => ("no-judgement", None),
            Refusal::NotReadYet(_) => ("not-read-yet", None),
            Refusal::FinalReading { .. } => ("final-reading", None),
            Refusal::AlreadyReversed(_) => ("already-reversed", None),
            Refusal::NotLatest { .. } => ("not-latest", None),
            Refusal::CreditUsed { used } => ("credit-used", Some(*used)),
            Refusal::LeavesDebt { owed } => ("leaves-debt", Some(*owed)),
            Refusal::AboveRefundable { largest } => ("above-refundable", Some(*largest)),
            Refusal::NoArrears { .. } => ("no-arrears", None),
            Refusal::BadArrears => ("bad-arrears", None),
            Refusal::BadAdjustment => ("bad-adjustment", None),
            Refusal::LacksCredit => ("lacks-credit", None),
            Refusal::NothingHeld(_) => ("nothing-held", None),
            Refusal::KeyReused => ("key-reused", None),
            Refusal::BelowLeast { least } => ("below-least-amount", Some(*least)),
            Refusal::AboveLargest { largest } => ("above-largest-amount", Some(*largest)),
            Refusal::HandedTooLittle => ("handed-too-little", None),
            Refusal::NoReason => ("no-reason", None),
            Refusal::Halted => ("journal-halted", None),
            Refusal::Protected(_) => ("protected", None),
            Refusal::NotProtected(_) => ("not-protected", None),
            Refusal::TimePast => ("time-past", None),
            Refusal::NoEmergency(_) => ("no-emergency-credit", None),
            Refusal::NothingToConfirm(_) => ("nothing-to-confirm", None),
            Refusal::NotPaused(_) => ("not-paused", None),
            Refusal::PausedAlready(_) => ("paused-already", None),
            Refusal::NoNotice { .. } => ("no-notice", None),
            Refusal::Counter(Denied::Limit { rule, largest }) => (rule.code(), Some(*largest)),
            Refusal::Counter(Denied::NoShift) => ("no-shift", None),
            Refusal::Counter(
                Denied::HasShift(_)
                | Denied::CounterTaken { .. }
                | Denied::UnknownShift(_)
                | Denied::ClosedAlready(_)
                | Denied::StillOpen(_)
                | Denied::SignedAlready(_)
                | Denied::OwnShift(_)
                | Denied::BelowZero
                | Denied::NoMove
                | Denied::LacksCash(_)
                | Denied::RaiseTooLong
                | Denied::NoRaise { .. }
                | Denied::Reversals { .. },
            ) => ("counter", None),
            Refusal::MassCut { .. } => ("mass-cut", None),
            Refusal::SecondPerson => ("second-person", None),
            Refusal::BadList { .. } => ("bad-list", None),
            Refusal::NoHeldCut(_) => ("no-held-cut", None),
            Refusal::NoPayment(_) => ("no-payment", None),
            Refusal::NoCharge(_) => ("no-charge", None),
            Refusal::BadPayment => ("bad-payment", None),
            Refusal::PaymentState { .. } => ("payment-state", None),
            Refusal::AccountExists(_)
            | Refusal::MeterBound(_)
            | Refusal::BadTariff(_)
            | Refusal::TariffInUse { .. }
            | Refusal::NoTariff(_)
            | Refusal::OtherBook(_)
            | Refusal::BadPolicy { .. }
            | Refusal::NoKey => ("refused", None),
        };
        let status =
            if kind.starts_with("no-") && !matches!(kind, "no-reason" | "no-emergency-credit") {
                404
            } else {
                422
            };
        let detail = figure.map(|figure| figure.minor().to_string());
        Self { detail, ..Self::new(status, kind, refusal) }
    }
}
