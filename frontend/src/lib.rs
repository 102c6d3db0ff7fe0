//! Meterhouse's web app: pages ask, stores reduce, components show.
//!
//! Three programs show it, so that a counter does not fetch what others need: [`counter`] looks
//! and sells, [`office`] keeps tariffs, people and books, [`plant`] keeps lines and policies.
//! `route.rs` says which page is whose. The sandbox's worker is a fourth.

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

/// The program of those who keep tariffs, people and books.
pub fn office() {
    start::<app::Office>();
}

/// The program of those who keep the plant: lines, the meters on them, and what cuts them.
pub fn plant() {
    start::<app::Plant>();
}

fn start<P: app::Program>() {
    let root = browser::element("app").expect("index.html has an element `app`");
    yew::Renderer::<app::App<P>>::with_root(root.into()).render();
}
