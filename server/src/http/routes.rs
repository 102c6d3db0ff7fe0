//! Every route with who may take it. The web server is built from this table, so a route without a
//! row does not exist; `docs/access.md` is checked against it.

use std::collections::BTreeSet;

use actix_web::http::Method;
use actix_web::middleware::from_fn;
use actix_web::{HttpResponse, Route, web};
use shared::api::session::Role;
use shared::invariant::{Finding, Invariant};

use super::problem;
use super::{
    accounts, alarms, approvals, arrears, auditor, board, clock, commission, exceptions, exchange,
    explain, guard, health, label, lines, live, meters, metrics, overview, printing, receipts,
    sales, search, session, site, staff, supply, tariffs, terms, verify, whatif, why,
};

/// One route.
pub struct Row {
    pub method: Method,
    pub path: &'static str,
    pub who: Who,
    handler: fn() -> Route,
}

/// Who may take a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    Anyone,
    Only(&'static [Role]),
}

use Role::{Admin, Cashier, Viewer};

const EVERYBODY: Who = Who::Only(&[Admin, Cashier, Viewer]);
const COUNTER: Who = Who::Only(&[Admin, Cashier]);
const AUDIT: Who = Who::Only(&[Admin, Viewer]);
const ADMIN: Who = Who::Only(&[Admin]);

impl Who {
    pub fn admits(self, role: Role) -> bool {
        match self {
            Self::Anyone => true,
            Self::Only(roles) => roles.contains(&role),
        }
    }
}

const fn row(method: Method, path: &'static str, who: Who, handler: fn() -> Route) -> Row {
    Row { method, path, who, handler }
}

const GET: Method = Method::GET;
const POST: Method = Method::POST;
const DELETE: Method = Method::DELETE;

