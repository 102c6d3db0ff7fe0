//! Meterhouse's web app: pages ask, stores reduce, components show.

#![expect(unreachable_pub, reason = "a program: nothing in it is reached from outside")]

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

fn main() {
    let root = browser::element("app").expect("index.html has an element `app`");
    yew::Renderer::<app::App>::with_root(root.into()).render();
}
