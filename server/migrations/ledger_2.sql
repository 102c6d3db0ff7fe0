-- The terms accounts are charged by are few among many records, and asked for by every explanation.
CREATE INDEX record_published ON record (seq) WHERE kind = 'tariff-published';
CREATE INDEX record_opened    ON record (seq) WHERE kind = 'account-opened';
