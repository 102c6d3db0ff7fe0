//! Keeps the auditor's sums near the ledger's end, so that a question never waits for a month of it.

use std::time::Duration;

use shared::time::Zone;
use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval};

use crate::store::desk::Desk;
use crate::store::report::audit::sums;

const EVERY: Duration = Duration::from_mins(1);
/// Records in one go; questions are answered in between.
const CHUNK: i64 = 20_000;

pub(crate) async fn keep(audit: Desk, zone: Zone, mut stop: watch::Receiver<bool>) {
    let mut tick = interval(EVERY);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = tick.tick() => {}
            _ = stop.wait_for(|stop| *stop) => break,
        }
        let mut more = true;
        while more && !*stop.borrow() {
            let zone = zone.clone();
            let folded = audit.ask(move |db| sums::fold_some(db, &zone, CHUNK)).await;
            more = match folded {
                Ok((_, more)) => more,
                Err(error) => {
                    tracing::error!(%error, "cannot sum up the ledger for the auditor");
                    false
                }
            };
        }
    }
}
