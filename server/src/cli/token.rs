//! `meterhouse token`: bearer tokens for the API.

use std::path::PathBuf;

use clap::Subcommand;
use rusqlite::Connection;
use shared::api::session::Role;
use shared::time::{Span, Timestamp};

use super::run::DATA;
use super::{Fault, Outcome, answer};
use crate::clock;
use crate::http::auth::{fresh_token, secret};
use crate::store::registry::access::{self, TokenEntry};
use crate::store::registry::{self, REGISTRY, staff};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Make a token and print it; it is shown this once, only its digest is kept
    ///
    /// Use it as `curl -H "Authorization: Bearer $TOKEN" http://127.0.0.1:8080/api/v1/site`. Works
    /// while the server runs.
    Create {
        /// Folder of the site
        #[arg(long, value_name = "DIR", default_value = DATA)]
        data: PathBuf,
        /// What the token may do
        #[arg(long, value_name = "ROLE", value_parser = role_named)]
        role: Role,
        /// Whose token it is; receipts and the journal name it
        #[arg(long, default_value = "api")]
        name: String,
        /// Days until it ends
        #[arg(long, value_name = "D", default_value_t = 365, value_parser = clap::value_parser!(u32).range(1..=3_650))]
        days: u32,
    },
}

fn role_named(name: &str) -> Result<Role, String> {
    let names = || Role::ALL.map(Role::name).join(", ");
    Role::named(name).ok_or_else(|| format!("there is no role `{name}`; there are {}", names()))
}

pub(super) fn run(command: Command) -> Outcome {
    let Command::Create { data, role, name, days } = command;
    if !data.is_dir() {
        return Err(Fault::input(format!(
            "there is no site in {}; name its folder with --data",
            data.display()
        )));
    }
    let path = registry::path(&data);
    if !path.is_file() {
        return Err(Fault::input(format!(
            "{} was never started; start the site once before making tokens",
            data.display()
        )));
    }
    let db = REGISTRY.open(&path).map_err(Fault::failed)?;
    let token = make(&db, &name, role, clock::now(), Span::from_days(i64::from(days)))?;
    answer(&token)
}

/// A token works in the name of a member of staff who has no password, so that receipts and journal
/// can say who it was.
fn make(
    db: &Connection,
    name: &str,
    role: Role,
    now: Timestamp,
    life: Span,
) -> Result<String, Fault> {
    let known = staff::named(db, name).map_err(Fault::failed)?;
    if known.is_some_and(|known| known.password != NO_PASSWORD) {
        let taken = format!("`{name}` is a person's name here; give the token another with --name");
        return Err(Fault::input(taken));
    }
    staff::add(db, name, role, NO_PASSWORD).map_err(Fault::failed)?;
    let token = fresh_token();
    let entry = TokenEntry {
        hash: secret::digest(&token),
        name: name.to_owned(),
        role,
        made: now,
        expires: Some(now + life),
        last_used: None,
        revoked: None,
    };
    access::add_token(db, &entry).map_err(Fault::failed)?;
    Ok(token)
}

/// No hash of any password.
const NO_PASSWORD: &str = "!";
