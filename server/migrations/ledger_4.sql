-- Mobile payments are few among many records, and a provider's file asks for those of some days.
CREATE INDEX record_payment ON record (book, at) WHERE kind = 'payment';
