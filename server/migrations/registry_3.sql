-- Meters that were added on the page: they are as good as those of the site file, from the next start
-- on too.

CREATE TABLE added_meter (
    meter      INTEGER PRIMARY KEY,
    entry      TEXT    NOT NULL,            -- JSON, as the site file would say it
    by         INTEGER NOT NULL,
    at         INTEGER NOT NULL,
    signed_off TEXT
) STRICT;
