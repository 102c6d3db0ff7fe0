//! Roles: each a list of verbs, as data.

use serde::{Deserialize, Serialize};

use super::Verb;

/// What a person is here for. Deny by default: `docs/access.md` has the tables role × verb and
/// route × role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Everything, and who may do what.
    Admin,
    /// Sells, reverses own sales, looks up.
    Cashier,
    /// Looks, changes nothing.
    Viewer,
    /// Runs the site: supervises the counter, keeps tariffs, is the second person.
    Manager,
    /// Lines, meters and their supply.
    Engineer,
    /// Reads all, changes nothing.
    Auditor,
    /// Runs the clock of simulated meters for a class.
    Trainer,
    /// Somebody whose account is kept here; sees nothing of the operator's.
    Customer,
    /// A program at the counter, such as a kiosk.
    Api,
}

/// Who may do what: the one place where it is decided.
const TABLE: &[(Role, &[Verb])] = &[
    (Role::Admin, Verb::ALL),
    (
        Role::Manager,
        &[
            Verb::Look,
            Verb::LookAtLines,
            Verb::LookAtPeople,
            Verb::LookAtRequests,
            Verb::Audit,
            Verb::Sell,
            Verb::ReverseOwn,
            Verb::ReverseAny,
            Verb::Adjust,
            Verb::Approve,
            Verb::SuperviseTills,
            Verb::ConfirmSupply,
            Verb::OrderSupply,
            Verb::Protect,
            Verb::JudgeReadings,
            Verb::KeepAccounts,
            Verb::CloseWork,
            Verb::DraftTariff,
            Verb::PublishTariff,
            Verb::PublishPolicy,
            Verb::SetLimits,
            Verb::CheckBooks,
        ],
    ),
    (Role::Cashier, &[Verb::Look, Verb::Sell, Verb::ReverseOwn, Verb::ConfirmSupply]),
    (
        Role::Engineer,
        &[
            Verb::Look,
            Verb::LookAtLines,
            Verb::OrderSupply,
            Verb::JudgeReadings,
            Verb::CloseWork,
            Verb::Commission,
        ],
    ),
    (
        Role::Auditor,
        &[Verb::Look, Verb::LookAtLines, Verb::LookAtPeople, Verb::LookAtRequests, Verb::Audit],
    ),
    (Role::Trainer, &[Verb::Look, Verb::SteerClock]),
    (Role::Viewer, &[Verb::Look, Verb::Audit]),
    (Role::Customer, &[]),
    (Role::Api, &[Verb::Look, Verb::Sell, Verb::ReverseOwn, Verb::ConfirmSupply]),
];

impl Role {
    /// In the order of the tables.
    pub const ALL: [Self; 9] = [
        Self::Viewer,
        Self::Cashier,
        Self::Engineer,
        Self::Manager,
        Self::Auditor,
        Self::Trainer,
        Self::Customer,
        Self::Api,
        Self::Admin,
    ];

    /// Its name in tables and files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Cashier => "cashier",
            Self::Viewer => "viewer",
            Self::Manager => "manager",
            Self::Engineer => "engineer",
            Self::Auditor => "auditor",
            Self::Trainer => "trainer",
            Self::Customer => "customer",
            Self::Api => "api",
        }
    }

    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }

    pub fn verbs(self) -> &'static [Verb] {
        TABLE.iter().find(|(role, _)| *role == self).map_or(&[], |(_, verbs)| verbs)
    }

    pub fn may(self, verb: Verb) -> bool {
        self.verbs().contains(&verb)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_role_has_one_row_and_a_name_of_its_own() {
        for role in Role::ALL {
            assert_eq!(TABLE.iter().filter(|(row, _)| *row == role).count(), 1, "{role:?}");
            assert_eq!(Role::named(role.name()), Some(role));
        }
        assert_eq!(TABLE.len(), Role::ALL.len());
        assert_eq!(Role::named("nobody"), None);
    }

    #[test]
    fn who_audits_changes_nothing_and_who_sells_does_not_approve() {
        for role in [Role::Auditor, Role::Viewer, Role::Customer] {
            assert!(role.verbs().iter().all(|verb| !verb.changes()), "{role:?}");
        }
        for role in [Role::Cashier, Role::Api, Role::Engineer, Role::Trainer] {
            assert!(!role.may(Verb::Approve), "{role:?}");
        }
        assert!(Verb::ALL.iter().all(|verb| Role::Admin.may(*verb)));
        assert!(Role::Api.verbs().iter().all(|verb| *verb != Verb::ManageTokens));
    }

    #[test]
    fn a_role_is_kept_by_its_name() {
        for role in Role::ALL {
            let kept = serde_json::to_string(&role).unwrap();
            assert_eq!(kept, format!("\"{}\"", role.name()));
        }
    }
}
