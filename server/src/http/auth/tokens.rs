//! Making a token for a program: a name that is nobody's, a role, perhaps fewer verbs, and an end.

use rusqlite::Connection;
use shared::api::session::Role;
use shared::id::StaffId;
use shared::staff::{Act, Verb};
use shared::time::{Span, Timestamp};

use super::{good_name, secret};
use crate::store::StoreError;
use crate::store::registry::staff;
use crate::store::registry::tokens::{self, NewToken};
use crate::store::registry::unrecorded;

/// Days that a token works unless it is said otherwise, and at most: one that was forgotten ends.
pub(crate) const USUAL_DAYS: u32 = 90;
pub(crate) const LONGEST_DAYS: u32 = 365;

/// No hash of any password.
const NO_PASSWORD: &str = "!";

/// What is asked for.
#[derive(Clone, Debug)]
pub(crate) struct Wanted {
    pub(crate) name: String,
    pub(crate) role: Role,
    /// `None`: all that the role may.
    pub(crate) scopes: Option<Vec<Verb>>,
    pub(crate) days: u32,
    pub(crate) by: StaffId,
}

/// Why no token was made.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TokenRefused {
    #[error("a name has 1 to 64 characters")]
    BadName,
    #[error("`{0}` is a person's name here; give the token another")]
    PersonsName(String),
    #[error("a token works for 1 to {LONGEST_DAYS} days, not {0}")]
    BadDays(u32),
    #[error("a token needs at least one verb")]
    NoScope,
    #[error("the role {} may not `{verb}`, so its token cannot", .role.name())]
    BeyondRole { role: Role, verb: Verb },
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A token as it is shown once, its number, and in whose name it works.
#[derive(Debug)]
pub(crate) struct Minted {
    pub(crate) secret: String,
    pub(crate) token: u32,
    pub(crate) staff: StaffId,
}

impl Wanted {
    /// Looks at all that can be said without the registry.
    fn check(&self) -> Result<String, TokenRefused> {
        let name = good_name(&self.name).ok_or(TokenRefused::BadName)?;
        if !(1..=LONGEST_DAYS).contains(&self.days) {
            return Err(TokenRefused::BadDays(self.days));
        }
        let scopes = self.scopes.as_deref();
        if scopes.is_some_and(<[Verb]>::is_empty) {
            return Err(TokenRefused::NoScope);
        }
        let beyond = scopes.unwrap_or_default().iter().find(|verb| !self.role.may(**verb));
        match beyond {
            Some(&verb) => Err(TokenRefused::BeyondRole { role: self.role, verb }),
            None => Ok(name),
        }
    }
}

/// Who makes tokens with `meterhouse token`: the server puts that on record.
pub(crate) const COMMAND_LINE: StaffId = StaffId(0);

/// A token works in the name of a member of staff who has no password, so that receipts and journal
/// can say who it was. The prefix lets secret scanners know one.
pub(crate) fn mint(
    db: &mut Connection,
    wanted: &Wanted,
    now: Timestamp,
) -> Result<Minted, TokenRefused> {
    let name = wanted.check()?;
    let together = db.transaction().map_err(StoreError::from)?;
    let known = staff::named(&together, &name)?;
    if known.as_ref().is_some_and(|known| known.password != NO_PASSWORD) {
        return Err(TokenRefused::PersonsName(name));
    }
    let staff = match known {
        Some(known) => known.person.staff,
        None => staff::add(&together, &name, wanted.role, NO_PASSWORD)?
            .expect("a name that was not there a moment ago, in the same transaction"),
    };
    let secret = format!("pv_{}", secret::fresh());
    let mut scopes = wanted.scopes.clone();
    if let Some(verbs) = &mut scopes {
        verbs.sort_unstable();
        verbs.dedup();
    }
    let token = tokens::add(
        &together,
        &NewToken {
            hash: secret::digest(&secret),
            name,
            role: wanted.role,
            scopes,
            made: now,
            made_by: wanted.by,
            expires: now + Span::from_days(i64::from(wanted.days)),
        },
    )?;
    if wanted.by == COMMAND_LINE {
        unrecorded::put(&together, &Act::TokenMade { token, staff, role: wanted.role })?;
    }
    together.commit().map_err(StoreError::from)?;
    Ok(Minted { secret, token, staff })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(name: &str, scopes: Option<Vec<Verb>>, days: u32) -> Wanted {
        Wanted { name: name.to_owned(), role: Role::Cashier, scopes, days, by: StaffId(1) }
    }

    #[test]
    fn a_token_never_reaches_beyond_its_role_nor_a_year() {
        for (wanted, expected) in [
            (wanted("till", None, 90), None),
            (wanted("till", Some(vec![Verb::Look, Verb::Sell]), 365), None),
            (wanted(" ", None, 90), Some("a name has 1 to 64 characters")),
            (wanted("till", None, 0), Some("a token works for 1 to 365 days, not 0")),
            (wanted("till", None, 366), Some("a token works for 1 to 365 days, not 366")),
            (wanted("till", Some(vec![]), 90), Some("a token needs at least one verb")),
            (
                wanted("till", Some(vec![Verb::Look, Verb::ManageTokens]), 90),
                Some("the role cashier may not `manage-tokens`, so its token cannot"),
            ),
        ] {
            let refused = wanted.check().err().map(|refused| refused.to_string());
            assert_eq!(refused.as_deref(), expected, "{wanted:?}");
        }
    }
}
