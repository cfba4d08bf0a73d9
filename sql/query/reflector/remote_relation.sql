-- Run on another server: the OID of the relation of a name.
SELECT pg_catalog.to_regclass($1)::pg_catalog.oid::pg_catalog.text
