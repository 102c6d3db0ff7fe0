-- Rows lie in the order in which they are added up, so that no sum needs a sort: all months of an
-- account side by side, and of days those of one month.

DROP TABLE day_sum;
DROP TABLE month_sum;
DELETE FROM folded;
DELETE FROM day;
DELETE FROM staff_record;

CREATE TABLE day_sum (
    book    TEXT    NOT NULL,
    month   INTEGER NOT NULL,               -- of the day
    account INTEGER NOT NULL,
    place   INTEGER NOT NULL,               -- of the column
    day     INTEGER NOT NULL,
    amount  INTEGER NOT NULL,               -- minor units; positive is the customer's
    PRIMARY KEY (book, month, account, place, day)
) STRICT, WITHOUT ROWID;

CREATE TABLE month_sum (
    book    TEXT    NOT NULL,
    account INTEGER NOT NULL,
    place   INTEGER NOT NULL,
    month   INTEGER NOT NULL,
    amount  INTEGER NOT NULL,
    PRIMARY KEY (book, account, place, month)
) STRICT, WITHOUT ROWID;
