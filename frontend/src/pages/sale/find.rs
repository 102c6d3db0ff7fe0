//! The first field: whose electricity.

use std::cell::RefCell;
use std::rc::Rc;

use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::components::badge::StateBadge;
use crate::components::icon::{Glyph, Icon};
use crate::components::notice::{Empty, FailureNotice};
use crate::format;
use crate::hooks::{use_seat, use_texts};
use crate::i18n::fill;
use crate::store::sale::{Sale, SaleAction};

pub const FIELD: &str = "sale-find";

#[derive(PartialEq, Properties)]
pub struct FindProps {
    pub sale: Sale,
    pub act: Callback<SaleAction>,
    /// Enter was pressed before the search had answered.
    pub eager: Rc<RefCell<bool>>,
}

#[component]
pub fn Find(props: &FindProps) -> Html {
    let (seat, texts) = (use_seat(), use_texts());
    let (sale, act) = (&props.sale, &props.act);
    let typing = {
        let (act, eager) = (act.clone(), props.eager.clone());
        Callback::from(move |event: InputEvent| {
            *eager.borrow_mut() = false;
            if let Some(field) = event.target_dyn_into::<HtmlInputElement>() {
                act.emit(SaleAction::Query(field.value()));
            }
        })
    };
    let pressed = {
        let (act, eager) = (act.clone(), props.eager.clone());
        let (results, chosen) = (sale.results.clone(), sale.chosen);
        Callback::from(move |event: KeyboardEvent| match event.key().as_str() {
            "ArrowDown" => {
                event.prevent_default();
                act.emit(SaleAction::Choose(chosen + 1));
            }
            "ArrowUp" => {
                event.prevent_default();
                act.emit(SaleAction::Choose(chosen.saturating_sub(1)));
            }
            "Enter" if !event.repeat() => {
                event.prevent_default();
                match results.as_ref().and_then(|found| found.get(chosen)) {
                    Some(found) => act.emit(SaleAction::Take(found.clone())),
                    None => *eager.borrow_mut() = results.is_none(),
                }
            }
            _ => (),
        })
    };
    let open = sale.results.as_ref().is_some_and(|found| !found.is_empty());
    html! {
        <div class="sale-column">
            <label class="sale-search">
                <Glyph icon={Icon::Search} size=22 />
                <input id={FIELD} type="search" autocomplete="off" autocapitalize="off" spellcheck="false" role="combobox"
                    aria-expanded={open.to_string()} aria-controls={open.then_some("sale-results")} aria-activedescendant={open.then(|| format!("sale-found-{}", sale.chosen))}
                    placeholder={texts.sale.find} aria-label={texts.sale.find} value={sale.query.clone()} oninput={typing} onkeydown={pressed} />
                <kbd>{ "Enter" }</kbd>
            </label>
            if let Some(failure) = &sale.failure { <FailureNotice failure={failure.clone()} /> }
            if let Some(results) = &sale.results {
                if results.is_empty() {
                    <section class="card"><Empty icon={Icon::Search} title={fill(texts.sale.no_match, &[sale.query.trim()])} hint={texts.sale.no_match_hint} /></section>
                } else {
                    <ul class="card sale-results" id="sale-results" role="listbox" aria-label={texts.frame.search}>
                        { for results.iter().enumerate().map(|(place, found)| {
                            let (act, taken) = (act.clone(), found.clone());
                            html! {
                                <li id={format!("sale-found-{place}")} role="option" aria-selected={(place == sale.chosen).to_string()} onclick={move |_| act.emit(SaleAction::Take(taken.clone()))}>
                                    <span class="sale-result-main"><b>{ &found.place }</b><span class="soft">{ &found.customer }</span></span>
                                    <StateBadge state={found.state} />
                                    <b class={classes!("num", found.credit.is_negative().then_some("ink-cut"))}>{ format::money(found.credit, seat.currency()) }</b>
                                </li>
                            }
                        }) }
                    </ul>
                }
            } else {
                <p class="quiet sale-hint">{ texts.sale.find_hint }</p>
            }
        </div>
    }
}
