//! Bringing meters into service: scan, compare, test, add, sign off.

use shared::api::commission::{AddMeter, AddMeters, name_of};
use shared::api::scan::{FoundUnit, ScanOrder, ScanSpeed, ScanView};
use shared::id::{AccountId, LineId, TariffId};
use shared::staff::Verb;
use wasm_bindgen_futures::spawn_local;
use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;
use yew_router::prelude::*;

use super::found::{Choice, Found, first_choices};
use super::sheet::Sheet;
use super::speeds::{Speeds, Tried};
use crate::backend::Failure;
use crate::browser;
use crate::components::notice::{FailureNotice, Waiting};
use crate::hooks::{use_backend, use_lang, use_line_texts, use_load, use_seat, use_second};
use crate::i18n::{self, fill};
use crate::route::Route;

#[derive(PartialEq, Properties)]
pub struct CommissionProps {
    pub id: u16,
}

#[component]
pub fn Commission(props: &CommissionProps) -> Html {
    let (seat, texts, backend) = (use_seat(), use_line_texts(), use_backend());
    let (lang, id) = (use_lang(), LineId(props.id));
    let failure = use_state_eq(|| None::<Failure>);
    let round = use_state_eq(|| 0_u32);
    use_second();
    let line = use_load(id, *round, {
        let backend = backend.clone();
        move |id| {
            let backend = backend.clone();
            async move { backend.line(id).await }
        }
    });
    let scan = use_load(id, (*round, browser::now().millis() / 1_000), {
        let backend = backend.clone();
        move |id| {
            let backend = backend.clone();
            async move { backend.scan(id).await }
        }
    });
    let words = &texts.commission;
    if !seat.may(Verb::LookAtLines) {
        return html! { <div class="page"><p class="notice warn">{ texts.lines.admins_only }</p></div> };
    }
    let told = {
        let (failure, round) = (failure.clone(), round.clone());
        Callback::from(move |answer: Result<(), Failure>| {
            failure.set(answer.err());
            round.set(*round + 1);
        })
    };
    let name = line.value.as_ref().map(|line| line.name.clone()).unwrap_or_default();
    let running = scan.value.as_ref().is_some_and(|scan| scan.running);
    html! {
        <div class="page lines-page commission-page">
            <header class="page-head no-print">
                <Link<Route> to={Route::Line { id: props.id }} classes="quiet">{ &name }</Link<Route>>
                <h1>{ fill(words.title, &[&name]) }</h1><p class="quiet">{ words.lead }</p>
            </header>
            for failure in [&*failure, &line.failure].into_iter().flatten() { <FailureNotice failure={failure.clone()} /> }
            <ScanForm line={id} {running} own={scan.value.as_ref().and_then(|scan| scan.line_speed.clone())} told={told.clone()} />
            if let Some(scan) = &scan.value {
                { progress(words, scan, lang) }
                if !scan.found.is_empty() { <AddForm line={id} found={scan.found.clone()} {running} told={told.clone()} /> }
            } else if scan.failure.is_none() { <Waiting /> }
            <Sheet line={id} name={name} speed={scan.value.as_ref().and_then(|scan| scan.line_speed.clone())} round={*round} {told} />
        </div>
    }
}

fn progress(words: &i18n::CommissionTexts, scan: &ScanView, lang: i18n::Lang) -> Html {
    let figures = [scan.done, scan.of, scan.found.len()].map(|figure| figure.to_string());
    let [done, of, found] = figures.each_ref().map(String::as_str);
    html! {
        <div class="no-print" role="status">
            if scan.of > 0 {
                <progress class="scan-progress" value={done.to_owned()} max={of.to_owned()} aria-label={words.scan} />
                <span>{ fill(words.progress, &[done, of, found]) }</span>
                if let (Some(unit), Some(speed)) = (scan.unit, &scan.speed) {
                    <span>{ " · " }{ fill(words.at, &[&unit.to_string(), &speed.to_string()]) }</span>
                }
                if let Some(left) = scan.left_s { <span>{ " · " }{ fill(words.left, &[&duration(left)]) }</span> }
            }
            if scan.running { <p class="quiet">{ words.polls_go_on }</p> }
            if let Some(fault) = &scan.fault { <p class="notice warn">{ fill(words.fault, &[&i18n::fault(lang, fault)]) }</p> }
            if scan.of > 0 && !scan.running && scan.found.is_empty() { <p class="quiet">{ words.nothing }</p> }
        </div>
    }
}

