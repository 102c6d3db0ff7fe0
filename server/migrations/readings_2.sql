-- A meter's civil days, a thousand meters together: one blob instead of a thousand rows, of which a
-- month reads two columns. It is written in the same transaction as the blocks of its meters.
-- id = (day, such as 20260701 << 16) | chunk
CREATE TABLE day (
    id   INTEGER PRIMARY KEY,
    rows BLOB NOT NULL
) STRICT;

-- The rows that were; the writer folds them into blobs and drops the table when it opens the file.
ALTER TABLE daily RENAME TO daily_rows;
