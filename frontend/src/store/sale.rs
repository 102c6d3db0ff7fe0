//! The sale page, step by step: find, amount, confirm, send, done. Enter goes one step on and never
//! two; Escape goes back and never takes money.

use std::rc::Rc;

use shared::api::live::{MeterChange, MeterState};
use shared::api::receipt::Receipt;
use shared::api::sale::{Found, Preview, SaleOrder, Tender};
use shared::money::{Currency, Money};
use yew::Reducible;

use super::outbox::PendingSale;
use crate::backend::Failure;

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sale {
    pub step: Step,
    pub query: String,
    /// `None` while nothing was searched.
    pub results: Option<Vec<Found>>,
    pub chosen: usize,
    pub amount: String,
    pub tender: Option<Tender>,
    pub handed: String,
    pub reference: String,
    pub preview: Option<Preview>,
    pub failure: Option<Failure>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub enum Step {
    #[default]
    Find,
    Amount(Found),
    /// The next Enter takes the money.
    Confirm(Found),
    /// Sent, not answered.
    Sending(Box<PendingSale>),
    Done(Found, Box<Receipt>),
}

#[derive(Clone, Debug)]
pub enum SaleAction {
    Query(String),
    Results {
        query: String,
        found: Vec<Found>,
    },
    Choose(usize),
    Take(Found),
    Amount(String),
    Tender(Tender),
    Handed(String),
    Reference(String),
    Previewed(Preview),
    Confirm,
    Back,
    Send(Box<PendingSale>),
    Sold(Box<Receipt>),
    /// Paid by phone, which the provider tells.
    Paid(Box<Receipt>),
    Failed(Failure),
    Next,
    /// To the first field, from everywhere but a sale that is under way.
    Leave,
}

impl Sale {
    pub fn found(&self) -> Option<&Found> {
        match &self.step {
            Step::Find => None,
            Step::Amount(found) | Step::Confirm(found) | Step::Done(found, _) => Some(found),
            Step::Sending(pending) => Some(&pending.found),
        }
    }

    pub fn tender(&self) -> Tender {
        self.tender.unwrap_or(Tender::Cash)
    }

    /// The amount as typed, where it is one.
    pub fn amount(&self, currency: Currency) -> Option<Money> {
        typed(&self.amount, currency).filter(|amount| *amount > Money::ZERO)
    }

    /// What was handed over; `None` where nothing was typed.
    pub fn handed(&self, currency: Currency) -> Option<Money> {
        typed(&self.handed, currency)
    }

    /// The preview, if it belongs to the amount that stands there now.
    pub fn preview(&self, currency: Currency) -> Option<&Preview> {
        let amount = self.amount(currency)?;
        self.preview.as_ref().filter(|preview| preview.amount == amount)
    }

    /// The order as it would be sent; `None` while it is not complete.
    pub fn order(&self, currency: Currency) -> Option<SaleOrder> {
        let found = match &self.step {
            Step::Amount(found) | Step::Confirm(found) => found,
            Step::Find | Step::Sending(_) | Step::Done(..) => return None,
        };
        let amount = self.amount(currency)?;
        let tender = self.tender();
        let cash = match tender {
            Tender::Cash => true,
            Tender::Card | Tender::Mobile => false,
        };
        let handed = if cash && !self.handed.trim().is_empty() {
            Some(self.handed(currency).filter(|handed| *handed >= amount)?)
        } else {
            None
        };
        let reference = if cash { String::new() } else { self.reference.trim().to_owned() };
        // What the terminal took can be traced only by its slip.
        if tender == Tender::Card && reference.is_empty() {
            return None;
        }
        Some(SaleOrder { account: found.account, amount, tender, handed, reference })
    }
}

/// People type commas and full-width digits; amounts are exact all the same.
fn typed(text: &str, currency: Currency) -> Option<Money> {
    let plain: String = text
        .trim()
        .chars()
        .filter(|letter| !matches!(letter, ' ' | '\u{202f}' | ',' | '\u{ff0c}'))
        .map(|letter| match letter {
            '\u{3002}' | '\u{ff0e}' => '.',
            '\u{ff10}'..='\u{ff19}' => u32::from(letter)
                .checked_sub(0xff10)
                .and_then(|digit| char::from_digit(digit, 10))
                .unwrap_or(letter),
            other => other,
        })
        .collect();
    let plain = plain.strip_suffix('.').unwrap_or(&plain);
    Money::parse(plain, currency).ok()
}

/// What the meter says about a sale that was posted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    Waiting,
    /// The meter was read after the sale and is supplied, or waits for its customer's hand.
    Reached,
    /// Posted, but the credit does not bring supply back.
    StillOff,
    Silent,
}

pub fn proof(receipt: &Receipt, change: &MeterChange) -> Proof {
    let read_since = change.as_of.is_some_and(|read| read > receipt.at);
    match change.state {
        MeterState::Silent => Proof::Silent,
        MeterState::Cut if receipt.credit_after <= Money::ZERO => Proof::StillOff,
        MeterState::Held
        | MeterState::Armed
        | MeterState::Protected
        | MeterState::LowCredit
        | MeterState::Connected
            if read_since =>
        {
            Proof::Reached
        }
        MeterState::Cut
        | MeterState::Held
        | MeterState::Armed
        | MeterState::Protected
        | MeterState::LowCredit
        | MeterState::Connected => Proof::Waiting,
    }
}

