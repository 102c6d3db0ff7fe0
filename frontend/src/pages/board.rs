//! The board: what must always hold and how it was found, what is missing, and the copies.

use gloo_timers::future::TimeoutFuture;
use shared::api::board::{Backups, Board as Shown, Finding, Loss, LossAcceptance, Outcome};
use shared::id::Book;
use shared::staff::Verb;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use crate::backend::Failure;
use crate::browser;
use crate::components::icon::{Glyph, Icon};
use crate::components::notice::{FailureNotice, Waiting};
use crate::components::reason_dialog::ReasonDialog;
use crate::format;
use crate::hooks::{
    use_backend, use_board_texts, use_lang, use_load, use_seat, use_task, use_texts,
};
use crate::i18n::{self, fill};

/// How soon a check that is under way is asked about again.
const SOON: u32 = 1_000;

#[component]
pub fn Board() -> Html {
    let (seat, texts, backend) = (use_seat(), use_board_texts(), use_backend());
    let round = use_state_eq(|| 0_u32);
    let failure = use_state_eq(|| None::<Failure>);
    let loaded = use_load((), *round, {
        let backend = backend.clone();
        move |()| {
            let backend = backend.clone();
            async move { backend.board().await }
        }
    });
    let running = loaded.value.as_ref().is_some_and(|board| board.running || board.backup.running);
    use_task((running, *round), {
        let round = round.clone();
        move |(running, now)| async move {
            if running {
                TimeoutFuture::new(SOON).await;
                round.set(now + 1);
            }
        }
    });
    let order = |what: &'static str| {
        let (backend, failure, round) = (backend.clone(), failure.clone(), round.clone());
        Callback::from(move |_: MouseEvent| {
            let (backend, failure, round) = (backend.clone(), failure.clone(), round.clone());
            spawn_local(async move {
                failure.set(backend.order_board(what).await.err());
                round.set(*round + 1);
            });
        })
    };
    let changed = {
        let round = round.clone();
        Callback::from(move |()| round.set(*round + 1))
    };
    html! {
        <div class="page board-page">
            <header class="page-head">
                <h1>{ texts.board.title }</h1>
                <p class="quiet">{ texts.board.lead }</p>
                <span class="spring" />
                if seat.may(Verb::CheckBooks) {
                    <button class="button" disabled={running} onclick={order("check")}>
                        <Glyph icon={Icon::Check} size=16 />{ if running { texts.board.checking } else { texts.board.check } }
                    </button>
                }
            </header>
            if let Some(failure) = (*failure).clone().or(loaded.failure.clone()) { <FailureNotice {failure} /> }
            if let Some(board) = &loaded.value {
                if let Some(loss) = &board.loss { <LossCard loss={loss.clone()} on_accepted={changed} /> }
                <Findings board={Shown::clone(board)} />
                <Copies backup={board.backup.clone()} on_order={order("backup")} />
            } else if loaded.failure.is_none() {
                <Waiting />
            }
        </div>
    }
}

#[derive(PartialEq, Properties)]
struct FindingsProps {
    board: Shown,
}

#[component]
fn Findings(props: &FindingsProps) -> Html {
    let (seat, lang, texts) = (use_seat(), use_lang(), use_board_texts());
    let board = &props.board;
    let now = browser::now();
    let count = |is_it: fn(&Outcome) -> bool| {
        board.findings.iter().filter(|found| is_it(&found.outcome)).count()
    };
    let broken = count(|outcome| matches!(outcome, Outcome::Broken(_)));
    let grey = count(|outcome| matches!(outcome, Outcome::Unchecked(_)));
    let verdict = match (broken, grey) {
        (0, 0) => texts.board.all_hold.to_owned(),
        (0, grey) => fill(texts.board.some_unchecked, &[&grey.to_string()]),
        (broken, _) => fill(texts.board.some_broken, &[&broken.to_string()]),
    };
    let last = match (board.checked, board.took) {
        (Some(at), Some(took)) => fill(
            texts.board.last,
            &[&format::moment(at, now, &seat.zone), &format::span(took, lang)],
        ),
        (Some(_) | None, None) | (None, Some(_)) => texts.board.never.to_owned(),
    };
    let next = fill(texts.board.next, &[&format::moment(board.next, now, &seat.zone)]);
    html! {
        <section class="card" aria-live="polite">
            <p class="board-sum"><b>{ verdict }</b><span class="quiet">{ last }{ " · " }{ next }</span></p>
            <ul class="board-list">{ for board.findings.iter().map(|found| html! { <Rule key={found.invariant.code()} found={found.clone()} /> }) }</ul>
        </section>
    }
}

#[derive(PartialEq, Properties)]
struct RuleProps {
    found: Finding,
}

