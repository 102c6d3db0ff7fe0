//! Fields that filter: what is chosen goes to the address.

use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;
use yew_router::prelude::*;

use super::asked::Asked;
use crate::route::Route;

/// What the address asks, and the way to ask otherwise.
#[hook]
pub fn use_asked() -> (Asked, Callback<Asked>) {
    let (location, navigator, route) = (use_location(), use_navigator(), use_route::<Route>());
    let asked = location.and_then(|location| location.query::<Asked>().ok()).unwrap_or_default();
    let ask = Callback::from(move |asked: Asked| {
        if let (Some(navigator), Some(route)) = (&navigator, &route) {
            // Only plain words are in it, which every address takes.
            drop(navigator.replace_with_query(route, &asked));
        }
    });
    (asked, ask)
}

#[derive(PartialEq, Properties)]
pub struct FieldProps {
    pub name: &'static str,
    pub label: AttrValue,
    pub asked: Asked,
    pub ask: Callback<Asked>,
    /// Of the `<input>`.
    #[prop_or("text")]
    pub kind: &'static str,
    /// Shown where nothing is asked.
    #[prop_or_default]
    pub usual: AttrValue,
}

/// Something typed; it is asked when the field is left, or at Enter.
#[component]
pub fn Field(props: &FieldProps) -> Html {
    let changed = {
        let (asked, ask, name) = (props.asked.clone(), props.ask.clone(), props.name);
        Callback::from(move |event: Event| {
            if let Some(field) = event.target_dyn_into::<HtmlInputElement>() {
                ask.emit(asked.with(name, field.value()));
            }
        })
    };
    let own = props.asked.get(props.name).to_owned();
    let value = if own.is_empty() && props.kind != "text" { props.usual.to_string() } else { own };
    html! {
        <label class="field audit-field"><span>{ &props.label }</span>
            <input type={props.kind} name={props.name} {value} step={(props.kind == "datetime-local").then_some("1")} onchange={changed} />
        </label>
    }
}

#[derive(PartialEq, Properties)]
pub struct ChoiceProps {
    pub name: &'static str,
    pub label: AttrValue,
    pub asked: Asked,
    pub ask: Callback<Asked>,
    /// Value and words; the first stands for no filter.
    pub choices: Vec<(String, String)>,
}

#[component]
pub fn Choice(props: &ChoiceProps) -> Html {
    let changed = {
        let (asked, ask, name) = (props.asked.clone(), props.ask.clone(), props.name);
        Callback::from(move |event: Event| {
            if let Some(field) = event.target_dyn_into::<HtmlSelectElement>() {
                ask.emit(asked.with(name, field.value()));
            }
        })
    };
    let own = props.asked.get(props.name);
    let known = props.choices.iter().position(|(value, _)| own == value).unwrap_or_default();
    html! {
        <label class="field audit-field"><span>{ &props.label }</span>
            <select name={props.name} onchange={changed}>
                { for props.choices.iter().enumerate().map(|(place, (value, words))| html! { <option value={value.clone()} selected={place == known}>{ words }</option> }) }
            </select>
        </label>
    }
}
