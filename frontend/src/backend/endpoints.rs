//! The endpoints, one method each, named as in `shared::api`.

use serde::Serialize;
use shared::api::board::{Board, LossAcceptance};
use shared::api::clock::ClockOrder;
use shared::api::ledger::LedgerPage;
use shared::api::meter::{
    HoldJudgement, MeterPage, PowerCurve, ReadingRow, SupplyOrder, SupplyOrdered,
};
use shared::api::overview::Overview;
use shared::api::printing::{PrinterState, Printing};
use shared::api::receipt::Receipt;
use shared::api::sale::{Found, Preview, ReversalOrder, SaleOrder};
use shared::api::session::{PasswordChange, Session, Setup, SignIn};
use shared::api::site::Site;
use shared::api::terms::{Confirmation, PauseOrder, ProtectionOrder};
use shared::id::{AccountId, AlarmId, Book, IdempotencyKey, MeterId, ReceiptNo, Seq};
use shared::money::Money;
use shared::time::Timestamp;
use shared::vend::Tender;

use super::request::{Request, quoted};
use super::{Answer, Backend};
use crate::route::book_word;

#[derive(Serialize)]
struct Nothing {}

impl Backend {
    pub async fn session(&self) -> Answer<Session> {
        self.ask(Request::get("/session")).await
    }

    pub async fn set_up(&self, setup: &Setup) -> Answer<()> {
        self.order(Request::post("/setup").body(setup)).await
    }

    pub async fn sign_in(&self, sign_in: &SignIn) -> Answer<()> {
        self.order(Request::post("/session").body(sign_in)).await
    }

    pub async fn sign_out(&self) -> Answer<()> {
        self.order(Request::delete("/session")).await
    }

    pub async fn change_password(&self, change: &PasswordChange) -> Answer<()> {
        self.order(Request::post("/session/password").body(change)).await
    }

    pub async fn site(&self) -> Answer<Site> {
        self.ask(Request::get("/site")).await
    }

    pub async fn overview(&self, book: Book) -> Answer<Overview> {
        self.ask(Request::get(format!("/overview?book={}", book_word(book)))).await
    }

    pub async fn meter(&self, meter: MeterId) -> Answer<MeterPage> {
        self.ask(Request::get(format!("/meters/{meter}"))).await
    }

    pub async fn power(
        &self,
        meter: MeterId,
        from: Timestamp,
        to: Timestamp,
    ) -> Answer<PowerCurve> {
        let path = format!("/meters/{meter}/power?from={}&to={}", from.millis(), to.millis());
        self.ask(Request::get(path)).await
    }

    pub async fn readings(
        &self,
        meter: MeterId,
        before: Option<Timestamp>,
    ) -> Answer<Vec<ReadingRow>> {
        let before = before.map_or_else(String::new, |at| format!("&before={}", at.millis()));
        self.ask(Request::get(format!("/meters/{meter}/readings?limit=50{before}"))).await
    }

    pub async fn protect(&self, meter: MeterId, order: &ProtectionOrder) -> Answer<()> {
        self.order(Request::post(format!("/meters/{meter}/protection")).body(order)).await
    }

    pub async fn confirm_supply(&self, meter: MeterId) -> Answer<()> {
        let confirmation = Confirmation::default();
        self.order(Request::post(format!("/meters/{meter}/confirmation")).body(&confirmation)).await
    }

    pub async fn take_emergency(&self, account: AccountId) -> Answer<()> {
        self.order(Request::post(format!("/accounts/{account}/emergency")).body(&Nothing {})).await
    }

    pub async fn pause(&self, account: AccountId, order: &PauseOrder) -> Answer<()> {
        self.order(Request::post(format!("/accounts/{account}/pause")).body(order)).await
    }

    pub async fn order_supply(
        &self,
        meter: MeterId,
        order: &SupplyOrder,
        key: &IdempotencyKey,
    ) -> Answer<SupplyOrdered> {
        self.ask(Request::post(format!("/meters/{meter}/supply")).body(order).key(key)).await
    }

    pub async fn judge(
        &self,
        meter: MeterId,
        judgement: &HoldJudgement,
        key: &IdempotencyKey,
    ) -> Answer<()> {
        self.order(Request::post(format!("/meters/{meter}/hold")).body(judgement).key(key)).await
    }

    pub async fn ledger(&self, account: AccountId, before: Option<Seq>) -> Answer<LedgerPage> {
        let before = before.map_or_else(String::new, |seq| format!("&before={seq}"));
        self.ask(Request::get(format!("/accounts/{account}/ledger?limit=50{before}"))).await
    }

    pub async fn search(&self, query: &str) -> Answer<Vec<Found>> {
        self.ask(Request::get(format!("/search?q={}", quoted(query)))).await
    }

    pub async fn preview(
        &self,
        account: AccountId,
        amount: Money,
        tender: Tender,
    ) -> Answer<Preview> {
        let tender = match tender {
            Tender::Cash => "cash",
            Tender::Card => "card",
            Tender::Mobile => "mobile",
        };
        let path = format!("/accounts/{account}/preview?amount={}&tender={tender}", amount.minor());
        self.ask(Request::get(path)).await
    }

    pub async fn sell(&self, order: &SaleOrder, key: &IdempotencyKey) -> Answer<Receipt> {
        self.ask(Request::post("/sales").body(order).key(key)).await
    }

    pub async fn receipt(&self, book: Book, no: ReceiptNo) -> Answer<Receipt> {
        self.ask(Request::get(format!("/receipts/{}/{no}", book_word(book)))).await
    }

    pub async fn reprint(&self, book: Book, no: ReceiptNo) -> Answer<Receipt> {
        let path = format!("/receipts/{}/{no}/copies", book_word(book));
        self.ask(Request::post(path).body(&Nothing {})).await
    }

    pub async fn printing(&self, book: Book, no: ReceiptNo) -> Answer<Printing> {
        self.ask(Request::get(format!("/receipts/{}/{no}/printing", book_word(book)))).await
    }

    pub async fn printer(&self) -> Answer<PrinterState> {
        self.ask(Request::get("/printing")).await
    }

    /// Asks a second person to take a sale back.
    pub async fn ask_reversal(&self, order: &ReversalOrder) -> Answer<()> {
        self.order(
            Request::post(format!("/receipts/{}/reversal/request", order.receipt)).body(order),
        )
        .await
    }

    pub async fn reverse(&self, order: &ReversalOrder, key: &IdempotencyKey) -> Answer<Receipt> {
        self.ask(
            Request::post(format!("/receipts/{}/reversal", order.receipt)).body(order).key(key),
        )
        .await
    }

    pub async fn acknowledge(&self, alarm: AlarmId) -> Answer<()> {
        self.order(Request::post(format!("/alarms/{alarm}/acknowledge")).body(&Nothing {})).await
    }

    pub async fn board(&self) -> Answer<Board> {
        self.ask(Request::get("/board")).await
    }

    /// `check` or `backup`, now.
    pub async fn order_board(&self, what: &str) -> Answer<()> {
        self.order(Request::post(format!("/board/{what}")).body(&Nothing {})).await
    }

    pub async fn accept_loss(&self, acceptance: &LossAcceptance) -> Answer<()> {
        self.order(Request::post("/board/accept-loss").body(acceptance)).await
    }

    /// The live stream brings what became of it.
    pub async fn order_clock(&self, order: ClockOrder) -> Answer<()> {
        self.order(Request::post("/clock").body(&order)).await
    }
}
