//! The feed as the billing supervisor holds it: hands every publication to the hub.

use std::sync::Arc;

use actix::{Actor, Context, Handler};
use shared::actor::billing::Publish;

use super::hub::Hub;

pub(crate) struct FeedActor {
    hub: Arc<Hub>,
}

impl FeedActor {
    pub(crate) fn new(hub: Arc<Hub>) -> Self {
        Self { hub }
    }
}

impl Actor for FeedActor {
    type Context = Context<Self>;
}

impl Handler<Publish> for FeedActor {
    type Result = ();

    fn handle(&mut self, Publish(publication): Publish, _context: &mut Context<Self>) {
        self.hub.merge(&publication);
    }
}