/// The table. Rows of one path stand together.
pub static ROUTES: &[Row] = &[
    row(GET, "/livez", Who::Anyone, || web::to(health::live)),
    row(GET, "/readyz", Who::Anyone, || web::to(health::ready)),
    row(GET, "/metrics", EVERYBODY, || web::to(metrics::show)),
    row(POST, "/api/v1/setup", Who::Anyone, || web::to(session::set_up)),
    row(GET, "/api/v1/session", Who::Anyone, || web::to(session::show)),
    row(POST, "/api/v1/session", Who::Anyone, || web::to(session::sign_in)),
    row(DELETE, "/api/v1/session", EVERYBODY, || web::to(session::sign_out)),
    row(POST, "/api/v1/session/password", EVERYBODY, || web::to(session::change_password)),
    row(GET, "/api/v1/site", EVERYBODY, || web::to(site::show)),
    row(GET, "/api/v1/live", EVERYBODY, || web::to(live::stream)),
    row(GET, "/api/v1/overview", EVERYBODY, || web::to(overview::show)),
    row(GET, "/api/v1/meters/{meter}", EVERYBODY, || web::to(meters::show)),
    row(GET, "/api/v1/meters/{meter}/power", EVERYBODY, || web::to(meters::power)),
    row(GET, "/api/v1/meters/{meter}/readings", EVERYBODY, || web::to(meters::readings)),
    row(POST, "/api/v1/meters/{meter}/supply", ADMIN, || web::to(supply::order)),
    row(GET, "/api/v1/meters/{meter}/why", EVERYBODY, || web::to(why::show)),
    row(POST, "/api/v1/meters/{meter}/exchange", ADMIN, || web::to(exchange::order)),
    row(GET, "/api/v1/meters/{meter}/exchanges", EVERYBODY, || web::to(exchange::list)),
    row(POST, "/api/v1/meters/{meter}/protection", ADMIN, || web::to(terms::protect)),
    row(POST, "/api/v1/meters/{meter}/confirmation", COUNTER, || web::to(terms::confirm)),
    row(POST, "/api/v1/meters/{meter}/hold", ADMIN, || web::to(supply::resolve_hold)),
    row(GET, "/api/v1/search", EVERYBODY, || web::to(search::find)),
    row(GET, "/api/v1/accounts/{account}/ledger", EVERYBODY, || web::to(accounts::ledger)),
    row(GET, "/api/v1/accounts/{account}/preview", COUNTER, || web::to(accounts::preview)),
    row(POST, "/api/v1/accounts/{account}/emergency", COUNTER, || web::to(terms::borrow)),
    row(POST, "/api/v1/accounts/{account}/pause", ADMIN, || web::to(terms::pause)),
    row(POST, "/api/v1/accounts/{account}/notices/{notice}/delivered", ADMIN, || {
        web::to(terms::delivered)
    }),
    row(POST, "/api/v1/accounts/{account}/arrears", ADMIN, || web::to(arrears::add)),
    row(POST, "/api/v1/accounts/{account}/arrears/{arrears}/cancel", ADMIN, || {
        web::to(arrears::cancel)
    }),
    row(POST, "/api/v1/sales", COUNTER, || web::to(sales::sell)),
    // Before the receipts of a book: the router takes the first path that fits.
    row(POST, "/api/v1/receipts/{receipt}/reversal", COUNTER, || web::to(sales::reverse)),
    row(GET, "/api/v1/receipts/{book}/{receipt}", EVERYBODY, || web::to(receipts::show)),
    row(POST, "/api/v1/receipts/{book}/{receipt}/copies", COUNTER, || web::to(receipts::reprint)),
    row(GET, "/api/v1/receipts/{book}/{receipt}/printing", EVERYBODY, || web::to(printing::show)),
    row(GET, "/api/v1/receipts/{book}/{receipt}/code.svg", EVERYBODY, || web::to(verify::code)),
    row(GET, "/verify/{book}/{receipt}/{code}", Who::Anyone, || web::to(verify::page)),
    row(GET, "/api/v1/meters/{meter}/label.svg", EVERYBODY, || web::to(label::show)),
    row(GET, "/api/v1/printing", EVERYBODY, || web::to(printing::printer)),
    row(GET, "/api/v1/staff", ADMIN, || web::to(staff::list)),
    row(POST, "/api/v1/staff", ADMIN, || web::to(staff::add)),
    row(POST, "/api/v1/staff/{staff}", ADMIN, || web::to(staff::change)),
    row(GET, "/api/v1/exceptions", EVERYBODY, || web::to(exceptions::list)),
    row(POST, "/api/v1/exceptions/close", ADMIN, || web::to(exceptions::close)),
    row(GET, "/api/v1/alarms", EVERYBODY, || web::to(alarms::list)),
    row(POST, "/api/v1/alarms/{alarm}/acknowledge", ADMIN, || web::to(alarms::acknowledge)),
    row(GET, "/api/v1/accounts/{account}/ledger/{seq}/explain", EVERYBODY, || {
        web::to(explain::show)
    }),
    row(GET, "/api/v1/tariffs", EVERYBODY, || web::to(tariffs::list)),
    row(GET, "/api/v1/tariffs/templates", EVERYBODY, || web::to(tariffs::list_templates)),
    row(POST, "/api/v1/tariffs/check", ADMIN, || web::to(tariffs::check_text)),
    row(POST, "/api/v1/tariffs/preview", ADMIN, || web::to(whatif::preview)),
    row(GET, "/api/v1/tariffs/drafts", ADMIN, || web::to(tariffs::list_drafts)),
    row(POST, "/api/v1/tariffs/drafts", ADMIN, || web::to(tariffs::add_draft)),
    row(DELETE, "/api/v1/tariffs/drafts/{draft}", ADMIN, || web::to(tariffs::remove_draft)),
    row(POST, "/api/v1/tariffs/drafts/{draft}/request", ADMIN, || web::to(tariffs::request)),
    row(GET, "/api/v1/tariffs/{tariff}", EVERYBODY, || web::to(tariffs::show)),
    row(GET, "/api/v1/approvals", ADMIN, || web::to(approvals::list)),
    row(POST, "/api/v1/approvals/{approval}/approve", ADMIN, || web::to(approvals::approve)),
    row(POST, "/api/v1/approvals/{approval}/refuse", ADMIN, || web::to(approvals::refuse)),
    row(GET, "/api/v1/audit/acts", AUDIT, || web::to(auditor::acts::list)),
    row(GET, "/api/v1/audit/choices", AUDIT, || web::to(auditor::acts::choices)),
    row(GET, "/api/v1/audit/balances", AUDIT, || web::to(auditor::balances::show)),
    row(GET, "/api/v1/audit/entries", AUDIT, || web::to(auditor::entries::list)),
    row(GET, "/api/v1/audit/records/{seq}", AUDIT, || web::to(auditor::entries::show)),
    row(GET, "/api/v1/board", EVERYBODY, || web::to(board::show)),
    row(POST, "/api/v1/board/check", ADMIN, || web::to(board::check)),
    row(POST, "/api/v1/board/backup", ADMIN, || web::to(board::back_up)),
    row(POST, "/api/v1/board/accept-loss", ADMIN, || web::to(board::accept_loss)),
    row(GET, "/api/v1/lines", ADMIN, || web::to(lines::list)),
    row(GET, "/api/v1/lines/{line}", ADMIN, || web::to(lines::show)),
    row(GET, "/api/v1/lines/{line}/trace", ADMIN, || web::to(lines::export)),
    row(GET, "/api/v1/lines/{line}/scan", ADMIN, || web::to(commission::show_scan)),
    row(POST, "/api/v1/lines/{line}/scan", ADMIN, || web::to(commission::start_scan)),
    row(DELETE, "/api/v1/lines/{line}/scan", ADMIN, || web::to(commission::end_scan)),
    row(POST, "/api/v1/lines/{line}/relay-test", ADMIN, || web::to(commission::test_relay)),
    row(GET, "/api/v1/commission", ADMIN, || web::to(commission::list)),
    row(POST, "/api/v1/commission", ADMIN, || web::to(commission::add)),
    row(POST, "/api/v1/meters/{meter}/sign-off", ADMIN, || web::to(commission::sign_off)),
    row(POST, "/api/v1/lines/{line}/raw", ADMIN, || web::to(lines::raw)),
    row(GET, "/api/v1/clock", EVERYBODY, || web::to(clock::show)),
    row(POST, "/api/v1/clock", ADMIN, || web::to(clock::order)),
];