/// Minutes and seconds.
fn duration(seconds: u64) -> String {
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

#[derive(PartialEq, Properties)]
struct ScanFormProps {
    line: LineId,
    running: bool,
    /// Of a serial line.
    own: Option<ScanSpeed>,
    told: Callback<Result<(), Failure>>,
}

pub(super) fn typed(node: &NodeRef) -> String {
    node.cast::<HtmlInputElement>().map(|field| field.value().trim().to_owned()).unwrap_or_default()
}

#[derive(PartialEq, Properties)]
struct BegunProps {
    node: NodeRef,
    name: &'static str,
    kind: &'static str,
    value: &'static str,
}

/// A field that begins with a value and is the typist's from then on. A component of its own: what
/// is drawn anew around it, such as the progress of a scan, would put the first value back.
#[component]
fn Begun(props: &BegunProps) -> Html {
    html! {
        <input ref={props.node.clone()} name={props.name} type={props.kind} min="0" max="99999" value={props.value} />
    }
}

#[component]
fn ScanForm(props: &ScanFormProps) -> Html {
    let (texts, backend) = (use_line_texts(), use_backend());
    let (from, to) = (use_node_ref(), use_node_ref());
    let words = &texts.commission;
    let (line, running) = (props.line, props.running);
    let tried = use_state_eq(|| None::<Tried>);
    let chosen = (*tried).clone().or_else(|| props.own.as_ref().map(Tried::at_first));
    let submit = {
        let (from, to, told) = (from.clone(), to.clone(), props.told.clone());
        let speeds = chosen.as_ref().map(Tried::speeds).unwrap_or_default();
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let number = |node| typed(node).parse().unwrap_or_default();
            let order = ScanOrder { from: number(&from), to: number(&to), speeds: speeds.clone() };
            let (backend, told) = (backend.clone(), told.clone());
            spawn_local(async move {
                let answer = if running {
                    backend.end_scan(line).await
                } else {
                    backend.start_scan(line, &order).await
                };
                told.emit(answer.map(drop));
            });
        })
    };
    html! {
        <form class="card pad raw-form no-print" onsubmit={submit}>
            <label class="field"><span>{ words.from }</span><Begun node={from} name="scan-from" kind="number" value="1" /></label>
            <label class="field"><span>{ words.to }</span><Begun node={to} name="scan-to" kind="number" value="32" /></label>
            if let Some(chosen) = &chosen {
                <Speeds chosen={chosen.clone()} changed={Callback::from(move |chosen| tried.set(Some(chosen)))} disabled={running} />
            }
            <button class={classes!("button", (!running).then_some("primary"))} name="scan">{ if running { words.stop } else { words.scan } }</button>
        </form>
    }
}

#[derive(PartialEq, Properties)]
struct AddFormProps {
    line: LineId,
    found: Vec<FoundUnit>,
    running: bool,
    told: Callback<Result<(), Failure>>,
}

#[component]
fn AddForm(props: &AddFormProps) -> Html {
    let (texts, backend) = (use_line_texts(), use_backend());
    let words = &texts.commission;
    let choices = use_state_eq(|| first_choices(&props.found));
    {
        let choices = choices.clone();
        use_effect_with(props.found.clone(), move |found| choices.set(first_choices(found)));
    }
    let tariffs = use_load((), (), {
        let backend = backend.clone();
        move |()| {
            let backend = backend.clone();
            async move { backend.tariffs().await }
        }
    });
    let [pattern, first, building, account] =
        [use_node_ref(), use_node_ref(), use_node_ref(), use_node_ref()];
    let tariff = use_node_ref();
    let line = props.line;
    let submit = {
        let (pattern, first, building, account) =
            (pattern.clone(), first.clone(), building.clone(), account.clone());
        let (tariff, choices, told) = (tariff.clone(), choices.clone(), props.told.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let chosen = tariff.cast::<HtmlSelectElement>().map(|select| select.value());
            let tariff = chosen.filter(|chosen| !chosen.is_empty()).map(TariffId);
            let first: usize = typed(&first).parse().unwrap_or(1);
            let account = typed(&account).parse::<u32>().ok();
            let order = AddMeters {
                line,
                building: typed(&building),
                floor: String::new(),
                tariff,
                meters: meters(&choices, &typed(&pattern), first, account),
            };
            let (backend, told) = (backend.clone(), told.clone());
            spawn_local(async move { told.emit(backend.add_meters(&order).await.map(drop)) });
        })
    };
    let count = choices.iter().filter(|choice| choice.chosen).count();
    let changed = {
        let choices = choices.clone();
        Callback::from(move |all: Vec<Choice>| choices.set(all))
    };
    html! {
        <>
            <Found line={props.line} found={props.found.clone()} choices={(*choices).clone()} {changed} />
            <form class="card pad raw-form no-print" onsubmit={submit}>
                <label class="field"><span>{ words.pattern }</span><Begun node={pattern} name="pattern" kind="text" value="1##" /></label>
                <label class="field"><span>{ words.first }</span><Begun node={first} name="first" kind="number" value="1" /></label>
                <label class="field"><span>{ words.building }</span><input ref={building} name="building" /></label>
                <label class="field"><span>{ words.tariff }</span>
                    <select ref={tariff} name="tariff">
                        <option value="" selected=true>{ words.no_tariff }</option>
                        for tariff in tariffs.value.iter().flat_map(|rows| rows.iter()) { <option value={tariff.id.0.clone()}>{ &tariff.name }</option> }
                    </select>
                </label>
                <label class="field"><span>{ words.account }</span><input ref={account} name="account" type="number" min="1" /></label>
                <button class="button primary" name="add" disabled={count == 0 || props.running}>{ fill(words.add, &[&count.to_string()]) }</button>
            </form>
        </>
    }
}

/// What is ordered for the chosen units: names and account numbers run on.
fn meters(choices: &[Choice], pattern: &str, first: usize, account: Option<u32>) -> Vec<AddMeter> {
    let chosen = choices.iter().filter(|choice| choice.chosen);
    chosen
        .zip(0_u32..)
        .map(|(choice, place)| AddMeter {
            unit: choice.unit,
            profile: choice.profile.clone(),
            name: name_of(pattern, first + usize::try_from(place).unwrap_or_default()),
            serial: choice.serial.clone(),
            account: account.map(|account| AccountId(account + place)),
            customer: String::new(),
            relay: choice.relay.clone(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_account_numbers_run_on_over_the_chosen_units() {
        let choice = |unit, chosen| Choice {
            unit,
            chosen,
            profile: "eastron-sdm630".to_owned(),
            serial: None,
            relay: None,
        };
        let choices = [choice(3, true), choice(4, false), choice(5, true)];
        let seen: Vec<_> = meters(&choices, "1##", 9, Some(500))
            .into_iter()
            .map(|meter| (meter.unit, meter.name, meter.account))
            .collect();
        let expected = [
            (3, "109".to_owned(), Some(AccountId(500))),
            (5, "110".to_owned(), Some(AccountId(501))),
        ];
        assert_eq!(seen, expected);
    }
}