impl Reducible for Sale {
    type Action = SaleAction;

    fn reduce(self: Rc<Self>, action: SaleAction) -> Rc<Self> {
        let mut sale = Self::clone(&self);
        match action {
            SaleAction::Query(query) => {
                if query.trim().is_empty() {
                    sale.results = None;
                }
                (sale.query, sale.chosen, sale.failure) = (query, 0, None);
            }
            // An answer to an older question is dropped.
            SaleAction::Results { query, found } if query == sale.query => {
                (sale.results, sale.chosen) = (Some(found), 0);
            }
            SaleAction::Results { .. } => (),
            SaleAction::Choose(place) => {
                let last = sale.results.as_ref().map_or(0, |found| found.len().saturating_sub(1));
                sale.chosen = place.min(last);
            }
            SaleAction::Take(found) => {
                sale = Self { step: Step::Amount(found), tender: sale.tender, ..Self::default() };
            }
            SaleAction::Amount(amount) => {
                (sale.amount, sale.failure) = (amount, None);
                sale.step = unconfirmed(sale.step);
            }
            SaleAction::Tender(tender) => {
                if sale.tender() != tender {
                    // What was refused in cash may be paid by card.
                    (sale.preview, sale.failure) = (None, None);
                }
                sale.tender = Some(tender);
                sale.step = unconfirmed(sale.step);
            }
            SaleAction::Handed(handed) => sale.handed = handed,
            SaleAction::Reference(reference) => sale.reference = reference,
            SaleAction::Previewed(preview) => sale.preview = Some(preview),
            SaleAction::Confirm => {
                sale.step = match sale.step {
                    Step::Amount(found) => Step::Confirm(found),
                    other @ (Step::Find | Step::Confirm(_) | Step::Sending(_) | Step::Done(..)) => {
                        other
                    }
                };
            }
            SaleAction::Back => {
                sale = match sale.step {
                    Step::Confirm(found) => Self { step: Step::Amount(found), ..sale },
                    Step::Sending(_) => sale,
                    Step::Find | Step::Amount(_) | Step::Done(..) => Self::default(),
                };
            }
            SaleAction::Send(pending) => (sale.step, sale.failure) = (Step::Sending(pending), None),
            SaleAction::Sold(receipt) => {
                if let Step::Sending(pending) = sale.step {
                    sale.step = Step::Done(pending.found, receipt);
                }
            }
            SaleAction::Paid(receipt) => {
                sale.step = match sale.step {
                    Step::Amount(found) | Step::Confirm(found) => Step::Done(found, receipt),
                    step @ (Step::Find | Step::Sending(_) | Step::Done(..)) => step,
                };
            }
            SaleAction::Failed(failure) => {
                sale.step = match sale.step {
                    Step::Sending(pending) if failure.is_final() => Step::Amount(pending.found),
                    step @ (Step::Find
                    | Step::Amount(_)
                    | Step::Confirm(_)
                    | Step::Sending(_)
                    | Step::Done(..)) => step,
                };
                sale.failure = Some(failure);
            }
            SaleAction::Next => sale = Self::default(),
            SaleAction::Leave => {
                sale = match sale.step {
                    Step::Sending(_) => sale,
                    Step::Find | Step::Amount(_) | Step::Confirm(_) | Step::Done(..) => {
                        Self::default()
                    }
                };
            }
        }
        Rc::new(sale)
    }
}

fn unconfirmed(step: Step) -> Step {
    match step {
        Step::Confirm(found) => Step::Amount(found),
        step @ (Step::Find | Step::Amount(_) | Step::Sending(_) | Step::Done(..)) => step,
    }
}

#[cfg(test)]
mod tests {
    use shared::api::problem::Problem;

    use super::super::outbox::samples::{found, pending};
    use super::*;

    fn after(actions: Vec<SaleAction>) -> Sale {
        let sale = actions.into_iter().fold(Rc::new(Sale::default()), Sale::reduce);
        Sale::clone(&sale)
    }

    #[test]
    fn amounts_are_taken_as_people_type_them() {
        for (text, minor) in [
            ("50", Some(5_000)),
            (" 1,000.50 ", Some(100_050)),
            ("\u{ff15}\u{ff10}\u{3002}5", Some(5_050)),
            ("12.", Some(1_200)),
            ("0", None),
            ("-5", None),
            ("1.234", None),
            ("1e3", None),
            ("", None),
        ] {
            let sale = after(vec![SaleAction::Take(found(1)), SaleAction::Amount(text.to_owned())]);
            assert_eq!(sale.amount(Currency::CNY).map(Money::minor), minor, "{text}");
        }
    }

