//! Sent, not answered: whose sale it is, and that asking again takes nothing twice.

use yew::prelude::*;

use super::amount::FoundCard;
use crate::backend::Failure;
use crate::components::notice::sentence;
use crate::format;
use crate::hooks::{use_lang, use_seat, use_texts};
use crate::i18n::fill;
use crate::store::outbox::PendingSale;

pub const PLACE: &str = "sale-pending";

#[derive(PartialEq, Properties)]
pub struct PendingProps {
    pub pending: PendingSale,
    pub failure: Option<Failure>,
    pub again: Callback<()>,
}

#[component]
pub fn Pending(props: &PendingProps) -> Html {
    let (seat, lang, texts) = (use_seat(), use_lang(), use_texts());
    let again = props.again.reform(|_: MouseEvent| ());
    html! {
        <div class="sale-column">
            <FoundCard found={props.pending.found.clone()} />
            <section id={PLACE} tabindex="-1" class="card sale-pending" role="status">
                <p class="pending-amount">{ format::money(props.pending.order.amount, seat.currency()) }</p>
                <p class="soft">{ texts.sale.selling }</p>
                <div class="waiting"><i /><i /></div>
                if let Some(failure) = &props.failure {
                    <div class="notice warn"><div><p><b>{ texts.sale.pending_title }</b></p>
                        <p>{ fill(texts.sale.pending_lead, &[&sentence(lang, failure, Some(seat.currency()))]) }</p></div>
                        <button class="button" onclick={again}>{ texts.sale.pending_retry }</button></div>
                }
            </section>
        </div>
    }
}
