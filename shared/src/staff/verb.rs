//! Permissions are verbs: what somebody may do, not where.

use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! verbs {
    ($($(#[doc = $doc:literal])+ $verb:ident = $name:literal, $changes:literal;)*) => {
        /// Something that may be done. Routes name one; roles and tokens are lists of them.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        pub enum Verb {
            $($(#[doc = $doc])+ #[serde(rename = $name)] $verb,)*
        }

        impl Verb {
            pub const ALL: &'static [Self] = &[$(Self::$verb,)*];

            /// Its name in tables, tokens and files.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$verb => $name,)* }
            }

            /// What it lets somebody do, in a line.
            pub const fn about(self) -> &'static str {
                match self { $(Self::$verb => concat!($($doc),+),)* }
            }

            /// Does something change by it?
            pub const fn changes(self) -> bool {
                match self { $(Self::$verb => $changes,)* }
            }
        }
    };
}

verbs! {
    /// See meters, accounts, receipts, tariffs, alarms, the board and the live stream.
    Look = "look", false;
    /// See lines, their frames and what a scan found.
    LookAtLines = "look-at-lines", false;
    /// See who works here and who is signed in.
    LookAtPeople = "look-at-people", false;
    /// See drafts, and what waits for a second person.
    LookAtRequests = "look-at-requests", false;
    /// See balances, the whole ledger and the audit log, and export them.
    Audit = "audit", false;
    /// Sell, preview a sale, take emergency credit for a customer, print copies.
    Sell = "sell", true;
    /// Take back own sales, and give unused credit back in cash.
    ReverseOwn = "reverse-own", true;
    /// Take back anybody's latest sale.
    ReverseAny = "reverse-any", true;
    /// Ask for free credit and corrections.
    Adjust = "adjust", true;
    /// Decide, as the second person, what somebody else asked for.
    Approve = "approve", true;
    /// Counter-sign and close others' shifts, match provider files.
    SuperviseTills = "supervise-tills", true;
    /// Note that a customer is there and wants the supply back.
    ConfirmSupply = "confirm-supply", true;
    /// Cut and restore supply by hand.
    OrderSupply = "order-supply", true;
    /// Protect a supply from being cut, and ask for an end of it.
    Protect = "protect", true;
    /// Judge readings on hold.
    JudgeReadings = "judge-readings", true;
    /// Agree about arrears, pause accounts, note that notices arrived.
    KeepAccounts = "keep-accounts", true;
    /// Acknowledge alarms and close exceptions.
    CloseWork = "close-work", true;
    /// Write, check and preview drafts of tariffs.
    DraftTariff = "draft-tariff", true;
    /// Ask that a draft becomes the tariff.
    PublishTariff = "publish-tariff", true;
    /// Ask for other terms of prepayment.
    PublishPolicy = "publish-policy", true;
    /// Ask for other limits.
    SetLimits = "set-limits", true;
    /// Scan lines, test relays, add, exchange and sign off meters.
    Commission = "commission", true;
    /// Have the books checked now.
    CheckBooks = "check-books", true;
    /// Make and fetch copies, accept a loss.
    KeepBooks = "keep-books", true;
    /// Pause and run the clock of simulated meters.
    SteerClock = "steer-clock", true;
    /// Bring people in, change roles and passwords, end others' sessions.
    ManagePeople = "manage-people", true;
    /// Make and revoke API tokens.
    ManageTokens = "manage-tokens", true;
}

impl Verb {
    /// Weighty enough for the password to be asked for again: a screen that was left open is not
    /// enough to do it.
    pub const fn asks_password(self) -> bool {
        matches!(self, Self::Approve | Self::ManagePeople | Self::ManageTokens)
    }

    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|verb| verb.name() == name)
    }
}

impl fmt::Display for Verb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_verb_finds_itself_again() {
        for verb in Verb::ALL {
            assert_eq!(Verb::named(verb.name()), Some(*verb));
            assert_eq!(serde_json::to_string(verb).unwrap(), format!("\"{verb}\""));
        }
        assert_eq!(Verb::named(""), None);
    }
}
