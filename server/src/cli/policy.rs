//! `meterhouse policy check`: can a policy cut somebody wrongly?

use std::path::PathBuf;

use clap::Subcommand;
use shared::lint::{self, LintError};

use super::{Fault, Outcome, answer};
use crate::clock;
use crate::config::{PolicyFile, scope_name};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Try every course that the terms of a file allow, and say which one breaks a promise
    ///
    /// FILE is a site file or a file of terms such as those in server/policies. A policy is refused
    /// (exit code 2) if it can cut in no-cut hours, cut without the promised warning, or leave
    /// somebody without supply with enough credit; the course that does it is printed step by step.
    Check {
        #[arg(value_name = "FILE", required = true)]
        files: Vec<PathBuf>,
    },
}

pub(super) fn run(command: Command) -> Outcome {
    let Command::Check { files } = command;
    for file in &files {
        let policies = PolicyFile::read(file)?;
        for line in check(&policies, &file.display().to_string())? {
            answer(&line)?;
        }
    }
    Ok(())
}

/// One line for each policy that keeps its promises.
fn check(file: &PolicyFile, path: &str) -> Result<Vec<String>, Fault> {
    let around = clock::now();
    let one = |(scope, policy): &(shared::policy::Scope, shared::policy::Policy)| {
        let scope = scope_name(scope);
        match lint::check(policy, &file.zone, file.currency, around) {
            Ok(explored) => Ok(format!(
                "{path}: {scope}: no course breaks a promise; {} states in {} windows of time, {} steps tried",
                explored.states, explored.windows, explored.steps
            )),
            Err(LintError::Broken(example)) => {
                Err(Fault::input(format!("{path}: {scope}: refused: {example}")))
            }
            Err(other @ (LintError::Wrong(_) | LintError::TooLarge(_))) => {
                Err(Fault::input(format!("{path}: {scope}: {other}")))
            }
        }
    };
    file.policies.iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEMPLATES: [(&str, &str); 5] = [
        ("housing-estate", include_str!("../../policies/housing-estate.toml")),
        ("dormitory", include_str!("../../policies/dormitory.toml")),
        ("hospital", include_str!("../../policies/hospital.toml")),
        ("industrial-park", include_str!("../../policies/industrial-park.toml")),
        ("commercial-complex", include_str!("../../policies/commercial-complex.toml")),
    ];

    #[test]
    fn every_template_reads() {
        for (name, text) in TEMPLATES {
            let file = PolicyFile::of(name, text).expect(name);
            assert_eq!(file.policies.len(), 1, "{name}");
        }
    }

    #[test]
    fn a_policy_without_warnings_is_refused_with_its_timeline() {
        let text = TEMPLATES[0]
            .1
            .replace("low_credit = \"20.00\"\nlast_credit = \"5.00\"", "low_credit = \"0.00\"");
        let text = text.split("[policy.no_cut]").next().expect("a policy").to_owned();
        let file = PolicyFile::of("wrong.toml", &text).expect("reads");
        let Err(Fault::Input(told)) = check(&file, "wrong.toml") else {
            panic!("it cuts without a word")
        };
        assert!(
            told.starts_with("wrong.toml: site: refused: supply is cut and nobody was warned"),
            "{told}"
        );
        assert!(told.lines().last().is_some_and(|line| line.contains("CUT (NoCredit)")), "{told}");
    }
}
