//! What the screens see of the site: rows, figures, pages. Names of people and places come from the
//! registry and are filled in by the caller.

use crate::actor::billing::BillingSupervisor;
use crate::api::alarm::Alarm;
use crate::api::arrears::ArrearsView;
use crate::api::live::{MeterChange, MeterRow, MeterState};
use crate::api::meter::{AccountView, Device, HeldReading, MeterPage, ProvisionalView, SupplyView};
use crate::api::overview::{Figures, Happening, What};
use crate::api::sale::Preview;
use crate::api::terms::{EmergencyView, ProtectView, TermsView};
use crate::energy::{Energy, Power};
use crate::event::Event;
use crate::id::{AccountId, AlarmId, ArrearsId, Book, MeterId, StaffId};
use crate::invariant::Seen;
use crate::ledger::Record;
use crate::meter::{AlarmKind, Contact, DisconnectReason, Live, Quality, Report, Supply};
use crate::money::{Money, UnitPrice};
use crate::prepaid::{Account, EmergencyState, Metered, Recovery};
use crate::site::{Refusal, Site, preview_buys, saleable};
use crate::time::{Span, Timestamp, Zone};
use crate::vend::{Tender, to_arrears};

impl BillingSupervisor {
    pub(super) fn change(&self, meter: MeterId) -> Option<MeterChange> {
        let look = self.looks.get(&meter);
        let account = self.site.account_of(meter);
        if look.is_none() && account.is_none() && !self.meters.contains_key(&meter) {
            return None;
        }
        let metered = account.and_then(|account| account.meters.get(&meter));
        let telegram = look.and_then(|look| look.look.as_ref().ok());
        let quality = look.map_or(Quality::Unknown, |look| quality_of(metered, look));
        Some(MeterChange {
            meter,
            state: state(account, metered, look, quality),
            power: telegram.and_then(|telegram| telegram.live.power),
            credit: account.map(Account::credit),
            quality,
            as_of: look.filter(|look| look.look.is_ok()).map(|look| look.at),
        })
    }

    pub(super) fn figures(&self) -> Vec<Figures> {
        [Book::Live, Book::Simulated].into_iter().filter_map(|book| self.figures_of(book)).collect()
    }

    fn figures_of(&self, book: Book) -> Option<Figures> {
        let now = *self.now.get(&book)?;
        let day = self.site.day(book).copied().unwrap_or_default().at(self.site.zone(), now);
        let mut figures = Figures {
            book,
            sold_today: day.sold,
            sales_today: day.sales,
            sold_yesterday: day.sold_yesterday,
            energy_today: day.energy,
            power: Power::ZERO,
            meters: 0,
            connected: 0,
            low: 0,
            cut: 0,
            silent: 0,
            held: 0,
            alarms: 0,
            exceptions: u32::try_from(self.site.count_exceptions(book)).unwrap_or(u32::MAX),
        };
        for look in self.looks.values().filter(|look| look.book == book) {
            figures.meters += 1;
            let shown = self.shown.get(&look.meter).copied();
            let Some(change) = shown.or_else(|| self.change(look.meter)) else { continue };
            if let (Quality::Good, Some(power)) = (change.quality, change.power) {
                figures.power = figures.power + power;
            }
            match change.state {
                MeterState::Silent => figures.silent += 1,
                MeterState::Held => figures.held += 1,
                MeterState::Cut => figures.cut += 1,
                MeterState::LowCredit => figures.low += 1,
                MeterState::Armed | MeterState::Protected | MeterState::Connected => {
                    figures.connected += 1;
                }
            }
        }
        let open = self.site.alarms().values().filter(|alarm| alarm.book == book).count();
        figures.alarms = u32::try_from(open).unwrap_or(u32::MAX);
        Some(figures)
    }

