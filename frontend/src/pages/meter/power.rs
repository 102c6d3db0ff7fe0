//! Power over the last hour, growing live, or over today.

use shared::energy::Power;
use shared::id::{Book, MeterId};
use shared::time::{Span, Timestamp};
use yew::prelude::*;

use crate::components::notice::{FailureNotice, Waiting};
use crate::components::power_chart::PowerChart;
use crate::hooks::{use_backend, use_fleet, use_load, use_seat, use_texts};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stretch {
    Hour,
    Today,
}

#[derive(PartialEq, Properties)]
pub struct PowerCardProps {
    pub meter: MeterId,
    pub book: Book,
    pub usual: Power,
}

#[component]
pub fn PowerCard(props: &PowerCardProps) -> Html {
    let (seat, fleet, texts) = (use_seat(), use_fleet(), use_texts());
    let backend = use_backend();
    let stretch = use_state_eq(|| Stretch::Hour);
    let meter = props.meter;
    let now = fleet.now_of(props.book);
    let from = match *stretch {
        Stretch::Hour => now - Span::from_hours(1),
        Stretch::Today => seat.zone.start_of(seat.zone.date(now)),
    };
    // The curve is asked for once a step; what comes in between is added from the live stream.
    let step = match *stretch {
        Stretch::Hour => Span::from_mins(10),
        Stretch::Today => Span::from_mins(30),
    };
    let loaded = use_load((meter, *stretch), now.millis() / step.millis(), {
        let zone = seat.zone.clone();
        move |(meter, stretch)| {
            let backend = backend.clone();
            let from = match stretch {
                Stretch::Hour => now - Span::from_hours(1),
                Stretch::Today => zone.start_of(zone.date(now)),
            };
            async move { backend.power(meter, from, now).await }
        }
    });
    let seen = use_mut_ref(Vec::<(Timestamp, Option<Power>)>::new);
    if let Some(change) = fleet.row(meter).map(|row| row.change)
        && let Some(at) = change.as_of
    {
        add(&mut seen.borrow_mut(), at, change.power, now - Span::from_hours(1));
    }
    let points = loaded.value.as_ref().map(|curve| joined(&curve.points, &seen.borrow(), from));
    let choose = |to: Stretch, name: &'static str| {
        let stretch = stretch.clone();
        html! { <button aria-pressed={(*stretch == to).to_string()} onclick={move |_| stretch.set(to)}>{ name }</button> }
    };
    html! {
        <section class="card power-card">
            <header class="card-head"><h2>{ texts.meter.power_over_time }</h2><span class="spring" />
                <div class="segments" role="group">{ choose(Stretch::Hour, texts.meter.last_hour) }{ choose(Stretch::Today, texts.meter.today_curve) }</div>
            </header>
            if let Some(points) = points {
                <PowerChart {points} {from} to={now} usual={props.usual} />
            } else if let Some(failure) = loaded.failure.clone() {
                <FailureNotice {failure} />
            } else {
                <Waiting />
            }
        </section>
    }
}

/// Keeps one point a reading, and only those of the last stretch.
fn add(
    seen: &mut Vec<(Timestamp, Option<Power>)>,
    at: Timestamp,
    power: Option<Power>,
    oldest: Timestamp,
) {
    if seen.last().is_none_or(|(last, _)| *last < at) {
        seen.push((at, power));
    }
    seen.retain(|(when, _)| *when >= oldest);
}

/// The stored curve, then what was seen since its last point.
fn joined(
    stored: &[(Timestamp, Option<Power>)],
    seen: &[(Timestamp, Option<Power>)],
    from: Timestamp,
) -> Vec<(Timestamp, Option<Power>)> {
    let end = stored.last().map_or(from, |(at, _)| *at);
    let newer = seen.iter().filter(|(at, _)| *at > end);
    stored.iter().chain(newer).filter(|(at, _)| *at >= from).copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_millis(second * 1_000)
    }

    #[test]
    fn live_points_follow_the_stored_ones_without_repeating_them() {
        let watts = |watts| Some(Power::from_watts(watts));
        let stored = [(at(1), watts(1)), (at(2), None), (at(3), watts(3))];
        let seen = [(at(2), watts(9)), (at(3), watts(9)), (at(4), watts(4))];
        assert_eq!(
            joined(&stored, &seen, at(2)),
            [(at(2), None), (at(3), watts(3)), (at(4), watts(4))]
        );
        assert_eq!(joined(&[], &seen, at(3)), [(at(4), watts(4))]);
    }

    #[test]
    fn a_reading_shown_twice_is_one_point() {
        let mut seen = Vec::new();
        for second in [1, 1, 2, 2, 9] {
            add(&mut seen, at(second), None, at(second - 5));
        }
        assert_eq!(seen, [(at(9), None)]);
    }
}
