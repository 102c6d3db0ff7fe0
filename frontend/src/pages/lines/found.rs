//! What a scan found, side by side with live values, and the relay test in two steps.

use std::rc::Rc;

use shared::api::commission::{AddRelay, RelayStep, RelayTest, RelayTested};
use shared::api::scan::{Candidate, FoundUnit};
use shared::id::LineId;
use wasm_bindgen_futures::spawn_local;
use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

use crate::backend::Failure;
use crate::components::notice::FailureNotice;
use crate::hooks::{use_backend, use_lang, use_line_texts};
use crate::i18n::{self, CommissionTexts, fill};

/// A unit that may be added, as which model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    pub unit: u8,
    pub chosen: bool,
    pub profile: String,
    pub serial: Option<String>,
    /// The output of a board, where the switch is not inside.
    pub relay: Option<AddRelay>,
}

/// A relay board that was found on the line.
#[derive(Clone, Debug, PartialEq, Eq)]
struct FoundBoard {
    unit: u8,
    profile: String,
    outputs: u16,
}

impl FoundBoard {
    /// All of them; where several models fit, each.
    fn all(found: &[FoundUnit]) -> Vec<Self> {
        let at_line = found.iter().filter(|unit| unit.speed.is_none());
        let boards = at_line.flat_map(|unit| {
            let boards = unit.candidates.iter().filter(|candidate| candidate.board);
            boards.map(|board| Self {
                unit: unit.unit,
                profile: board.profile.clone(),
                outputs: board.outputs,
            })
        });
        boards.collect()
    }

    fn output(&self, output: u16) -> AddRelay {
        AddRelay {
            line: None,
            unit: self.unit,
            profile: self.profile.clone(),
            output,
            feedback: None,
            connected_when_off: false,
        }
    }
}

/// How an output is named in the list of a row.
fn place_of(relay: &AddRelay) -> String {
    format!("{} {} {}", relay.unit, relay.profile, relay.output)
}

/// All meters that are new, as the likeliest model.
pub fn first_choices(found: &[FoundUnit]) -> Vec<Choice> {
    found
        .iter()
        .filter(|unit| unit.meter.is_none() && unit.speed.is_none())
        .filter_map(|unit| {
            let best = unit.candidates.iter().find(|candidate| !candidate.board)?;
            let (profile, serial) = (best.profile.clone(), best.serial.clone());
            let (unit, chosen) = (unit.unit, !unit.unclear);
            Some(Choice { unit, chosen, profile, serial, relay: None })
        })
        .collect()
}

#[derive(PartialEq, Properties)]
pub struct FoundProps {
    pub line: LineId,
    pub found: Vec<FoundUnit>,
    pub choices: Vec<Choice>,
    pub changed: Callback<Vec<Choice>>,
}

#[component]
pub fn Found(props: &FoundProps) -> Html {
    let texts = use_line_texts();
    let words = &texts.commission;
    let head = [
        texts.lines.unit,
        words.model,
        words.serial,
        words.register,
        words.voltage,
        words.power,
        words.relay,
    ];
    let boards = Rc::new(FoundBoard::all(&props.found));
    html! {
        <section class="card line-table no-print" tabindex="0" role="region" aria-label={words.scan}>
            <table>
                <thead><tr>{ for head.into_iter().map(|head| html! { <th scope="col">{ head }</th> }) }</tr></thead>
                <tbody>{ for props.found.iter().map(|unit| html! {
                    <Row key={format!("{} {:?}", unit.unit, unit.speed)} line={props.line} unit={unit.clone()} boards={boards.clone()} choices={props.choices.clone()} changed={props.changed.clone()} />
                }) }</tbody>
            </table>
        </section>
    }
}

#[derive(PartialEq, Properties)]
struct RowProps {
    line: LineId,
    unit: FoundUnit,
    boards: Rc<Vec<FoundBoard>>,
    choices: Vec<Choice>,
    changed: Callback<Vec<Choice>>,
}

