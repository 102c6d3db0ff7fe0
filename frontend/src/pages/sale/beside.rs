//! What a cashier sees without asking: by which tariff the account is charged, what it owes from
//! before, when its meter was last read.

use shared::api::sale::Found;
use shared::money::Money;
use yew::prelude::*;

use crate::format;
use crate::hooks::{
    use_backend, use_counter_texts, use_fleet, use_lang, use_load, use_seat, use_texts,
};
use crate::i18n::fill;

#[derive(PartialEq, Properties)]
pub struct BesideProps {
    pub found: Found,
}

#[component]
pub fn Beside(props: &BesideProps) -> Html {
    let (seat, fleet, lang) = (use_seat(), use_fleet(), use_lang());
    let (backend, texts, words) = (use_backend(), use_texts(), use_counter_texts());
    let meter = props.found.meter;
    let loaded = use_load(meter, (), move |meter| {
        let backend = backend.clone();
        async move { backend.meter(meter).await }
    });
    let account = loaded.value.as_ref().and_then(|page| page.account.as_ref());
    let tariff = account.map_or_else(
        || texts.common.none.to_owned(),
        |account| {
            fill(words.beside.version, &[&account.tariff, &account.tariff_version.to_string()])
        },
    );
    let owed: Money = account.iter().flat_map(|account| &account.arrears).map(|one| one.left).sum();
    let (class, arrears) = match account {
        None => ("", texts.common.none.to_owned()),
        Some(_) if owed > Money::ZERO => ("ink-low", format::money(owed, seat.currency())),
        Some(_) => ("", words.beside.no_arrears.to_owned()),
    };
    let read = fleet.row(meter).and_then(|row| row.change.as_of).map_or_else(
        || words.beside.never_read.to_owned(),
        |at| {
            let ago = fleet.now_of(props.found.book).saturating_since(at);
            fill(texts.common.ago, &[&format::span(ago, lang)])
        },
    );
    html! {
        <dl class="beside">
            <div><dt>{ words.beside.tariff }</dt><dd>{ tariff }</dd></div>
            <div><dt>{ words.beside.arrears }</dt><dd {class}>{ arrears }</dd></div>
            <div><dt>{ words.beside.read }</dt><dd>{ read }</dd></div>
        </dl>
    }
}
