-- Stores what is to be looked at again once a prepared transaction has committed.
-- $1: what the transaction touched
INSERT INTO msar_catalog.stored_prepared_checks (expected) VALUES ($1)
