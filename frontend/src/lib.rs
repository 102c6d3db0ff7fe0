//! Meterhouse's web app: pages ask, stores reduce, components show.
//!
//! Two programs show it, so that a counter does not fetch what an office needs: [`counter`] looks
//! and sells, [`office`] keeps tariffs, lines, people and books. `route.rs` says which page is
//! whose. The sandbox's worker is a third.

#![expect(unreachable_pub, reason = "nothing in it is reached from outside but its two starts")]

mod app;
mod backend;
mod browser;
mod components;
mod format;
mod hooks;
mod i18n;
mod pages;
mod route;
mod store;

/// The program that everybody fetches.
pub fn counter() {
    start::<app::Counter>();
}

/// The program of those who keep tariffs, lines, people and books.
pub fn office() {
    start::<app::Office>();
}

fn start<P: app::Program>() {
    let root = browser::element("app").expect("index.html has an element `app`");
    yew::Renderer::<app::App<P>>::with_root(root.into()).render();
}
