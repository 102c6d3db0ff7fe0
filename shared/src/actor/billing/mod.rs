//! The billing supervisor: decides, keeps, then lets effects out. One for all meters of a site.
//!
//! No effect runs ahead of the disk: answers, what the screens see and what the meters are told
//! leave only after the commit that holds their cause. While one batch is on its way to the disk the
//! next one fills (group commit without a timer).

mod batch;
mod message;
mod view;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use actix::{
    Actor, ActorFutureExt, AsyncContext, Context, Handler, MessageResult, Recipient,
    ResponseFuture, WrapFuture,
};
use tokio::sync::oneshot;

pub use message::{
    BillingStatus, Do, Feed, GetAll, GetCounters, GetExceptions, GetMassCuts, GetMeter,
    GetPayments, GetPreview, GetStatus, GetSupplies, Join, MassCutsFound, Publication, Publish,
    SettleDue, Settlement, WhichPayments,
};

use crate::actor::meter::{Reported, Want};
use crate::actor::port::{Append, Journal, JournalFault, KeepReadings, ReadingKept, Replay};
use crate::api::live::MeterChange;
use crate::api::meter::MeterPage;
use crate::api::sale::Preview;
use crate::event::Event;
use crate::id::{Book, MeterId, Seq, SiteId, StaffId};
use crate::ledger::{Chain, Draft, Record};
use crate::meter::{Quality, Report, Supply};
use crate::pay::Payment;
use crate::site::{Command, Done, Order, Refusal, Site, answer_of, command_of};
use crate::time::{Span, Timestamp};
use batch::{Batch, Effect};

/// How many records one question to the journal brings back.
const REPLAY_STEP: u32 = 10_000;

/// How often the figures of a book follow its meters.
const FIGURES_EVERY: Span = Span::from_secs(1);

pub struct BillingSupervisor {
    /// The site before its journal: where a reload starts from.
    blank: Site,
    site: Site,
    chain: Chain,
    /// What is surely on the disk.
    committed: Chain,
    journal: Journal,
    feed: Feed,
    readings: Option<Recipient<KeepReadings>>,
    meters: BTreeMap<MeterId, Joined>,
    /// The last report of each meter, for screens.
    looks: BTreeMap<MeterId, Report>,
    /// What the screens were last shown of each meter; figures are counted from it.
    shown: BTreeMap<MeterId, MeterChange>,
    inbox: Vec<Report>,
    batch: Batch,
    in_flight: bool,
    /// The records on their way to the disk, and answers that repeat one of them.
    flying: Arc<[Record]>,
    repeats: Vec<Effect>,
    halted: Option<String>,
    /// The time of each book as last heard.
    now: BTreeMap<Book, Timestamp>,
    /// The same when the figures were last counted.
    counted: BTreeMap<Book, Timestamp>,
    /// Who was told a new supply since the last settling round of the book.
    told: BTreeSet<(Book, MeterId)>,
}

struct Joined {
    book: Book,
    wants: Recipient<Want>,
    /// What the meter was last told.
    told: Supply,
}

impl BillingSupervisor {
    /// A supervisor over an empty journal; [`Self::replay`] brings in what it has.
    pub fn new(
        id: SiteId,
        site: Site,
        journal: Journal,
        feed: Feed,
        readings: Option<Recipient<KeepReadings>>,
    ) -> Self {
        Self {
            blank: site.clone(),
            site,
            chain: Chain::empty(id),
            committed: Chain::empty(id),
            journal,
            feed,
            readings,
            meters: BTreeMap::new(),
            looks: BTreeMap::new(),
            shown: BTreeMap::new(),
            inbox: Vec::new(),
            batch: Batch::default(),
            in_flight: false,
            flying: Arc::new([]),
            repeats: Vec::new(),
            halted: None,
            now: BTreeMap::new(),
            counted: BTreeMap::new(),
            told: BTreeSet::new(),
        }
    }

