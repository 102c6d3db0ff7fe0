//! People, their sessions, and tokens of programs.

use shared::api::session::{NewStaff, PasswordAgain, SessionRow, StaffChange, StaffRow};
use shared::api::token::{NewToken, TokenMade, TokenRow};
use shared::id::StaffId;

use super::request::Request;
use super::{Answer, Backend};

impl Backend {
    pub async fn staff(&self) -> Answer<Vec<StaffRow>> {
        self.ask(Request::get("/staff")).await
    }

    pub async fn add_staff(&self, new: &NewStaff) -> Answer<()> {
        self.order(Request::post("/staff").body(new)).await
    }

    pub async fn change_staff(&self, staff: StaffId, change: &StaffChange) -> Answer<()> {
        self.order(Request::post(format!("/staff/{staff}")).body(change)).await
    }

    /// The password once more, before something weighty.
    pub async fn confirm(&self, again: &PasswordAgain) -> Answer<()> {
        self.order(Request::post("/session/confirm").body(again)).await
    }

    /// One's own sessions, or everybody's.
    pub async fn sessions(&self, all: bool) -> Answer<Vec<SessionRow>> {
        self.ask(Request::get(if all { "/sessions" } else { "/session/own" })).await
    }

    pub async fn end_session(&self, row: &SessionRow, own: bool) -> Answer<()> {
        let place = if own { "session/own" } else { "sessions" };
        self.order(Request::delete(format!("/{place}/{}", row.session))).await
    }

    /// Signs oneself out everywhere but here.
    pub async fn end_other_sessions(&self) -> Answer<()> {
        self.order(Request::delete("/session/own")).await
    }

    pub async fn tokens(&self) -> Answer<Vec<TokenRow>> {
        self.ask(Request::get("/tokens")).await
    }

    pub async fn make_token(&self, new: &NewToken) -> Answer<TokenMade> {
        self.ask(Request::post("/tokens").body(new)).await
    }

    pub async fn revoke_token(&self, token: u32) -> Answer<()> {
        self.order(Request::delete(format!("/tokens/{token}"))).await
    }
}
