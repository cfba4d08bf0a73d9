-- The tables of Chinook, built again by msar.get_table_definition and msar.apply_definitions.
\getenv folder PG_ABS_SRCDIR
\set schema public
\set rebuild :folder '/include/rebuild.sql'
\pset format unaligned
\i :rebuild