    /// Takes in the next records of the journal, before the actor starts or while it reloads.
    pub fn replay(&mut self, records: &[Record]) -> Result<(), JournalFault> {
        for record in records {
            self.chain.follow(record).map_err(|fault| JournalFault::Chain(fault.to_string()))?;
            let site = self.site.replay(record);
            site.map_err(|fault| {
                JournalFault::Read(format!("record {} is not readable: {fault}", record.seq))
            })?;
        }
        self.committed = self.chain;
        Ok(())
    }

    /// Seals an applied event into the open batch.
    fn keep(
        &mut self,
        book: Book,
        at: Timestamp,
        by: StaffId,
        key: Option<crate::id::IdempotencyKey>,
        event: &Event,
    ) -> Record {
        let draft = Draft { at, book, by, key, body: event.to_body(), postings: event.postings() };
        let record = self.chain.seal(draft);
        if let Some(key) = &record.key {
            self.site.remember(key.clone(), record.seq);
        }
        self.batch.records.push(record.clone());
        if let Some(happening) = view::happening(&record, event) {
            self.batch.happenings.push(happening);
        }
        self.batch.alarms |= matches!(
            event,
            Event::AlarmRaised { .. }
                | Event::AlarmCleared { .. }
                | Event::AlarmAcknowledged { .. }
        );
        if matches!(event, Event::PolicyPublished { .. } | Event::TariffPublished { .. }) {
            self.shown.clear(); // it may change what is shown of any meter
        }
        self.batch.dirty.extend(event.meter());
        let drawing = event.account().and_then(|account| self.site.accounts().get(&account));
        self.batch
            .dirty
            .extend(drawing.into_iter().flat_map(|account| account.meters.keys().copied()));
        record
    }

    /// Carries out a command; the answer is an effect of the batch.
    fn carry_out(&mut self, order: &Order, reply: oneshot::Sender<Result<Done, Refusal>>) {
        let decided =
            if self.halted.is_some() { Err(Refusal::Halted) } else { self.site.carry_out(order) };
        let events = match decided {
            Ok(events) => events,
            Err(refusal) => return self.batch.effects.push(Effect::Answer(reply, Err(refusal))),
        };
        let mut done = None;
        for event in &events {
            let key = order.key.clone().filter(|_| command_of(event).is_some());
            let record = self.keep(order.book, order.now, order.by, key, event);
            done = done.or_else(|| answer_of(event, &record));
        }
        let done = done.unwrap_or_else(|| self.answer_without_record(&order.command));
        self.batch.effects.push(Effect::Answer(reply, Ok(done)));
    }

    /// The answer to a command whose events carry none: what holds now.
    fn answer_without_record(&self, command: &Command) -> Done {
        match command.itself() {
            Command::PublishTariff { .. } => Done::Published,
            Command::OpenAccount { .. } => Done::Opened,
            Command::BindMeter { .. } => Done::Bound,
            Command::ResolveHold { .. } | Command::CloseExceptions { .. } => Done::Resolved,
            Command::AcknowledgeAlarm { .. } => Done::Acknowledged,
            Command::Act { .. } | Command::Approved { .. } | Command::NoteCondition { .. } => {
                Done::Noted
            }
            Command::PublishPolicy { .. }
            | Command::Counter(_)
            | Command::CutSupplies { .. }
            | Command::MayAsk { .. }
            | Command::Grave { .. }
            | Command::PublishPolicies { .. }
            | Command::PlaceMeter { .. }
            | Command::UseEmergency { .. }
            | Command::Pause { .. }
            | Command::Resume { .. }
            | Command::NoticeDelivered { .. } => Done::Kept,
            Command::Payment(order) => Done::Payment {
                payment: self.site.payment_of(order).expect("a payment that is begun has a record"),
            },
            Command::CutSupply { meter, .. }
            | Command::RestoreSupply { meter, .. }
            | Command::Protect { meter, .. }
            | Command::Unprotect { meter, .. }
            | Command::ConfirmRestore { meter, .. } => {
                let metered = self.site.metered(*meter);
                Done::Supply {
                    seq: self.chain.seq,
                    wanted: metered.map_or(Supply::Connected, crate::prepaid::Metered::wanted),
                    reasons: metered.map_or_else(Vec::new, |metered| {
                        metered.open_reasons().iter().copied().collect()
                    }),
                }
            }
            Command::Sell { .. }
            | Command::Reverse { .. }
            | Command::Refund { .. }
            | Command::AddArrears { .. }
            | Command::CancelArrears { .. }
            | Command::ExchangeMeter { .. } => {
                unreachable!("what moves money has an event that carries its answer")
            }
        }
    }

