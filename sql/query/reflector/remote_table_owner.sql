-- Run on another server: the OID of the owner of a permanent table; null for any other relation.
SELECT CASE WHEN c.relkind OPERATOR(pg_catalog.=) 'r'
    AND c.relpersistence OPERATOR(pg_catalog.=) 'p' THEN c.relowner END::text
FROM pg_catalog.pg_class AS c WHERE c.oid OPERATOR(pg_catalog.=) pg_catalog.to_regclass($1)
