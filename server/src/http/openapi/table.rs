//! The description of every route. A route without a row here fails a test, and so does a row
//! without a route.

use std::sync::LazyLock;

use actix_web::http::Method;
use shared::api::adjust::AdjustmentOrder;
use shared::api::alarm::Alarm;
use shared::api::approval::{Approval, Asked, Decision};
use shared::api::arrears::{ArrearsCancel, ArrearsOrder, ArrearsOrdered};
use shared::api::audit;
use shared::api::board::{Board, LossAcceptance};
use shared::api::breaker;
use shared::api::clock::{Clock, ClockOrder};
use shared::api::commission::{AddMeters, Commissioned, RelayTest, RelayTested, SignOff};
use shared::api::daybook::{DayBook, ProviderFile, Reconciled};
use shared::api::exception::{ExceptionRow, ExceptionsClosed};
use shared::api::explain::Explanation;
use shared::api::ledger::LedgerPage;
use shared::api::limits::{LimitsPage, RaiseOrder};
use shared::api::line::{LineView, RawAnswer, RawOrder};
use shared::api::meter::{
    ExchangeOrder, ExchangeRow, HoldJudgement, MeterPage, PowerCurve, ReadingRow, SupplyOrder,
    SupplyOrdered,
};
use shared::api::overview::Overview;
use shared::api::payment::{PaymentReason, PaymentRequest, PaymentView};
use shared::api::policy::{PolicyCheck, PolicyOrder, PolicyRow, PolicyVerdict};
use shared::api::printing::{PrinterState, Printing};
use shared::api::receipt::Receipt;
use shared::api::refund::RefundOrder;
use shared::api::sale::{Found, Preview, ReversalOrder, SaleOrder};
use shared::api::scan::{ScanOrder, ScanView};
use shared::api::session::{
    NewStaff, PasswordAgain, PasswordChange, Session, SessionRow, Setup, SignIn, StaffChange,
    StaffRow,
};
use shared::api::shift::{
    CashOrder, Countersigning, ShiftClosing, ShiftOpening, ShiftPage, ShiftReport,
};
use shared::api::site::Site;
use shared::api::tariff::{
    CheckOrder, Checked, Draft, DraftOrder, PublicationOrder, TariffPage, TariffRow, Template,
    preview,
};
use shared::api::terms::{Confirmation, PauseOrder, ProtectionOrder};
use shared::api::token::{NewToken, TokenMade, TokenRow};
use shared::api::why::WhyPage;

use super::super::{
    accounts, auditor, daybook, limits, meters, overview, page, payments, search, shifts, why,
};
use super::about::{About, about};

const GET: Method = Method::GET;
const POST: Method = Method::POST;
const DELETE: Method = Method::DELETE;

pub static TABLE: LazyLock<Vec<About>> = LazyLock::new(rows);

