//! Every route with who may take it. The web server is built from this table, so a route without a
//! row does not exist; `docs/access.md` is checked against it.

use std::collections::BTreeSet;

use actix_web::http::Method;
use actix_web::middleware::from_fn;
use actix_web::{HttpResponse, Route, web};
use shared::api::session::Role;
use shared::invariant::{Finding, Invariant};
use shared::staff::Verb;

use super::problem;
use super::{
    accounts, adjust, alarms, approvals, arrears, auditor, board, breaker, ca, clock, commission,
    daybook, exceptions, exchange, explain, guard, health, label, limits, lines, live, meters,
    metrics, openapi, overview, payments, policies, printing, receipts, refunds, sales, scan,
    search, session, sessions, shifts, site, staff, supply, tariffs, terms, tokens, verify, whatif,
    why,
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
    /// Whoever is signed in; it concerns only them.
    SignedIn,
    /// Whose role has the verb.
    May(Verb),
}

use Who::{Anyone, May, SignedIn};

impl Who {
    pub fn admits(self, role: Role) -> bool {
        match self {
            Self::Anyone | Self::SignedIn => true,
            Self::May(verb) => role.may(verb),
        }
    }
}

/// Weighty beyond those of such verbs.
const WEIGHTY: [&str; 1] = ["/api/v1/board/accept-loss"];

impl Row {
    /// Does it need the password, typed again in the last minutes? Programs have none, and are
    /// refused.
    pub fn asks_password(&self) -> bool {
        let by_verb = match self.who {
            Anyone | SignedIn => false,
            May(verb) => verb.asks_password() && self.method != GET,
        };
        by_verb || WEIGHTY.contains(&self.path)
    }
}

const fn row(method: Method, path: &'static str, who: Who, handler: fn() -> Route) -> Row {
    Row { method, path, who, handler }
}

const GET: Method = Method::GET;
const POST: Method = Method::POST;
const DELETE: Method = Method::DELETE;

/// Asked by POST because the question is a file; nothing is changed or kept.
const ASKED_BY_POST: &[&str] = &["/api/v1/daybook/provider-file"];

