//! Counters at the start: limits of the site file, and open shifts for the log-ins of a demo.

use actix::Addr;
use shared::actor::billing::{BillingSupervisor, Do};
use shared::api::session::Role;
use shared::counter::{CounterOrder, Denied, LimitsOf};
use shared::id::{Book, CounterId, StaffId};
use shared::money::Money;
use shared::site::{Command, Order, Refusal};
use shared::time::Timestamp;

use crate::cli::Fault;
use crate::store::desk::Desk;
use crate::store::registry::staff;

/// What lies in the tills of a demo, in minor units.
const FLOAT: i64 = 20_000;
/// The demo's counters; everybody who sells in it has one.
pub(super) const OF_DEMO: [(CounterId, &str); 4] = [
    (CounterId(1), "Front desk"),
    (CounterId(2), "Office"),
    (CounterId(3), "Gatehouse"),
    (CounterId(4), "Kiosk"),
];

/// The limits of the site file hold from now on; those that hold already change nothing.
pub(super) async fn limit(
    limits: &LimitsOf,
    (book, now): (Book, Timestamp),
    billing: &Addr<BillingSupervisor>,
) -> Result<Option<Order>, Fault> {
    let note = "site file".to_owned();
    let order = CounterOrder::Limit { limits: limits.clone(), approved_by: None, note };
    send(billing, book, now, StaffId(0), order).await
}

/// Opens a shift for each ready log-in that sells, unless one is open.
pub(super) async fn open_for_demo(
    registry: &Desk,
    billing: &Addr<BillingSupervisor>,
    now: Timestamp,
) -> Result<(), Fault> {
    let staff = registry.ask(|db| staff::all(db)).await.map_err(Fault::failed)?;
    for (role, counter) in [(Role::Cashier, CounterId(1)), (Role::Admin, CounterId(2))] {
        let ready = |entry: &&staff::StaffEntry| {
            entry.person.role == role && ["cashier", "admin"].contains(&entry.person.name.as_str())
        };
        let Some(entry) = staff.iter().find(ready) else { continue };
        let order = CounterOrder::Open { counter, float: Money::from_minor(FLOAT) };
        send(billing, Book::Simulated, now, entry.person.staff, order).await?;
    }
    Ok(())
}

/// The order again, where it has to wait until records that are missing are given up.
async fn send(
    billing: &Addr<BillingSupervisor>,
    book: Book,
    now: Timestamp,
    by: StaffId,
    order: CounterOrder,
) -> Result<Option<Order>, Fault> {
    let order = Order { book, now, by, key: None, command: Command::Counter(order) };
    match billing.send(Do(order.clone())).await.map_err(Fault::failed)? {
        Ok(_) | Err(Refusal::Counter(Denied::HasShift(_) | Denied::CounterTaken { .. })) => {
            Ok(None)
        }
        Err(Refusal::Halted) => Ok(Some(order)),
        Err(refusal) => Err(Fault::failed(format!("cannot set up the counters: {refusal}"))),
    }
}