    pub(super) fn alarms(&self) -> Vec<Alarm> {
        let halted = self.halted.as_ref().map(|_| Alarm {
            id: AlarmId(0),
            book: Book::Live,
            meter: None,
            name: String::new(),
            kind: AlarmKind::JournalHalted,
            since: self.now.get(&Book::Live).copied().unwrap_or_default(),
            acknowledged: None,
        });
        let open = self.site.alarms().iter().rev().map(|(id, open)| Alarm {
            id: *id,
            book: open.book,
            meter: open.meter,
            name: String::new(),
            kind: open.kind,
            since: open.since,
            acknowledged: open.acknowledged.map(|staff| staff.to_string()),
        });
        halted.into_iter().chain(open).collect()
    }

    pub(super) fn supplies(&self) -> Vec<Seen> {
        let alarmed = |meter| {
            let mut alarms = self.site.alarms().values();
            alarms.any(|open| open.meter == Some(meter) && open.kind == AlarmKind::RelayNotObeying)
        };
        let seen = self.looks.values().filter_map(|look| {
            let metered = self.site.metered(look.meter)?;
            let now = self.now.get(&look.book).copied().unwrap_or(look.at);
            let wanted = metered.wanted();
            // Where nothing was ever commanded, there may be no switch to command.
            let tried = look.health.attempts > 0 || wanted.gap(look.health.contact).is_none();
            Some(Seen {
                meter: look.meter,
                wanted,
                contact: look.health.contact,
                good: tried && self.quality(look) == Quality::Good,
                since: now - metered.open_since(),
                alarmed: alarmed(look.meter),
            })
        });
        seen.collect()
    }

    pub(super) fn page(&self, meter: MeterId, now: Timestamp) -> Option<MeterPage> {
        let change = self.change(meter)?;
        let look = self.looks.get(&meter);
        let metered = self.site.metered(meter);
        let account = self.site.account_of(meter);
        let telegram = look.and_then(|look| look.look.as_ref().ok());
        let usage = metered.map(Metered::usage).unwrap_or_default();
        let book = account.map_or(Book::Live, |account| account.book);
        Some(MeterPage {
            row: MeterRow {
                meter,
                book: look.map_or(book, |look| look.book),
                name: String::new(),
                building: String::new(),
                floor: String::new(),
                account: account.map(|account| account.id),
                customer: String::new(),
                usual_power: Power::ZERO,
                change,
            },
            live: telegram.map_or_else(Live::default, |telegram| telegram.live),
            register: telegram.map(|telegram| telegram.import),
            today: usage.today,
            yesterday: usage.yesterday,
            this_month: usage.this_month,
            supply: supply_view(metered, look, terms_view(account, metered, self.site.zone(), now)),
            account: account
                .zip(metered)
                .map(|(account, metered)| account_view(account, metered, now)),
            device: device(metered, look),
            provisional: metered.and_then(Metered::provisional).map(|one| ProvisionalView {
                since: one.since,
                to: one.to,
                energy: one.energy,
                amount: one.amount,
            }),
        })
    }
}

/// Quality of what a meter shows: held readings are suspect.
pub(super) fn quality_of(metered: Option<&Metered>, report: &Report) -> Quality {
    let held = metered.is_some_and(|metered| metered.held().is_some());
    if held && report.health.quality == Quality::Good {
        Quality::Suspect
    } else {
        report.health.quality
    }
}

/// The one state that decides a cell's colour: the first that applies.
fn state(
    account: Option<&Account>,
    metered: Option<&Metered>,
    look: Option<&Report>,
    quality: Quality,
) -> MeterState {
    if matches!(quality, Quality::Stale | Quality::Unknown) {
        return MeterState::Silent;
    }
    if quality == Quality::Suspect {
        return MeterState::Held;
    }
    let contact = look.map_or(Contact::Unknown, |look| look.health.contact);
    match metered.map_or(Supply::Connected, Metered::wanted) {
        Supply::Disconnected(_) => MeterState::Cut,
        Supply::Armed => MeterState::Armed,
        Supply::Connected if contact == Contact::Open => MeterState::Cut,
        Supply::Connected if metered.is_some_and(Metered::protected) => MeterState::Protected,
        Supply::Connected if account.is_some_and(Account::low) => MeterState::LowCredit,
        Supply::Connected => MeterState::Connected,
    }
}