/// The table. Rows of one path stand together.
pub static ROUTES: &[Row] = &[
    row(GET, "/livez", Anyone, || web::to(health::live)),
    row(GET, "/readyz", Anyone, || web::to(health::ready)),
    row(GET, "/metrics", May(Verb::Look), || web::to(metrics::show)),
    row(GET, "/api/openapi.json", Anyone, || web::to(openapi::show)),
    row(GET, "/api/docs", Anyone, || web::to(openapi::page)),
    row(GET, "/api/docs/style.css", Anyone, || web::to(openapi::style)),
    row(GET, "/api/docs/filter.js", Anyone, || web::to(openapi::filter)),
    row(GET, "/ca", Anyone, || web::to(ca::page)),
    row(GET, "/ca/style.css", Anyone, || web::to(ca::style)),
    row(GET, "/ca/meterhouse-ca.crt", Anyone, || web::to(ca::certificate)),
    row(POST, "/api/v1/setup", Anyone, || web::to(session::set_up)),
    row(GET, "/api/v1/session", Anyone, || web::to(session::show)),
    row(POST, "/api/v1/session", Anyone, || web::to(session::sign_in)),
    row(DELETE, "/api/v1/session", SignedIn, || web::to(session::sign_out)),
    row(POST, "/api/v1/session/password", SignedIn, || web::to(session::change_password)),
    row(POST, "/api/v1/session/confirm", SignedIn, || web::to(session::confirm)),
    row(GET, "/api/v1/session/own", SignedIn, || web::to(sessions::list_own)),
    row(DELETE, "/api/v1/session/own", SignedIn, || web::to(sessions::end_others)),
    row(DELETE, "/api/v1/session/own/{session}", SignedIn, || web::to(sessions::end_own)),
    row(GET, "/api/v1/sessions", May(Verb::LookAtPeople), || web::to(sessions::list)),
    row(DELETE, "/api/v1/sessions/{session}", May(Verb::ManagePeople), || web::to(sessions::end)),
    row(GET, "/api/v1/tokens", May(Verb::LookAtPeople), || web::to(tokens::list)),
    row(POST, "/api/v1/tokens", May(Verb::ManageTokens), || web::to(tokens::make)),
    row(DELETE, "/api/v1/tokens/{token}", May(Verb::ManageTokens), || web::to(tokens::revoke)),
    row(GET, "/api/v1/site", May(Verb::Look), || web::to(site::show)),
    row(GET, "/api/v1/live", May(Verb::Look), || web::to(live::stream)),
    row(GET, "/api/v1/overview", May(Verb::Look), || web::to(overview::show)),
    row(GET, "/api/v1/meters/{meter}", May(Verb::Look), || web::to(meters::show)),
    row(GET, "/api/v1/meters/{meter}/power", May(Verb::Look), || web::to(meters::power)),
    row(GET, "/api/v1/meters/{meter}/readings", May(Verb::Look), || web::to(meters::readings)),
    row(POST, "/api/v1/meters/{meter}/supply", May(Verb::OrderSupply), || web::to(supply::order)),
    row(GET, "/api/v1/meters/{meter}/why", May(Verb::Look), || web::to(why::show)),
    row(POST, "/api/v1/meters/{meter}/exchange", May(Verb::Commission), || {
        web::to(exchange::order)
    }),
    row(GET, "/api/v1/meters/{meter}/exchanges", May(Verb::Look), || web::to(exchange::list)),
    row(POST, "/api/v1/meters/{meter}/protection", May(Verb::Protect), || web::to(terms::protect)),
    row(POST, "/api/v1/meters/{meter}/confirmation", May(Verb::ConfirmSupply), || {
        web::to(terms::confirm)
    }),
    row(POST, "/api/v1/meters/{meter}/hold", May(Verb::JudgeReadings), || {
        web::to(supply::resolve_hold)
    }),
    row(GET, "/api/v1/search", May(Verb::Look), || web::to(search::find)),
    row(GET, "/api/v1/accounts/{account}/ledger", May(Verb::Look), || web::to(accounts::ledger)),
    row(GET, "/api/v1/accounts/{account}/preview", May(Verb::Sell), || web::to(accounts::preview)),
    row(POST, "/api/v1/accounts/{account}/emergency", May(Verb::Sell), || web::to(terms::borrow)),
    row(POST, "/api/v1/accounts/{account}/pause", May(Verb::KeepAccounts), || {
        web::to(terms::pause)
    }),
    row(
        POST,
        "/api/v1/accounts/{account}/notices/{notice}/delivered",
        May(Verb::KeepAccounts),
        || web::to(terms::delivered),
    ),
    row(POST, "/api/v1/accounts/{account}/adjustments", May(Verb::Adjust), || web::to(adjust::ask)),
    row(POST, "/api/v1/accounts/{account}/refunds", May(Verb::ReverseOwn), || {
        web::to(refunds::refund)
    }),
    row(POST, "/api/v1/accounts/{account}/refunds/request", May(Verb::ReverseOwn), || {
        web::to(refunds::ask)
    }),
    row(POST, "/api/v1/accounts/{account}/arrears", May(Verb::KeepAccounts), || {
        web::to(arrears::add)
    }),
    row(
        POST,
        "/api/v1/accounts/{account}/arrears/{arrears}/cancel",
        May(Verb::KeepAccounts),
        || web::to(arrears::cancel),
    ),
    row(POST, "/api/v1/sales", May(Verb::Sell), || web::to(sales::sell)),
    row(GET, "/api/v1/payments", May(Verb::Look), || web::to(payments::list)),
    row(POST, "/api/v1/payments", May(Verb::Sell), || web::to(payments::begin)),
    row(GET, "/api/v1/payments/{payment}", May(Verb::Look), || web::to(payments::show)),
    row(POST, "/api/v1/payments/{payment}/query", May(Verb::Sell), || web::to(payments::query)),
    row(POST, "/api/v1/payments/{payment}/cancel", May(Verb::Sell), || web::to(payments::cancel)),
    row(POST, "/api/v1/payments/{payment}/refund", May(Verb::ReverseAny), || {
        web::to(payments::refund)
    }),
    row(POST, "/api/v1/payments/{payment}/credit", May(Verb::ReverseAny), || {
        web::to(payments::credit)
    }),
    row(POST, "/api/v1/pay/{provider}/webhook", Anyone, || web::to(payments::webhook)),
    // Before the receipts of a book: the router takes the first path that fits.
    row(POST, "/api/v1/receipts/{receipt}/reversal", May(Verb::ReverseOwn), || {
        web::to(sales::reverse)
    }),
    row(POST, "/api/v1/receipts/{receipt}/reversal/request", May(Verb::ReverseOwn), || {
        web::to(sales::ask_reversal)
    }),
    row(GET, "/api/v1/receipts/{book}/{receipt}", May(Verb::Look), || web::to(receipts::show)),
    row(POST, "/api/v1/receipts/{book}/{receipt}/copies", May(Verb::Sell), || {
        web::to(receipts::reprint)
    }),
    row(GET, "/api/v1/receipts/{book}/{receipt}/printing", May(Verb::Look), || {
        web::to(printing::show)
    }),
    row(GET, "/api/v1/receipts/{book}/{receipt}/code.svg", May(Verb::Look), || {
        web::to(verify::code)
    }),
    row(GET, "/verify/{book}/{receipt}/{code}", Anyone, || web::to(verify::page)),
    row(GET, "/api/v1/meters/{meter}/label.svg", May(Verb::Look), || web::to(label::show)),
    row(GET, "/api/v1/printing", May(Verb::Look), || web::to(printing::printer)),
    row(GET, "/api/v1/daybook", May(Verb::Audit), || web::to(daybook::show)),
    row(POST, "/api/v1/daybook/provider-file", May(Verb::Audit), || web::to(daybook::match_file)),
    row(GET, "/api/v1/shifts", May(Verb::Look), || web::to(shifts::list)),
    row(POST, "/api/v1/shifts", May(Verb::Sell), || web::to(shifts::open)),
    row(GET, "/api/v1/shifts/{book}/{shift}", May(Verb::Look), || web::to(shifts::show)),
    row(POST, "/api/v1/shifts/{book}/{shift}/close", May(Verb::Sell), || web::to(shifts::close)),
    row(POST, "/api/v1/shifts/{book}/{shift}/cash", May(Verb::Sell), || web::to(shifts::move_cash)),
    row(POST, "/api/v1/shifts/{book}/{shift}/countersign", May(Verb::SuperviseTills), || {
        web::to(shifts::countersign)
    }),
    row(GET, "/api/v1/limits", May(Verb::LookAtRequests), || web::to(limits::show)),
    row(POST, "/api/v1/limits/raises", May(Verb::SetLimits), || web::to(limits::raise)),
    row(GET, "/api/v1/staff", May(Verb::LookAtPeople), || web::to(staff::list)),
    row(POST, "/api/v1/staff", May(Verb::ManagePeople), || web::to(staff::add)),
    row(POST, "/api/v1/staff/{staff}", May(Verb::ManagePeople), || web::to(staff::change)),
    row(GET, "/api/v1/mass-cuts", May(Verb::Look), || web::to(breaker::show)),
    row(POST, "/api/v1/mass-cuts/release", May(Verb::OrderSupply), || web::to(breaker::release)),
    row(POST, "/api/v1/supplies", May(Verb::OrderSupply), || web::to(breaker::order)),
    row(GET, "/api/v1/exceptions", May(Verb::Look), || web::to(exceptions::list)),
    row(POST, "/api/v1/exceptions/close", May(Verb::CloseWork), || web::to(exceptions::close)),
    row(GET, "/api/v1/alarms", May(Verb::Look), || web::to(alarms::list)),
    row(POST, "/api/v1/alarms/{alarm}/acknowledge", May(Verb::CloseWork), || {
        web::to(alarms::acknowledge)
    }),
    row(GET, "/api/v1/accounts/{account}/ledger/{seq}/explain", May(Verb::Look), || {
        web::to(explain::show)
    }),
    row(GET, "/api/v1/tariffs", May(Verb::Look), || web::to(tariffs::list)),
    row(GET, "/api/v1/tariffs/templates", May(Verb::Look), || web::to(tariffs::list_templates)),
    row(POST, "/api/v1/tariffs/check", May(Verb::DraftTariff), || web::to(tariffs::check_text)),
    row(POST, "/api/v1/tariffs/preview", May(Verb::DraftTariff), || web::to(whatif::preview)),
    row(GET, "/api/v1/tariffs/drafts", May(Verb::LookAtRequests), || web::to(tariffs::list_drafts)),
    row(POST, "/api/v1/tariffs/drafts", May(Verb::DraftTariff), || web::to(tariffs::add_draft)),
    row(DELETE, "/api/v1/tariffs/drafts/{draft}", May(Verb::DraftTariff), || {
        web::to(tariffs::remove_draft)
    }),
    row(POST, "/api/v1/tariffs/drafts/{draft}/request", May(Verb::PublishTariff), || {
        web::to(tariffs::request)
    }),
    row(GET, "/api/v1/tariffs/{tariff}", May(Verb::Look), || web::to(tariffs::show)),
    row(GET, "/api/v1/policies", May(Verb::Look), || web::to(policies::list)),
    row(POST, "/api/v1/policies", May(Verb::PublishPolicy), || web::to(policies::request)),
    row(POST, "/api/v1/policies/check", May(Verb::PublishPolicy), || {
        web::to(policies::check_terms)
    }),
    row(GET, "/api/v1/approvals", May(Verb::LookAtRequests), || web::to(approvals::list)),
    row(POST, "/api/v1/approvals/{approval}/approve", May(Verb::Approve), || {
        web::to(approvals::approve)
    }),
    row(POST, "/api/v1/approvals/{approval}/refuse", May(Verb::Approve), || {
        web::to(approvals::refuse)
    }),
    row(GET, "/api/v1/audit/acts", May(Verb::Audit), || web::to(auditor::acts::list)),
    row(GET, "/api/v1/audit/choices", May(Verb::Audit), || web::to(auditor::acts::choices)),
    row(GET, "/api/v1/audit/balances", May(Verb::Audit), || web::to(auditor::balances::show)),
    row(GET, "/api/v1/audit/entries", May(Verb::Audit), || web::to(auditor::entries::list)),
    row(GET, "/api/v1/audit/findings", May(Verb::Audit), || web::to(auditor::risks::list)),
    row(GET, "/api/v1/audit/records/{seq}", May(Verb::Audit), || web::to(auditor::entries::show)),
    row(GET, "/api/v1/board", May(Verb::Look), || web::to(board::show)),
    row(POST, "/api/v1/board/check", May(Verb::CheckBooks), || web::to(board::check)),
    row(POST, "/api/v1/board/backup", May(Verb::KeepBooks), || web::to(board::back_up)),
    row(POST, "/api/v1/board/accept-loss", May(Verb::KeepBooks), || web::to(board::accept_loss)),
    row(GET, "/api/v1/lines", May(Verb::LookAtLines), || web::to(lines::list)),
    row(GET, "/api/v1/lines/{line}", May(Verb::LookAtLines), || web::to(lines::show)),
    row(GET, "/api/v1/lines/{line}/trace", May(Verb::LookAtLines), || web::to(lines::export)),
    row(GET, "/api/v1/lines/{line}/scan", May(Verb::LookAtLines), || web::to(scan::look)),
    row(POST, "/api/v1/lines/{line}/scan", May(Verb::Commission), || web::to(scan::start)),
    row(DELETE, "/api/v1/lines/{line}/scan", May(Verb::Commission), || web::to(scan::end)),
    row(POST, "/api/v1/lines/{line}/relay-test", May(Verb::Commission), || {
        web::to(commission::test_relay)
    }),
    row(GET, "/api/v1/commission", May(Verb::LookAtLines), || web::to(commission::list)),
    row(POST, "/api/v1/commission", May(Verb::Commission), || web::to(commission::add)),
    row(POST, "/api/v1/meters/{meter}/sign-off", May(Verb::Commission), || {
        web::to(commission::sign_off)
    }),
    row(POST, "/api/v1/lines/{line}/raw", May(Verb::Commission), || web::to(lines::raw)),
    row(GET, "/api/v1/clock", May(Verb::Look), || web::to(clock::show)),
    row(POST, "/api/v1/clock", May(Verb::SteerClock), || web::to(clock::order)),
];

