//! What staff did besides money and supply goes into the hash chain: by numbers, never by names.

use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};

use actix_web::web;
use shared::id::StaffId;
use shared::site::Command;
use shared::staff::Act;
use shared::time::Span;

use super::problem::Trouble;
use super::state::State;
use super::tariffs::{book, now};
use crate::clock;
use crate::store::registry::staff;

/// Refused sign-ins are put on record at most this often, so that guessing cannot fill the journal.
const PACE: Span = Span::from_mins(1);

/// Refused sign-ins that are not on record yet.
#[derive(Debug, Default)]
pub(crate) struct Refusals {
    times: AtomicU32,
    told: AtomicI64,
}

/// Keeps an act. What it makes so comes after: nothing is done that is not on record.
pub(super) async fn record(
    state: &State,
    by: StaffId,
    act: Act,
    note: impl Into<String>,
) -> Result<(), Trouble> {
    let command = Command::Act { act, note: note.into() };
    state.billing.order(book(state), now(state), by, None, command).await.map(drop)
}

/// Counts a refused sign-in. The answer does not wait for it, and so tells nothing about the name.
pub(super) fn refused(state: &web::Data<State>, name: &str) {
    let (at, refusals) = (clock::now().millis(), &state.refusals);
    refusals.times.fetch_add(1, Ordering::Relaxed);
    let told = refusals.told.load(Ordering::Relaxed);
    let due = (at - told).abs() >= PACE.millis();
    let ours =
        |told| refusals.told.compare_exchange(told, at, Ordering::Relaxed, Ordering::Relaxed);
    if !due || ours(told).is_err() {
        return;
    }
    let times = refusals.times.swap(0, Ordering::Relaxed);
    let (state, name) = (state.clone(), name.trim().to_owned());
    actix_web::rt::spawn(async move {
        let known = state.registry.ask(move |db| staff::named(db, &name)).await;
        let staff = known.ok().flatten().map(|known| known.person.staff);
        let act = Act::SignInsRefused { staff, times };
        if record(&state, StaffId(0), act, String::new()).await.is_err() {
            tracing::warn!(times, "refused sign-ins could not be put on record");
        }
    });
}