#[component]
fn Row(props: &RowProps) -> Html {
    let texts = use_line_texts();
    let words = &texts.commission;
    let unit = &props.unit;
    let choice = props.choices.iter().find(|choice| choice.unit == unit.unit);
    // Another device may answer at this address at the line's own speed.
    let choice = choice.filter(|_| unit.speed.is_none()).cloned();
    let change = {
        let (all, changed, at) = (props.choices.clone(), props.changed.clone(), unit.unit);
        move |edit: &dyn Fn(&mut Choice)| {
            let mut all = all.clone();
            all.iter_mut().filter(|choice| choice.unit == at).for_each(edit);
            changed.emit(all);
        }
    };
    let tick = {
        let change = change.clone();
        Callback::from(move |event: Event| {
            let field = event.target_dyn_into::<HtmlInputElement>();
            let on = field.is_some_and(|field| field.checked());
            change(&|choice| choice.chosen = on);
        })
    };
    let pick = {
        let (change, candidates) = (change.clone(), unit.candidates.clone());
        Callback::from(move |event: Event| {
            let Some(select) = event.target_dyn_into::<HtmlSelectElement>() else { return };
            let picked = select.value();
            let serial = candidates
                .iter()
                .find(|candidate| candidate.profile == picked)
                .and_then(|candidate| candidate.serial.clone());
            change(&|choice| {
                choice.profile.clone_from(&picked);
                choice.serial.clone_from(&serial);
                choice.relay = None;
            });
        })
    };
    let wire = {
        let boards = props.boards.clone();
        Callback::from(move |event: Event| {
            let Some(select) = event.target_dyn_into::<HtmlSelectElement>() else { return };
            let outputs = boards
                .iter()
                .flat_map(|board| (1..=board.outputs).map(|output| board.output(output)));
            let relay = outputs.into_iter().find(|relay| place_of(relay) == select.value());
            change(&|choice| choice.relay.clone_from(&relay));
        })
    };
    let model = match (&choice, &unit.speed) {
        (Some(choice), _) => {
            unit.candidates.iter().find(|candidate| candidate.profile == choice.profile)
        }
        (None, Some(_)) => unit.candidates.first(),
        (None, None) => None,
    };
    let value = |name: &str| {
        let point = model.and_then(|model| model.points.iter().find(|point| point.name == name));
        let shown = point.map(|point| format!("{} {}", point.value(), point.unit));
        html! { <td class="num">{ shown.unwrap_or_default() }</td> }
    };
    let number = unit.unit.to_string();
    let boards: Vec<&str> = unit.candidates.iter().map(|board| board.profile.as_str()).collect();
    html! {
        <tr>
            <td>
                if let Some(choice) = &choice {
                    <label class="tick"><input type="checkbox" checked={choice.chosen} onchange={tick} aria-label={fill(words.choose, &[&number])} />{ " " }{ &number }</label>
                } else { { &number } }
            </td>
            <td>
                if let Some(meter) = unit.meter { <span class="quiet">{ fill(words.known, &[&meter.to_string()]) }</span> }
                else if let Some(choice) = &choice {
                    <select onchange={pick} aria-label={words.model}>
                        { for unit.candidates.iter().filter(|candidate| !candidate.board).map(|candidate| html! {
                            <option value={candidate.profile.clone()} selected={candidate.profile == choice.profile}>{ format!("{} {}", candidate.vendor, candidate.profile) }</option>
                        }) }
                    </select>
                    if model.is_some_and(|model| !model.proven) { <small class="quiet block">{ words.unproven }</small> }
                } else if boards.is_empty() { <span class="quiet">{ words.unknown }</span> } else { <span class="mono">{ boards.join(", ") }</span> }
                if let Some(speed) = &unit.speed { <small class="block">{ fill(words.other_speed, &[&speed.to_string()]) }</small> }
                if unit.unclear { <span class="line-mark off">{ words.unclear }</span> }
            </td>
            <td class="mono">{ model.and_then(|model| model.serial.clone()).unwrap_or_default() }</td>
            { value("energy.import") }{ value("voltage.l1") }{ value("power") }
            <td>
                if let (Some(choice), Some(model)) = (&choice, model) {
                    if !model.switches { { wiring(&props.boards, choice, &wire, words) }{ " " } }
                    <RelayTester line={props.line} unit={unit.unit} model={model.clone()} relay={choice.relay.clone()} />
                }
            </td>
        </tr>
    }
}

/// Which output of which board switches a meter that has no switch inside.
fn wiring(
    boards: &[FoundBoard],
    choice: &Choice,
    wire: &Callback<Event>,
    words: &CommissionTexts,
) -> Html {
    if boards.is_empty() {
        return html! { <span class="quiet">{ words.outside }</span> };
    }
    let number = choice.unit.to_string();
    let option = |board: &FoundBoard, output: u16| {
        let relay = board.output(output);
        let selected = choice.relay.as_ref() == Some(&relay);
        html! { <option value={place_of(&relay)} {selected}>{ board.unit }{ " · " }{ fill(words.output, &[&output.to_string()]) }</option> }
    };
    html! {
        <select onchange={wire.clone()} aria-label={fill(words.switch_of, &[&number])}>
            <option value="" selected={choice.relay.is_none()}>{ words.outside }</option>
            { for boards.iter().map(|board| html! {
                <optgroup label={fill(words.board, &[&board.unit.to_string(), &board.profile])}>
                    { for (1..=board.outputs).map(|output| option(board, output)) }
                </optgroup>
            }) }
        </select>
    }
}

#[derive(PartialEq, Properties)]
struct RelayTesterProps {
    line: LineId,
    unit: u8,
    model: Candidate,
    relay: Option<AddRelay>,
}

/// Open and look, close and look.
#[component]
fn RelayTester(props: &RelayTesterProps) -> Html {
    let (lang, texts, backend) = (use_lang(), use_line_texts(), use_backend());
    let words = &texts.commission;
    let seen = use_state_eq(|| None::<Result<RelayTested, Failure>>);
    let busy = use_state_eq(|| false);
    if !props.model.switches && props.relay.is_none() {
        return Html::default();
    }
    let step = |step: RelayStep| {
        let (seen, busy, backend, line) = (seen.clone(), busy.clone(), backend.clone(), props.line);
        let (unit, profile) = (props.unit, props.model.profile.clone());
        let relay = props.relay.clone();
        Callback::from(move |_: MouseEvent| {
            let (profile, relay) = (profile.clone(), relay.clone());
            let test = RelayTest { unit, profile, relay, step };
            let (seen, busy, backend) = (seen.clone(), busy.clone(), backend.clone());
            busy.set(true);
            spawn_local(async move {
                seen.set(Some(backend.test_relay(line, &test).await));
                busy.set(false);
            });
        })
    };
    html! {
        <>
            <button type="button" class="button danger" disabled={*busy} onclick={step(RelayStep::Open)}>{ words.open_step }</button>{ " " }
            <button type="button" class="button" disabled={*busy} onclick={step(RelayStep::Close)}>{ words.close_step }</button>
            <small class="block" role="status">
                if let Some(Ok(tested)) = &*seen {
                    { match &tested.fault {
                        Some(fault) => fill(words.not_proven, &[&i18n::fault(lang, fault)]),
                        None => fill(
                            if tested.proven { words.proven } else { words.not_proven },
                            &[i18n::contact(lang, tested.contact)],
                        ),
                    } }
                }
            </small>
            if let Some(Err(failure)) = &*seen { <FailureNotice failure={failure.clone()} /> }
        </>
    }
}
