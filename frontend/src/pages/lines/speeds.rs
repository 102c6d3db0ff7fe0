//! Which speeds and parities of a serial line a scan tries.

use shared::api::scan::{BAUDS, FORMATS, ScanSpeed, speeds};
use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::hooks::use_line_texts;

/// What is ticked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tried {
    bauds: Vec<u32>,
    formats: Vec<&'static str>,
}

impl Tried {
    /// What most meters have from the factory, and the line's own speed.
    pub fn at_first(own: &ScanSpeed) -> Self {
        let bauds = BAUDS.into_iter().filter(|baud| [9_600, own.baud].contains(baud)).collect();
        let ticked = ["8N1", "8E1", own.format.as_str()];
        let formats = FORMATS.into_iter().filter(|format| ticked.contains(format)).collect();
        Self { bauds, formats }
    }

    pub fn speeds(&self) -> Vec<ScanSpeed> {
        speeds(&self.bauds, &self.formats)
    }
}

#[derive(PartialEq, Properties)]
pub struct SpeedsProps {
    pub chosen: Tried,
    pub changed: Callback<Tried>,
    pub disabled: bool,
}

#[component]
pub fn Speeds(props: &SpeedsProps) -> Html {
    let texts = use_line_texts();
    let words = &texts.commission;
    let SpeedsProps { chosen, changed, disabled } = props;
    let tick = |label: String, on: bool, edit: Callback<(Tried, bool)>| {
        let chosen = chosen.clone();
        let onchange = Callback::from(move |event: Event| {
            let field = event.target_dyn_into::<HtmlInputElement>();
            let on = field.is_some_and(|field| field.checked());
            edit.emit((chosen.clone(), on));
        });
        html! { <label class="tick"><input type="checkbox" checked={on} disabled={*disabled} {onchange} />{ label }</label> }
    };
    let baud = |baud: u32| {
        let changed = changed.clone();
        let edit = Callback::from(move |(mut tried, on): (Tried, bool)| {
            tried.bauds.retain(|other| *other != baud);
            tried.bauds.extend(on.then_some(baud));
            changed.emit(tried);
        });
        tick(baud.to_string(), chosen.bauds.contains(&baud), edit)
    };
    let format = |format: &'static str| {
        let changed = changed.clone();
        let edit = Callback::from(move |(mut tried, on): (Tried, bool)| {
            tried.formats.retain(|other| *other != format);
            tried.formats.extend(on.then_some(format));
            // The order of the list is the order of trying.
            tried.formats.sort_by_key(|name| FORMATS.iter().position(|known| known == name));
            changed.emit(tried);
        });
        tick(format.to_owned(), chosen.formats.contains(&format), edit)
    };
    html! {
        <>
            <fieldset class="choice speeds"><legend>{ words.baud }</legend>{ for BAUDS.into_iter().map(baud) }</fieldset>
            <fieldset class="choice speeds"><legend>{ words.format }</legend>{ for FORMATS.into_iter().map(format) }</fieldset>
        </>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_factorys_speed_and_the_lines_own_are_ticked_at_first() {
        let own = ScanSpeed { baud: 2_400, format: "8E1".to_owned() };
        let tried: Vec<String> =
            Tried::at_first(&own).speeds().iter().map(ScanSpeed::to_string).collect();
        assert_eq!(tried, ["9600 8N1", "9600 8E1", "2400 8N1", "2400 8E1"]);
    }
}
