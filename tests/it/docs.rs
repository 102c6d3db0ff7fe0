//! The documents: what they link to is there, what they name exists, nothing lies unlinked.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::harness::{root, site};

fn read(path: &Path) -> String {
    fs::read_to_string(path)
        .unwrap_or_else(|error| panic!("cannot read {}: {error}", path.display()))
}

/// The pages a reader meets: at the top and in `docs/`.
fn pages() -> Vec<PathBuf> {
    let mut pages = Vec::new();
    for folder in [root(), root().join("docs")] {
        for entry in fs::read_dir(&folder).expect("a readable folder") {
            let path = entry.expect("a readable folder").path();
            if path.extension().is_some_and(|extension| extension == "md") {
                pages.push(path);
            }
        }
    }
    pages
}

/// Targets of `[text](target)`, without what lies on the network.
fn links(page: &Path) -> Vec<String> {
    let text = read(page);
    let after = text.split("](").skip(1);
    after
        .filter_map(|rest| rest.split(')').next())
        .filter(|target| !target.contains("://") && !target.starts_with('#'))
        .map(|target| target.split('#').next().unwrap_or_default().to_owned())
        .collect()
}

#[test]
fn every_link_leads_somewhere() {
    let mut faults = Vec::new();
    for page in pages() {
        let folder = page.parent().expect("a page lies in a folder").to_owned();
        for target in links(&page).into_iter().filter(|target| !folder.join(target).exists()) {
            faults.push(format!("{} links to {target}, which is not there", page.display()));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_page_of_the_docs_can_be_found_from_the_readme_or_the_architecture() {
    let docs = root().join("docs");
    let mut linked: Vec<PathBuf> =
        links(&root().join("README.md")).iter().map(|target| root().join(target)).collect();
    let architecture = docs.join("architecture.md");
    linked.extend(links(&architecture).iter().map(|target| docs.join(target)));
    let lost: Vec<PathBuf> = pages()
        .into_iter()
        .filter(|page| page.starts_with(&docs) && *page != architecture && !linked.contains(page))
        .collect();
    assert!(lost.is_empty(), "no link leads to {lost:?}");
}

/// Names of functions below `folder`.
fn functions(folder: &Path, names: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).expect("a readable folder") {
        let path = entry.expect("a readable folder").path();
        if path.is_dir() {
            functions(&path, names);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = read(&path);
            let named = text.split("fn ").skip(1).filter_map(|rest| rest.split('(').next());
            names.extend(named.map(str::to_owned));
        }
    }
}

#[test]
fn every_rule_of_a_line_has_a_test_that_is_there() {
    let mut there = BTreeSet::new();
    for folder in ["shared/src", "server/src", "tests/it"] {
        functions(&root().join(folder), &mut there);
    }
    let page = read(&root().join("docs/lines.md"));
    let rules: Vec<_> =
        page.lines().filter(|line| line.starts_with("| ") && line.contains("**")).collect();
    assert_eq!(rules.len(), 24);
    for rule in rules {
        let tests = rule.rsplit(" | ").next().expect("a last column");
        let names: Vec<&str> = tests.split('`').skip(1).step_by(2).collect();
        assert!(!names.is_empty(), "no test stands behind {rule}");
        for name in names {
            assert!(there.contains(name), "there is no test {name}");
        }
    }
}

#[test]
fn the_changelog_tells_of_this_version() {
    let heading = format!("## {}", env!("CARGO_PKG_VERSION"));
    let changelog = read(&root().join("CHANGELOG.md"));
    assert!(
        changelog.lines().any(|line| line.starts_with(&heading)),
        "CHANGELOG.md has no heading `{heading}`"
    );
}

#[test]
fn the_example_of_a_site_file_is_accepted() {
    let example = root().join("server/config.example.toml");
    let checked = site::meterhouse(&["config", "check"], Some(&example));
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));
}

#[test]
fn every_command_the_readme_names_exists() {
    let readme = read(&root().join("README.md"));
    // In the overview two spaces part a command from what it is for.
    let named: Vec<&str> = readme
        .lines()
        .filter_map(|line| line.trim().strip_prefix("meterhouse "))
        .filter_map(|line| line.split("  ").next())
        .collect();
    assert!(named.len() >= 6, "the README gives an overview of the command line");
    for line in named {
        let of_a_command = |word: &&str| word.chars().all(|c| c.is_ascii_lowercase());
        let command: Vec<&str> = line.split_whitespace().take_while(of_a_command).collect();
        let mut arguments = command.clone();
        arguments.push("--help");
        let help = site::meterhouse(&arguments, None);
        let text = String::from_utf8_lossy(&help.stdout);
        assert!(help.status.success(), "`meterhouse {}` is not there: {line}", arguments.join(" "));
        for option in line.split_whitespace().filter(|word| word.starts_with("--")) {
            assert!(text.contains(option), "`meterhouse {}` knows no {option}", command.join(" "));
        }
    }
}
