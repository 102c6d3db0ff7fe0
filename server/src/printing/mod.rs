//! Receipts on paper: a queue on the disk, and one task that takes it to the counter's printer.
//!
//! A sale never waits for paper. What it says is made here too: `paper` says what stands on it,
//! `rows` lays it out, `escpos` and `raster` make bytes of it, `wire` talks to the printer.

mod escpos;
mod paper;
mod queue;
mod raster;
mod rows;
mod status;
mod wire;
pub mod words;

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use shared::api::printing::{Hindrance, PrintState, PrinterState, Printing};
use shared::api::receipt::Receipt;
use shared::id::{Book, ReceiptNo};
use shared::money::Currency;
use shared::time::{Span, Zone};
use shared::vend::Tender;
use tokio::sync::{Notify, watch};
use tokio::time::sleep;

use crate::clock;
use crate::config::printer::{Letters, Printer};
use crate::store::StoreError;
use crate::store::desk::Desk;
use paper::Style;
use queue::Job;

/// How long a printer rests after it did not print, at first and at most.
const REST: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(10));
/// A drawer opens for the customer at the counter, not for the receipt of an hour ago.
const FRESH: Span = Span::from_mins(1);

/// The counter's printer and its queue.
#[derive(Debug)]
pub(crate) struct Press {
    at_work: Option<AtWork>,
}

#[derive(Debug)]
struct AtWork {
    printer: Printer,
    style: Style,
    queue: Desk,
    asked: Notify,
    /// What the printer lacked when it was last tried, and the paper that is being printed.
    now: Mutex<Now>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Now {
    why: Option<Hindrance>,
    printing: Option<(Book, ReceiptNo)>,
}

impl Press {
    /// Opens the queue in the data folder, where the site has a printer.
    pub(crate) fn open(
        dir: &Path,
        printer: Option<Printer>,
        currency: Currency,
        zone: &Zone,
    ) -> Result<Arc<Self>, StoreError> {
        let at_work = match printer {
            Some(printer) => {
                let style = Style { language: printer.language, currency, zone: zone.clone() };
                let queue = Desk::start("printing", queue::QUEUE.open(&queue::path(dir))?)?;
                let (asked, now) = (Notify::new(), Mutex::default());
                Some(AtWork { printer, style, queue, asked, now })
            }
            None => None,
        };
        Ok(Arc::new(Self { at_work }))
    }

    /// Lets a receipt wait for the printer. Its sale stands, whatever becomes of the paper.
    pub(crate) async fn ask(&self, receipt: &Receipt, link: Option<String>) {
        let Some(at_work) = &self.at_work else { return };
        let (kept, link) = (receipt.clone(), link.unwrap_or_default());
        let now = clock::now();
        match at_work.queue.ask(move |db| queue::add(db, &kept, &link, now)).await {
            Ok(()) => at_work.asked.notify_one(),
            Err(error) => tracing::error!(%error, "receipt {} cannot wait for paper", receipt.no),
        }
    }

    pub(crate) async fn state(&self) -> Result<PrinterState, StoreError> {
        let Some(at_work) = &self.at_work else {
            return Ok(PrinterState { present: false, waiting: 0, why: None });
        };
        let waiting = at_work.queue.ask(|db| queue::waiting(db)).await?;
        Ok(PrinterState { present: true, waiting, why: at_work.now().why })
    }

    /// What became of a receipt's last paper.
    pub(crate) async fn of(&self, book: Book, no: ReceiptNo) -> Result<Printing, StoreError> {
        let without = |state| Printing { state, copy: 0, repeated: false };
        let Some(at_work) = &self.at_work else { return Ok(without(PrintState::NoPrinter)) };
        let progress = at_work.queue.ask(move |db| queue::progress(db, book, no)).await?;
        let Some(progress) = progress else { return Ok(without(PrintState::NeverAsked)) };
        let now = at_work.now();
        let mut repeated = progress.begun > 1;
        let state = match progress.printed {
            Some(at) => PrintState::Printed { at },
            None if now.printing == Some((book, no)) => PrintState::Printing,
            None => {
                repeated = progress.begun > 0;
                PrintState::Waiting { ahead: progress.ahead, why: now.why }
            }
        };
        Ok(Printing { state, copy: progress.copy, repeated })
    }