    /// Settles what was reported, in the order of time and meter.
    fn settle(&mut self, book: Book, settlement: &mut Settlement) {
        let (mut due, others): (Vec<_>, Vec<_>) =
            self.inbox.drain(..).partition(|report| report.book == book);
        self.inbox = others;
        due.sort_by_key(|report| (report.at, report.meter));
        self.keep_readings(book, &due);
        for report in due {
            self.batch.dirty.insert(report.meter);
            if self.halted.is_none() {
                let reported = self.site.report(&report);
                for event in &reported.events {
                    self.keep(report.book, report.at, StaffId(0), None, event);
                }
                settlement.urgent.extend(reported.again.map(|again| (again, report.meter)));
            } else {
                settlement.urgent.extend(report.again.map(|again| (again, report.meter)));
            }
            self.looks.insert(report.meter, report);
        }
    }

    /// Keeps what has fallen due by time alone.
    fn fall_due(&mut self, book: Book, now: Timestamp) {
        if self.halted.is_some() {
            return;
        }
        for event in self.site.due(book, now) {
            self.keep(book, now, StaffId(0), None, &event);
        }
    }

    /// What time alone brings; meters whose supply changes are looked at soon.
    fn tick(&mut self, book: Book, now: Timestamp, settlement: &mut Settlement) {
        if self.halted.is_some() {
            return;
        }
        for event in self.site.tick(book, now) {
            self.keep(book, now, StaffId(0), None, &event);
            settlement.urgent.extend(event.meter().map(|meter| (now, meter)));
        }
        settlement.next = self.site.next_deadline(book);
    }

    fn keep_readings(&self, book: Book, reports: &[Report]) {
        let Some((readings, last)) = self.readings.as_ref().zip(reports.last()) else { return };
        let mut rows: Vec<_> = reports
            .iter()
            .filter_map(|report| {
                let telegram = report.look.as_ref().ok()?;
                Some(ReadingKept {
                    meter: report.meter,
                    at: report.at,
                    register: telegram.import,
                    power: telegram.live.power,
                    quality: self.quality(report),
                })
            })
            .collect();
        rows.sort_by_key(|row| (row.meter, row.at));
        if !rows.is_empty() {
            readings.do_send(KeepReadings { book, at: last.at, rows: rows.into() });
        }
    }

    fn quality(&self, report: &Report) -> Quality {
        view::quality_of(self.site.metered(report.meter), report)
    }

    /// Sends the open batch to the journal, unless one is on its way; with nothing to write, effects
    /// leave at once.
    fn commit(&mut self, ctx: &mut Context<Self>) {
        if self.in_flight {
            return;
        }
        if self.batch.records.is_empty() {
            let batch = std::mem::take(&mut self.batch);
            return self.release(batch);
        }
        self.in_flight = true;
        let mut batch = std::mem::take(&mut self.batch);
        let sealed = self.chain;
        let records: Arc<[Record]> = std::mem::take(&mut batch.records).into();
        self.flying = Arc::clone(&records);
        let kept = self.journal.append.send(Append { records });
        ctx.spawn(kept.into_actor(self).map(move |kept, actor, ctx| {
            actor.in_flight = false;
            actor.flying = Arc::new([]);
            batch.effects.append(&mut actor.repeats);
            match kept.unwrap_or(Err(JournalFault::Closed)) {
                Ok(()) => {
                    actor.committed = sealed;
                    actor.release(batch);
                    actor.commit_rest(ctx);
                }
                Err(fault) => actor.halt(&fault, batch),
            }
        }));
    }

