//! Lines: how their units do, the last frames, and functions of vendors.

use std::fmt::Write as _;

use actix_web::http::StatusCode;
use actix_web::http::header::{ContentDisposition, DispositionParam, DispositionType};
use actix_web::{HttpResponse, web};
use shared::api::line::{Direction, LineView, RawAnswer, RawOrder};
use shared::id::LineId;
use shared::time::Zone;

use super::body::Body;
use super::problem::{Answer, Trouble};
use super::state::State;
use crate::headend::{Asked, Question, SendRaw, Status, Transport, UnitAddress, unknown_timing};

pub(super) async fn list(state: web::Data<State>) -> Answer {
    let mut lines = Vec::new();
    for id in state.lines.keys() {
        lines.push(LineView { frames: Vec::new(), ..view(&state, *id).await? });
    }
    Ok(HttpResponse::Ok().json(lines))
}

pub(super) async fn show(state: web::Data<State>, line: web::Path<LineId>) -> Answer {
    Ok(HttpResponse::Ok().json(view(&state, line.into_inner()).await?))
}

pub(super) async fn view(state: &State, line: LineId) -> Result<LineView, Trouble> {
    let actor = state.lines.get(&line).ok_or_else(|| no_line(line))?;
    actor.send(Status).await.map_err(|error| Trouble::fault("ask the line", error))
}

pub(super) fn no_line(line: LineId) -> Trouble {
    Trouble::absent(format!("there is no line {line}"))
}

/// The trace as a text to send to somebody.
pub(super) async fn export(state: web::Data<State>, line: web::Path<LineId>) -> Answer {
    let line = line.into_inner();
    let view = view(&state, line).await?;
    let name = DispositionParam::Filename(format!("meterhouse-line-{line}.txt"));
    let as_file =
        ContentDisposition { disposition: DispositionType::Attachment, parameters: vec![name] };
    Ok(HttpResponse::Ok()
        .content_type("text/plain; charset=utf-8")
        .insert_header(as_file)
        .body(text(&view, &state.zone)))
}

fn text(view: &LineView, zone: &Zone) -> String {
    let mut text = format!("line {} {} {}\n\n", view.id, view.name, view.address);
    text += "unit requests good timeouts garbled wrong exceptions p50_us p99_us model\n";
    let figure = |figure: Option<u32>| figure.map_or_else(|| "-".to_owned(), |us| us.to_string());
    for unit in &view.units {
        let _infallible = writeln!(
            text,
            "{} {} {} {} {} {} {} {} {} {}",
            unit.unit,
            unit.requests,
            unit.good,
            unit.timeouts,
            unit.garbled,
            unit.wrong,
            unit.exceptions,
            figure(unit.p50_us),
            figure(unit.p99_us),
            unit.model,
        );
    }
    text += "\n";
    for frame in &view.frames {
        let arrow = match frame.direction {
            Direction::Sent => ">",
            Direction::Received => "<",
            Direction::Discarded => "x",
        };
        let at = zone.civil(frame.at);
        let _infallible = writeln!(text, "{at} {arrow} {}", spaced(&frame.bytes));
    }
    text
}

fn spaced(hex: &str) -> String {
    let digits: Vec<char> = hex.chars().collect();
    let bytes: Vec<String> = digits.chunks(2).map(|byte| byte.iter().collect()).collect();
    bytes.join(" ")
}

/// A function of the vendor's own. Switches and settings of the standard have ways of their own,
/// where they are counted, proven and kept.
pub(super) async fn raw(
    state: web::Data<State>,
    line: web::Path<LineId>,
    Body(order): Body<RawOrder>,
) -> Answer {
    let line = line.into_inner();
    let actor = state.lines.get(&line).ok_or_else(|| no_line(line))?;
    let wrong = |kind, title: String| Trouble::new(StatusCode::UNPROCESSABLE_ENTITY, kind, title);
    let unit =
        UnitAddress::try_from(order.unit).map_err(|error| wrong("bad-unit", error.to_string()))?;
    let transport = view(&state, line).await?.address.parse::<Transport>();
    if !transport.is_ok_and(|transport| unit.is_of(&transport)) {
        let title = format!("line {line} is a bus; unit addresses there are 1 to 247");
        return Err(wrong("bad-unit", title));
    }
    let tight: String = order.bytes.split_whitespace().collect();
    let bytes = hex::decode(&tight)
        .ok()
        .filter(|bytes| (1..=253).contains(&bytes.len()))
        .ok_or_else(|| wrong("bad-bytes", "bytes are 1 to 253 pairs of hex digits".to_owned()))?;
    let what = Asked::Raw(bytes);
    if what.is_standard_write() {
        let title = "this is a standard write; supply is switched through its meter, so that it is \
                     kept and proven";
        return Err(wrong("standard-write", title.to_owned()));
    }
    let question = Question { unit, what, timing: unknown_timing(), pitch: None };
    let answer = actor.send(SendRaw(question)).await;
    let answer = match answer.map_err(|error| Trouble::fault("ask the line", error))? {
        Ok(bytes) => RawAnswer { bytes: Some(hex::encode_upper(bytes)), fault: None },
        Err(fault) => RawAnswer { bytes: None, fault: Some(fault) },
    };
    Ok(HttpResponse::Ok().json(answer))
}

#[cfg(test)]
mod tests {
    use shared::api::line::FrameView;
    use shared::time::Timestamp;

    use super::*;

    #[test]
    fn a_trace_reads_as_text() {
        let at = Timestamp::from_millis(1_700_000_000_123);
        let frame = |direction, bytes: &str| FrameView {
            at,
            direction,
            unit: Some(1),
            bytes: bytes.to_owned(),
        };
        let view = LineView {
            id: LineId(3),
            name: "riser A".to_owned(),
            address: "tcp:127.0.0.1:502".to_owned(),
            is_open: true,
            read_only: false,
            waiting: 0,
            units: Vec::new(),
            frames: vec![
                frame(Direction::Sent, "010400000002"),
                frame(Direction::Received, "0104"),
            ],
        };
        let text = text(&view, &Zone::utc());
        assert!(text.starts_with("line 3 riser A tcp:127.0.0.1:502\n"), "{text}");
        assert!(text.contains("22:13:20.123 > 01 04 00 00 00 02\n"), "{text}");
        assert!(text.ends_with(" < 01 04\n"), "{text}");
    }
}
