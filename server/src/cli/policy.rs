//! `meterhouse policy check`: can a policy cut somebody wrongly?

use std::path::PathBuf;

use clap::Subcommand;
use shared::lint::Explored;
use shared::policy::Scope;

use super::{Fault, Outcome, answer};
use crate::clock;
use crate::config::{PolicyFile, promises, scope_name};

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
    let PolicyFile { currency, zone, policies } = file;
    let tried = promises::keep(policies, zone, *currency, clock::now())
        .map_err(|fault| Fault::input(format!("{path}: {fault}")))?;
    let line = |(scope, explored): (Scope, Explored)| {
        format!(
            "{path}: {}: no course breaks a promise; {} states in {} windows of time, {} steps tried",
            scope_name(&scope),
            explored.states,
            explored.windows,
            explored.steps
        )
    };
    Ok(tried.into_iter().map(line).collect())
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

    const WRONG: [(&str, &str, &str); 7] = [
        (
            "until-operator",
            include_str!("../../policies/wrong/until-operator.toml"),
            "until staff act (Overload)",
        ),
        (
            "first-overload-until-operator",
            include_str!("../../policies/wrong/first-overload-until-operator.toml"),
            "until staff act (Overload)",
        ),
        (
            "nothing-may-be-drawn",
            include_str!("../../policies/wrong/nothing-may-be-drawn.toml"),
            "whatever little is used (Overload)",
        ),
        (
            "nothing-a-day",
            include_str!("../../policies/wrong/nothing-a-day.toml"),
            "whatever little is used (DailyLimit)",
        ),
        (
            "daily-limit-by-night",
            include_str!("../../policies/wrong/daily-limit-by-night.toml"),
            "cut in no-cut hours (DailyLimit)",
        ),
        (
            "without-a-word",
            include_str!("../../policies/wrong/without-a-word.toml"),
            "nobody was warned",
        ),
        (
            "reminder-without-end",
            include_str!("../../policies/wrong/reminder-without-end.toml"),
            "at or above restore_minimum (Courtesy)",
        ),
    ];

    #[test]
    fn wrong_terms_are_refused_with_the_course_that_shows_it() {
        for (name, text, why) in WRONG {
            let file = PolicyFile::of(name, text).expect(name);
            let Err(Fault::Input(told)) = check(&file, name) else { panic!("{name} is refused") };
            let (first, course) = told.split_once('\n').expect("a timeline");
            assert!(first.contains(why), "{told}");
            assert!(course.contains("  CUT ("), "{told}");
            assert!(course.starts_with("  20"), "times of the wall: {told}");
        }
    }

    /// One test each, so that they run side by side.
    fn keeps_its_promises(name: &str) {
        let (_, text) = TEMPLATES.iter().find(|(known, _)| *known == name).expect("a template");
        let file = PolicyFile::of(name, text).expect(name);
        for line in check(&file, name).expect("no course breaks a promise") {
            assert!(line.contains("no course breaks a promise"), "{line}");
            assert!(!line.contains(" 0 states"), "{line}");
        }
    }

    #[test]
    fn the_terms_of_a_housing_estate_keep_their_promises() {
        keeps_its_promises("housing-estate");
    }

    #[test]
    fn the_terms_of_a_dormitory_keep_their_promises() {
        keeps_its_promises("dormitory");
    }

    #[test]
    fn the_terms_of_a_hospital_keep_their_promises() {
        keeps_its_promises("hospital");
    }

    #[test]
    fn the_terms_of_an_industrial_park_keep_their_promises() {
        keeps_its_promises("industrial-park");
    }

    #[test]
    fn the_terms_of_a_commercial_complex_keep_their_promises() {
        keeps_its_promises("commercial-complex");
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
