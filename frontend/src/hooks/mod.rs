//! What components ask for: who is there, which language, what is known, what time it is.

mod load;
mod pages;
mod printing;
mod window;

use std::rc::Rc;

use yew::prelude::*;

use crate::backend::Backend;
use crate::i18n::{
    AccountTexts, AuditTexts, BoardTexts, CounterTexts, Lang, LineTexts, PaymentTexts, PeopleTexts,
    PolicyTexts, TariffTexts, Texts,
};
use crate::store::fleet::Fleet;
use crate::store::seat::Seat;
use crate::store::settings::Settings;

pub use load::{Loaded, use_load, use_task};
pub use pages::use_pages;
pub use printing::{use_printer, use_printing};
pub use window::{use_document_key, use_second, use_size};

#[hook]
pub fn use_settings() -> UseReducerHandle<Settings> {
    use_context().expect("the app provides its settings")
}

#[hook]
pub fn use_lang() -> Lang {
    use_settings().lang
}

#[hook]
pub fn use_texts() -> &'static Texts {
    use_lang().texts()
}

/// Texts of lines, traces and commissioning.
#[hook]
pub fn use_line_texts() -> &'static LineTexts {
    use_lang().line_texts()
}

/// Texts of tariffs, explanations and staff.
#[hook]
pub fn use_tariff_texts() -> &'static TariffTexts {
    use_lang().tariff_texts()
}

/// Texts of the account: arrears, exceptions, exchanges, explanations.
#[hook]
pub fn use_account_texts() -> &'static AccountTexts {
    use_lang().account_texts()
}

/// Texts for the auditor.
#[hook]
pub fn use_audit_texts() -> &'static AuditTexts {
    use_lang().audit_texts()
}

/// Texts of the counter: the printer, what stands beside a sale.
#[hook]
pub fn use_counter_texts() -> &'static CounterTexts {
    use_lang().counter_texts()
}

/// Texts of sessions and tokens.
#[hook]
pub fn use_people_texts() -> &'static PeopleTexts {
    use_lang().people_texts()
}

/// Texts of mobile payment.
#[hook]
pub fn use_payment_texts() -> &'static PaymentTexts {
    use_lang().payment_texts()
}

/// Texts of policies.
#[hook]
pub fn use_policy_texts() -> &'static PolicyTexts {
    use_lang().policy_texts()
}

/// Texts of the board.
#[hook]
pub fn use_board_texts() -> &'static BoardTexts {
    use_lang().board_texts()
}

#[hook]
pub fn use_backend() -> Backend {
    use_context().expect("the app provides a backend")
}

#[hook]
pub fn use_seat() -> Rc<Seat> {
    use_context().expect("pages are shown to somebody who is signed in")
}

#[hook]
pub fn use_fleet() -> Rc<Fleet> {
    use_context().expect("pages are shown beside the live stream")
}

/// The session has ended: the app asks anew who is there.
#[derive(Clone, PartialEq)]
pub struct Leave(pub Callback<()>);

#[hook]
pub fn use_leave() -> Callback<()> {
    use_context::<Leave>().expect("the app provides the way out").0
}