    fn commit_rest(&mut self, ctx: &mut Context<Self>) {
        if !self.batch.is_empty() {
            self.commit(ctx);
        }
    }

    /// The batch is on the disk: tell meters, people and screens. Meters that the open batch changes
    /// again are left to it, because their state is already ahead of the disk.
    fn release(&mut self, batch: Batch) {
        let settled: Vec<_> = batch.dirty.difference(&self.batch.dirty).copied().collect();
        for meter in &settled {
            self.tell(*meter);
        }
        let meters: Vec<_> = settled.into_iter().filter_map(|meter| self.change(meter)).collect();
        self.shown.extend(meters.iter().map(|change| (change.meter, *change)));
        let publication = Publication {
            meters,
            figures: if !batch.happenings.is_empty() || (batch.round && self.figures_are_due()) {
                self.counted = self.now.clone();
                self.figures()
            } else {
                Vec::new()
            },
            alarms: batch.alarms.then(|| self.alarms()),
            happenings: batch.happenings.into_iter().rev().collect(),
        };
        if publication != Publication::default() {
            self.feed.do_send(Publish(Arc::new(publication)));
        }
        for mut effect in batch.effects {
            if let Effect::Settled(_, book, settlement) = &mut effect {
                let told = self.told.extract_if(.., |(of, _)| of == book);
                settlement.told = told.map(|(_, meter)| meter).collect();
            }
            effect.release();
        }
    }

    /// Figures look at every meter, and a book of real meters settles with every answer: without a
    /// happening they are counted once a second of its time.
    fn figures_are_due(&self) -> bool {
        self.now.iter().any(|(book, now)| {
            let counted = self.counted.get(book);
            counted.is_none_or(|counted| now < counted || *now - *counted >= FIGURES_EVERY)
        })
    }

    /// Tells a meter what its supply should be, where that changed. Level, not edge: a meter that
    /// joins is told what holds now.
    fn tell(&mut self, meter: MeterId) {
        let wanted = self.wanted(meter);
        if let Some(joined) = self.meters.get_mut(&meter).filter(|joined| joined.told != wanted) {
            joined.told = wanted;
            joined.wants.do_send(Want(wanted));
            self.told.insert((joined.book, meter));
        }
    }

    fn wanted(&self, meter: MeterId) -> Supply {
        self.site.metered(meter).map_or(Supply::Connected, crate::prepaid::Metered::wanted)
    }

    /// The journal refused: nothing of the batch happened. Money stands still until the journal is
    /// read back whole; meters are read on.
    fn halt(&mut self, fault: &JournalFault, batch: Batch) {
        self.halted = Some(fault.to_string());
        for effect in batch.effects.into_iter().chain(std::mem::take(&mut self.batch).effects) {
            effect.refuse();
        }
        self.batch.alarms = true;
        self.batch.dirty.extend(self.meters.keys().copied());
    }

    /// Reads the journal back whole and goes on from there. Asked for at each round while halted.
    fn recover(&mut self, ctx: &mut Context<Self>) {
        if self.halted.is_none() || self.in_flight {
            return;
        }
        self.in_flight = true;
        self.site = self.blank.clone();
        self.chain = Chain::empty(self.chain.site);
        self.recover_from(Seq(0), ctx);
    }

    fn recover_from(&mut self, after: Seq, ctx: &mut Context<Self>) {
        let records = self.journal.replay.send(Replay { after, limit: REPLAY_STEP });
        ctx.spawn(records.into_actor(self).map(move |records, actor, ctx| {
            let records = records.unwrap_or(Err(JournalFault::Closed));
            let taken = records.and_then(|records| actor.replay(&records).map(|()| records.len()));
            match taken {
                Ok(0) => actor.recovered(ctx),
                Ok(_) => actor.recover_from(actor.chain.seq, ctx),
                Err(fault) => {
                    actor.in_flight = false;
                    actor.halted = Some(fault.to_string());
                }
            }
        }));
    }

