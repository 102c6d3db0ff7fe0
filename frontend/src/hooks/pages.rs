//! A list that comes page by page: the newest at once, older ones when somebody asks.

use std::future::Future;

use shared::id::Seq;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use super::{use_leave, use_load};
use crate::backend::{Answer, Failure};

/// What has come so far.
pub struct Paged<P> {
    /// The newest first.
    pub pages: Vec<P>,
    pub failure: Option<Failure>,
    /// Asks for the page after the last; `None` where that was the end.
    pub older: Option<Callback<MouseEvent>>,
}

impl<P> Paged<P> {
    /// Nothing has come yet, and nothing has failed.
    pub fn is_waiting(&self) -> bool {
        self.pages.is_empty() && self.failure.is_none()
    }
}

/// Pages beyond the first, of the question that they answer.
struct Older<P> {
    query: String,
    pages: Vec<P>,
    failure: Option<Failure>,
}

/// Asks `ask(query)` and, for older pages, `ask` with `before` added; `next` says where a page's
/// successor begins. Another query begins anew.
#[hook]
pub fn use_pages<P, F, A>(query: &str, next: fn(&P) -> Option<Seq>, ask: A) -> Paged<P>
where
    P: PartialEq + Clone + 'static,
    F: Future<Output = Answer<P>> + 'static,
    A: Fn(String) -> F + Clone + 'static,
{
    let query = query.to_owned();
    let first = use_load(query.clone(), (), ask.clone());
    let older = use_state(|| Older { query: String::new(), pages: Vec::new(), failure: None });
    let leave = use_leave();
    let (more, failure) = if older.query == query {
        (older.pages.clone(), older.failure.clone())
    } else {
        (Vec::new(), None)
    };
    let last = more.last().or(first.value.as_deref());
    let ask_older = last.and_then(next).map(|before| {
        let (older, so_far) = (older.clone(), more.clone());
        Callback::from(move |_: MouseEvent| {
            let (older, leave, query) = (older.clone(), leave.clone(), query.clone());
            let mut pages = so_far.clone();
            let question = ask(format!("{query}&before={before}"));
            spawn_local(async move {
                let failure = match question.await {
                    Ok(page) => {
                        pages.push(page);
                        None
                    }
                    Err(failure) => {
                        if failure.is_signed_out() {
                            leave.emit(());
                        }
                        Some(failure)
                    }
                };
                older.set(Older { query, pages, failure });
            });
        })
    });
    let pages = first.value.iter().map(|page| P::clone(page)).chain(more).collect();
    Paged { pages, failure: first.failure.or(failure), older: ask_older }
}
