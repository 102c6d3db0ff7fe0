-- The journal: facts in a hash chain, their double entry, receipts. Nothing here is ever changed.

CREATE TABLE record (
    seq      INTEGER PRIMARY KEY,
    site     INTEGER NOT NULL,
    at       INTEGER NOT NULL,              -- UTC milliseconds in the time of its book
    book     TEXT    NOT NULL CHECK (book IN ('live', 'simulated')),
    by_staff INTEGER NOT NULL,
    key      TEXT,                          -- of the command, on its first record only
    kind     TEXT    NOT NULL,
    account  INTEGER,
    meter    INTEGER,
    body     TEXT    NOT NULL,
    prev     BLOB    NOT NULL CHECK (length(prev) = 32),
    hash     BLOB    NOT NULL CHECK (length(hash) = 32)
) STRICT;

-- Partial, so that settling, which carries no keys, pays nothing for them.
CREATE UNIQUE INDEX record_key ON record (key) WHERE key IS NOT NULL;
CREATE INDEX record_account ON record (account, seq) WHERE account IS NOT NULL;
CREATE INDEX record_sold ON record (book, at) WHERE kind IN ('sold', 'reversed');

CREATE TABLE posting (
    seq     INTEGER NOT NULL REFERENCES record (seq),
    n       INTEGER NOT NULL,
    code    TEXT    NOT NULL,
    account INTEGER,                        -- set exactly on `prepaid`
    amount  INTEGER NOT NULL,               -- minor units; debits positive
    PRIMARY KEY (seq, n),
    CHECK ((code = 'prepaid') = (account IS NOT NULL))
) STRICT, WITHOUT ROWID;

CREATE TABLE receipt (
    book     TEXT    NOT NULL CHECK (book IN ('live', 'simulated')),
    no       INTEGER NOT NULL CHECK (no >= 1),
    seq      INTEGER NOT NULL REFERENCES record (seq),
    account  INTEGER NOT NULL,
    reverses INTEGER,                       -- the receipt that this one takes back
    PRIMARY KEY (book, no)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX receipt_seq ON receipt (seq);
CREATE UNIQUE INDEX receipt_reverses ON receipt (book, reverses) WHERE reverses IS NOT NULL;

-- Sums of the postings, kept in the same transaction, so that a start needs no full scan; `verify`
-- compares them with what they sum.
CREATE TABLE balance (
    book    TEXT    NOT NULL,
    code    TEXT    NOT NULL,
    account INTEGER NOT NULL,               -- 0 where the code has no sub-accounts
    amount  INTEGER NOT NULL,
    PRIMARY KEY (book, code, account)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER record_keeps  BEFORE UPDATE ON record  BEGIN SELECT raise(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER record_stays  BEFORE DELETE ON record  BEGIN SELECT raise(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER posting_keeps BEFORE UPDATE ON posting BEGIN SELECT raise(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER posting_stays BEFORE DELETE ON posting BEGIN SELECT raise(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER receipt_keeps BEFORE UPDATE ON receipt BEGIN SELECT raise(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER receipt_stays BEFORE DELETE ON receipt BEGIN SELECT raise(ABORT, 'the journal is append-only'); END;
