//! What a refusal says, with its amounts as people write them. A refusal by itself knows no currency
//! and counts minor units; whoever answers a person knows the site's.

use crate::counter::Denied;
use crate::counter::said::{MOST, Write, below_zero, limit, no_move};
use crate::money::{Currency, Money};
use crate::site::Refusal;

pub(crate) fn below_least(least: Money, write: Write<'_>) -> String {
    format!("the amount is below the least sale of {}", write(least))
}

pub(crate) fn above_largest(largest: Money, write: Write<'_>) -> String {
    format!("the amount is above the largest allowed of {}", write(largest))
}

pub(crate) fn credit_used(used: Money, write: Write<'_>) -> String {
    let used = write(used);
    format!("{used} of it are used already; only what is left on the account can be taken back")
}

pub(crate) fn leaves_debt(owed: Money, write: Write<'_>) -> String {
    format!(
        "it would leave the account {} below zero, because some of it is used already; a second \
         person may approve it as a debt of the account",
        write(owed)
    )
}

pub(crate) fn above_refundable(largest: Money, write: Write<'_>) -> String {
    format!(
        "what is given back in cash is above zero and at most {}: credit that was paid for, less \
         what is owed",
        write(largest)
    )
}

pub(crate) fn bad_arrears(write: Write<'_>) -> String {
    let most = write(MOST);
    format!("arrears, their weekly rate and their weekly cap are above zero and at most {most}")
}

pub(crate) fn bad_adjustment(write: Write<'_>) -> String {
    let most = write(MOST);
    format!("free credit is above zero, a correction is not zero, and neither is above {most}")
}

impl Refusal {
    /// One English sentence for people at a site of this currency.
    #[expect(clippy::wildcard_enum_match_arm, reason = "the others name no amount")]
    pub fn said(&self, currency: Currency) -> String {
        let write: Write<'_> =
            &|amount| format!("{} {}", currency.code(), amount.to_decimal(currency));
        match self {
            Self::BelowLeast { least } => below_least(*least, write),
            Self::AboveLargest { largest } => above_largest(*largest, write),
            Self::CreditUsed { used } => credit_used(*used, write),
            Self::LeavesDebt { owed } => leaves_debt(*owed, write),
            Self::AboveRefundable { largest } => above_refundable(*largest, write),
            Self::BadArrears => bad_arrears(write),
            Self::BadAdjustment => bad_adjustment(write),
            Self::Counter(Denied::NoMove) => no_move(write),
            Self::Counter(Denied::BelowZero) => below_zero(write),
            Self::Counter(Denied::Limit { rule, largest }) => limit(*rule, *largest, write),
            other => other.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::counter::Rule;

    fn all(amount: Money) -> Vec<Refusal> {
        vec![
            Refusal::BelowLeast { least: amount },
            Refusal::AboveLargest { largest: amount },
            Refusal::CreditUsed { used: amount },
            Refusal::LeavesDebt { owed: amount },
            Refusal::AboveRefundable { largest: amount },
            Refusal::BadArrears,
            Refusal::BadAdjustment,
            Refusal::Counter(Denied::NoMove),
            Refusal::Counter(Denied::BelowZero),
            Refusal::Counter(Denied::Limit { rule: Rule::Sale, largest: amount }),
        ]
    }

    /// The same sentence, but for how its amount is written; no digit is invented or lost.
    #[test]
    fn amounts_are_written_as_the_currency_writes_them() {
        for (code, shown, most) in
            [("CNY", "CNY 45.07", "CNY 10000000000.00"), ("JPY", "JPY 4507", "JPY 1000000000000")]
        {
            let currency = Currency::try_from(code.to_owned()).unwrap();
            for refusal in all(Money::from_minor(4_507)) {
                let counted = refusal.to_string();
                let expected = counted
                    .replace("4507 minor units", shown)
                    .replace("1000000000000 minor units", most);
                assert_ne!(counted, expected, "{counted}: names its amount");
                assert_eq!(refusal.said(currency), expected);
            }
            let other = Refusal::NoReason;
            assert_eq!(other.said(currency), other.to_string());
        }
    }
}
