//! `[[provider]]` of a site file: who takes mobile payments, and the secret shared with it.

use std::path::PathBuf;
use std::time::Duration;

use actix_web::http::Uri;
use serde::Deserialize;
use shared::id::ProviderId;
use toml::Spanned;

use super::source::Source;
use crate::cli::Fault;
use crate::pay::sign::Secrets;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ProviderTable {
    pub(super) name: Spanned<String>,
    /// Before `/v1/charges`.
    pub(super) url: Spanned<String>,
    /// A file that only its owner can read, the current secret on its first line.
    pub(super) secret_file: Option<Spanned<String>>,
    /// Or a variable of the environment.
    pub(super) secret_env: Option<Spanned<String>>,
    /// How long an answer is waited for.
    #[serde(default = "five")]
    pub(super) timeout_s: Spanned<u32>,
    /// Certificates to trust instead of the system's.
    pub(super) ca: Option<Spanned<String>>,
}

fn five() -> Spanned<u32> {
    Spanned::new(0..0, 5)
}

/// Somebody who takes mobile payments for the site.
#[derive(Clone, Debug)]
pub struct Wanted {
    pub name: ProviderId,
    pub url: Uri,
    pub secrets: Secrets,
    pub timeout: Duration,
    pub ca: Option<PathBuf>,
}

pub(super) fn read_all(source: &Source, tables: &[ProviderTable]) -> Result<Vec<Wanted>, Fault> {
    let mut all: Vec<Wanted> = Vec::new();
    for table in tables {
        let wanted = read(source, table)?;
        if all.iter().any(|known| known.name == wanted.name) {
            let twice = format!("the provider `{}` is there twice", wanted.name);
            return Err(source.wrong(table.name.span(), twice));
        }
        all.push(wanted);
    }
    Ok(all)
}

fn read(source: &Source, table: &ProviderTable) -> Result<Wanted, Fault> {
    let name = table.name.get_ref();
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if name.is_empty() || name.len() > 32 || !name.chars().all(plain) {
        let what = "a provider's name stands in addresses: up to 32 of a-z, 0-9 and -";
        return Err(source.wrong(table.name.span(), what));
    }
    let wrong_url = |what: &str| source.wrong(table.url.span(), what);
    let url: Uri = table
        .url
        .get_ref()
        .parse()
        .map_err(|_unreadable| wrong_url("an address is written as https://pay.example/api"))?;
    match (url.scheme_str(), url.host()) {
        (Some("https"), Some(_)) | (Some("http"), Some("127.0.0.1" | "localhost" | "[::1]")) => {}
        (Some("http"), Some(_)) => {
            return Err(wrong_url("without encryption only a provider on this machine is asked"));
        }
        _ => return Err(wrong_url("an address is written as https://pay.example/api")),
    }
    let seconds = *table.timeout_s.get_ref();
    if !(1..=60).contains(&seconds) {
        return Err(source.wrong(table.timeout_s.span(), "a time-out is 1 to 60 seconds"));
    }
    Ok(Wanted {
        name: ProviderId(name.clone()),
        url,
        secrets: secrets(source, table)?,
        timeout: Duration::from_secs(u64::from(seconds)),
        ca: table.ca.as_ref().map(|ca| source.beside(ca.get_ref())),
    })
}

fn secrets(source: &Source, table: &ProviderTable) -> Result<Secrets, Fault> {
    let (span, text) = match (&table.secret_file, &table.secret_env) {
        (Some(file), None) => {
            let text = read_secret(&source.beside(file.get_ref()))
                .map_err(|what| source.wrong(file.span(), what))?;
            (file.span(), text)
        }
        (None, Some(variable)) => {
            let text = std::env::var(variable.get_ref()).map_err(|_unset| {
                let what = format!("the environment has no variable `{}`", variable.get_ref());
                source.wrong(variable.span(), what)
            })?;
            (variable.span(), text)
        }
        (None, None) | (Some(_), Some(_)) => {
            let what = "a provider needs either `secret_file` or `secret_env`";
            return Err(source.wrong(table.name.span(), what));
        }
    };
    Secrets::parse(&text).map_err(|wrong| source.wrong(span, wrong))
}

/// Reads a file that nobody but its owner may read.
pub(crate) fn read_secret(path: &std::path::Path) -> Result<String, String> {
    use std::os::unix::fs::PermissionsExt as _;
    let shown = path.display();
    let known = std::fs::metadata(path).map_err(|error| format!("cannot read {shown}: {error}"))?;
    if known.permissions().mode() & 0o077 != 0 {
        return Err(format!("{shown} can be read by others; run `chmod 600 {shown}`"));
    }
    std::fs::read_to_string(path).map_err(|error| format!("cannot read {shown}: {error}"))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;
    use crate::store::scratch::Scratch;

    #[derive(Deserialize)]
    struct Tables {
        provider: Vec<ProviderTable>,
    }

    fn wanted(text: &str) -> Result<Vec<Wanted>, Fault> {
        let folder = Scratch::new();
        for (name, mode) in [("good.key", 0o600), ("open.key", 0o644)] {
            let path = folder.path(name);
            fs::write(&path, "a secret of some length\n").unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        }
        let path = folder.path("site.toml");
        let source = Source::of(&path.display().to_string(), text);
        let tables: Tables = toml::from_str(text).unwrap();
        read_all(&source, &tables.provider)
    }

    fn table(name: &str, url: &str, rest: &str) -> String {
        format!("[[provider]]\nname = \"{name}\"\nurl = \"{url}\"\n{rest}\n")
    }

    #[test]
    fn a_provider_is_reached_in_secret_or_on_this_machine() {
        let key = "secret_file = \"good.key\"";
        for (url, good) in [
            ("https://pay.example/api", true),
            ("http://127.0.0.1:8090", true),
            ("http://pay.example", false),
            ("pay.example", false),
            ("ftp://pay.example", false),
        ] {
            assert_eq!(wanted(&table("pay", url, key)).is_ok(), good, "{url}");
        }
        let two = table("pay", "https://a.example", key) + &table("pay", "https://b.example", key);
        assert!(wanted(&two).unwrap_err().to_string().contains("twice"));
    }

    #[test]
    fn what_makes_no_sense_is_refused_in_a_sentence() {
        let url = "https://pay.example";
        for (text, why) in [
            (table("Pay!", url, "secret_file = \"good.key\""), "a-z"),
            (table("pay", url, ""), "secret_file"),
            (table("pay", url, "secret_file = \"none.key\""), "cannot read"),
            (table("pay", url, "secret_file = \"open.key\""), "chmod 600"),
            (table("pay", url, "secret_env = \"METERHOUSE_NO_SUCH\""), "no variable"),
            (table("pay", url, "secret_file = \"good.key\"\ntimeout_s = 0"), "1 to 60"),
        ] {
            let refused = wanted(&text).unwrap_err().to_string();
            assert!(refused.contains(why), "{text}: {refused}");
        }
    }
}
