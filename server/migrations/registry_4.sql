-- More roles; sessions that can be listed and ended; tokens with scopes.

-- SQLite cannot change a CHECK, so the tables are laid anew. Sessions go: people sign in again.
DROP TABLE session;

CREATE TABLE staff_4 (
    staff    INTEGER PRIMARY KEY AUTOINCREMENT,
    name     TEXT    NOT NULL UNIQUE,
    role     TEXT    NOT NULL,          -- a name of the table in shared/src/staff/role.rs
    password TEXT    NOT NULL,          -- argon2id, as a PHC string
    active   INTEGER NOT NULL DEFAULT 1 CHECK (active IN (0, 1))
) STRICT;
INSERT INTO staff_4 SELECT staff, name, role, password, active FROM staff;
DROP TABLE staff;
ALTER TABLE staff_4 RENAME TO staff;

CREATE TABLE session (
    session   INTEGER PRIMARY KEY AUTOINCREMENT,
    hash      BLOB    NOT NULL UNIQUE CHECK (length(hash) = 32),
    staff     INTEGER NOT NULL REFERENCES staff (staff),
    opened    INTEGER NOT NULL,
    seen      INTEGER NOT NULL,
    expires   INTEGER NOT NULL,
    confirmed INTEGER NOT NULL,         -- when the password was given last
    address   TEXT    NOT NULL
) STRICT;
CREATE INDEX session_staff ON session (staff);

CREATE TABLE token_4 (
    token     INTEGER PRIMARY KEY AUTOINCREMENT,
    hash      BLOB    NOT NULL UNIQUE CHECK (length(hash) = 32),
    name      TEXT    NOT NULL,
    role      TEXT    NOT NULL,
    scopes    TEXT,                     -- verbs, with spaces between; NULL: all of the role
    made      INTEGER NOT NULL,
    made_by   INTEGER NOT NULL,         -- 0: on the command line
    expires   INTEGER,
    last_used INTEGER,
    revoked   INTEGER
) STRICT;
INSERT INTO token_4 (hash, name, role, made, made_by, expires, last_used, revoked)
    SELECT hash, name, role, made, 0, expires, last_used, revoked FROM token ORDER BY made;
DROP TABLE token;
ALTER TABLE token_4 RENAME TO token;