#[component]
fn Rule(props: &RuleProps) -> Html {
    let (lang, texts) = (use_lang(), use_board_texts());
    let Finding { invariant, checked, outcome } = &props.found;
    let (ink, icon, word, told) = match outcome {
        Outcome::Holds => ("connected", Icon::Check, texts.board.holds, None),
        Outcome::Broken(first) => {
            ("cut", Icon::Warning, texts.board.broken, Some(fill(texts.board.offence, &[first])))
        }
        Outcome::Unchecked(_) => ("silent", Icon::Clock, texts.board.unchecked, None),
    };
    html! {
        <li class="board-rule" data-rule={invariant.code()} data-state={ink}>
            <span class={classes!("ink", ink)}><Glyph {icon} size=20 /></span>
            <div class="board-what">
                <p><b class="mono">{ invariant.code() }</b>{ " " }{ i18n::rule(lang, *invariant) }</p>
                if let Some(told) = told { <p class="ink cut">{ told }</p> }
            </div>
            <div class="board-figure"><b class={classes!("ink", ink)}>{ word }</b>
                if *checked > 0 { <span class="quiet">{ fill(texts.board.looked, &[&format::count(*checked)]) }</span> }
            </div>
        </li>
    }
}

#[derive(PartialEq, Properties)]
struct LossProps {
    loss: Loss,
    on_accepted: Callback<()>,
}

#[component]
fn LossCard(props: &LossProps) -> Html {
    let (seat, texts, frame, backend) = (use_seat(), use_board_texts(), use_texts(), use_backend());
    let open = use_state_eq(|| false);
    let busy = use_state_eq(|| false);
    let failure = use_state_eq(|| None::<Failure>);
    let Loss { kept, lost, changed, receipts } = &props.loss;
    let said = if *changed { texts.loss.changed } else { texts.loss.shorter };
    let book = |book: &Book| match book {
        Book::Live => frame.frame.live,
        Book::Simulated => frame.frame.simulated,
    };
    let set = |to: bool| {
        let open = open.clone();
        Callback::from(move |()| open.set(to))
    };
    let accept = {
        let (busy, failure, open) = (busy.clone(), failure.clone(), open.clone());
        let (backend, accepted) = (backend.clone(), props.on_accepted.clone());
        Callback::from(move |note: String| {
            let (busy, failure, open) = (busy.clone(), failure.clone(), open.clone());
            let (backend, accepted) = (backend.clone(), accepted.clone());
            busy.set(true);
            spawn_local(async move {
                let answer = backend.accept_loss(&LossAcceptance { note }).await;
                busy.set(false);
                if answer.is_ok() {
                    open.set(false);
                    accepted.emit(());
                }
                failure.set(answer.err());
            });
        })
    };
    html! {
        <section class="notice bad board-loss" role="alert">
            <Glyph icon={Icon::Warning} size=22 />
            <div>
                <h2>{ texts.loss.title }</h2>
                <p>{ fill(said, &[&kept.to_string(), &lost.to_string()]) }</p>
                if receipts.is_empty() {
                    <p>{ texts.loss.no_receipts }</p>
                } else {
                    <p>{ texts.loss.receipts }</p>
                    <ul>{ for receipts.iter().map(|(of, first, last)| html! { <li class="mono">{ fill(texts.loss.range, &[book(of), &first.to_string(), &last.to_string()]) }</li> }) }</ul>
                }
                <p>{ texts.loss.advice }</p>
                if seat.may(Verb::CheckBooks) {
                    <button class="button danger" onclick={set(true).reform(|_: MouseEvent| ())}>{ texts.loss.accept }</button>
                } else {
                    <p class="quiet">{ texts.loss.admins }</p>
                }
            </div>
            if *open {
                <ReasonDialog title={texts.loss.accept} lead={texts.loss.accept_lead} hint={texts.loss.accept_hint}
                    action={texts.loss.accept} danger=true busy={*busy} failure={(*failure).clone()}
                    on_close={set(false)} on_reason={accept} />
            }
        </section>
    }
}

#[derive(PartialEq, Properties)]
struct CopiesProps {
    backup: Backups,
    on_order: Callback<MouseEvent>,
}

#[component]
fn Copies(props: &CopiesProps) -> Html {
    let (seat, texts) = (use_seat(), use_board_texts());
    let Backups { plan, running, last } = &props.backup;
    let now = browser::now();
    html! {
        <section class="card pad board-copies">
            <h2>{ texts.backup.title }</h2>
            if let Some(plan) = plan {
                <p>{ fill(texts.backup.plan, &[&plan.folder, &plan.keep.to_string(), &format::moment(plan.next, now, &seat.zone)]) }
                    { " · " }{ if plan.encrypted { texts.backup.encrypted } else { texts.backup.plain } }</p>
                if let Some(row) = last {
                    <p class={classes!(row.fault.is_some().then_some("ink cut"))}>
                        <time>{ format::moment(row.at, now, &seat.zone) }</time>{ " · " }
                        { match (&row.fault, row.proven) {
                            (Some(fault), _) => fill(texts.backup.failed, &[fault]),
                            (None, Some(seq)) => fill(texts.backup.proven, &[&row.name, &seq.to_string()]),
                            (None, None) => row.name.clone(),
                        } }
                    </p>
                } else {
                    <p class="quiet">{ texts.backup.never }</p>
                }
                if seat.may(Verb::CheckBooks) {
                    <button class="button" disabled={*running} onclick={props.on_order.clone()}>{ if *running { texts.backup.running } else { texts.backup.now } }</button>
                }
            } else {
                <p class="quiet">{ texts.backup.none }</p>
            }
        </section>
    }
}
