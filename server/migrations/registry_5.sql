-- Requests of every kind to a second person.

-- The matter is kept with the request: what was read is what is done.
CREATE TABLE request (
    request    INTEGER PRIMARY KEY AUTOINCREMENT,
    kind       TEXT    NOT NULL,
    matter     TEXT    NOT NULL,        -- JSON, shared/src/staff/matter.rs
    evidence   TEXT    NOT NULL,        -- JSON, as it was when it was asked for
    reason     TEXT    NOT NULL,
    asked_by   INTEGER NOT NULL,
    asked      INTEGER NOT NULL,
    expires    INTEGER NOT NULL,
    decided_by INTEGER,
    decided    INTEGER,
    approved   INTEGER CHECK (approved IN (0, 1)),
    note       TEXT    NOT NULL DEFAULT '',
    CHECK ((decided_by IS NULL) = (decided IS NULL) AND (decided IS NULL) = (approved IS NULL)),
    CHECK (decided_by IS NULL OR decided_by <> asked_by)
) STRICT;
INSERT INTO request
    SELECT approval, 'tariff-publish',
           json_object('kind', 'tariff-publish', 'tariff', tariff, 'name', name, 'text', body, 'from', starts),
           '[]', reason, requested_by, requested, expires, decided_by, decided, approved, note
    FROM approval;
DROP TABLE approval;

CREATE TRIGGER request_keeps BEFORE UPDATE ON request
WHEN OLD.decided IS NOT NULL OR NEW.kind <> OLD.kind OR NEW.matter <> OLD.matter
    OR NEW.evidence <> OLD.evidence OR NEW.reason <> OLD.reason OR NEW.asked_by <> OLD.asked_by
    OR NEW.asked <> OLD.asked OR NEW.expires <> OLD.expires
BEGIN SELECT raise(ABORT, 'what was asked and what was decided is never changed'); END;
CREATE TRIGGER request_stays BEFORE DELETE ON request BEGIN SELECT raise(ABORT, 'what was asked and what was decided is never changed'); END;