    fn recovered(&mut self, ctx: &mut Context<Self>) {
        self.in_flight = false;
        self.halted = None;
        self.batch.alarms = true;
        self.batch.dirty.extend(self.meters.keys().copied());
        self.commit(ctx);
    }
}

impl Actor for BillingSupervisor {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        // Reports are bounded by the meters: each waits for its line before it asks again.
        ctx.set_mailbox_capacity(1_024);
    }
}

impl Handler<Join> for BillingSupervisor {
    type Result = ();
    fn handle(&mut self, Join { meter, book, wants }: Join, _: &mut Self::Context) {
        let wanted = self.wanted(meter);
        wants.do_send(Want(wanted));
        self.meters.insert(meter, Joined { book, wants, told: wanted });
    }
}

impl Handler<Reported> for BillingSupervisor {
    type Result = ();
    fn handle(&mut self, Reported(report): Reported, _: &mut Self::Context) {
        self.inbox.push(report);
    }
}

impl Handler<SettleDue> for BillingSupervisor {
    type Result = ResponseFuture<Settlement>;
    fn handle(
        &mut self,
        SettleDue { book, now }: SettleDue,
        ctx: &mut Self::Context,
    ) -> Self::Result {
        self.now.insert(book, now);
        self.recover(ctx);
        let mut settlement = Settlement::default();
        self.settle(book, &mut settlement);
        self.fall_due(book, now);
        self.tick(book, now, &mut settlement);
        let (reply, answer) = oneshot::channel();
        self.batch.round = true;
        self.batch.effects.push(Effect::Settled(reply, book, settlement));
        self.commit(ctx);
        Box::pin(async { answer.await.unwrap_or_default() })
    }
}

impl Handler<Do> for BillingSupervisor {
    type Result = ResponseFuture<Result<Done, Refusal>>;
    fn handle(&mut self, Do(order): Do, ctx: &mut Self::Context) -> Self::Result {
        if let Some(seq) = order.key.as_ref().and_then(|key| self.site.answered(key)) {
            return self.answer_again(seq, order);
        }
        let (reply, answer) = oneshot::channel();
        self.carry_out(&order, reply);
        self.commit(ctx);
        Box::pin(async { answer.await.unwrap_or(Err(Refusal::Halted)) })
    }
}

impl BillingSupervisor {
    /// A key that was used: the same command gets the same answer, another one is refused. An answer
    /// whose record is still on its way to the disk leaves with it.
    fn answer_again(&mut self, seq: Seq, order: Order) -> ResponseFuture<Result<Done, Refusal>> {
        let is_it = |record: &&Record| record.seq == seq;
        let open = self.batch.records.iter().find(is_it).map(|record| repeated(record, &order));
        let flying = self.flying.iter().find(is_it).map(|record| repeated(record, &order));
        if let Some(answer) = open {
            let (reply, answered) = oneshot::channel();
            self.batch.effects.push(Effect::Answer(reply, answer));
            return Box::pin(async { answered.await.unwrap_or(Err(Refusal::Halted)) });
        }
        if let Some(answer) = flying {
            let (reply, answered) = oneshot::channel();
            self.repeats.push(Effect::Answer(reply, answer));
            return Box::pin(async { answered.await.unwrap_or(Err(Refusal::Halted)) });
        }
        let replay = self.journal.replay.clone();
        Box::pin(async move {
            let after = Seq(seq.0 - 1);
            let found =
                replay.send(Replay { after, limit: 1 }).await.unwrap_or(Err(JournalFault::Closed));
            let record = found.ok().and_then(|mut found| found.pop()).ok_or(Refusal::Halted)?;
            repeated(&record, &order)
        })
    }
}

/// The answer that a record holds for a command, if it is the command that led to it.
fn repeated(record: &Record, order: &Order) -> Result<Done, Refusal> {
    let event = Event::from_body(&record.body).map_err(|_unreadable| Refusal::Halted)?;
    if record.book == order.book && command_of(&event).as_ref() == Some(order.command.itself()) {
        answer_of(&event, record).ok_or(Refusal::Halted)
    } else {
        Err(Refusal::KeyReused)
    }
}