fn supply_view(metered: Option<&Metered>, look: Option<&Report>, terms: TermsView) -> SupplyView {
    SupplyView {
        wanted: metered.map_or(Supply::Connected, Metered::wanted),
        contact: look.map_or(Contact::Unknown, |look| look.health.contact),
        reasons: metered
            .map_or_else(Vec::new, |metered| metered.open_reasons().iter().copied().collect()),
        since: metered.map_or_else(Timestamp::default, Metered::open_since),
        attempts: look.map_or(0, |look| look.health.attempts),
        protected_until: terms.protected.as_ref().and_then(|protect| protect.until),
        terms,
    }
}

fn terms_view(
    account: Option<&Account>,
    metered: Option<&Metered>,
    zone: &Zone,
    now: Timestamp,
) -> TermsView {
    let Some((account, metered)) = account.zip(metered) else { return TermsView::default() };
    let protect = metered.switch.protect();
    let emergency = account.policy.emergency.filter(|_| account.cuts_for_credit());
    let emergency = match (account.standing.emergency, emergency) {
        (EmergencyState::InUse { limit }, _) => {
            let used = (-account.credit()).max(Money::ZERO).min(limit);
            EmergencyView::InUse { limit, used }
        }
        (EmergencyState::Offered, Some(terms)) => EmergencyView::Offered { limit: terms.limit },
        (EmergencyState::Offered | EmergencyState::Ready | EmergencyState::Repaid, _) => {
            EmergencyView::None
        }
    };
    let reminded = metered.open_reasons().contains(&DisconnectReason::Courtesy);
    TermsView {
        protected: protect
            .map(|protect| ProtectView { until: protect.until, reason: protect.reason.clone() }),
        awaits_confirmation: metered.switch.awaits() || reminded,
        no_cut_until: metered.policy.no_cut_until(zone, now),
        emergency,
        paused: account.standing.paused,
    }
}

fn account_view(account: &Account, metered: &Metered, now: Timestamp) -> AccountView {
    let tariff = account.tariff();
    AccountView {
        account: account.id,
        customer: String::new(),
        credit: account.credit(),
        lasts_until: account.spend.lasts_until(account.exact_credit(), now),
        low_credit: account.policy.low_credit,
        tariff: tariff.name().to_owned(),
        tariff_version: tariff.version_at(now).map_or(0, crate::tariff::Version::number),
        price_now: metered
            .charge()
            .map_or(UnitPrice::default(), |charge| charge.price_now(tariff, now)),
        period_now: tariff.period_at(now).unwrap_or_default().to_owned(),
        arrears: account.arrears.iter().map(|(id, one)| arrears_view(*id, one)).collect(),
    }
}

fn arrears_view(arrears: ArrearsId, recovery: &Recovery) -> ArrearsView {
    ArrearsView {
        arrears,
        since: recovery.since,
        amount: recovery.terms.amount,
        left: recovery.left(),
        accrued: recovery.accrued(),
        collection: recovery.terms.collection,
        reason: recovery.terms.reason.clone(),
        next: recovery.deadline(),
    }
}

fn device(metered: Option<&Metered>, look: Option<&Report>) -> Device {
    let held =
        metered.and_then(|metered| metered.held().zip(metered.seen())).map(|(held, last)| {
            HeldReading {
                since: held.seen.at,
                register: held.seen.register,
                last_accepted: last.register,
                kind: held.kind,
            }
        });
    Device {
        profile: String::new(),
        line: String::new(),
        unit: None,
        serial: metered.and_then(|metered| metered.serial.clone()).unwrap_or_default(),
        poll: Span::ZERO,
        polls: look.map_or(0, |look| look.health.polls),
        failures: look.map_or(0, |look| look.health.failures),
        last_fault: look
            .and_then(|look| look.look.as_ref().err().map(|fault| (look.at, fault.clone()))),
        held,
    }
}

