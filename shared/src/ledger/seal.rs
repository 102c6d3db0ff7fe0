//! The hash chain: each record carries the seal of the one before, so that an edited, deleted,
//! inserted or moved record shows at the first place where it matters.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use thiserror::Error;

use crate::id::{Book, IdempotencyKey, Seq, SiteId, StaffId};
use crate::ledger::{Posting, Record, balanced};
use crate::time::Timestamp;

/// A SHA-256 seal.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash(pub [u8; 32]);

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Hash {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Hash {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let mut hash = [0; 32];
        hex::decode_to_slice(&text, &mut hash).map_err(serde::de::Error::custom)?;
        Ok(Self(hash))
    }
}

/// The end of a chain: what the next record is sealed to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chain {
    pub site: SiteId,
    /// The last record; 0 where there is none.
    pub seq: Seq,
    pub head: Hash,
}

/// What is still open when a record is about to be sealed.
#[derive(Clone, Debug)]
pub struct Draft {
    pub at: Timestamp,
    pub book: Book,
    pub by: StaffId,
    pub key: Option<IdempotencyKey>,
    pub body: String,
    pub postings: Vec<Posting>,
}

/// Why a record does not continue the chain.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SealError {
    #[error("record {found} follows record {last}; {expected} is missing or out of order")]
    Order { last: Seq, expected: Seq, found: Seq },
    #[error("record {0} belongs to another site")]
    Site(Seq),
    #[error("record {0} is not sealed to the record before it")]
    Link(Seq),
    #[error("record {0} does not match its own seal: it was changed after it was written")]
    Content(Seq),
    #[error("the postings of record {0} do not sum to zero")]
    Unbalanced(Seq),
}

impl Chain {
    /// A chain with nothing in it.
    pub const fn empty(site: SiteId) -> Self {
        Self { site, seq: Seq(0), head: Hash([0; 32]) }
    }

    /// Seals a draft as the next record and moves on.
    pub fn seal(&mut self, draft: Draft) -> Record {
        assert!(balanced(&draft.postings), "postings of one event sum to zero");
        let mut record = Record {
            site: self.site,
            seq: Seq(self.seq.0 + 1),
            at: draft.at,
            book: draft.book,
            by: draft.by,
            key: draft.key,
            body: draft.body,
            postings: draft.postings,
            prev: self.head,
            hash: Hash::default(),
        };
        record.hash = seal_of(&record);
        self.seq = record.seq;
        self.head = record.hash;
        record
    }

    /// Checks that `record` is the next one and untouched, and moves on.
    pub fn follow(&mut self, record: &Record) -> Result<(), SealError> {
        let expected = Seq(self.seq.0 + 1);
        if record.seq != expected {
            return Err(SealError::Order { last: self.seq, expected, found: record.seq });
        }
        if record.site != self.site {
            return Err(SealError::Site(record.seq));
        }
        if record.prev != self.head {
            return Err(SealError::Link(record.seq));
        }
        if seal_of(record) != record.hash {
            return Err(SealError::Content(record.seq));
        }
        if !balanced(&record.postings) {
            return Err(SealError::Unbalanced(record.seq));
        }
        self.seq = record.seq;
        self.head = record.hash;
        Ok(())
    }
}

/// SHA-256 over every field, each of fixed length or behind its length.
fn seal_of(record: &Record) -> Hash {
    let mut sha = Sha256::new();
    let mut part = |bytes: &[u8]| {
        sha.update(
            u64::try_from(bytes.len()).expect("a field is shorter than 2^64 bytes").to_be_bytes(),
        );
        sha.update(bytes);
    };
    part(&record.prev.0);
    part(&record.site.0.to_be_bytes());
    part(&record.seq.0.to_be_bytes());
    part(&record.at.millis().to_be_bytes());
    part(match record.book {
        Book::Live => b"live",
        Book::Simulated => b"simulated",
    });
    part(&record.by.0.to_be_bytes());
    part(record.key.as_ref().map_or("", IdempotencyKey::as_str).as_bytes());
    part(record.body.as_bytes());
    for posting in &record.postings {
        part(posting.code.name().as_bytes());
        part(&posting.account.map_or(0, |account| u64::from(account.0) + 1).to_be_bytes());
        part(&posting.amount.minor().to_be_bytes());
    }
    Hash(sha.finalize().into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::AccountId;
    use crate::ledger::Code;
    use crate::money::Money;

    fn chain_of(n: u64) -> Vec<Record> {
        let mut chain = Chain::empty(SiteId(1));
        (1..=n)
            .map(|i| {
                let amount = Money::from_minor(100);
                chain.seal(Draft {
                    at: Timestamp::from_millis(1_000),
                    book: Book::Live,
                    by: StaffId(0),
                    key: None,
                    body: format!("{{\"n\":{i}}}"),
                    postings: vec![
                        Posting { code: Code::Cash, account: None, amount },
                        Posting {
                            code: Code::Prepaid,
                            account: Some(AccountId(7)),
                            amount: -amount,
                        },
                    ],
                })
            })
            .collect()
    }

    fn first_fault(records: &[Record]) -> Option<SealError> {
        let mut chain = Chain::empty(SiteId(1));
        records.iter().find_map(|record| chain.follow(record).err())
    }

    #[test]
    fn an_untouched_chain_holds() {
        assert_eq!(first_fault(&chain_of(5)), None);
    }

    #[test]
    fn every_kind_of_tampering_names_the_first_bad_record() {
        let tampered = |change: fn(&mut Vec<Record>)| {
            let mut records = chain_of(5);
            change(&mut records);
            first_fault(&records)
        };
        assert_eq!(tampered(|r| r[2].body.push(' ')), Some(SealError::Content(Seq(3))));
        assert_eq!(
            tampered(|r| r[2].postings[0].amount = Money::from_minor(1)),
            Some(SealError::Content(Seq(3)))
        );
        assert_eq!(
            tampered(|r| r[2].at = Timestamp::from_millis(2)),
            Some(SealError::Content(Seq(3)))
        );
        assert_eq!(
            tampered(|r| drop(r.remove(2))),
            Some(SealError::Order { last: Seq(2), expected: Seq(3), found: Seq(4) })
        );
        assert_eq!(
            tampered(|r| r.swap(1, 2)),
            Some(SealError::Order { last: Seq(1), expected: Seq(2), found: Seq(3) })
        );
        assert_eq!(tampered(|r| r[3].prev = Hash([1; 32])), Some(SealError::Link(Seq(4))));
    }
}
