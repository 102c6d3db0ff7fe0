//! The program is killed in the middle of sales and of simulated settling, again and again. What was
//! acknowledged is there exactly once, what was not is made so by asking again with the same key,
//! and the journal proves itself after every round.

use std::cell::{Cell, RefCell};

use futures_util::future::join_all;
use shared::id::AccountId;
use shared::money::Money;

use super::book::{Asked, Journal, Notes};
use super::{Dice, building, rounds};
use crate::harness::{Caller, Folder, TestSite};

/// Sellers at the same time.
const SELLERS: usize = 8;
/// Floors of four flats: with shops, lift and pump a thousand meters. `METERHOUSE_CHAOS_FLOORS=12`
/// is for a debug build, which takes a minute for the first two days of a thousand.
fn floors() -> u16 {
    match std::env::var("METERHOUSE_CHAOS_FLOORS") {
        Ok(floors) => floors.parse().expect("METERHOUSE_CHAOS_FLOORS is a number"),
        Err(_unset) => 248,
    }
}

/// Sells in parallel until `kill_after` sales were acknowledged in this round, then ends the program
/// at once; every seller goes on until it gets no answer.
async fn sell_until_killed(
    site: &TestSite,
    till: &Caller,
    accounts: &[AccountId],
    notes: &RefCell<Notes>,
    round: u32,
    kill_after: u32,
) {
    let acknowledged = Cell::new(0);
    let seller = async |number: usize| {
        for (n, account) in (0_i64..).zip(accounts.iter().cycle().skip(number * 5)) {
            let key = format!("crash-{round:04}-{number}-{n:06}");
            let asked = Asked { key, account: *account, amount: Money::from_minor(100 + n) };
            let Some(receipt) = asked.ask(site, till).await else {
                notes.borrow_mut().open.push(asked);
                return;
            };
            notes.borrow_mut().sold.push((asked, receipt));
            acknowledged.set(acknowledged.get() + 1);
            if acknowledged.get() == kill_after {
                site.program().signal("KILL");
            }
        }
    };
    join_all((0..SELLERS).map(seller)).await;
}

#[tokio::test]
async fn nothing_acknowledged_is_lost_or_doubled_when_the_program_is_killed() {
    let mut dice = Dice::shown("kill");
    let folder = Folder::new();
    let file = building(&folder, floors(), 600);
    let mut site = TestSite::start_in(folder, &["run", "--site", &file]).await;
    let till = site.token("cashier");
    let accounts: Vec<AccountId> = (1_001..1_049).step_by(3).map(AccountId).collect();
    let notes = RefCell::new(Notes::default());

    for round in 0..rounds(6) {
        // From the first sale on to some dozens, so that the end comes at ever other moments.
        let kill_after = 1 + dice.below(47);
        sell_until_killed(&site, &till, &accounts, &notes, round, kill_after).await;
        site.kill();
        let told = site.verify();
        let said = String::from_utf8_lossy(&told.stdout).into_owned();
        assert!(told.status.success(), "after kill {round}: {said}");
        site.restart().await;

        let again = std::mem::take(&mut notes.borrow_mut().open);
        assert_eq!(again.len(), SELLERS, "every seller was cut off once");
        for asked in again {
            let receipt = asked.ask(&site, &till).await.expect("the program answers again");
            assert_eq!(receipt.amount, asked.amount);
            notes.borrow_mut().sold.push((asked, receipt));
        }
        // Whoever asks once more for what was sold gets the same receipt.
        let last = notes.borrow().sold.iter().rev().step_by(7).take(5).cloned().collect::<Vec<_>>();
        for (asked, receipt) in last {
            let same = asked.ask(&site, &till).await.expect("the program answers");
            assert_eq!((same.no, same.seq, same.seal), (receipt.no, receipt.seq, receipt.seal));
        }
    }

    assert!(site.stop().await.success());
    assert!(site.verify().status.success());
    notes.into_inner().compare(&Journal::read(&site), "crash-");
}
