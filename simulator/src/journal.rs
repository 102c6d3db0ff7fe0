//! A journal in memory, for the sandbox and for tests: the same port as the one on disk.

use actix::{Actor, Addr, Context, Handler, Message, MessageResult};
use shared::actor::port::{Append, Journal, JournalFault, Replay};
use shared::id::SiteId;
use shared::ledger::{Chain, Record};

/// Checks the chain as it grows.
pub struct MemoryJournal {
    chain: Chain,
    records: Vec<Record>,
}

impl MemoryJournal {
    pub fn new(site: SiteId) -> Self {
        Self { chain: Chain::empty(site), records: Vec::new() }
    }

    /// Starts it, and gives the port beside its address.
    pub fn open(site: SiteId) -> (Addr<Self>, Journal) {
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
    fn handle(&mut self, Append { records }: Append, _: &mut Context<Self>) -> Self::Result {
        let mut chain = self.chain;
        for record in records.iter() {
            chain.follow(record).map_err(|error| JournalFault::Chain(error.to_string()))?;
        }
        self.chain = chain;
        self.records.extend(records.iter().cloned());
        Ok(())
    }
}

impl Handler<Replay> for MemoryJournal {
    type Result = MessageResult<Replay>;
    fn handle(&mut self, Replay { after, limit }: Replay, _: &mut Context<Self>) -> Self::Result {
        let skipped = self.records.partition_point(|record| record.seq <= after);
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        MessageResult(Ok(self.records.iter().skip(skipped).take(limit).cloned().collect()))
    }
}

/// The end of the chain: equal heads are equal journals.
#[derive(Clone, Copy, Debug, Message)]
#[rtype(result = "Chain")]
pub struct Head;

impl Handler<Head> for MemoryJournal {
    type Result = MessageResult<Head>;
    fn handle(&mut self, Head: Head, _: &mut Context<Self>) -> Self::Result {
        MessageResult(self.chain)
    }
}

#[cfg(test)]
mod tests {
    use shared::id::{Book, Seq, StaffId};
    use shared::ledger::Draft;
    use shared::time::Timestamp;

    use super::*;

    fn records(count: u64) -> Vec<Record> {
        let mut chain = Chain::empty(SiteId(1));
        (0..count)
            .map(|number| {
                chain.seal(Draft {
                    at: Timestamp::from_millis(1),
                    book: Book::Simulated,
                    by: StaffId(0),
                    key: None,
                    body: number.to_string(),
                    postings: Vec::new(),
                })
            })
            .collect()
    }

    #[test]
    fn what_was_appended_is_replayed_in_pages() {
        actix_rt::System::new().block_on(async {
            let (address, journal) = MemoryJournal::open(SiteId(1));
            let all = records(5);
            let append = Append { records: all.clone().into() };
            journal.append.send(append).await.expect("alive").expect("kept");
            let page = |after, limit| journal.replay.send(Replay { after: Seq(after), limit });
            assert_eq!(page(0, 3).await.expect("alive"), Ok(all[..3].to_vec()));
            assert_eq!(page(3, 3).await.expect("alive"), Ok(all[3..].to_vec()));
            assert_eq!(page(5, 3).await.expect("alive"), Ok(Vec::new()));
            assert_eq!(address.send(Head).await.expect("alive").head, all[4].hash);
        });
    }

    #[test]
    fn a_batch_that_breaks_the_chain_is_refused_whole() {
        actix_rt::System::new().block_on(async {
            let (address, journal) = MemoryJournal::open(SiteId(1));
            let all = records(3);
            let append = Append { records: vec![all[0].clone(), all[2].clone()].into() };
            let answer = journal.append.send(append).await.expect("alive");
            assert!(matches!(answer, Err(JournalFault::Chain(_))), "{answer:?}");
            assert_eq!(address.send(Head).await.expect("alive").seq, Seq(0));
        });
    }
}
