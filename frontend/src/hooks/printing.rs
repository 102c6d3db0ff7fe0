//! Where receipts are on their way to paper, asked until they are there.

use std::rc::Rc;
use std::time::Duration;

use shared::api::printing::{PrintState, PrinterState, Printing};
use shared::id::{Book, ReceiptNo};
use yew::prelude::*;

use super::{use_backend, use_task};

/// How long until the next look at a paper that is under way.
const BEAT: Duration = Duration::from_secs(1);

/// What is known of a receipt's last paper; a `round` more asks anew, after a reprint.
#[hook]
pub fn use_printing(book: Book, no: ReceiptNo, round: u32) -> Option<Rc<Printing>> {
    let backend = use_backend();
    let known = use_state_eq(|| None::<Rc<Printing>>);
    {
        let known = known.clone();
        use_task((book, no, round), move |(book, no, _round)| async move {
            loop {
                // Without an answer the page says nothing about paper; the sale stands anyway.
                if let Ok(printing) = backend.printing(book, no).await {
                    known.set(Some(Rc::new(printing)));
                    if !under_way(printing.state) {
                        return;
                    }
                }
                gloo_timers::future::sleep(BEAT).await;
            }
        });
    }
    (*known).clone()
}

fn under_way(state: PrintState) -> bool {
    match state {
        PrintState::Waiting { .. } | PrintState::Printing => true,
        PrintState::NoPrinter | PrintState::NeverAsked | PrintState::Printed { .. } => false,
    }
}

/// How the counter's printer is, looked at every few seconds where there is one.
#[hook]
pub fn use_printer() -> Option<PrinterState> {
    let backend = use_backend();
    let state = use_state_eq(|| None::<PrinterState>);
    {
        let state = state.clone();
        use_task((), move |()| async move {
            while let Ok(seen) = backend.printer().await {
                state.set(Some(seen));
                if !seen.present {
                    return;
                }
                gloo_timers::future::sleep(5 * BEAT).await;
            }
        });
    }
    *state
}