/// What a payment would do.
pub(super) fn preview(
    site: &Site,
    account: AccountId,
    amount: Money,
    now: Timestamp,
    (by, tender): (StaffId, Option<Tender>),
) -> Result<Preview, Refusal> {
    let account = site.accounts().get(&account).ok_or(Refusal::NoAccount(account))?;
    site.within_limits(account, now, by, amount, tender)?;
    saleable(account, amount)?;
    let lines = account.allocate(site.zone(), now, amount);
    let to_credit = amount - to_arrears(&lines);
    let steps = preview_buys(account, now, to_credit);
    let after = account.exact_credit() + to_credit.exact(account.currency());
    let credit = account.credit();
    let cut = account.meters.values().any(|metered| metered.wanted() != Supply::Connected);
    let enough = after >= account.policy.restore_minimum.exact(account.currency());
    Ok(Preview {
        amount,
        credit_before: credit,
        credit_after: credit + to_credit,
        lines,
        energy: steps.iter().map(|step| step.energy).sum::<Energy>(),
        steps,
        lasts_until: account.spend.lasts_until(after, now),
        restores: cut && enough,
    })
}

/// The line "last events" has for this event, if any.
pub(super) fn happening(record: &Record, event: &Event) -> Option<Happening> {
    let what = match event {
        Event::Sold(sale) => What::Sold { receipt: sale.receipt.0, amount: sale.amount },
        Event::Reversed(reversal) => {
            What::Reversed { receipt: reversal.receipt.0, amount: reversal.amount }
        }
        Event::LowCredit { credit, .. } => What::LowCredit { credit: *credit },
        Event::Cut { reason, .. } => What::Cut { reason: *reason },
        Event::Lifted { .. } => What::Restored,
        Event::SupplyProven { contact: Contact::Open, .. } => What::CutProven,
        Event::SupplyProven { contact: Contact::Closed, .. } => What::RestoreProven,
        Event::AlarmRaised { kind, .. } => What::AlarmRaised { kind: *kind },
        Event::SupplyProven { contact: Contact::Unknown, .. }
        | Event::TariffPublished { .. }
        | Event::AccountOpened { .. }
        | Event::MeterBound { .. }
        | Event::Baseline { .. }
        | Event::Settled(_)
        | Event::Refunded(_)
        | Event::ReadingHeld { .. }
        | Event::HoldEnded { .. }
        | Event::AlarmAcknowledged { .. }
        | Event::AlarmCleared { .. }
        | Event::Acted { .. }
        | Event::ArrearsAdded(_)
        | Event::Counter(_)
        | Event::ArrearsDue(_)
        | Event::ArrearsCancelled(_)
        | Event::Adjusted(_)
        | Event::Exchanged { .. }
        | Event::ExceptionNoted { .. }
        | Event::PolicyPublished { .. }
        | Event::MeterPlaced { .. }
        | Event::NoticeDelivered { .. }
        | Event::Payment(_)
        | Event::CutUndelivered { .. }
        | Event::Rearmed { .. }
        | Event::EmergencyOffered { .. }
        | Event::EmergencyBegun { .. }
        | Event::EmergencyRepaid { .. }
        | Event::EmergencyRearmed { .. }
        | Event::Protected { .. }
        | Event::Unprotected { .. }
        | Event::Paused { .. }
        | Event::CutHeld { .. }
        | Event::HeldCutEnded { .. }
        | Event::RequestMade { .. }
        | Event::RequestDecided { .. }
        | Event::CutsReleased { .. }
        | Event::Resumed { .. }
        | Event::RestoreConfirmed { .. }
        | Event::ProvisionalCharged(_)
        | Event::ProvisionalReleased { .. } => return None,
    };
    Some(Happening {
        seq: record.seq.0,
        at: record.at,
        book: record.book,
        meter: event.meter(),
        account: event.account(),
        name: String::new(),
        what,
    })
}
