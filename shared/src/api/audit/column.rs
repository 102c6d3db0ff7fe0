//! The columns of the balance audit: which part of an entry stands where.

use serde::{Deserialize, Serialize};

use crate::ledger::Code;

/// Why a customer's balance moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Column {
    /// Balances brought in from elsewhere.
    BroughtIn,
    /// Payments, before anything of them went to arrears.
    TopUps,
    /// Energy, fixed charges, levies and tax.
    Consumption,
    /// Taken for arrears, or given back of it.
    Arrears,
    /// Charged by estimate, and given back.
    Provisional,
    FreeCredit,
    Corrections,
    /// Payments taken back or refunded.
    Reversals,
    /// What no other column explains; nothing of ours stands here.
    Other,
}

impl Column {
    pub const COUNT: usize = 9;
    pub const ALL: [Self; Self::COUNT] = [
        Self::BroughtIn,
        Self::TopUps,
        Self::Consumption,
        Self::Arrears,
        Self::Provisional,
        Self::FreeCredit,
        Self::Corrections,
        Self::Reversals,
        Self::Other,
    ];

    /// As addresses and files name it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::BroughtIn => "brought-in",
            Self::TopUps => "top-ups",
            Self::Consumption => "consumption",
            Self::Arrears => "arrears",
            Self::Provisional => "provisional",
            Self::FreeCredit => "free-credit",
            Self::Corrections => "corrections",
            Self::Reversals => "reversals",
            Self::Other => "other",
        }
    }

    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|column| column.name() == name)
    }

    /// Where the other side of a posting to a customer's balance belongs: by where it came from or
    /// went to, and by the kind of its record.
    pub fn of(kind: &str, code: Code) -> Self {
        match code {
            Code::Cash | Code::CardClearing | Code::MobileClearing => match kind {
                "sold" => Self::TopUps,
                "reversed" | "refunded" => Self::Reversals,
                _ => Self::Other,
            },
            Code::Opening => Self::BroughtIn,
            Code::Energy | Code::Standing | Code::Levy | Code::Tax => match kind {
                "settled" => Self::Consumption,
                _ => Self::Corrections,
            },
            Code::Arrears | Code::ArrearsOrigin => Self::Arrears,
            Code::Provisional => Self::Provisional,
            Code::FreeCredit => Self::FreeCredit,
            Code::Corrections => Self::Corrections,
            Code::Prepaid | Code::Safe | Code::Bank | Code::OverShort => Self::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_has_its_place_and_name_once() {
        for (place, column) in Column::ALL.into_iter().enumerate() {
            assert_eq!(Column::named(column.name()), Some(column));
            assert_eq!(Column::ALL.iter().position(|own| *own == column), Some(place));
        }
        assert_eq!(Column::named("nonsense"), None);
    }

    #[test]
    fn a_part_of_an_entry_stands_where_an_auditor_looks_for_it() {
        for (kind, code, column) in [
            ("sold", Code::Cash, Column::TopUps),
            ("sold", Code::MobileClearing, Column::TopUps),
            ("sold", Code::Arrears, Column::Arrears),
            ("reversed", Code::Cash, Column::Reversals),
            ("reversed", Code::Arrears, Column::Arrears),
            ("refunded", Code::Cash, Column::Reversals),
            ("settled", Code::Energy, Column::Consumption),
            ("settled", Code::Tax, Column::Consumption),
            ("settled", Code::Provisional, Column::Provisional),
            ("provisional-charged", Code::Provisional, Column::Provisional),
            ("arrears-due", Code::Arrears, Column::Arrears),
            ("account-opened", Code::Opening, Column::BroughtIn),
            ("adjusted", Code::FreeCredit, Column::FreeCredit),
            ("adjusted", Code::Corrections, Column::Corrections),
            ("never-heard-of", Code::Cash, Column::Other),
        ] {
            assert_eq!(Column::of(kind, code), column, "{kind} {code:?}");
        }
    }
}
