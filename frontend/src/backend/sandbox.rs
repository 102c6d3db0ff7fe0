//! The page's side of the sandbox: questions go to the worker, answers come back by number.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use js_sys::{Function, Promise, Uint8Array};
use shared::api::ask::{Ask, LISTEN, Told};
use shared::api::live::LiveMessage;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{MessageEvent, Worker, WorkerOptions, WorkerType};
use yew::Callback;

use super::http::refusal;
use super::{Answer, Failure, Heard, LiveGuard, Method, Request};

/// Starts the sandbox's own program.
const WORKER: &str = "/worker.js";

#[derive(Clone)]
pub struct Sandbox(Rc<Link>);

struct Link {
    worker: Worker,
    next: Cell<u32>,
    /// Who waits for which answer.
    waiting: RefCell<BTreeMap<u32, Function>>,
    heard: RefCell<Option<Callback<Heard>>>,
    /// Questions from before the worker listened; `None` once it does.
    early: RefCell<Option<Vec<String>>>,
}

impl PartialEq for Sandbox {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl std::fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sandbox")
    }
}

impl Sandbox {
    pub fn start() -> Self {
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        let worker = Worker::new_with_options(WORKER, &options)
            .expect("every browser that runs WebAssembly has workers");
        let link = Rc::new(Link {
            worker,
            next: Cell::new(1),
            waiting: RefCell::default(),
            heard: RefCell::default(),
            early: RefCell::new(Some(Vec::new())),
        });
        let told = {
            let link = link.clone();
            Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
                link.take(&event.data());
            })
        };
        link.worker.set_onmessage(Some(told.as_ref().unchecked_ref()));
        // The worker lives as long as the page.
        told.forget();
        Self(link)
    }

    pub async fn send(&self, request: Request) -> Answer<String> {
        let id = self.0.next.get();
        self.0.next.set(id.wrapping_add(1).max(1));
        let method = match request.method {
            Method::Get => "GET",
            Method::Post => "POST",
            Method::Delete => "DELETE",
        };
        let ask = Ask {
            id,
            method: method.to_owned(),
            path: request.path,
            body: request.body,
            key: request.key.map(String::from),
        };
        let link = self.0.clone();
        let promise = Promise::new(&mut |resolve, _reject| {
            link.waiting.borrow_mut().insert(id, resolve);
        });
        self.0.post(&ask);
        let text = JsFuture::from(promise).await.map_err(|_gone| Failure::Offline)?;
        let told: Told = serde_json::from_str(&text.as_string().unwrap_or_default())
            .map_err(|error| Failure::BadAnswer(error.to_string()))?;
        if told.status < 300 { Ok(told.body) } else { Err(refusal(told.status, &told.body)) }
    }

    pub fn listen(&self, heard: Callback<Heard>) -> LiveGuard {
        *self.0.heard.borrow_mut() = Some(heard);
        self.0.post(&Ask {
            id: 0,
            method: "GET".to_owned(),
            path: LISTEN.to_owned(),
            body: None,
            key: None,
        });
        let link = self.0.clone();
        LiveGuard::new(move || *link.heard.borrow_mut() = None)
    }
}

impl Link {
    fn post(&self, ask: &Ask) {
        let text = serde_json::to_string(ask).expect("a question is plain JSON");
        match &mut *self.early.borrow_mut() {
            Some(early) => early.push(text),
            None => drop(self.worker.post_message(&JsValue::from_str(&text))),
        }
    }

    fn take(&self, data: &JsValue) {
        match data.as_string() {
            Some(text) if text == "ready" => {
                for text in self.early.take().unwrap_or_default() {
                    drop(self.worker.post_message(&JsValue::from_str(&text)));
                }
            }
            Some(text) => {
                let id =
                    serde_json::from_str::<Told>(&text).map(|told| told.id).unwrap_or_default();
                if let Some(resolve) = self.waiting.borrow_mut().remove(&id) {
                    drop(resolve.call1(&JsValue::NULL, &JsValue::from_str(&text)));
                }
            }
            None => {
                let bytes =
                    data.dyn_ref::<Uint8Array>().map(Uint8Array::to_vec).unwrap_or_default();
                let heard = self.heard.borrow().clone();
                if let (Ok(message), Some(heard)) =
                    (postcard::from_bytes::<LiveMessage>(&bytes), heard)
                {
                    heard.emit(Heard::Message(Box::new(message)));
                }
            }
        }
    }
}
