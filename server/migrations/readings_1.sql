-- Readings of one book. Never a row per reading: a table keyed by meter and time dirties one page a
-- reading, and takes 35,000 a second where these blobs take over a million.

-- The newest rounds: one blob of up to 1,000 meters; id = (round's milliseconds << 16) | chunk.
CREATE TABLE hot (
    id   INTEGER PRIMARY KEY,
    rows BLOB NOT NULL
) STRICT;

-- What was compacted: up to 128 readings of one meter, of one day.
CREATE TABLE block (
    meter INTEGER NOT NULL,
    start INTEGER NOT NULL,      -- time of the first reading in it
    until INTEGER NOT NULL,      -- time of the last
    rows  BLOB    NOT NULL,
    PRIMARY KEY (meter, start)
) STRICT, WITHOUT ROWID;

-- A meter's civil day in the site's zone, kept in the same transaction as its blocks.
CREATE TABLE daily (
    day      INTEGER NOT NULL,   -- such as 20260701
    meter    INTEGER NOT NULL,
    first    INTEGER NOT NULL,   -- registers, mWh
    last     INTEGER NOT NULL,
    energy   INTEGER NOT NULL,   -- what the register grew by; a step back counts as nothing
    least    INTEGER,            -- power, W
    most     INTEGER,
    readings INTEGER NOT NULL,
    PRIMARY KEY (day, meter)
) STRICT, WITHOUT ROWID;

-- The power of all meters together, by quarter of an hour: mean = total / rounds.
CREATE TABLE load (
    quarter INTEGER PRIMARY KEY, -- its first millisecond
    total   INTEGER NOT NULL,
    rounds  INTEGER NOT NULL
) STRICT;
