//! A site's certificates over the years, and what is refused about somebody's own.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use super::super::authority::init;
use super::*;
use crate::store::scratch::Scratch;

const DAY: Span = Span::from_days(1);

/// 2026-11-23.
fn begin() -> Timestamp {
    Timestamp::from_millis(1_795_392_000_000)
}

fn after(days: i64) -> Timestamp {
    begin() + Span::from_days(days)
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

fn names() -> Vec<String> {
    vec!["meterhouse.lan".to_owned(), "192.168.1.10".to_owned()]
}

fn shown(served: &Served) -> Vec<u8> {
    let shown = served.shown.read().unwrap();
    shown.end_entity_cert().unwrap().to_vec()
}

#[test]
fn a_sites_certificate_is_renewed_in_its_last_month_and_its_authority_stays() {
    let dir = Scratch::new();
    let data = dir.path("site");
    let folder = folder(&data);
    let missing = Served::open(&Certificate::OfSite, &data, begin()).unwrap_err();
    assert!(missing.to_string().contains("meterhouse tls init"), "{missing}");

    let made = init(&folder, &names(), false, begin()).unwrap();
    assert_eq!(made.fingerprint.len(), 95);
    assert_eq!((mode(&folder), mode(&folder.join("ca.key"))), (0o700, 0o600));
    assert_eq!(mode(&folder.join("server.key")), 0o600);
    let again = init(&folder, &names(), false, begin()).unwrap_err();
    assert!(again.to_string().contains("--replace"), "{again}");

    let chain = files::chain(&folder.join("server.pem")).unwrap();
    assert!(chain.ends - chain.begins <= Span::from_days(398), "browsers take no more");
    let years = made.ends - begin();
    assert!((Span::from_days(3_649)..=Span::from_days(3_650)).contains(&years), "{years:?}");

    let served = Served::open(&Certificate::OfSite, &data, begin()).unwrap();
    let first = shown(&served);
    assert!(!served.look(after(300)).unwrap());
    assert_eq!(shown(&served), first);
    assert!(served.look(after(380)).unwrap());
    assert_ne!(shown(&served), first, "another is shown without a new start");
    assert!(!served.look(after(380)).unwrap());
    assert_eq!(Authority::read(&folder).unwrap(), made);

    let last = Served::open(&Certificate::OfSite, &data, made.ends - DAY).unwrap();
    let chain = files::chain(&folder.join("server.pem")).unwrap();
    assert!(chain.ends <= made.ends && shown(&last) != first, "never beyond its authority");
}

#[test]
fn an_own_certificate_is_refused_in_a_sentence_and_taken_in_when_it_changes() {
    let dir = Scratch::new();
    let (one, other) = (dir.path("one"), dir.path("other"));
    init(&one, &names(), false, begin()).unwrap();
    init(&other, &names(), false, begin()).unwrap();
    let (certificate, key) = (one.join("server.pem"), one.join("server.key"));
    let own = Certificate::Own { certificate: certificate.clone(), key: key.clone() };
    let refused = |now| Served::open(&own, &one, now).unwrap_err().to_string();
    let served = Served::open(&own, &one, begin()).unwrap();
    assert!(served.is_own());
    assert!(refused(after(400)).contains("ended on 2027-12-24"), "{}", refused(after(400)));
    assert!(refused(after(-9)).contains("clock"), "{}", refused(after(-9)));

    fs::set_permissions(&key, fs::Permissions::from_mode(0o640)).unwrap();
    assert!(refused(begin()).contains("chmod 600"), "{}", refused(begin()));
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
    let right = (fs::read(&certificate).unwrap(), fs::read(&key).unwrap());
    fs::copy(other.join("server.key"), &key).unwrap();
    assert!(refused(begin()).contains("is not the one of"), "{}", refused(begin()));
    assert!(served.look(begin()).is_err(), "and the old one is shown on");
    fs::write(&key, "nothing").unwrap();
    assert!(refused(begin()).contains("no private key"), "{}", refused(begin()));
    fs::write(&certificate, "nothing").unwrap();
    assert!(refused(begin()).contains("no certificate"), "{}", refused(begin()));
    fs::remove_file(&certificate).unwrap();
    assert!(refused(begin()).contains("cannot read"), "{}", refused(begin()));

    fs::write(&certificate, right.0).unwrap();
    fs::write(&key, right.1).unwrap();
    let before = shown(&served);
    fs::copy(other.join("server.pem"), &certificate).unwrap();
    fs::copy(other.join("server.key"), &key).unwrap();
    assert!(served.look(begin()).unwrap());
    assert_ne!(shown(&served), before);
}

#[test]
fn names_are_host_names_or_addresses() {
    let dir = Scratch::new();
    for (name, good) in [
        ("meterhouse.lan", true),
        ("Meterhouse", true),
        ("10.0.0.7", true),
        ("fd00::1", true),
        ("0.0.0.0", false),
        ("10.0.0", false),
        ("http://meterhouse.lan", false),
        ("*.lan", false),
        ("a..b", false),
        ("", false),
        ("电表", false),
    ] {
        let made = init(&dir.path("names"), &[name.to_owned()], true, begin());
        assert_eq!(made.is_ok(), good, "{name}: {made:?}");
    }
}
