//! The worker's side: builds the house, lets it live, answers what the page asks.

use std::cell::RefCell;
use std::rc::Rc;

use actix::SystemRunner;
use gloo_timers::callback::Interval;
use js_sys::Uint8Array;
use shared::api::ask::{Ask, LISTEN, Told};
use shared::api::live::LiveMessage;
use simulator::sandbox::engine;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};

use crate::answer::answer;
use crate::house::{House, HouseError};

/// How often the house is given time, and the page told what changed.
const TICK_MS: u32 = 250;

struct Work {
    engine: SystemRunner,
    /// The house, or why there is none.
    house: Result<House, HouseError>,
    scope: DedicatedWorkerGlobalScope,
    /// Somebody listens to the live messages.
    heard: bool,
}

/// Serves the sandbox to the page that owns the worker, for ever.
pub fn serve(scope: DedicatedWorkerGlobalScope) {
    let engine = engine();
    let house = engine.block_on(House::open());
    let work = Rc::new(RefCell::new(Work { engine, house, scope: scope.clone(), heard: false }));
    let asked = {
        let work = work.clone();
        Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            let ask =
                event.data().as_string().and_then(|text| serde_json::from_str::<Ask>(&text).ok());
            if let Some(ask) = ask {
                work.borrow_mut().take(&ask);
            }
        })
    };
    scope.set_onmessage(Some(asked.as_ref().unchecked_ref()));
    asked.forget();
    Interval::new(TICK_MS, move || work.borrow_mut().tick()).forget();
    // The page held its questions back until now: before, nobody would have heard them.
    drop(scope.post_message(&JsValue::from_str("ready")));
}

impl Work {
    fn take(&mut self, ask: &Ask) {
        let (status, body) = match &mut self.house {
            Ok(house) if ask.path == LISTEN => {
                self.heard = true;
                tell(&self.scope, &house.snapshot());
                return;
            }
            Ok(house) => self.engine.block_on(answer(house, ask)),
            Err(error) => {
                (500, format!("{{\"type\":\"server-fault\",\"title\":\"{error}\",\"status\":500}}"))
            }
        };
        let told = Told { id: ask.id, status, body };
        let text = serde_json::to_string(&told).expect("an answer is plain JSON");
        drop(self.scope.post_message(&JsValue::from_str(&text)));
    }

    fn tick(&mut self) {
        let Ok(house) = &mut self.house else { return };
        if let Err(error) = self.engine.block_on(house.live()) {
            self.house = Err(error);
            return;
        }
        if self.heard {
            tell(&self.scope, &house.delta());
        }
    }
}

fn tell(scope: &DedicatedWorkerGlobalScope, message: &LiveMessage) {
    let bytes = postcard::to_allocvec(message).expect("every part of a live message has a length");
    drop(scope.post_message(&Uint8Array::from(bytes.as_slice())));
}