/// Registers every row of the table, and nothing else.
pub(crate) fn register(config: &mut web::ServiceConfig) {
    for rows in ROUTES.chunk_by(|row, next| row.path == next.path) {
        let Some(first) = rows.first() else { continue };
        let allowed: Vec<&str> = rows.iter().map(|row| row.method.as_str()).collect();
        let allowed = allowed.join(", ");
        let resource = rows.iter().fold(web::resource(first.path), |resource, row| {
            let keyed = openapi::is_keyed(&row.method, row.path);
            let route = (row.handler)()
                .wrap(from_fn(move |request, next| guard::admit(row, keyed, request, next)));
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
        for role in Role::ALL {
            looked += 1;
            let only_looks = role.verbs().iter().all(|verb| !verb.changes());
            let asks = row.method == Method::GET || ASKED_BY_POST.contains(&row.path);
            let changes = !asks && matches!(row.who, May(_));
            if (only_looks && changes && row.who.admits(role))
                || (role == Role::Admin && !row.who.admits(role))
            {
                offence = offence
                    .or(Some(format!("{} {} is wrong about {role:?}", row.method, row.path)));
            }
        }
    }
    Finding::new(Invariant::Access, looked, offence)
}

/// The table route × role as `docs/access.md` shows it.
pub fn table() -> String {
    let roles = Role::ALL.map(Role::name).join(" | ");
    let line = |row: &Row| {
        let verb = match row.who {
            Anyone => "*anyone*".to_owned(),
            SignedIn => "*signed in*".to_owned(),
            May(verb) => verb.to_string(),
        };
        let marks = Role::ALL.map(|role| mark(row.who.admits(role))).join(" | ");
        let password = if row.asks_password() { "✓" } else { "" };
        format!("| `{} {}` | {verb} | {password} | {marks} |\n", row.method, row.path)
    };
    let head = format!(
        "| route | verb | password | {roles} |\n|---|---|:-:|{}\n",
        ":-:|".repeat(Role::ALL.len())
    );
    ROUTES.iter().map(line).fold(head, |table, line| table + &line)
}

/// The table verb × role as `docs/access.md` shows it.
pub fn verbs() -> String {
    let roles = Role::ALL.map(Role::name).join(" | ");
    let line = |verb: &Verb| {
        let marks = Role::ALL.map(|role| mark(role.may(*verb))).join(" | ");
        format!("| {verb} |{} | {marks} |\n", verb.about())
    };
    let head =
        format!("| verb | what it is | {roles} |\n|---|---|{}\n", ":-:|".repeat(Role::ALL.len()));
    Verb::ALL.iter().map(line).fold(head, |table, line| table + &line)
}

fn mark(yes: bool) -> &'static str {
    if yes { "✓" } else { "–" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_keeps_its_invariant() {
        let looked = u64::try_from(Role::ALL.len() * ROUTES.len()).unwrap();
        assert_eq!(check(), Finding::new(Invariant::Access, looked, None));
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
    fn a_viewer_changes_nothing_but_the_own_session() {
        let changes = ROUTES
            .iter()
            .filter(|row| row.method != Method::GET && !ASKED_BY_POST.contains(&row.path));
        let open: Vec<_> = changes
            .filter(|row| row.who.admits(Role::Viewer))
            .map(|row| format!("{} {}", row.method, row.path))
            .collect();
        let own_session = [
            "POST /api/v1/setup",
            "POST /api/v1/session",
            "DELETE /api/v1/session",
            "POST /api/v1/session/password",
            "POST /api/v1/session/confirm",
            "DELETE /api/v1/session/own",
            "DELETE /api/v1/session/own/{session}",
            "POST /api/v1/pay/{provider}/webhook",
        ];
        assert_eq!(open, own_session);
    }

    /// `UPDATE_EXPECT=1` writes the tables anew; then they are read.
    #[test]
    fn the_page_about_access_shows_these_tables() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/access.md");
        let page = std::fs::read_to_string(path).unwrap();
        let right = with_table(&with_table(&page, "routes", &table()), "verbs", &verbs());
        if std::env::var_os("UPDATE_EXPECT").is_some() {
            std::fs::write(path, &right).unwrap();
        } else {
            assert_eq!(
                page, right,
                "docs/access.md is not as the table; write it by UPDATE_EXPECT=1"
            );
        }
    }

    fn with_table(page: &str, name: &str, table: &str) -> String {
        let (begin, end) = (format!("<!-- {name} -->\n"), format!("<!-- end of {name} -->"));
        let (before, rest) =
            page.split_once(&begin).expect("the page marks where the table begins");
        let (_old, after) = rest.split_once(&end).expect("the page marks where the table ends");
        format!("{before}{begin}{table}{end}{after}")
    }
}