fn rows() -> Vec<About> {
    vec![
        about(GET, "/livez", "The process answers").file("text/plain"),
        about(GET, "/readyz", "The server can do its work, money included").file("text/plain"),
        about(GET, "/metrics", "Figures for a monitoring system (Prometheus text)")
            .file("text/plain"),
        about(GET, "/api/openapi.json", "This description (OpenAPI 3.1)").file("application/json"),
        about(GET, "/api/docs", "This description as a page").file("text/html"),
        about(GET, "/api/docs/style.css", "How the page looks").file("text/css"),
        about(GET, "/api/docs/filter.js", "The page's search field").file("text/javascript"),
        about(GET, "/ca", "How a machine comes to trust the site's own authority")
            .file("text/html"),
        about(GET, "/ca/style.css", "How that page looks").file("text/css"),
        about(GET, "/ca/meterhouse-ca.crt", "The authority's certificate")
            .file("application/x-x509-ca-cert"),
        about(
            POST,
            "/api/v1/setup",
            "Make the first person, with the code printed at the first start",
        )
        .takes::<Setup>()
        .gives::<Session>(),
        about(GET, "/api/v1/session", "Who is signed in").gives::<Session>(),
        about(POST, "/api/v1/session", "Sign in; the answer sets the session's cookie")
            .takes::<SignIn>()
            .gives::<Session>(),
        about(DELETE, "/api/v1/session", "Sign out"),
        about(
            POST,
            "/api/v1/session/password",
            "Change one's own password; all other sessions end",
        )
        .takes::<PasswordChange>()
        .gives::<Session>(),
        about(
            POST,
            "/api/v1/session/confirm",
            "Give the password again; weighty acts are open for 5 minutes",
        )
        .takes::<PasswordAgain>(),
        about(GET, "/api/v1/session/own", "One's own sessions, newest first")
            .gives::<Vec<SessionRow>>(),
        about(DELETE, "/api/v1/session/own", "End all of one's own sessions but this one"),
        about(DELETE, "/api/v1/session/own/{session}", "End one of one's own sessions"),
        about(GET, "/api/v1/sessions", "Everybody's sessions, newest first")
            .gives::<Vec<SessionRow>>(),
        about(DELETE, "/api/v1/sessions/{session}", "End anybody's session"),
        about(GET, "/api/v1/tokens", "Tokens of programs, newest first; never their text")
            .gives::<Vec<TokenRow>>(),
        about(POST, "/api/v1/tokens", "Make a token; its text is in this answer only")
            .takes::<NewToken>()
            .example(r#"{"name":"export","role":"viewer","verbs":["look"],"days":90}"#)
            .gives::<TokenMade>()
            .status(201),
        about(DELETE, "/api/v1/tokens/{token}", "Revoke a token for good"),
        about(GET, "/api/v1/site", "The site: its name, currency, zone and books").gives::<Site>(),
        about(GET, "/api/v1/live", "A snapshot, then every change, as postcard over a WebSocket")
            .stream(),
        about(GET, "/api/v1/overview", "Curves of today and of the last days of one book")
            .asks::<overview::Question>()
            .gives::<Overview>(),
        about(GET, "/api/v1/meters/{meter}", "One meter: values, supply, account, device")
            .gives::<MeterPage>(),
        about(GET, "/api/v1/meters/{meter}/power", "Power over a stretch of at most 62 days")
            .asks::<meters::Stretch>()
            .gives::<PowerCurve>(),
        about(GET, "/api/v1/meters/{meter}/readings", "Readings, newest first")
            .asks::<meters::Before>()
            .gives::<Vec<ReadingRow>>(),
        about(POST, "/api/v1/meters/{meter}/supply", "Cut or restore the supply by hand")
            .takes::<SupplyOrder>()
            .example(r#"{"order":"cut","reason":"work on the riser"}"#)
            .gives::<SupplyOrdered>(),
        about(
            GET,
            "/api/v1/meters/{meter}/why",
            "Why the supply is as it is, and a sale would be refused",
        )
        .asks::<why::Question>()
        .gives::<WhyPage>(),
        about(POST, "/api/v1/meters/{meter}/exchange", "Exchange the meter or its transformers")
            .keyed()
            .takes::<ExchangeOrder>(),
        about(GET, "/api/v1/meters/{meter}/exchanges", "Exchanges at this place, newest first")
            .gives::<Vec<ExchangeRow>>(),
        about(POST, "/api/v1/meters/{meter}/protection", "Never cut this meter, or cut it again")
            .takes::<ProtectionOrder>(),
        about(POST, "/api/v1/meters/{meter}/confirmation", "The customer wants the supply back")
            .takes::<Confirmation>(),
        about(POST, "/api/v1/meters/{meter}/hold", "Judge the reading that is on hold")
            .takes::<HoldJudgement>(),
        about(GET, "/api/v1/search", "Find accounts by number, meter, room, name or phone")
            .asks::<search::Question>()
            .gives::<Vec<Found>>(),
        about(GET, "/api/v1/accounts/{account}/ledger", "Entries of an account, newest first")
            .asks::<accounts::Page>()
            .gives::<LedgerPage>(),
        about(GET, "/api/v1/accounts/{account}/preview", "What a payment would do")
            .asks::<accounts::Question>()
            .gives::<Preview>(),
        about(POST, "/api/v1/accounts/{account}/emergency", "Begin to use emergency credit"),
        about(POST, "/api/v1/accounts/{account}/pause", "Neither warn nor cut for lack of credit")
            .takes::<PauseOrder>(),
        about(
            POST,
            "/api/v1/accounts/{account}/notices/{notice}/delivered",
            "A notice reached the customer",
        ),
        about(
            POST,
            "/api/v1/accounts/{account}/adjustments",
            "Ask a second person for free credit or a correction",
        )
        .takes::<AdjustmentOrder>()
        .gives::<Asked>()
        .status(202),
        about(POST, "/api/v1/accounts/{account}/refunds", "Give unused credit back in cash")
            .keyed()
            .takes::<RefundOrder>()
            .example(r#"{"amount":1000,"reason":"moves out"}"#)
            .gives::<Receipt>(),
        about(
            POST,
            "/api/v1/accounts/{account}/refunds/request",
            "Ask a second person to give more back in cash than one may",
        )
        .takes::<RefundOrder>()
        .example(r#"{"amount":100000,"reason":"moves out"}"#)
        .gives::<Asked>()
        .status(202),
        about(GET, "/api/v1/limits", "Limits in force, by counter, and raises that hold")
            .asks::<limits::Question>()
            .gives::<LimitsPage>(),
        about(POST, "/api/v1/limits/raises", "Ask a second person to raise a limit for a while")
            .takes::<RaiseOrder>()
            .example(
                r#"{"book":"simulated","limit":{"sale":500000},"until":1790000000000,"reason":"fair"}"#,
            )
            .gives::<Asked>()
            .status(202),
        about(POST, "/api/v1/accounts/{account}/arrears", "Agree about arrears")
            .keyed()
            .takes::<ArrearsOrder>()
            .gives::<ArrearsOrdered>(),
        about(
            POST,
            "/api/v1/accounts/{account}/arrears/{arrears}/cancel",
            "Ask for no more of some arrears",
        )
        .keyed()
        .takes::<ArrearsCancel>()
        .gives::<ArrearsOrdered>(),
        about(POST, "/api/v1/sales", "Sell; the credit is there before the answer is")
            .keyed()
            .takes::<SaleOrder>()
            .example(r#"{"account":1001,"amount":10000,"tender":"cash","handed":10000}"#)
            .gives::<Receipt>(),
        about(POST, "/api/v1/receipts/{receipt}/reversal", "Take a sale back")
            .keyed()
            .takes::<ReversalOrder>()
            .example(r#"{"book":"simulated","receipt":1,"reason":"wrong account"}"#)
            .gives::<Receipt>(),
        about(
            POST,
            "/api/v1/receipts/{receipt}/reversal/request",
            "Ask a second person to take a sale back",
        )
        .takes::<ReversalOrder>()
        .example(r#"{"book":"simulated","receipt":1,"reason":"wrong account"}"#)
        .gives::<Approval>()
        .status(201),
        about(GET, "/api/v1/receipts/{book}/{receipt}", "A receipt as it was issued")
            .gives::<Receipt>(),
        about(POST, "/api/v1/receipts/{book}/{receipt}/copies", "Print a receipt once more")
            .gives::<Receipt>(),
        about(GET, "/api/v1/payments", "Mobile payments, newest first")
            .asks::<payments::Which>()
            .gives::<Vec<PaymentView>>(),
        about(POST, "/api/v1/payments", "Begin a mobile payment; the answer has its QR code")
            .keyed()
            .takes::<PaymentRequest>()
            .example(r#"{"account":1001,"amount":10000}"#)
            .gives::<PaymentView>(),
        about(GET, "/api/v1/payments/{payment}", "One mobile payment").gives::<PaymentView>(),
        about(POST, "/api/v1/payments/{payment}/query", "Ask the provider how a payment stands")
            .gives::<PaymentView>(),
        about(POST, "/api/v1/payments/{payment}/cancel", "Wait for a payment no longer")
            .gives::<PaymentView>(),
        about(POST, "/api/v1/payments/{payment}/refund", "Send money back to the payer")
            .keyed()
            .takes::<PaymentReason>()
            .gives::<PaymentView>(),
        about(POST, "/api/v1/payments/{payment}/credit", "Credit what came in late or differed")
            .keyed()
            .takes::<PaymentReason>()
            .gives::<PaymentView>(),
        about(POST, "/api/v1/pay/{provider}/webhook", "A provider's own message, signed by it")
            .takes::<serde_json::Value>(),
        about(
            GET,
            "/api/v1/receipts/{book}/{receipt}/code.svg",
            "The QR code by which a receipt is verified",
        )
        .file("image/svg+xml"),
        about(GET, "/verify/{book}/{receipt}/{code}", "Whether a receipt is genuine, as a page")
            .file("text/html"),
        about(GET, "/api/v1/meters/{meter}/label.svg", "A QR code for the meter's cover")
            .file("image/svg+xml"),
        about(GET, "/api/v1/daybook", "Sales and reversals of a day, with sums")
            .asks::<daybook::Question>()
            .sheet::<DayBook>(),
        about(POST, "/api/v1/daybook/provider-file", "Match a provider's file with the day")
            .takes::<ProviderFile>()
            .gives::<Reconciled>(),
        about(GET, "/api/v1/shifts", "Shifts of a book, and the counters of the site")
            .asks::<shifts::Question>()
            .gives::<ShiftPage>(),
        about(POST, "/api/v1/shifts", "Open a shift of one's own at a counter")
            .takes::<ShiftOpening>()
            .example(r#"{"book":"simulated","counter":3,"float":20000}"#)
            .gives::<ShiftReport>()
            .status(201),
        about(GET, "/api/v1/shifts/{book}/{shift}", "The X report of an open shift, or a Z report")
            .gives::<ShiftReport>(),
        about(POST, "/api/v1/shifts/{book}/{shift}/close", "Count a shift and close it")
            .takes::<ShiftClosing>()
            .gives::<ShiftReport>(),
        about(POST, "/api/v1/shifts/{book}/{shift}/cash", "Lay cash into a till, or take it out")
            .keyed()
            .takes::<CashOrder>()
            .example(r#"{"amount":-50000,"with":"safe","reason":"too much in the till"}"#)
            .gives::<ShiftReport>(),
        about(
            POST,
            "/api/v1/shifts/{book}/{shift}/countersign",
            "Sign, as a second person, what was counted",
        )
        .takes::<Countersigning>()
        .gives::<ShiftReport>(),
        about(GET, "/api/v1/audit/findings", "What an auditor looks at first")
            .asks::<auditor::risks::Question>()
            .sheet::<audit::RiskPage>(),
        about(
            GET,
            "/api/v1/receipts/{book}/{receipt}/printing",
            "What became of a receipt on its way to paper",
        )
        .gives::<Printing>(),
        about(GET, "/api/v1/printing", "The printer and its queue").gives::<PrinterState>(),
        about(GET, "/api/v1/audit/acts", "What staff did besides money and supply")
            .asks::<auditor::acts::Question>()
            .sheet::<audit::ActsPage>(),
        about(GET, "/api/v1/audit/choices", "Kinds of acts, and staff, to filter by")
            .gives::<audit::Choices>(),
        about(GET, "/api/v1/audit/balances", "Opening, payments, charges and closing of accounts")
            .asks::<auditor::balances::Question>()
            .sheet::<audit::BalanceAudit>(),
        about(GET, "/api/v1/audit/entries", "Entries of the ledger over all accounts")
            .asks::<auditor::entries::Question>()
            .sheet::<audit::EntriesPage>(),
        about(GET, "/api/v1/audit/records/{seq}", "A record of the journal as it was kept")
            .gives::<audit::RecordPage>(),
        about(GET, "/api/v1/staff", "Everybody who works here, and who did")
            .asks::<page::Paging>()
            .gives::<Vec<StaffRow>>(),
        about(POST, "/api/v1/staff", "Add a person")
            .takes::<NewStaff>()
            .gives::<StaffRow>()
            .status(201),
        about(POST, "/api/v1/staff/{staff}", "Change a person's role or password, or let them go")
            .takes::<StaffChange>()
            .gives::<StaffRow>(),
        about(GET, "/api/v1/mass-cuts", "Whom the mass-disconnect breaker holds, and why")
            .gives::<breaker::MassCuts>(),
        about(POST, "/api/v1/mass-cuts/release", "Ask that held cuts go ahead")
            .takes::<breaker::ReleaseOrder>()
            .gives::<Asked>()
            .status(202),
        about(
            POST,
            "/api/v1/supplies",
            "Cut or restore many; a long list waits for a second person",
        )
        .takes::<breaker::SuppliesOrder>()
        .gives::<Asked>(),
        about(GET, "/api/v1/exceptions", "The work list: what needs a note to close")
            .asks::<page::Paging>()
            .gives::<Vec<ExceptionRow>>(),
        about(POST, "/api/v1/exceptions/close", "Close exceptions with one note")
            .takes::<ExceptionsClosed>(),
        about(GET, "/api/v1/alarms", "Conditions that need someone")
            .asks::<page::Paging>()
            .gives::<Vec<Alarm>>(),
        about(POST, "/api/v1/alarms/{alarm}/acknowledge", "Say that an alarm was seen"),
        about(
            GET,
            "/api/v1/accounts/{account}/ledger/{seq}/explain",
            "Why a charge is what it is, line by line",
        )
        .gives::<Explanation>(),
        about(GET, "/api/v1/tariffs", "All tariffs").gives::<Vec<TariffRow>>(),
        about(GET, "/api/v1/tariffs/templates", "Files to begin a tariff from")
            .gives::<Vec<Template>>(),
        about(POST, "/api/v1/tariffs/check", "Read a tariff file and say what is wrong with it")
            .takes::<CheckOrder>()
            .gives::<Checked>(),
        about(POST, "/api/v1/tariffs/preview", "What a draft would have cost on past load")
            .takes::<preview::PreviewOrder>()
            .gives::<preview::Preview>(),
        about(GET, "/api/v1/tariffs/drafts", "Drafts of tariffs")
            .asks::<page::Paging>()
            .gives::<Vec<Draft>>(),
        about(POST, "/api/v1/tariffs/drafts", "Keep a draft")
            .takes::<DraftOrder>()
            .gives::<Draft>()
            .status(201),
        about(DELETE, "/api/v1/tariffs/drafts/{draft}", "Throw a draft away"),
        about(
            POST,
            "/api/v1/tariffs/drafts/{draft}/request",
            "Ask a second person to publish a draft",
        )
        .takes::<PublicationOrder>()
        .gives::<Approval>()
        .status(201),
        about(GET, "/api/v1/tariffs/{tariff}", "One tariff, whole").gives::<TariffPage>(),
        about(GET, "/api/v1/policies", "Terms of prepayment: what holds where, in all versions")
            .gives::<Vec<PolicyRow>>(),
        about(POST, "/api/v1/policies", "Ask a second person to publish other terms at a place")
            .takes::<PolicyOrder>()
            .gives::<Asked>()
            .status(202),
        about(POST, "/api/v1/policies/check", "Try every course that terms allow; tells a bad one")
            .takes::<PolicyCheck>()
            .gives::<PolicyVerdict>(),
        about(GET, "/api/v1/approvals", "What waits for a second person, and what was decided")
            .gives::<Vec<Approval>>(),
        about(
            POST,
            "/api/v1/approvals/{approval}/approve",
            "Let through what somebody else asked for",
        )
        .takes::<Decision>()
        .gives::<Approval>(),
        about(POST, "/api/v1/approvals/{approval}/refuse", "Refuse what somebody asked for")
            .takes::<Decision>()
            .gives::<Approval>(),
        about(GET, "/api/v1/board", "What must always hold, and whether it does").gives::<Board>(),
        about(POST, "/api/v1/board/check", "Check everything now").gives::<Board>().status(202),
        about(POST, "/api/v1/board/backup", "Make a copy now").gives::<Board>().status(202),
        about(POST, "/api/v1/board/accept-loss", "Go on although records are missing")
            .takes::<LossAcceptance>()
            .gives::<Board>(),
        about(GET, "/api/v1/lines", "Lines to meters, and how each unit does")
            .gives::<Vec<LineView>>(),
        about(GET, "/api/v1/lines/{line}", "One line, with its last frames").gives::<LineView>(),
        about(GET, "/api/v1/lines/{line}/trace", "The last frames as a text file")
            .file("text/plain"),
        about(GET, "/api/v1/lines/{line}/scan", "How far a scan is").gives::<ScanView>(),
        about(POST, "/api/v1/lines/{line}/scan", "Look which units answer")
            .takes::<ScanOrder>()
            .gives::<ScanView>(),
        about(DELETE, "/api/v1/lines/{line}/scan", "End a scan").gives::<ScanView>(),
        about(POST, "/api/v1/lines/{line}/relay-test", "One step of a relay test")
            .takes::<RelayTest>()
            .gives::<RelayTested>(),
        about(GET, "/api/v1/commission", "Meters that were added on the page")
            .gives::<Vec<Commissioned>>(),
        about(POST, "/api/v1/commission", "Add meters, all or none")
            .takes::<AddMeters>()
            .gives::<Vec<Commissioned>>()
            .status(201),
        about(
            POST,
            "/api/v1/meters/{meter}/sign-off",
            "Display and register agree; billing begins",
        )
        .takes::<SignOff>()
        .gives::<Vec<Commissioned>>(),
        about(POST, "/api/v1/lines/{line}/raw", "A function of the vendor's own, byte by byte")
            .takes::<RawOrder>()
            .gives::<RawAnswer>(),
        about(GET, "/api/v1/clock", "The clock of simulated meters").gives::<Clock>(),
        about(POST, "/api/v1/clock", "Pause, resume or hurry simulated time")
            .takes::<ClockOrder>()
            .example(r#"{"pace":60}"#)
            .gives::<Clock>(),
    ]
}
