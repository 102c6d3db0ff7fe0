//! Endpoints of lines, one method each.

use shared::api::commission::{AddMeters, Commissioned, RelayTest, RelayTested, SignOff};
use shared::api::line::{LineView, RawAnswer, RawOrder};
use shared::api::scan::{ScanOrder, ScanView};
use shared::id::{LineId, MeterId};

use super::request::Request;
use super::{Answer, Backend};

impl Backend {
    pub async fn lines(&self) -> Answer<Vec<LineView>> {
        self.ask(Request::get("/lines")).await
    }

    pub async fn line(&self, line: LineId) -> Answer<LineView> {
        self.ask(Request::get(format!("/lines/{line}"))).await
    }

    pub async fn scan(&self, line: LineId) -> Answer<ScanView> {
        self.ask(Request::get(format!("/lines/{line}/scan"))).await
    }

    pub async fn start_scan(&self, line: LineId, order: &ScanOrder) -> Answer<ScanView> {
        self.ask(Request::post(format!("/lines/{line}/scan")).body(order)).await
    }

    pub async fn end_scan(&self, line: LineId) -> Answer<ScanView> {
        self.ask(Request::delete(format!("/lines/{line}/scan"))).await
    }

    pub async fn test_relay(&self, line: LineId, test: &RelayTest) -> Answer<RelayTested> {
        self.ask(Request::post(format!("/lines/{line}/relay-test")).body(test)).await
    }

    pub async fn commissioned(&self) -> Answer<Vec<Commissioned>> {
        self.ask(Request::get("/commission")).await
    }

    pub async fn add_meters(&self, order: &AddMeters) -> Answer<Vec<Commissioned>> {
        self.ask(Request::post("/commission").body(order)).await
    }

    pub async fn sign_off(&self, meter: MeterId, display: &str) -> Answer<Vec<Commissioned>> {
        let order = SignOff { display: display.to_owned() };
        self.ask(Request::post(format!("/meters/{meter}/sign-off")).body(&order)).await
    }

    pub async fn send_raw(&self, line: LineId, order: &RawOrder) -> Answer<RawAnswer> {
        self.ask(Request::post(format!("/lines/{line}/raw")).body(order)).await
    }
}
