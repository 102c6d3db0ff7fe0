//! Where a receipt is on its way to paper, as a line beside it.

use shared::api::printing::{Hindrance, PrintState, PrinterState, Printing};
use yew::prelude::*;

use crate::format;
use crate::hooks::{use_counter_texts, use_seat};
use crate::i18n::{CounterTexts, fill};

/// The server prints: the browser's own dialog is not needed.
pub fn server_prints(printing: Option<&Printing>) -> bool {
    match printing.map(|printing| printing.state) {
        None | Some(PrintState::NoPrinter) => false,
        Some(
            PrintState::NeverAsked
            | PrintState::Waiting { .. }
            | PrintState::Printing
            | PrintState::Printed { .. },
        ) => true,
    }
}

#[derive(PartialEq, Properties)]
pub struct PrintLineProps {
    pub printing: Printing,
}

#[component]
pub fn PrintLine(props: &PrintLineProps) -> Html {
    let (seat, words) = (use_seat(), use_counter_texts());
    let (class, line) = match props.printing.state {
        PrintState::NoPrinter | PrintState::NeverAsked => return Html::default(),
        PrintState::Printing => ("proof", words.printer.printing.to_owned()),
        PrintState::Printed { at } => {
            ("proof good", fill(words.printer.printed, &[&format::clock(at, &seat.zone)]))
        }
        PrintState::Waiting { why: Some(why), .. } => {
            ("proof off", fill(words.printer.waits_why, &[hindrance(words, why)]))
        }
        PrintState::Waiting { why: None, .. } => ("proof", words.printer.waits.to_owned()),
    };
    html! {
        <p {class} role="status">{ line }
            if props.printing.repeated { { " · " }{ words.printer.repeated } }
        </p>
    }
}

#[derive(PartialEq, Properties)]
pub struct PrinterNoticeProps {
    pub printer: Option<PrinterState>,
}

/// A line at the counter while the printer does not print.
#[component]
pub fn PrinterNotice(props: &PrinterNoticeProps) -> Html {
    let words = use_counter_texts();
    match props.printer {
        Some(PrinterState { why: Some(why), waiting, .. }) => html! {
            <p class="proof off" role="status">{ fill(words.printer.queue, &[hindrance(words, why), &waiting.to_string()]) }</p>
        },
        Some(PrinterState { why: None, .. }) | None => Html::default(),
    }
}

fn hindrance(words: &'static CounterTexts, why: Hindrance) -> &'static str {
    match why {
        Hindrance::Off => words.printer.off,
        Hindrance::Silent => words.printer.silent,
        Hindrance::NoPaper => words.printer.no_paper,
        Hindrance::CoverOpen => words.printer.cover_open,
        Hindrance::Fault => words.printer.fault,
        Hindrance::BrokenOff => words.printer.broken_off,
    }
}
