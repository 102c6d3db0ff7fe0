//! Asking for something whenever what it depends on changes; the last answer stays while the next
//! is under way.

use std::future::Future;
use std::rc::Rc;

use futures_util::FutureExt as _;
use futures_util::future::abortable;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use super::use_leave;
use crate::backend::{Answer, Failure};

#[derive(Debug, PartialEq)]
pub struct Loaded<T> {
    pub value: Option<Rc<T>>,
    pub failure: Option<Failure>,
}

impl<T> Clone for Loaded<T> {
    fn clone(&self) -> Self {
        Self { value: self.value.clone(), failure: self.failure.clone() }
    }
}

impl<T> Default for Loaded<T> {
    fn default() -> Self {
        Self { value: None, failure: None }
    }
}

/// Runs `task(depends)` at first and whenever `depends` changes; what still runs then is given up.
#[hook]
pub fn use_task<D, F>(depends: D, task: impl FnOnce(D) -> F + 'static)
where
    D: PartialEq + Clone + 'static,
    F: Future<Output = ()> + 'static,
{
    use_effect_with(depends, move |depends| {
        let (task, abort) = abortable(task(depends.clone()));
        spawn_local(task.map(drop));
        move || abort.abort()
    });
}

/// Asks `ask(depends)` at first and whenever `depends` changes. Where `subject` changes too, the
/// old answer is about something else and is put away at once.
#[hook]
pub fn use_load<S, D, T, F, A>(subject: S, depends: D, ask: A) -> Loaded<T>
where
    S: PartialEq + Clone + 'static,
    D: PartialEq + Clone + 'static,
    T: PartialEq + 'static,
    F: Future<Output = Answer<T>> + 'static,
    A: Fn(S) -> F + 'static,
{
    let loaded = use_state(|| (subject.clone(), Loaded::default()));
    let leave = use_leave();
    {
        let loaded = loaded.clone();
        use_effect_with((subject.clone(), depends), move |(subject, _depends)| {
            let subject = subject.clone();
            let kept = if loaded.0 == subject { loaded.1.value.clone() } else { None };
            let question = ask(subject.clone());
            let (task, abort) = abortable(async move {
                let next = match question.await {
                    Ok(value) => Loaded { value: Some(Rc::new(value)), failure: None },
                    Err(failure) => {
                        if failure.is_signed_out() {
                            leave.emit(());
                        }
                        Loaded { value: kept, failure: Some(failure) }
                    }
                };
                loaded.set((subject, next));
            });
            spawn_local(task.map(drop));
            move || abort.abort()
        });
    }
    if loaded.0 == subject { loaded.1.clone() } else { Loaded::default() }
}
