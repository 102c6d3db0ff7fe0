//! `meterhouse token`: bearer tokens for the API.

use std::path::{Path, PathBuf};

use clap::Subcommand;
use rusqlite::Connection;
use shared::api::session::Role;
use shared::staff::{Act, Verb};
use shared::time::Zone;

use super::run::DATA;
use super::{Fault, Outcome, answer};
use crate::clock;
use crate::http::auth::{COMMAND_LINE, LONGEST_DAYS, USUAL_DAYS, Wanted, mint};
use crate::store::StoreError;
use crate::store::registry::tokens::{self, TokenEntry};
use crate::store::registry::unrecorded;
use crate::store::registry::{self, REGISTRY};

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
        /// Only these of the role's verbs, such as look,sell; left out: all
        #[arg(long, value_name = "VERBS", value_delimiter = ',', value_parser = verb_named)]
        may: Option<Vec<Verb>>,
        /// Whose token it is; receipts and the journal name it
        #[arg(long, default_value = "api")]
        name: String,
        /// Days until it ends
        #[arg(long, value_name = "D", default_value_t = USUAL_DAYS, value_parser = clap::value_parser!(u32).range(1..=i64::from(LONGEST_DAYS)))]
        days: u32,
    },
    /// List all tokens that were made, without their text: there is nothing left of it
    List {
        /// Folder of the site
        #[arg(long, value_name = "DIR", default_value = DATA)]
        data: PathBuf,
    },
    /// End a token for good
    Revoke {
        /// Its number in the list
        #[arg(value_name = "NUMBER")]
        token: u32,
        /// Folder of the site
        #[arg(long, value_name = "DIR", default_value = DATA)]
        data: PathBuf,
    },
}

fn role_named(name: &str) -> Result<Role, String> {
    let names = || Role::ALL.map(Role::name).join(", ");
    Role::named(name).ok_or_else(|| format!("there is no role `{name}`; there are {}", names()))
}

fn verb_named(name: &str) -> Result<Verb, String> {
    let names = || Verb::ALL.iter().map(|verb| verb.name()).collect::<Vec<_>>().join(", ");
    Verb::named(name).ok_or_else(|| format!("there is no verb `{name}`; there are {}", names()))
}

pub(super) fn run(command: Command) -> Outcome {
    match command {
        Command::Create { data, role, may, name, days } => {
            let wanted = Wanted { name, role, scopes: may, days, by: COMMAND_LINE };
            let minted = mint(&mut open(&data)?, &wanted, clock::now());
            answer(&minted.map_err(Fault::input)?.secret)
        }
        Command::List { data } => {
            let all = tokens::all(&open(&data)?).map_err(Fault::failed)?;
            let rows: Vec<_> = all.iter().map(line).collect();
            if rows.is_empty() {
                answer("no tokens were made yet")
            } else {
                answer(&rows.join("\n"))
            }
        }
        Command::Revoke { token, data } => {
            let revoked = revoke(&mut open(&data)?, token);
            match revoked.map_err(Fault::failed)? {
                Some(gone) => answer(&format!("token {token} (`{}`) works no more", gone.name)),
                None => Err(Fault::input(format!(
                    "there is no token {token}; `meterhouse token list` shows them"
                ))),
            }
        }
    }
}

/// Ends a token, and leaves word of it for the journal.
fn revoke(db: &mut Connection, token: u32) -> Result<Option<TokenEntry>, StoreError> {
    let together = db.transaction()?;
    let Some(known) = tokens::get(&together, token)? else { return Ok(None) };
    if known.revoked.is_none() {
        unrecorded::put(&together, &Act::TokenRevoked { token })?;
    }
    let gone = tokens::revoke(&together, token, clock::now())?;
    together.commit()?;
    Ok(gone)
}

fn open(data: &Path) -> Result<Connection, Fault> {
    if !data.is_dir() {
        return Err(Fault::input(format!(
            "there is no site in {}; name its folder with --data",
            data.display()
        )));
    }
    let path = registry::path(data);
    if !path.is_file() {
        return Err(Fault::input(format!(
            "{} was never started; start the site once before making tokens",
            data.display()
        )));
    }
    REGISTRY.open(&path).map_err(Fault::failed)
}

/// One token on a line, such as `3  export  viewer: look  until 2026-02-01  last used never`.
fn line(entry: &TokenEntry) -> String {
    let zone = Zone::utc();
    let day = |at| zone.date(at).to_string();
    let verbs = entry.scopes.as_ref().map_or_else(String::new, |verbs| {
        let names: Vec<_> = verbs.iter().map(|verb| verb.name()).collect();
        format!(": {}", names.join(","))
    });
    let end = match (entry.revoked, entry.expires) {
        (Some(at), _) => format!("revoked {}", day(at)),
        (None, Some(at)) if entry.works(clock::now()) => format!("until {}", day(at)),
        (None, Some(at)) => format!("ended {}", day(at)),
        (None, None) => "without end".to_owned(),
    };
    let used = entry.last_used.map_or_else(|| "never".to_owned(), day);
    format!(
        "{}  {}  {}{verbs}  {end}  last used {used}",
        entry.token,
        entry.name,
        entry.role.name()
    )
}
