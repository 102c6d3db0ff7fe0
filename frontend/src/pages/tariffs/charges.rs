//! Fixed charges, levies, percentages and taxes, one line each.

use shared::api::tariff::{ChargeKind, FormCharge};
use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

use crate::components::icon::{Glyph, Icon};
use crate::hooks::use_tariff_texts;
use crate::i18n::fill;
use crate::store::tariff::Edit;

#[derive(PartialEq, Properties)]
pub struct ChargesProps {
    pub charges: Vec<FormCharge>,
    pub on_edit: Callback<Edit>,
}

#[component]
pub fn Charges(props: &ChargesProps) -> Html {
    let texts = use_tariff_texts();
    let edit = &props.on_edit;
    let add = |kind: ChargeKind, word: &'static str| {
        let add = edit.reform(move |_: MouseEvent| Edit::AddCharge(kind));
        html! { <button type="button" class="button" onclick={add}>{ "+ " }{ word }</button> }
    };
    html! {
        <section class="card pad">
            <h2>{ texts.tariffs.charges }</h2>
            if props.charges.is_empty() { <p class="quiet">{ texts.tariffs.no_charges }</p> }
            <ul class="charge-list">
                { for props.charges.iter().enumerate().map(|(place, charge)| html! { <Line key={place} {place} charge={charge.clone()} on_edit={edit.clone()} /> }) }
            </ul>
            <div class="row-actions">
                { add(ChargeKind::Fixed, texts.tariffs.add_fixed) }
                { add(ChargeKind::Levy, texts.tariffs.add_levy) }
                { add(ChargeKind::Percent, texts.tariffs.add_percent) }
                { add(ChargeKind::Tax, texts.tariffs.add_tax) }
            </div>
        </section>
    }
}

#[derive(PartialEq, Properties)]
struct LineProps {
    place: usize,
    charge: FormCharge,
    on_edit: Callback<Edit>,
}

#[component]
fn Line(props: &LineProps) -> Html {
    let texts = use_tariff_texts();
    let (place, charge) = (props.place, &props.charge);
    let change = |with: fn(&mut FormCharge, String)| {
        let (edit, charge) = (props.on_edit.clone(), charge.clone());
        Callback::from(move |value: String| {
            let mut charge = charge.clone();
            with(&mut charge, value);
            edit.emit(Edit::Charge { place, charge });
        })
    };
    let input = |with: fn(&mut FormCharge, String)| {
        change(with)
            .reform(|event: InputEvent| event.target_unchecked_into::<HtmlInputElement>().value())
    };
    let per = change(|charge, value| charge.per = value)
        .reform(|event: Event| event.target_unchecked_into::<HtmlSelectElement>().value());
    let inclusive =
        change(|charge, value| charge.inclusive = value == "true").reform(|event: Event| {
            event.target_unchecked_into::<HtmlInputElement>().checked().to_string()
        });
    let remove = props.on_edit.reform(move |_: MouseEvent| Edit::RemoveCharge(place));
    let kind = match charge.kind {
        ChargeKind::Fixed => texts.tariffs.add_fixed,
        ChargeKind::Levy => texts.tariffs.add_levy,
        ChargeKind::Percent => texts.tariffs.add_percent,
        ChargeKind::Tax => texts.tariffs.add_tax,
    };
    let unit = match charge.kind {
        ChargeKind::Fixed => "",
        ChargeKind::Levy => texts.tariffs.per_kwh,
        ChargeKind::Percent | ChargeKind::Tax => texts.tariffs.rate,
    };
    let pers = [
        ("day", texts.tariffs.per_day),
        ("month", texts.tariffs.per_month),
        ("month-in-advance", texts.tariffs.per_month_in_advance),
        ("year", texts.tariffs.per_year),
    ];
    html! {
        <li class="charge-line">
            <span class="quiet charge-kind">{ kind }</span>
            <input value={charge.name.clone()} oninput={input(|charge, value| charge.name = value)} aria-label={format!("{kind}: {}", texts.tariffs.charge_name)} />
            <input class="num" inputmode="decimal" value={charge.value.clone()} oninput={input(|charge, value| charge.value = value)} aria-label={format!("{kind}: {}", texts.tariffs.charge_value)} />
            if charge.kind == ChargeKind::Fixed {
                <select onchange={per} aria-label={format!("{kind}: {}", texts.tariffs.per)}>{ for pers.iter().map(|(word, name)| html! { <option value={*word} selected={charge.per == *word}>{ "/ " }{ *name }</option> }) }</select>
            } else {
                <span class="unit">{ unit }</span>
            }
            if charge.kind == ChargeKind::Tax {
                <label class="tick"><input type="checkbox" checked={charge.inclusive} onchange={inclusive} />{ texts.tariffs.inclusive }</label>
            }
            if let Some(of) = &charge.of { <span class="quiet">{ of.join(", ") }</span> }
            <button type="button" class="icon-button" onclick={remove} aria-label={fill("{0} {1}", &[texts.tariffs.remove, &charge.name])}><Glyph icon={Icon::Close} size=16 /></button>
        </li>
    }
}
