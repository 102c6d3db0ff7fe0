//! Who works here: adding people with a first password, and who left; who is signed in, and which
//! programs may act.

mod sessions;
mod tokens;

use shared::api::session::{NewStaff, Role, StaffChange, StaffRow};
use shared::id::StaffId;
use shared::staff::Verb;
use wasm_bindgen_futures::spawn_local;
use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

use crate::backend::{Backend, Failure};
use crate::browser;
use crate::components::icon::{Glyph, Icon};
use crate::components::notice::{FailureNotice, Waiting};
use crate::components::options::options;
use crate::hooks::{use_backend, use_lang, use_load, use_seat, use_tariff_texts};
use crate::i18n::{self, fill};

/// A password made here, shown once.
#[derive(Clone, Debug, PartialEq, Eq)]
struct FirstPassword {
    name: String,
    password: String,
}

/// Four groups of four letters that nobody mistakes for one another, 77 bits.
fn made_up(bytes: [u8; 16]) -> String {
    const LETTERS: [char; 28] = [
        'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'J', 'K', 'M', 'N', 'P', 'Q', 'R', 'T', 'U', 'V',
        'W', 'X', 'Y', 'Z', '3', '4', '6', '7', '8', '9',
    ];
    let letters: Vec<char> = bytes
        .into_iter()
        .filter_map(|byte| LETTERS.get(usize::from(byte) % LETTERS.len()).copied())
        .collect();
    let groups = letters.chunks(4).map(|group| group.iter().collect::<String>());
    groups.collect::<Vec<_>>().join("-")
}

async fn change(
    backend: &Backend,
    staff: StaffId,
    name: &str,
) -> Result<Option<FirstPassword>, Failure> {
    let password = made_up(browser::random());
    let new = StaffChange { password: Some(password.clone()), ..StaffChange::default() };
    backend.change_staff(staff, &new).await?;
    Ok(Some(FirstPassword { name: name.to_owned(), password }))
}

/// Those whom a person may be made; customers and programs are not staff.
const ROLES: [Role; 7] = [
    Role::Cashier,
    Role::Manager,
    Role::Engineer,
    Role::Auditor,
    Role::Trainer,
    Role::Viewer,
    Role::Admin,
];

