-- Refunds in cash are few among many records, and the day book asks for those of a day.
CREATE INDEX record_refunded ON record (book, at) WHERE kind = 'refunded';
-- So are acts, and whoever decides a request looks for those that decided it before a power cut.
CREATE INDEX record_acted ON record (seq) WHERE kind = 'acted';
