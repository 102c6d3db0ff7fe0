//! The endpoints of shifts and limits.

use shared::api::approval::Asked;
use shared::api::limits::{LimitsPage, RaiseOrder};
use shared::api::shift::{
    CashOrder, Countersigning, ShiftClosing, ShiftOpening, ShiftPage, ShiftReport,
};
use shared::id::{Book, IdempotencyKey, ShiftNo};

use super::request::Request;
use super::{Answer, Backend};
use crate::route::book_word;

impl Backend {
    pub async fn shifts(&self, book: Book) -> Answer<ShiftPage> {
        self.ask(Request::get(format!("/shifts?book={}", book_word(book)))).await
    }

    pub async fn open_shift(&self, order: &ShiftOpening) -> Answer<ShiftReport> {
        self.ask(Request::post("/shifts").body(order)).await
    }

    pub async fn close_shift(
        &self,
        book: Book,
        shift: ShiftNo,
        order: &ShiftClosing,
    ) -> Answer<ShiftReport> {
        let path = format!("/shifts/{}/{shift}/close", book_word(book));
        self.ask(Request::post(path).body(order)).await
    }

    pub async fn limits(&self, book: Book) -> Answer<LimitsPage> {
        self.ask(Request::get(format!("/limits?book={}", book_word(book)))).await
    }

    pub async fn ask_raise(&self, order: &RaiseOrder) -> Answer<Asked> {
        self.ask(Request::post("/limits/raises").body(order)).await
    }

    pub async fn move_cash(
        &self,
        book: Book,
        shift: ShiftNo,
        key: &IdempotencyKey,
        order: &CashOrder,
    ) -> Answer<ShiftReport> {
        let path = format!("/shifts/{}/{shift}/cash", book_word(book));
        self.ask(Request::post(path).key(key).body(order)).await
    }

    pub async fn countersign_shift(&self, book: Book, shift: ShiftNo) -> Answer<ShiftReport> {
        let path = format!("/shifts/{}/{shift}/countersign", book_word(book));
        self.ask(Request::post(path).body(&Countersigning { note: String::new() })).await
    }
}
