-- The print queue: papers that were asked for and what became of them. What they say is in the
-- ledger; here it stands only until it is printed.

CREATE TABLE job (
    job     INTEGER PRIMARY KEY AUTOINCREMENT,
    book    TEXT    NOT NULL CHECK (book IN ('live', 'simulated')),
    no      INTEGER NOT NULL,
    copy    INTEGER NOT NULL,           -- 0: the original
    receipt TEXT    NOT NULL,           -- JSON; empty once it is printed
    link    TEXT    NOT NULL,           -- for scanning; empty: none
    asked   INTEGER NOT NULL,
    begun   INTEGER NOT NULL DEFAULT 0, -- how often bytes of it went out
    printed INTEGER,
    UNIQUE (book, no, copy)
) STRICT;
CREATE INDEX job_waiting ON job (job) WHERE printed IS NULL;