#[component]
pub fn People() -> Html {
    let (seat, lang, texts) = (use_seat(), use_lang(), use_tariff_texts());
    let backend = use_backend();
    let round = use_state_eq(|| 0_u32);
    let failure = use_state_eq(|| None::<Failure>);
    let first = use_state_eq(|| None::<FirstPassword>);
    let looks = seat.may(Verb::LookAtPeople);
    let list = use_load(looks, *round, {
        let backend = backend.clone();
        move |looks| {
            let backend = backend.clone();
            async move { if looks { backend.staff().await } else { Ok(Vec::new()) } }
        }
    });
    let told = {
        let (first, failure, round) = (first.clone(), failure.clone(), round.clone());
        Callback::from(move |answer: Result<Option<FirstPassword>, Failure>| {
            match answer {
                Ok(password) => {
                    failure.set(None);
                    first.set(password);
                }
                Err(refused) => failure.set(Some(refused)),
            }
            round.set(*round + 1);
        })
    };
    if !looks {
        return html! { <div class="page people-page"><sessions::Sessions /></div> };
    }
    let reset = |staff: StaffId, name: &str| {
        let (backend, told, name) = (backend.clone(), told.clone(), name.to_owned());
        Callback::from(move |_: MouseEvent| {
            let (backend, told, name) = (backend.clone(), told.clone(), name.clone());
            spawn_local(async move { told.emit(change(&backend, staff, &name).await) });
        })
    };
    let activate = |staff: StaffId, active: bool| {
        let (backend, told) = (backend.clone(), told.clone());
        Callback::from(move |_: MouseEvent| {
            let (backend, told) = (backend.clone(), told.clone());
            spawn_local(async move {
                let change = StaffChange { active: Some(active), ..StaffChange::default() };
                told.emit(backend.change_staff(staff, &change).await.map(|()| None));
            });
        })
    };
    let line = |row: &StaffRow| {
        let staff = row.person.staff;
        let own = staff == seat.person.staff;
        html! {
            <li class="tariff-row" key={staff.0}>
                <div class="tariff-name"><b class={classes!((!row.active).then_some("struck"))}>{ &row.person.name }</b>
                    <span class="quiet">{ i18n::role(lang, row.person.role) }if own { { " · " }{ texts.people.you } }if !row.active { { " · " }{ texts.people.gone } }</span>
                </div>
                if !own && seat.may(Verb::ManagePeople) {
                    if row.active { <button class="button" onclick={reset(staff, &row.person.name)}>{ texts.people.reset }</button> }
                    <button class={classes!("button", row.active.then_some("danger"))} onclick={activate(staff, !row.active)}>{ if row.active { texts.people.leave } else { texts.people.come_back } }</button>
                }
            </li>
        }
    };
    html! {
        <div class="page people-page">
            <header class="page-head"><h1>{ texts.people.title }</h1><p class="quiet">{ texts.people.lead }</p></header>
            if let Some(failure) = &*failure { <FailureNotice failure={failure.clone()} /> }
            if let Some(shown) = &*first {
                <div class="notice first-password" role="status"><Glyph icon={Icon::Person} size=20 /><div>
                    <p>{ fill(texts.people.first_password, &[&shown.name]) }{ " " }<b class="mono password-once">{ &shown.password }</b></p>
                    <p class="quiet">{ texts.people.first_hint }</p>
                </div></div>
            }
            if seat.may(Verb::ManagePeople) { <Add on_added={told.clone()} /> }
            <section class="card">
                if let Some(failure) = list.failure.clone() { <FailureNotice {failure} /> }
                if let Some(rows) = &list.value { <ul class="tariff-list">{ for rows.iter().map(line) }</ul> } else if list.failure.is_none() { <Waiting /> }
            </section>
            <sessions::Sessions />
            <sessions::Sessions all={true} />
            <tokens::Tokens />
        </div>
    }
}

#[derive(PartialEq, Properties)]
struct AddProps {
    on_added: Callback<Result<Option<FirstPassword>, Failure>>,
}

#[component]
fn Add(props: &AddProps) -> Html {
    let (lang, texts, backend) = (use_lang(), use_tariff_texts(), use_backend());
    let (name, role) = (use_node_ref(), use_node_ref());
    let missing = use_state_eq(|| false);
    let submit = {
        let (name, role, missing, told) =
            (name.clone(), role.clone(), missing.clone(), props.on_added.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let Some(field) = name.cast::<HtmlInputElement>() else { return };
            let word = role.cast::<HtmlSelectElement>().map(|field| field.value());
            let role = word.and_then(|word| Role::named(&word)).unwrap_or(Role::Viewer);
            let called = field.value().trim().to_owned();
            missing.set(called.is_empty());
            if called.is_empty() {
                return;
            }
            let (backend, told) = (backend.clone(), told.clone());
            spawn_local(async move {
                let password = made_up(browser::random());
                let shown = FirstPassword { name: called.clone(), password: password.clone() };
                let added = backend.add_staff(&NewStaff { name: called, role, password }).await;
                if added.is_ok() {
                    field.set_value("");
                }
                told.emit(added.map(|()| Some(shown)));
            });
        })
    };
    html! {
        <form class="card pad add-person" onsubmit={submit}>
            <h2>{ texts.people.add }</h2>
            <label class="field"><span>{ texts.people.name }</span><input ref={name} name="new-name" autocomplete="off" aria-invalid={missing.to_string()} />
                if *missing { <small class="field-error" role="alert">{ texts.people.name_needed }</small> }
            </label>
            <label class="field"><span>{ texts.people.role }</span>
                <select ref={role} name="new-role">{ options(ROLES.into_iter().map(|role| (role.name(), i18n::role(lang, role)))) }</select>
            </label>
            <button class="button primary">{ texts.people.add }</button>
        </form>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_first_password_is_four_groups_of_four() {
        assert_eq!(made_up([0; 16]), "AAAA-AAAA-AAAA-AAAA");
        assert_eq!(made_up([27; 16]).len(), 19);
    }
}
