//! The work list: what needs a note to close, and closing it, one by one or many at once.

use crate::event::Event;
use crate::id::{AccountId, Book, MeterId};
use crate::meter::{ExceptionKind, Held, Point};
use crate::prepaid::{Account, Metered, Provisional};
use crate::site::decide::Now;
use crate::site::{HoldResolution, Refusal, Site};
use crate::time::Timestamp;

/// Something that waits for somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exception {
    pub book: Book,
    pub account: AccountId,
    pub meter: MeterId,
    pub kind: ExceptionKind,
    pub since: Timestamp,
    /// What was believed last.
    pub last: Option<Point>,
    /// What was seen and is held.
    pub held: Option<Held>,
}

impl Site {
    /// Everything that needs a note to close, longest open first.
    pub fn exceptions(&self) -> Vec<Exception> {
        let mut all: Vec<_> = self.accounts.values().flat_map(of_account).collect();
        all.sort_by_key(|exception| (exception.since, exception.meter, exception.kind));
        all
    }

    pub fn count_exceptions(&self, book: Book) -> usize {
        let own = self.accounts.values().filter(|account| account.book == book);
        own.flat_map(of_account).count()
    }
}

fn of_account(account: &Account) -> impl Iterator<Item = Exception> {
    account.meters.iter().flat_map(move |(meter, metered)| {
        let open = move |kind, since| Exception {
            book: account.book,
            account: account.id,
            meter: *meter,
            kind,
            since,
            last: metered.seen(),
            held: metered.held(),
        };
        open_kinds(account, *meter, metered).into_iter().map(move |(kind, since)| open(kind, since))
    })
}

fn open_kinds(
    account: &Account,
    meter: MeterId,
    metered: &Metered,
) -> Vec<(ExceptionKind, Timestamp)> {
    let held = metered.held().map(|held| (ExceptionKind::Held, held.seen.at));
    let missing = metered.provisional().map(Provisional::since);
    let missing = missing.map(|since| (ExceptionKind::Missing, since));
    let undelivered = account.standing.undelivered && account.meters.keys().next() == Some(&meter);
    let undelivered = undelivered.then(|| (ExceptionKind::Undelivered, metered.open_since()));
    let all = [held, missing, undelivered].into_iter().flatten();
    all.filter(|(kind, _)| !account.noted.contains(&(*kind, meter))).collect()
}

impl Now<'_> {
    /// Closes exceptions with one note: held readings by the judgement, others by the note alone.
    /// All or none: everything is looked at before anything is done.
    pub(super) fn close_exceptions(
        &mut self,
        exceptions: &[(MeterId, ExceptionKind)],
        resolution: Option<HoldResolution>,
        note: &str,
    ) -> Result<(), Refusal> {
        let note = note.trim();
        if note.is_empty() {
            return Err(Refusal::NoReason);
        }
        for (meter, kind) in exceptions {
            self.closable(*meter, *kind, resolution)?;
        }
        for (meter, kind) in exceptions {
            let meter = *meter;
            match (kind, resolution) {
                (ExceptionKind::Held, Some(resolution)) => self.resolve(meter, resolution, note)?,
                (ExceptionKind::Held, None) => return Err(Refusal::NoJudgement),
                (ExceptionKind::Missing | ExceptionKind::Undelivered, _) => {
                    let account = self.account_of(meter)?.id;
                    let note = note.to_owned();
                    self.emit(Event::ExceptionNoted { account, meter, exception: *kind, note });
                }
            }
        }
        Ok(())
    }

    fn closable(
        &self,
        meter: MeterId,
        kind: ExceptionKind,
        resolution: Option<HoldResolution>,
    ) -> Result<(), Refusal> {
        let account = self.account_of(meter)?;
        let metered = account.meters.get(&meter).ok_or(Refusal::NoMeter(meter))?;
        if !open_kinds(account, meter, metered).iter().any(|(open, _)| *open == kind) {
            return Err(Refusal::NoException(meter));
        }
        match (kind, resolution) {
            (ExceptionKind::Held, None) => Err(Refusal::NoJudgement),
            (ExceptionKind::Held, Some(HoldResolution::BillDifference)) => {
                let (held, last) =
                    metered.held().zip(metered.seen()).ok_or(Refusal::NothingHeld(meter))?;
                let Some(used) = held.seen.register.since(last.register) else { return Ok(()) };
                let priced = account.clone().charge(meter, held.seen, used);
                priced.map_err(|_unpriced| Refusal::NoPrice)
            }
            (ExceptionKind::Held, Some(HoldResolution::NewStart))
            | (ExceptionKind::Missing | ExceptionKind::Undelivered, _) => Ok(()),
        }
    }
}
