//! What a version changes, as a table: what it was, what it will be.

use shared::api::tariff::{Change, Place};
use yew::prelude::*;

use crate::hooks::{use_lang, use_tariff_texts};
use crate::i18n::{self, Lang, fill};

#[derive(PartialEq, Properties)]
pub struct ChangesProps {
    pub changes: Vec<Change>,
}

#[component]
pub fn Changes(props: &ChangesProps) -> Html {
    let (lang, texts) = (use_lang(), use_tariff_texts());
    if props.changes.is_empty() {
        return html! { <p class="quiet">{ texts.tariffs.no_changes }</p> };
    }
    html! {
        <div class="table-scroll" tabindex="0"><table class="changes">
            <thead><tr><th scope="col">{ texts.tariffs.what }</th><th scope="col">{ texts.tariffs.was }</th><th scope="col">{ texts.tariffs.will }</th></tr></thead>
            <tbody>{ for props.changes.iter().map(|change| html! {
                <tr>
                    <td>{ place(lang, &change.place) }</td>
                    <td class="was">{ change.was.clone().unwrap_or_else(|| "—".to_owned()) }</td>
                    <td class="will">{ change.will.clone().unwrap_or_else(|| "—".to_owned()) }</td>
                </tr>
            }) }</tbody>
        </table></div>
    }
}

fn place(lang: Lang, place: &Place) -> String {
    let texts = &lang.tariff_texts().tariffs;
    let period = |name: &str| i18n::period(lang, name);
    match place {
        Place::Name => texts.place_name.to_owned(),
        Place::Start => texts.place_start.to_owned(),
        Place::Season { name } => fill(texts.place_season, &[name]),
        Place::Days { name } => fill(texts.place_days, &[name]),
        Place::Windows { season, days, period: own } => {
            fill(texts.place_windows, &[&kind_of_day(lang, season, days), &period(own)])
        }
        Place::Price { period: own, tier: 1 } => fill(texts.place_price, &[&period(own)]),
        Place::Price { period: own, tier } => {
            fill(texts.place_price_step, &[&period(own), &tier.to_string()])
        }
        Place::Limit { tier } => fill(texts.place_limit, &[&tier.to_string()]),
        Place::Ladder => texts.place_ladder.to_owned(),
        Place::Charge { name } => fill(texts.place_charge, &[&i18n::charge_line(lang, name)]),
        Place::Text => texts.place_text.to_owned(),
    }
}

/// Season and day type of a row: `summer · weekend`.
pub fn kind_of_day(lang: Lang, season: &str, days: &str) -> String {
    let texts = &lang.tariff_texts().tariffs;
    let word = |name: &str| if name == "other" { texts.other.to_owned() } else { name.to_owned() };
    match (season.is_empty(), days.is_empty()) {
        (true, true) => texts.every_day.to_owned(),
        (false, true) => word(season),
        (true, false) => word(days),
        (false, false) => format!("{} · {}", word(season), word(days)),
    }
}
