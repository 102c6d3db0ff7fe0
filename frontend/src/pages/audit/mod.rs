//! For the auditor: balances, the ledger, what staff did, the day book; each as at any time, each as a
//! sheet.

mod asked;
mod balances;
mod daybook;
mod entries;
mod filter;
mod log;
mod matching;
mod record;
mod risks;

use yew::prelude::*;
use yew_router::prelude::*;

use crate::components::icon::{Glyph, Icon};
use crate::hooks::{use_audit_texts, use_seat};
use crate::pages::NotFound;
use crate::route::Route;

use balances::Balances;
use daybook::DayBook;
use entries::Entries;
use log::Log;
use matching::Matching;
use risks::Risks;

#[derive(PartialEq, Properties)]
pub struct AuditProps {
    /// Empty: the balances.
    pub view: AttrValue,
}

#[component]
pub fn Audit(props: &AuditProps) -> Html {
    let (seat, texts) = (use_seat(), use_audit_texts());
    let view = match props.view.as_str() {
        _ if !seat.may_audit() => html! { <NotFound /> },
        "" => html! { <Balances /> },
        "ledger" => html! { <Entries /> },
        "log" => html! { <Log /> },
        "risks" => html! { <Risks /> },
        "daybook" => html! { <DayBook /> },
        "matching" => html! { <Matching /> },
        _ => html! { <NotFound /> },
    };
    let tab = |word: &'static str, name: &'static str| {
        let to =
            if word.is_empty() { Route::Audit } else { Route::AuditView { view: word.to_owned() } };
        let here = (props.view == word).then_some("here");
        html! { <li class={classes!(here)}><Link<Route> {to}>{ name }</Link<Route>></li> }
    };
    html! {
        <div class="page list-page audit-page">
            <header class="page-head">
                <h1>{ texts.audit.title }</h1>
                <nav aria-label={texts.audit.title}><ul class="audit-tabs">
                    { tab("", texts.audit.balances) }
                    { tab("ledger", texts.audit.ledger) }
                    { tab("log", texts.audit.log) }
                    { tab("risks", texts.audit.risks) }
                    { tab("daybook", texts.day.title) }
                    { tab("matching", texts.day.matching) }
                </ul></nav>
            </header>
            { view }
        </div>
    }
}

/// The sheet of what is shown.
fn sheet(what: &str, query: &str, word: &'static str) -> Html {
    link(&format!("/api/v1/audit/{what}?{query}&format=csv"), word)
}

fn link(to: &str, word: &'static str) -> Html {
    html! { <a class="button" href={to.to_owned()} download=""><Glyph icon={Icon::Table} />{ word }</a> }
}
