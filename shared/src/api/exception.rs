//! The work list: `GET /api/v1/exceptions` answers with a list, longest open first; `POST
//! /api/v1/exceptions/close` closes any number of one book with one note.

use serde::{Deserialize, Serialize};

use crate::api::alarm::AlarmKind;
use crate::energy::Register;
use crate::id::{AccountId, Book, MeterId};
use crate::site::{Exception, HoldResolution};
use crate::time::Timestamp;

pub use crate::meter::ExceptionKind;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ExceptionRow {
    pub book: Book,
    pub account: AccountId,
    pub meter: MeterId,
    /// The room, so that the list reads without a look-up.
    pub name: String,
    pub kind: ExceptionKind,
    pub since: Timestamp,
    /// What was believed last.
    pub last: Option<Register>,
    /// What was seen and is held, and why.
    pub held: Option<(Register, AlarmKind)>,
}

impl ExceptionRow {
    pub fn of(open: Exception, name: String) -> Self {
        Self {
            book: open.book,
            account: open.account,
            meter: open.meter,
            name,
            kind: open.kind,
            since: open.since,
            last: open.last.map(|last| last.register),
            held: open.held.map(|held| (held.seen.register, held.kind)),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ExceptionsClosed {
    pub book: Book,
    pub exceptions: Vec<(MeterId, ExceptionKind)>,
    /// The judgement of held readings among them.
    #[serde(default)]
    pub resolution: Option<HoldResolution>,
    /// Why, in the person's words; kept in the journal.
    pub note: String,
}
