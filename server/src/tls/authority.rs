//! The site's own authority: one certificate that is installed on each machine once, and the
//! server's, which it signs anew every year.
//!
//! It may sign for the names it was made with and for nothing else (RFC 5280, 4.2.1.10): who steals
//! its key cannot pretend to be somebody's bank.

use std::net::IpAddr;
use std::path::{Path, PathBuf};

use rcgen::{
    BasicConstraints, CertificateParams, CidrSubnet, DnType, ExtendedKeyUsagePurpose,
    GeneralSubtree, IsCa, Issuer, KeyPair, KeyUsagePurpose, NameConstraints,
};
use sha2::{Digest as _, Sha256};
use shared::time::{Span, Timestamp, Zone};

use super::{TlsError, files};

/// Ten years: to install it is work on each machine.
const AUTHORITY_LASTS: Span = Span::from_days(3_650);
/// What browsers take of a server's certificate at most.
const SERVER_LASTS: Span = Span::from_days(398);
/// Somebody's clock may be a little behind.
const BEFORE: Span = Span::from_days(1);

/// Always among the names: the machine itself.
const HERE: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

/// A day as certificates have it: their exact hour is nobody's concern. A macro, because the type
/// belongs to a crate that only rcgen names.
macro_rules! day {
    ($at:expr) => {{
        let date = Zone::utc().date($at);
        let month = u8::try_from(date.month()).expect("a month is 1 to 12");
        let day = u8::try_from(date.day()).expect("a day is 1 to 31");
        rcgen::date_time_ymd(i32::from(date.year()), month, day)
    }};
}

/// The authority as others are told of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Authority {
    pub(crate) der: Vec<u8>,
    /// SHA-256, as browsers show it: pairs of digits with colons between.
    pub(crate) fingerprint: String,
    pub(crate) ends: Timestamp,
}

pub(super) struct Paths {
    authority: PathBuf,
    authority_key: PathBuf,
    names: PathBuf,
    pub(super) server: PathBuf,
    pub(super) server_key: PathBuf,
}

impl Paths {
    pub(super) fn in_folder(folder: &Path) -> Self {
        Self {
            authority: folder.join("ca.pem"),
            authority_key: folder.join("ca.key"),
            names: folder.join("names"),
            server: folder.join("server.pem"),
            server_key: folder.join("server.key"),
        }
    }
}

/// Makes an authority for these names, and the server's first certificate.
pub(crate) fn init(
    folder: &Path,
    names: &[String],
    replace: bool,
    now: Timestamp,
) -> Result<Authority, TlsError> {
    let paths = Paths::in_folder(folder);
    if paths.authority.exists() && !replace {
        return Err(TlsError::AuthorityExists(folder.to_owned()));
    }
    let mut all: Vec<String> = Vec::new();
    for name in names.iter().map(String::as_str).chain(HERE) {
        let name = good(name)?;
        if !all.contains(&name) {
            all.push(name);
        }
    }
    files::make_folder(folder)?;
    let key = KeyPair::generate()?;
    let certificate = of_authority(&all, now).self_signed(&key)?;
    files::write_key(&paths.authority_key, &key.serialize_pem())?;
    files::write_certificate(&paths.names, &(all.join("\n") + "\n"))?;
    files::write_certificate(&paths.authority, &certificate.pem())?;
    sign_server(folder, now)?;
    Authority::read(folder)
}

impl Authority {
    pub(crate) fn read(folder: &Path) -> Result<Self, TlsError> {
        let paths = Paths::in_folder(folder);
        if !paths.authority.exists() {
            return Err(TlsError::NoAuthority(folder.to_owned()));
        }
        let chain = files::chain(&paths.authority)?;
        let der = chain.certificates.into_iter().next();
        let der = der.ok_or_else(|| TlsError::NoCertificate(paths.authority.clone()))?.to_vec();
        let pairs: Vec<_> = Sha256::digest(&der).iter().map(|byte| format!("{byte:02X}")).collect();
        Ok(Self { der, fingerprint: pairs.join(":"), ends: chain.ends })
    }
}

/// A new key and a new certificate of the server.
pub(super) fn sign_server(folder: &Path, now: Timestamp) -> Result<(), TlsError> {
    let paths = Paths::in_folder(folder);
    let authority = files::chain(&paths.authority)?;
    // Looked at as any other key: it must be its owner's alone.
    files::key(&paths.authority_key)?;
    let authority_key = KeyPair::from_pem(&files::text(&paths.authority_key)?)?;
    let issuer = Issuer::from_ca_cert_pem(&files::text(&paths.authority)?, authority_key)?;
    let names: Vec<String> =
        files::text(&paths.names)?.lines().map(good).collect::<Result<_, _>>()?;
    let key = KeyPair::generate()?;
    // The day counts from its beginning, and one is left for a clock that is ahead.
    let ends = (now + SERVER_LASTS - BEFORE - BEFORE).min(authority.ends);
    let certificate = of_server(names, now, ends)?.signed_by(&key, &issuer)?;
    files::write_key(&paths.server_key, &key.serialize_pem())?;
    files::write_certificate(&paths.server, &certificate.pem())
}

fn of_authority(names: &[String], now: Timestamp) -> CertificateParams {
    let mut params = CertificateParams::default();
    let (begins, ends) = (now - BEFORE, now + AUTHORITY_LASTS);
    params.not_before = day!(begins);
    params.not_after = day!(ends);
    params.distinguished_name = rcgen::DistinguishedName::new();
    let first = names.first().map_or("", String::as_str);
    params.distinguished_name.push(DnType::CommonName, format!("Meterhouse authority of {first}"));
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.name_constraints = Some(NameConstraints {
        permitted_subtrees: names.iter().map(|name| subtree(name)).collect(),
        excluded_subtrees: Vec::new(),
    });
    params
}

fn of_server(
    names: Vec<String>,
    now: Timestamp,
    ends: Timestamp,
) -> Result<CertificateParams, TlsError> {
    let first = names.first().cloned().unwrap_or_default();
    let mut params = CertificateParams::new(names)?;
    params.not_before = day!(now - BEFORE);
    params.not_after = day!(ends);
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, first);
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    Ok(params)
}

fn subtree(name: &str) -> GeneralSubtree {
    match name.parse::<IpAddr>() {
        Ok(IpAddr::V4(address)) => {
            GeneralSubtree::IpAddress(CidrSubnet::V4(address.octets(), [255; 4]))
        }
        Ok(IpAddr::V6(address)) => {
            GeneralSubtree::IpAddress(CidrSubnet::V6(address.octets(), [255; 16]))
        }
        Err(_a_name) => GeneralSubtree::DnsName(name.to_owned()),
    }
}

/// A host name or an address, as certificates have it.
fn good(name: &str) -> Result<String, TlsError> {
    let name = name.trim().to_ascii_lowercase();
    let bad = || TlsError::BadName(name.clone());
    if let Ok(address) = name.parse::<IpAddr>() {
        return if address.is_unspecified() { Err(bad()) } else { Ok(address.to_string()) };
    }
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let looks_like_address = name.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let is_name = name.len() <= 253 && name.split('.').all(label) && !looks_like_address;
    if is_name { Ok(name) } else { Err(bad()) }
}
