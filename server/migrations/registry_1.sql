-- The registry: who and where. No money is here, and personal data is nowhere else, so that it can
-- be erased without touching the journal.

CREATE TABLE site (
    one      INTEGER PRIMARY KEY CHECK (one = 1),
    name     TEXT    NOT NULL,
    currency TEXT    NOT NULL,
    zone     TEXT    NOT NULL,
    demo     INTEGER NOT NULL CHECK (demo IN (0, 1))
) STRICT;

CREATE TABLE premise (
    premise  INTEGER PRIMARY KEY,
    building TEXT NOT NULL,
    floor    TEXT NOT NULL,
    room     TEXT NOT NULL,
    rank     INTEGER NOT NULL,          -- its place on the wall
    UNIQUE (building, floor, room)
) STRICT;

CREATE TABLE account (
    account INTEGER PRIMARY KEY,
    book    TEXT    NOT NULL CHECK (book IN ('live', 'simulated')),
    premise INTEGER NOT NULL REFERENCES premise (premise)
) STRICT;

CREATE TABLE customer (
    account INTEGER PRIMARY KEY REFERENCES account (account),
    name    TEXT NOT NULL,
    phone   TEXT NOT NULL
) STRICT;

CREATE TABLE meter (
    meter       INTEGER PRIMARY KEY,
    book        TEXT    NOT NULL CHECK (book IN ('live', 'simulated')),
    premise     INTEGER NOT NULL REFERENCES premise (premise),
    account     INTEGER REFERENCES account (account),
    serial      TEXT    NOT NULL,
    profile     TEXT    NOT NULL,
    line        TEXT    NOT NULL,
    unit        INTEGER CHECK (unit BETWEEN 1 AND 247),
    usual_power INTEGER NOT NULL        -- W
) STRICT;
CREATE INDEX meter_account ON meter (account) WHERE account IS NOT NULL;

CREATE TABLE staff (
    staff    INTEGER PRIMARY KEY AUTOINCREMENT,
    name     TEXT    NOT NULL UNIQUE,
    role     TEXT    NOT NULL CHECK (role IN ('admin', 'cashier', 'viewer')),
    password TEXT    NOT NULL,          -- argon2id, as a PHC string
    active   INTEGER NOT NULL DEFAULT 1 CHECK (active IN (0, 1))
) STRICT;

-- Only the SHA-256 of a token is kept: who reads this file cannot sign in with it.
CREATE TABLE session (
    hash    BLOB    PRIMARY KEY CHECK (length(hash) = 32),
    staff   INTEGER NOT NULL REFERENCES staff (staff),
    opened  INTEGER NOT NULL,
    seen    INTEGER NOT NULL,
    expires INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX session_staff ON session (staff);

CREATE TABLE token (
    hash      BLOB    PRIMARY KEY CHECK (length(hash) = 32),
    name      TEXT    NOT NULL,
    role      TEXT    NOT NULL CHECK (role IN ('admin', 'cashier', 'viewer')),
    made      INTEGER NOT NULL,
    expires   INTEGER,
    last_used INTEGER,
    revoked   INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE setup (
    one  INTEGER PRIMARY KEY CHECK (one = 1),
    code BLOB,                          -- SHA-256 of the one-time code; NULL: done
    at   INTEGER NOT NULL
) STRICT;

CREATE TABLE copy (
    book  TEXT    NOT NULL,
    no    INTEGER NOT NULL,
    copy  INTEGER NOT NULL CHECK (copy >= 1),
    at    INTEGER NOT NULL,
    by    INTEGER NOT NULL,
    PRIMARY KEY (book, no, copy)
) STRICT, WITHOUT ROWID;

CREATE TABLE recovery (
    n    INTEGER PRIMARY KEY,
    at   INTEGER NOT NULL,
    by   INTEGER NOT NULL,
    what TEXT    NOT NULL               -- what was lost, as JSON
) STRICT;

CREATE TRIGGER copy_keeps        BEFORE UPDATE ON copy        BEGIN SELECT raise(ABORT, 'reprints are counted once'); END;
CREATE TRIGGER copy_stays        BEFORE DELETE ON copy        BEGIN SELECT raise(ABORT, 'reprints are counted once'); END;
CREATE TRIGGER recovery_keeps    BEFORE UPDATE ON recovery    BEGIN SELECT raise(ABORT, 'an accepted loss stays on record'); END;
CREATE TRIGGER recovery_stays    BEFORE DELETE ON recovery    BEGIN SELECT raise(ABORT, 'an accepted loss stays on record'); END;
