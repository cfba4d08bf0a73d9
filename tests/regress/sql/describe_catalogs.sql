-- The whole of the sample described and compared with the catalogs. What it looks like is in describe_sample.
\getenv folder PG_ABS_SRCDIR
\set schema library
\set compare :folder '/include/describe_catalogs.sql'
\set ECHO none
\i :compare
\set ECHO all
