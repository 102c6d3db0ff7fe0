-- Tariffs on their way to the journal: drafts, and who let which of them through.

CREATE TABLE tariff_draft (
    draft  INTEGER PRIMARY KEY AUTOINCREMENT,
    tariff TEXT    NOT NULL,
    name   TEXT    NOT NULL,
    body   TEXT    NOT NULL,
    by     INTEGER NOT NULL,
    at     INTEGER NOT NULL
) STRICT;

-- The text is kept with the request: what was read is what is published.
CREATE TABLE approval (
    approval     INTEGER PRIMARY KEY AUTOINCREMENT,
    tariff       TEXT    NOT NULL,
    name         TEXT    NOT NULL,
    body         TEXT    NOT NULL,
    starts       TEXT    NOT NULL,          -- civil date
    reason       TEXT    NOT NULL,
    requested_by INTEGER NOT NULL,
    requested    INTEGER NOT NULL,
    expires      INTEGER NOT NULL,
    decided_by   INTEGER,
    decided      INTEGER,
    approved     INTEGER CHECK (approved IN (0, 1)),
    note         TEXT    NOT NULL DEFAULT '',
    CHECK ((decided_by IS NULL) = (decided IS NULL) AND (decided IS NULL) = (approved IS NULL)),
    CHECK (decided_by IS NULL OR decided_by <> requested_by)
) STRICT;

CREATE TRIGGER approval_keeps BEFORE UPDATE ON approval
WHEN OLD.decided IS NOT NULL OR NEW.body <> OLD.body OR NEW.starts <> OLD.starts
    OR NEW.requested_by <> OLD.requested_by OR NEW.expires <> OLD.expires
BEGIN SELECT raise(ABORT, 'what was asked and what was decided is never changed'); END;
CREATE TRIGGER approval_stays BEFORE DELETE ON approval BEGIN SELECT raise(ABORT, 'what was asked and what was decided is never changed'); END;
