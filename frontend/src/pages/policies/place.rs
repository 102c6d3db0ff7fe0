//! Which place terms are for: the site, a building, a floor, or one meter.

use std::collections::BTreeSet;

use shared::id::{Book, MeterId};
use shared::policy::Scope;
use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

use crate::hooks::{use_fleet, use_lang, use_policy_texts};
use crate::i18n;
use crate::store::fleet::Fleet;

#[derive(PartialEq, Properties)]
pub(super) struct PlaceFieldsProps {
    pub(super) book: Book,
    /// None: a meter that is not there.
    pub(super) on_choose: Callback<Option<Scope>>,
}

/// The site, its buildings and their floors, as far as meters of the book stand there.
fn places(fleet: &Fleet, book: Book) -> Vec<Scope> {
    let rows = fleet.rows.iter().filter(|row| row.book == book && !row.building.is_empty());
    let found: BTreeSet<Scope> = rows
        .flat_map(|row| {
            let (building, floor) = (row.building.clone(), row.floor.clone());
            let whole = Scope::Building { building: building.clone() };
            std::iter::once(whole)
                .chain((!floor.is_empty()).then_some(Scope::Floor { building, floor }))
        })
        .collect();
    std::iter::once(Scope::Site).chain(found).collect()
}

#[component]
pub(super) fn PlaceFields(props: &PlaceFieldsProps) -> Html {
    let (fleet, lang, texts) = (use_fleet(), use_lang(), &use_policy_texts().policies);
    let at = use_state_eq(|| 0_usize);
    let places = places(&fleet, props.book);
    let names: Vec<String> = places.iter().map(|scope| i18n::scope(lang, scope, None)).collect();
    let names = names.into_iter().chain(std::iter::once(texts.one_meter.to_owned()));
    let one_meter = *at == places.len();
    let chosen = {
        let (at, choose) = (at.clone(), props.on_choose.clone());
        Callback::from(move |event: Event| {
            let select = event.target_unchecked_into::<HtmlSelectElement>();
            let index = usize::try_from(select.selected_index()).unwrap_or_default();
            at.set(index);
            choose.emit(places.get(index).cloned());
        })
    };
    let numbered = {
        let (choose, fleet, book) = (props.on_choose.clone(), fleet.clone(), props.book);
        Callback::from(move |event: InputEvent| {
            let number = event.target_unchecked_into::<HtmlInputElement>().value();
            let meter = number.trim().parse().ok().map(MeterId);
            let known = meter.filter(|meter| fleet.row(*meter).is_some_and(|row| row.book == book));
            choose.emit(known.map(|meter| Scope::Meter { meter }));
        })
    };
    html! {
        <>
            <label class="field"><span>{ texts.place }</span><select name="place" onchange={chosen}>
                { for names.enumerate().map(|(place, name)| html! { <option selected={place == *at}>{ name }</option> }) }
            </select></label>
            if one_meter {
                <label class="field"><span>{ texts.meter_number }</span><input name="meter" type="text" inputmode="numeric" autocomplete="off" oninput={numbered} /></label>
            }
        </>
    }
}
