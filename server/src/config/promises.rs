//! Do terms keep their promises? What `meterhouse policy check` answers, and a start asks.

use shared::lint::{self, Explored, LintError};
use shared::money::Currency;
use shared::policy::{Policy, Scope};
use shared::time::{Timestamp, Zone};

use super::{SiteFile, scope_name};
use crate::cli::Fault;

/// How much was tried of the terms at each place; the first that break a promise are told with their
/// course.
pub fn keep(
    policies: &[(Scope, Policy)],
    zone: &Zone,
    currency: Currency,
    around: Timestamp,
) -> Result<Vec<(Scope, Explored)>, Fault> {
    let one = |(scope, policy): &(Scope, Policy)| {
        let explored = lint::check(policy, zone, currency, around).map_err(|error| {
            let scope = scope_name(scope);
            match error {
                LintError::Broken(example) => Fault::input(format!("{scope}: refused: {example}")),
                other @ (LintError::Wrong(_) | LintError::TooLarge(_)) => {
                    Fault::input(format!("{scope}: {other}"))
                }
            }
        });
        explored.map(|explored| (scope.clone(), explored))
    };
    policies.iter().map(one).collect()
}

/// The same for what a start takes in anew: terms that hold already were tried when they came, and
/// the usual ones are tried by the tests.
pub fn keep_at_start(site: &SiteFile, known: &[Policy], around: Timestamp) -> Result<(), Fault> {
    let mut new: Vec<(Scope, Policy)> = Vec::new();
    for (scope, policy) in &site.policies {
        let tried = known.contains(policy) || new.iter().any(|(_, other)| other == policy);
        if !tried && *policy != Policy::default() {
            new.push((scope.clone(), policy.clone()));
        }
    }
    keep(&new, &site.zone, site.currency, around).map(drop).map_err(|fault| {
        Fault::input(format!("the terms of the site file are not taken in: {fault}"))
    })
}