impl Handler<GetAll> for BillingSupervisor {
    type Result = MessageResult<GetAll>;
    fn handle(&mut self, _: GetAll, _: &mut Self::Context) -> Self::Result {
        MessageResult(Publication {
            meters: self.meters.keys().filter_map(|meter| self.change(*meter)).collect(),
            figures: self.figures(),
            alarms: Some(self.alarms()),
            happenings: Vec::new(),
        })
    }
}

impl Handler<GetMeter> for BillingSupervisor {
    type Result = Option<MeterPage>;
    fn handle(
        &mut self,
        GetMeter { meter, now }: GetMeter,
        _: &mut Self::Context,
    ) -> Option<MeterPage> {
        self.page(meter, now)
    }
}

impl Handler<GetExceptions> for BillingSupervisor {
    type Result = MessageResult<GetExceptions>;
    fn handle(&mut self, _: GetExceptions, _: &mut Self::Context) -> Self::Result {
        MessageResult(self.site.exceptions())
    }
}

impl Handler<GetPayments> for BillingSupervisor {
    type Result = ResponseFuture<Vec<Payment>>;
    fn handle(&mut self, ask: GetPayments, ctx: &mut Self::Context) -> Self::Result {
        let payments = self.site.payments();
        let shown = match ask.0 {
            WhichPayments::One(payment) => payments.get(payment).into_iter().cloned().collect(),
            WhichPayments::Charge(provider, charge) => {
                payments.of_charge(&provider, &charge).cloned().collect()
            }
            WhichPayments::Open => payments.open().cloned().collect(),
            WhichPayments::Latest(most, before) => {
                let older =
                    payments.latest().filter(|one| before.is_none_or(|id| one.payment < id));
                older.take(most).cloned().collect()
            }
        };
        let (reply, answer) = oneshot::channel();
        self.batch.effects.push(Effect::Shown(reply, shown));
        self.commit(ctx);
        Box::pin(async { answer.await.unwrap_or_default() })
    }
}

impl Handler<GetCounters> for BillingSupervisor {
    type Result = MessageResult<GetCounters>;
    fn handle(&mut self, GetCounters { book }: GetCounters, _: &mut Self::Context) -> Self::Result {
        MessageResult(self.site.counters(book).into_owned())
    }
}

impl Handler<GetMassCuts> for BillingSupervisor {
    type Result = MessageResult<GetMassCuts>;
    fn handle(&mut self, ask: GetMassCuts, _: &mut Self::Context) -> Self::Result {
        MessageResult(MassCutsFound {
            states: ask.now.map(|(book, now)| self.site.mass_cut(book, now)).to_vec(),
            held: self.site.held_cuts(),
        })
    }
}

impl Handler<GetPreview> for BillingSupervisor {
    type Result = Result<Preview, Refusal>;
    fn handle(&mut self, ask: GetPreview, _: &mut Self::Context) -> Result<Preview, Refusal> {
        view::preview(&self.site, ask.account, ask.amount, ask.now, (ask.by, ask.tender))
    }
}

impl Handler<GetStatus> for BillingSupervisor {
    type Result = MessageResult<GetStatus>;
    fn handle(&mut self, _: GetStatus, _: &mut Self::Context) -> Self::Result {
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        MessageResult(BillingStatus {
            committed: self.committed.seq,
            head: self.committed.head,
            accounts: count(self.site.accounts().len()),
            meters: count(self.meters.len()),
            waiting: count(self.batch.effects.len() + self.inbox.len()),
            halted: self.halted.clone(),
        })
    }
}

impl Handler<GetSupplies> for BillingSupervisor {
    type Result = MessageResult<GetSupplies>;
    fn handle(&mut self, _: GetSupplies, _: &mut Self::Context) -> Self::Result {
        MessageResult(self.supplies())
    }
}
