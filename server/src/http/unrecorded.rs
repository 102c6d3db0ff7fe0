//! What was done on the command line comes into the journal before it is of any use: a token made
//! there works from the moment its making is on record.

use shared::id::StaffId;
use tokio::sync::Mutex;

use super::audit;
use super::problem::Trouble;
use super::state::State;
use crate::store::registry::unrecorded;

/// What stands beside such an act.
const NOTE: &str = "on the command line";

/// One takes over at a time, so that nothing is recorded twice.
#[derive(Debug, Default)]
pub(crate) struct Unrecorded(Mutex<()>);

/// Takes over what is waiting. The error: the journal could not be written, and it waits on.
pub(crate) async fn take_over(state: &State) -> Result<(), Trouble> {
    let waiting = || state.registry.ask(|db| unrecorded::all(db));
    if waiting().await.map_err(keeping)?.is_empty() {
        return Ok(());
    }
    let _alone = state.unrecorded.0.lock().await;
    for (no, act) in waiting().await.map_err(keeping)? {
        audit::record(state, StaffId(0), act, NOTE).await?;
        let recorded = state.registry.ask(move |db| unrecorded::recorded(db, no));
        recorded.await.map_err(keeping)?;
    }
    Ok(())
}

fn keeping(error: impl std::fmt::Display) -> Trouble {
    Trouble::fault("read the registry", error)
}
