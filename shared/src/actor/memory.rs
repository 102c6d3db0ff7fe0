//! A journal in memory: for the sandbox in the browser, for classes, and for tests. It keeps what it
//! is given until it is dropped.

use actix::{Actor, Context, Handler, Message};

use crate::actor::port::{Append, Journal, JournalFault, Replay};
use crate::id::SiteId;
use crate::ledger::{Chain, Record};

#[derive(Debug)]
pub struct MemoryJournal {
    records: Vec<Record>,
    chain: Chain,
    fault: Option<JournalFault>,
}

/// From now on every write is refused with this fault, or, with `None`, taken again.
#[derive(Clone, Debug, Message)]
#[rtype(result = "()")]
pub struct SetFault(pub Option<JournalFault>);

impl MemoryJournal {
    pub fn new(site: SiteId) -> Self {
        Self { records: Vec::new(), chain: Chain::empty(site), fault: None }
    }

    /// Starts the actor; the journal is its two recipients.
    pub fn open(site: SiteId) -> (actix::Addr<Self>, Journal) {
        let address = Self::new(site).start();
        let journal =
            Journal { append: address.clone().recipient(), replay: address.clone().recipient() };
        (address, journal)
    }
}

impl Actor for MemoryJournal {
    type Context = Context<Self>;
}

impl Handler<Append> for MemoryJournal {
    type Result = Result<(), JournalFault>;
    fn handle(&mut self, Append { records }: Append, _: &mut Self::Context) -> Self::Result {
        if let Some(fault) = &self.fault {
            return Err(fault.clone());
        }
        let mut chain = self.chain;
        for record in records.iter() {
            chain.follow(record).map_err(|fault| JournalFault::Chain(fault.to_string()))?;
        }
        self.records.extend_from_slice(&records);
        self.chain = chain;
        Ok(())
    }
}

impl Handler<Replay> for MemoryJournal {
    type Result = Result<Vec<Record>, JournalFault>;
    fn handle(&mut self, Replay { after, limit }: Replay, _: &mut Self::Context) -> Self::Result {
        let skip = usize::try_from(after.0).unwrap_or(usize::MAX);
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        Ok(self.records.iter().skip(skip).take(limit).cloned().collect())
    }
}

impl Handler<SetFault> for MemoryJournal {
    type Result = ();
    fn handle(&mut self, SetFault(fault): SetFault, _: &mut Self::Context) {
        self.fault = fault;
    }
}