    #[test]
    fn enter_goes_one_step_on_and_escape_one_back() {
        let sale = after(vec![
            SaleAction::Take(found(1)),
            SaleAction::Amount("50".to_owned()),
            SaleAction::Confirm,
        ]);
        assert_eq!(sale.step, Step::Confirm(found(1)));
        let twice =
            after(vec![SaleAction::Take(found(1)), SaleAction::Confirm, SaleAction::Confirm]);
        assert_eq!(twice.step, Step::Confirm(found(1)));
        let changed = Rc::new(sale.clone()).reduce(SaleAction::Amount("5".to_owned()));
        assert_eq!(changed.step, Step::Amount(found(1)), "another amount must be confirmed again");
        let back = Rc::new(sale).reduce(SaleAction::Back);
        assert_eq!((&back.step, back.amount.as_str()), (&Step::Amount(found(1)), "50"));
        assert_eq!(back.reduce(SaleAction::Back).step, Step::Find);
    }

    #[test]
    fn escape_does_not_forget_a_sale_that_was_sent() {
        let sale = after(vec![SaleAction::Send(Box::new(pending())), SaleAction::Back]);
        assert_eq!(sale.step, Step::Sending(Box::new(pending())));
    }

    #[test]
    fn an_unknown_outcome_stays_pending_and_a_refusal_goes_back_to_the_amount() {
        let sent = SaleAction::Send(Box::new(pending()));
        let unknown = after(vec![sent.clone(), SaleAction::Failed(Failure::Offline)]);
        assert_eq!(unknown.step, Step::Sending(Box::new(pending())));
        let refusal = Failure::Problem(Problem {
            kind: "above-largest-amount".to_owned(),
            title: String::new(),
            status: 422,
            detail: None,
            request: None,
        });
        let refused = after(vec![sent, SaleAction::Failed(refusal)]);
        assert_eq!(refused.step, Step::Amount(found(3)));
        assert!(refused.failure.is_some());
    }

    #[test]
    fn the_meter_has_proven_a_sale_only_when_it_was_read_after_it() {
        use super::super::fleet::samples::change;
        use shared::time::Timestamp;
        let sold_at = Timestamp::from_millis(1_000);
        let seen = |state, read: i64, credit: i64| {
            let change =
                MeterChange { as_of: Some(Timestamp::from_millis(read)), ..change(1, state) };
            proof(&receipt(sold_at, Money::from_minor(credit)), &change)
        };
        for (state, read, credit, told) in [
            (MeterState::Connected, 1_000, 50, Proof::Waiting),
            (MeterState::Connected, 1_001, 50, Proof::Reached),
            (MeterState::Armed, 1_001, 50, Proof::Reached),
            (MeterState::Cut, 1_001, 50, Proof::Waiting),
            (MeterState::Cut, 1_001, 0, Proof::StillOff),
            (MeterState::Silent, 1_001, 50, Proof::Silent),
        ] {
            assert_eq!(seen(state, read, credit), told, "{state:?} read at {read}");
        }
    }

    fn receipt(at: shared::time::Timestamp, credit_after: Money) -> Receipt {
        Receipt {
            book: shared::id::Book::Live,
            no: shared::id::ReceiptNo(1),
            serial: None,
            seq: shared::id::Seq(1),
            at,
            site: String::new(),
            by: String::new(),
            account: shared::id::AccountId(1),
            customer: String::new(),
            place: String::new(),
            meters: Vec::new(),
            amount: Money::from_minor(5_000),
            tender: Tender::Cash,
            handed: None,
            change: None,
            reference: String::new(),
            lines: Vec::new(),
            credit_before: Money::ZERO,
            credit_after,
            energy: shared::energy::Energy::ZERO,
            steps: Vec::new(),
            seal: String::new(),
            reverses: None,
            refund: false,
            reversed_by: None,
            copy: 0,
        }
    }

    #[test]
    fn an_answer_to_an_older_question_is_dropped() {
        let sale = after(vec![
            SaleAction::Query("12".to_owned()),
            SaleAction::Query("120".to_owned()),
            SaleAction::Results { query: "12".to_owned(), found: vec![found(1)] },
        ]);
        assert_eq!(sale.results, None);
    }

    #[test]
    fn cash_below_the_amount_is_no_order_and_a_card_carries_its_reference() {
        let base = |more: Vec<SaleAction>| {
            let mut actions = vec![SaleAction::Take(found(1)), SaleAction::Amount("50".to_owned())];
            actions.extend(more);
            after(actions).order(Currency::CNY)
        };
        assert_eq!(base(vec![SaleAction::Handed("49.99".to_owned())]), None);
        let paid = base(vec![SaleAction::Handed("100".to_owned())]).expect("an order");
        assert_eq!(paid.handed, Some(Money::from_minor(10_000)));
        assert_eq!(base(vec![SaleAction::Tender(Tender::Card)]), None, "no slip, no sale");
        let card = base(vec![
            SaleAction::Handed("100".to_owned()),
            SaleAction::Tender(Tender::Card),
            SaleAction::Reference(" T-77 ".to_owned()),
        ])
        .expect("an order");
        assert_eq!((card.handed, card.reference.as_str()), (None, "T-77"));
    }
}
