-- Shifts are few among many records, and listed by book.
CREATE INDEX record_shift ON record (book, seq) WHERE kind IN ('shift-closed', 'shift-countersigned');