    /// Prints what waits, one paper after the other, until the server ends.
    pub(crate) async fn run(self: Arc<Self>, mut stop: watch::Receiver<bool>) {
        let Some(at_work) = &self.at_work else { return };
        let mut rest = REST.0;
        loop {
            let turn = tokio::select! {
                turn = at_work.turn() => turn,
                _ = stop.wait_for(|stop| *stop) => return,
            };
            let pause = match turn {
                Turn::Printed => {
                    rest = REST.0;
                    continue;
                }
                Turn::Idle => None,
                Turn::Hindered => {
                    let pause = rest;
                    rest = (rest * 2).min(REST.1);
                    Some(pause)
                }
            };
            let rested = async {
                match pause {
                    Some(pause) => sleep(pause).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = at_work.asked.notified() => {}
                () = rested => {}
                _ = stop.wait_for(|stop| *stop) => return,
            }
        }
    }
}

enum Turn {
    Printed,
    Idle,
    Hindered,
}

impl AtWork {
    fn now(&self) -> Now {
        *self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, now: Now) {
        let before =
            std::mem::replace(&mut *self.now.lock().unwrap_or_else(PoisonError::into_inner), now);
        if before.why != now.why {
            if let Some(why) = now.why {
                tracing::warn!(?why, "the printer {} does not print", self.printer.address);
            } else {
                tracing::info!("the printer {} prints", self.printer.address);
            }
        }
    }

    async fn turn(&self) -> Turn {
        let job = match self.queue.ask(|db| queue::next(db)).await {
            Ok(Some(job)) => job,
            Ok(None) => return Turn::Idle,
            Err(error) => {
                tracing::error!(%error, "the print queue cannot be read");
                return Turn::Hindered;
            }
        };
        match self.print(&job).await {
            Ok(()) => {
                self.set(Now::default());
                Turn::Printed
            }
            Err(why) => {
                self.set(Now { why, printing: None });
                Turn::Hindered
            }
        }
    }

    /// One paper, from asking the printer how it is to the proof. `Err(None)`: it is our disk.
    async fn print(&self, job: &Job) -> Result<(), Option<Hindrance>> {
        let ready = wire::greet(&self.printer).await?;
        let number = job.job;
        let kept = |error: StoreError| {
            tracing::error!(%error, "the print queue cannot be written");
            None
        };
        self.queue.ask(move |db| queue::begin(db, number)).await.map_err(kept)?;
        self.set(Now { why: None, printing: Some((job.receipt.book, job.receipt.no)) });
        ready.print(&self.bytes(job)).await?;
        let now = clock::now();
        self.queue.ask(move |db| queue::printed(db, number, now)).await.map_err(kept)
    }

    fn bytes(&self, job: &Job) -> Vec<u8> {
        let parts = paper::parts(&job.receipt, job.link.as_deref(), job.begun > 0, &self.style);
        let width = self.printer.width;
        let drawer = self.printer.drawer && opens_drawer(job, clock::now());
        match &self.printer.letters {
            Letters::Gb18030 => escpos::paper(&rows::rows(&parts, width, escpos::cells), drawer),
            Letters::Raster(font) => {
                let rows = rows::rows(&parts, width, raster::cells);
                escpos::around(raster::image(&rows, width, font), drawer)
            }
        }
    }
}

/// Cash changes hands, now, and for the first time.
fn opens_drawer(job: &Job, now: shared::time::Timestamp) -> bool {
    job.receipt.tender == Tender::Cash
        && job.receipt.copy == 0
        && job.begun == 0
        && now - job.asked <= FRESH
}

#[cfg(test)]
mod tests {
    use shared::time::Timestamp;

    use super::paper::samples::receipt;
    use super::*;

    #[test]
    fn the_drawer_opens_for_fresh_cash_only() {
        let asked = Timestamp::from_millis(0);
        let job = |receipt, begun| Job { job: 1, receipt, link: None, asked, begun };
        let at = |minutes| asked + Span::from_mins(minutes);
        let card = Receipt { tender: Tender::Card, ..receipt() };
        let copy = Receipt { copy: 1, ..receipt() };
        for (what, job, now, opens) in [
            ("cash", job(receipt(), 0), at(1), true),
            ("cash, printed late", job(receipt(), 0), at(2), false),
            ("cash, printed again", job(receipt(), 1), at(0), false),
            ("a card", job(card, 0), at(0), false),
            ("a copy", job(copy, 0), at(0), false),
        ] {
            assert_eq!(opens_drawer(&job, now), opens, "{what}");
        }
    }
}
