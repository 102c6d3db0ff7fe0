//! Endpoints of lines, one method each.

use shared::api::line::{LineView, RawAnswer, RawOrder};
use shared::id::LineId;

use super::request::Request;
use super::{Answer, Backend};

impl Backend {
    pub async fn lines(&self) -> Answer<Vec<LineView>> {
        self.ask(Request::get("/lines")).await
    }

    pub async fn line(&self, line: LineId) -> Answer<LineView> {
        self.ask(Request::get(format!("/lines/{line}"))).await
    }

    pub async fn send_raw(&self, line: LineId, order: &RawOrder) -> Answer<RawAnswer> {
        self.ask(Request::post(format!("/lines/{line}/raw")).body(order)).await
    }
}
