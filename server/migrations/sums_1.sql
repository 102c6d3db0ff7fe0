-- Sums of the ledger's postings by day and by month, so that a balance audit of ten thousand accounts
-- does not read every posting, and where what staff did stands. All of it follows from the ledger: the
-- file may be deleted at any time and is made again.

-- How far the ledger is folded in, and what the sums depend on besides.
CREATE TABLE folded (
    one   INTEGER PRIMARY KEY CHECK (one = 1),
    seq   INTEGER NOT NULL,
    hash  BLOB    NOT NULL,                 -- of that record: another journal is noticed
    rules INTEGER NOT NULL,                 -- the version of the columns
    zone  TEXT    NOT NULL
) STRICT;

-- Which records a civil day has, by its midnight in UTC milliseconds.
CREATE TABLE day (
    book  TEXT    NOT NULL,
    day   INTEGER NOT NULL,
    first INTEGER NOT NULL,
    last  INTEGER NOT NULL,
    PRIMARY KEY (book, day)
) STRICT, WITHOUT ROWID;

CREATE TABLE day_sum (
    book    TEXT    NOT NULL,
    day     INTEGER NOT NULL,
    account INTEGER NOT NULL,
    place   INTEGER NOT NULL,               -- of the column
    amount  INTEGER NOT NULL,               -- minor units; positive is the customer's
    PRIMARY KEY (book, day, account, place)
) STRICT, WITHOUT ROWID;

CREATE TABLE month_sum (
    book    TEXT    NOT NULL,
    month   INTEGER NOT NULL,
    account INTEGER NOT NULL,
    place   INTEGER NOT NULL,
    amount  INTEGER NOT NULL,
    PRIMARY KEY (book, month, account, place)
) STRICT, WITHOUT ROWID;

-- Records that a person caused; acts, tariffs and policies of any cause.
CREATE TABLE staff_record (
    seq      INTEGER PRIMARY KEY,
    book     TEXT    NOT NULL,
    at       INTEGER NOT NULL,
    by_staff INTEGER NOT NULL,
    kind     TEXT    NOT NULL,
    account  INTEGER,
    meter    INTEGER
) STRICT;
CREATE INDEX staff_record_kind ON staff_record (kind, seq);