/// Registers every row of the table, and nothing else.
pub(crate) fn register(config: &mut web::ServiceConfig) {
    for rows in ROUTES.chunk_by(|row, next| row.path == next.path) {
        let Some(first) = rows.first() else { continue };
        let allowed: Vec<&str> = rows.iter().map(|row| row.method.as_str()).collect();
        let allowed = allowed.join(", ");
        let resource = rows.iter().fold(web::resource(first.path), |resource, row| {
            let route = (row.handler)()
                .wrap(from_fn(move |request, next| guard::admit(row.who, request, next)));
            resource.route(route.method(row.method.clone()))
        });
        config.service(resource.default_service(web::to(move || {
            let allowed = allowed.clone();
            async move { problem::other_method(&allowed) }
        })));
    }
    config.service(web::scope("/api").default_service(web::to(
        |request: actix_web::HttpRequest| async move {
            let answer: HttpResponse = problem::nothing_here(&request);
            answer
        },
    )));
}

/// I11: every route has one row, and who may take it is decided for every role: a method that
/// changes something is nobody's who only looks.
pub fn check() -> Finding {
    let mut looked = 0;
    let mut offence = None;
    let mut known = BTreeSet::new();
    for row in ROUTES {
        if !known.insert((row.path, row.method.as_str())) {
            offence =
                offence.or(Some(format!("{} {} is in the table twice", row.method, row.path)));
        }
        for role in [Admin, Cashier, Viewer] {
            looked += 1;
            let own_session = row.path.starts_with("/api/v1/session") || row.who == Who::Anyone;
            let changes = row.method != Method::GET && !own_session;
            if (role == Viewer && changes && row.who.admits(role))
                || (role == Admin && !row.who.admits(role))
            {
                offence = offence
                    .or(Some(format!("{} {} is wrong about {role:?}", row.method, row.path)));
            }
        }
    }
    Finding::new(Invariant::Access, looked, offence)
}

/// The table as `docs/access.md` shows it.
pub fn table() -> String {
    let mark = |who: Who, role| if who.admits(role) { "✓" } else { "–" };
    let line = |row: &Row| {
        let who = row.who;
        format!(
            "| `{} {}` | {} | {} | {} | {} |\n",
            row.method,
            row.path,
            if who == Who::Anyone { "✓" } else { "–" },
            mark(who, Viewer),
            mark(who, Cashier),
            mark(who, Admin),
        )
    };
    let head = "| route | nobody signed in | viewer | cashier | admin |\n|---|:-:|:-:|:-:|:-:|\n";
    ROUTES.iter().map(line).fold(head.to_owned(), |table, line| table + &line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_keeps_its_invariant() {
        assert_eq!(
            check(),
            Finding::new(Invariant::Access, u64::try_from(3 * ROUTES.len()).unwrap(), None)
        );
    }

    #[test]
    fn rows_of_one_path_stand_together_and_come_once() {
        let groups: Vec<_> = ROUTES.chunk_by(|row, next| row.path == next.path).collect();
        let paths: BTreeSet<_> = ROUTES.iter().map(|row| row.path).collect();
        assert_eq!(groups.len(), paths.len());
        let rows: BTreeSet<_> = ROUTES.iter().map(|row| (row.method.as_str(), row.path)).collect();
        assert_eq!(rows.len(), ROUTES.len());
    }

    #[test]
    fn a_viewer_changes_nothing() {
        let changes = ROUTES.iter().filter(|row| row.method != Method::GET);
        let open: Vec<_> = changes
            .filter(|row| row.who.admits(Viewer))
            .map(|row| format!("{} {}", row.method, row.path))
            .collect();
        let own_session = [
            "POST /api/v1/setup",
            "POST /api/v1/session",
            "DELETE /api/v1/session",
            "POST /api/v1/session/password",
        ];
        assert_eq!(open, own_session);
    }

    #[test]
    fn the_page_about_access_shows_this_table() {
        let page = include_str!("../../../docs/access.md");
        assert!(page.contains(&table()), "docs/access.md must hold this table:\n\n{}", table());
    }
}
