//! A meter's label: a code that opens its sale, with the number and the room under it. To print and
//! to stick on the meter; a scanner at the counter finds the meter by it.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use shared::id::MeterId;
use shared::site::Refusal;
use shared::visible::visible;

use super::problem::{Answer, Trouble};
use super::state::State;
use super::verify;
use crate::qr;

pub(super) async fn show(
    request: HttpRequest,
    state: web::Data<State>,
    meter: web::Path<MeterId>,
) -> Answer {
    let meter = meter.into_inner();
    let row = state.hub.row(meter).ok_or(Refusal::NoMeter(meter))?;
    let code = qr::svg(&format!("{}/vend?m={meter}", verify::base(&request)))
        .ok_or_else(|| Trouble::bad("too-long", "this server's address is too long for a label"))?;
    let place = [row.building, row.floor, row.name].join(" · ");
    let label = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"40mm\" height=\"50mm\" viewBox=\"0 0 80 100\">\
         <path fill=\"#fff\" d=\"M0 0h80v100H0z\"/>{code}\
         <g font-family=\"sans-serif\" text-anchor=\"middle\"><text x=\"40\" y=\"87\" font-size=\"9\" font-weight=\"700\">{meter}</text>\
         <text x=\"40\" y=\"96\" font-size=\"6\">{}</text></g></svg>",
        escaped(&visible(&place)),
        code = code.replacen("<svg ", "<svg width=\"80\" height=\"80\" ", 1),
    );
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "image/svg+xml"))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body(label))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_room_is_text_on_the_label() {
        let shown = escaped("<script>a&b</script>");
        assert_eq!(shown, "&lt;script&gt;a&amp;b&lt;/script&gt;");
    }
}
