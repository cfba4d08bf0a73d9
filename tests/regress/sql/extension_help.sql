-- The manual in psql, diagrams of a schema, and what leaving takes.
\pset null '(null)'
SET client_min_messages = warning;
-- A topic, a function, a word.
SELECT * FROM msar.help('links');
SELECT * FROM msar.help('msar.get_schema_diagram()');
SELECT * FROM msar.help('uninstall');
SELECT * FROM msar.help('nothing of the kind');
-- Everything, by topic; each function has a summary.
SELECT help FROM msar.help() WHERE help ~ '^[^ ]' AND help <> 'OTHER';
SELECT help AS "without a summary" FROM msar.help() WHERE help ~ '^  [^ ]+ *$';
SELECT count(*) < 250 AS "is read in a minute", max(length(help)) < 250 AS "fits a line" FROM msar.help();
-- It lists what is there.
SELECT f.name AS "is no function" FROM __msar.help_topics() AS t, unnest(t.function_names) AS f(name)
WHERE NOT EXISTS (SELECT FROM pg_proc WHERE pronamespace = 'msar'::regnamespace AND proname = f.name);
CREATE ROLE help_reader;
SET ROLE help_reader;
SELECT count(*) > 100 AS "for everybody" FROM msar.help();
RESET ROLE;
DROP ROLE help_reader;
