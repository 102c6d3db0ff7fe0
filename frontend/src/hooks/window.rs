//! Keys, sizes and the passing of seconds.

use gloo_timers::callback::Interval;
use wasm_bindgen::JsCast as _;
use wasm_bindgen::closure::Closure;
use web_sys::{Element, Event, EventTarget, KeyboardEvent, ResizeObserver};
use yew::prelude::*;

use crate::browser;

/// A listener that goes with the component.
struct Listener {
    target: EventTarget,
    name: &'static str,
    closure: Closure<dyn FnMut(Event)>,
}

impl Listener {
    fn on(target: EventTarget, name: &'static str, run: impl FnMut(Event) + 'static) -> Self {
        let closure = Closure::<dyn FnMut(Event)>::new(run);
        drop(target.add_event_listener_with_callback(name, closure.as_ref().unchecked_ref()));
        Self { target, name, closure }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        drop(
            self.target.remove_event_listener_with_callback(
                self.name,
                self.closure.as_ref().unchecked_ref(),
            ),
        );
    }
}

/// Every key pressed anywhere in the document.
#[hook]
pub fn use_document_key(pressed: Callback<KeyboardEvent>) {
    use_effect_with(pressed, |pressed| {
        let pressed = pressed.clone();
        let listener = Listener::on(browser::window().into(), "keydown", move |event| {
            if let Ok(key) = event.dyn_into::<KeyboardEvent>() {
                pressed.emit(key);
            }
        });
        move || drop(listener)
    });
}

/// Draws the component again every second, for ages and clocks.
#[hook]
pub fn use_second() {
    let update = use_force_update();
    use_effect_with((), move |()| {
        let interval = Interval::new(1_000, move || update.force_update());
        move || drop(interval)
    });
}

/// Width and height of an element in whole pixels, followed as they change.
#[hook]
pub fn use_size(node: NodeRef) -> (i32, i32) {
    let size = use_state_eq(|| (0, 0));
    {
        let size = size.clone();
        use_effect_with(node, move |node| {
            let observed = node.cast::<Element>().map(|element| {
                let seen = element.clone();
                let closure = Closure::<dyn FnMut()>::new(move || {
                    size.set((seen.client_width(), seen.client_height()));
                });
                let observer = ResizeObserver::new(closure.as_ref().unchecked_ref())
                    .expect("every browser that runs WebAssembly has a ResizeObserver");
                observer.observe(&element);
                (observer, closure)
            });
            move || {
                if let Some((observer, closure)) = observed {
                    observer.disconnect();
                    drop(closure);
                }
            }
        });
    }
    *size
}
