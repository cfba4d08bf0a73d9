-- Diagrams of the tables of a schema and their foreign keys, as text for Mermaid and Graphviz. Names are bound as in
-- schemas.sql.

-- A text within double quotes of Mermaid, which knows no escapes.
CREATE FUNCTION __msar.mermaid_text(label text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN pg_catalog.regexp_replace(pg_catalog.replace(label, '"', ''''), '[%\\[:cntrl:]]', '_', 'g');

-- A word of Mermaid: a type or a name of an attribute.
CREATE FUNCTION __msar.mermaid_word(label text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN pg_catalog.regexp_replace(
  pg_catalog.regexp_replace(label, '[^A-Za-z0-9_()\[\]]', '_', 'g'), '^(?![A-Za-z_])', '_'
);

-- A text in double quotes of DOT.
CREATE FUNCTION __msar.dot_text(label text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN '"' || pg_catalog.replace(pg_catalog.replace(label, '\', '\\'), '"', '\"') || '"';

-- A text within a label of DOT that is HTML.
CREATE FUNCTION __msar.dot_html(label text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN pg_catalog.regexp_replace(
  pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(
    label, '&', '&amp;'), '<', '&lt;'), '>', '&gt;'), '"', '&quot;'),
  '[[:cntrl:]]', ' ', 'g'
);

-- The tables of a schema, and those of other schemas to which they refer. Partitions are left out.
CREATE FUNCTION __msar.diagram_tables(sch_id regnamespace) RETURNS TABLE (id oid, label text, is_own boolean)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT c.oid, c.relname::text, true
  FROM pg_catalog.pg_class AS c
  WHERE c.relnamespace = sch_id AND c.relkind IN ('r', 'p', 'f') AND NOT c.relispartition
  UNION
  SELECT r.oid, n.nspname || '.' || r.relname, false
  FROM pg_catalog.pg_constraint AS k
  JOIN pg_catalog.pg_class AS c ON c.oid = k.conrelid
  JOIN pg_catalog.pg_class AS r ON r.oid = k.confrelid
  JOIN pg_catalog.pg_namespace AS n ON n.oid = r.relnamespace
  WHERE k.contype = 'f' AND k.conparentid = 0
    AND c.relnamespace = sch_id AND NOT c.relispartition AND r.relnamespace <> sch_id;
END;

CREATE FUNCTION __msar.diagram_columns(sch_id regnamespace)
RETURNS TABLE (id oid, attnum smallint, name text, type text, marks text)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT t.id, a.attnum, a.attname::text,
    -- Not qualified because of a caller's search_path.
    pg_catalog.regexp_replace(pg_catalog.format_type(a.atttypid, a.atttypmod), '^pg_catalog\.', ''), (
    SELECT pg_catalog.string_agg(DISTINCT mark, ', ' ORDER BY mark DESC)
    FROM pg_catalog.pg_constraint AS k,
      LATERAL (SELECT CASE k.contype WHEN 'p' THEN 'PK' WHEN 'f' THEN 'FK' ELSE 'UK' END) AS marked(mark)
    WHERE k.conrelid = t.id AND a.attnum = ANY (k.conkey)
      AND (k.contype IN ('p', 'f') OR k.contype = 'u' AND pg_catalog.cardinality(k.conkey) = 1)
  )
  FROM __msar.diagram_tables(sch_id) AS t
  JOIN pg_catalog.pg_attribute AS a ON a.attrelid = t.id AND a.attnum > 0 AND NOT a.attisdropped
  WHERE t.is_own;
END;

-- The foreign keys, with the number of rows on either side: whether the referring row may be without, and whether it is
-- the only one.
CREATE FUNCTION __msar.diagram_links(sch_id regnamespace)
RETURNS TABLE (id oid, from_id oid, to_id oid, attnum smallint, to_attnum smallint, label text, is_optional boolean, is_single boolean)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT
    k.oid, k.conrelid, k.confrelid, k.conkey[1], k.confkey[1],
    (
      SELECT pg_catalog.string_agg(a.attname::text, ', ' ORDER BY pg_catalog.array_position(k.conkey, a.attnum))
      FROM pg_catalog.pg_attribute AS a WHERE a.attrelid = k.conrelid AND a.attnum = ANY (k.conkey)
    ),
    EXISTS (
      SELECT FROM pg_catalog.pg_attribute AS a
      WHERE a.attrelid = k.conrelid AND a.attnum = ANY (k.conkey) AND NOT a.attnotnull
    ),
    EXISTS (
      SELECT FROM pg_catalog.pg_constraint AS u
      WHERE u.conrelid = k.conrelid AND u.contype IN ('p', 'u') AND u.conkey <@ k.conkey
    )
  FROM pg_catalog.pg_constraint AS k
  JOIN __msar.diagram_tables(sch_id) AS t ON t.id = k.conrelid AND t.is_own
  WHERE k.contype = 'f' AND k.conparentid = 0;
END;

CREATE FUNCTION __msar.mermaid_diagram(sch_id regnamespace) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
  WITH tables AS (
    -- Two labels may look alike once they are written for Mermaid.
    SELECT t.id, t.label, t.is_own, '"' || __msar.mermaid_text(t.label) || CASE
      WHEN pg_catalog.count(*) OVER (PARTITION BY __msar.mermaid_text(t.label)) > 1 THEN ' #' || t.id ELSE '' END || '"' AS name
    FROM __msar.diagram_tables(sch_id) AS t
  ), lines AS (
    SELECT 1 AS part, t.label, t.id, 0 AS place, '  ' || t.name || CASE
      WHEN EXISTS (SELECT FROM __msar.diagram_columns(sch_id) AS c WHERE c.id = t.id) THEN ' {' ELSE '' END AS line
    FROM tables AS t
    UNION ALL
    SELECT 1, t.label, t.id, c.attnum, pg_catalog.concat_ws(
      ' ', '   ', __msar.mermaid_word(c.type), __msar.mermaid_word(c.name), c.marks,
      CASE WHEN c.name <> __msar.mermaid_word(c.name) THEN '"' || __msar.mermaid_text(c.name) || '"' END)
    FROM tables AS t JOIN __msar.diagram_columns(sch_id) AS c ON c.id = t.id
    UNION ALL
    SELECT DISTINCT 1, t.label, t.id, 32767, '  }'
    FROM tables AS t JOIN __msar.diagram_columns(sch_id) AS c ON c.id = t.id
    UNION ALL
    SELECT 2, f.label, f.id, l.attnum, pg_catalog.format(
      '  %s %s--%s %s : "%s"', f.name,
      CASE WHEN l.is_single THEN '|o' ELSE '}o' END, CASE WHEN l.is_optional THEN 'o|' ELSE '||' END,
      t.name, __msar.mermaid_text(l.label))
    FROM __msar.diagram_links(sch_id) AS l
    JOIN tables AS f ON f.id = l.from_id JOIN tables AS t ON t.id = l.to_id
  )
  SELECT pg_catalog.concat_ws(E'\n', 'erDiagram',
    pg_catalog.string_agg(l.line, E'\n' ORDER BY l.part, l.label COLLATE "C", l.id, l.place, l.line COLLATE "C"))
  FROM lines AS l;
END;

CREATE FUNCTION __msar.dot_diagram(sch_id regnamespace) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
  WITH tables AS (
    SELECT t.id, t.label, t.is_own, __msar.dot_text(CASE WHEN t.is_own THEN n.nspname || '.' || t.label ELSE t.label END) AS name
    FROM __msar.diagram_tables(sch_id) AS t, pg_catalog.pg_namespace AS n
    WHERE n.oid = sch_id
  ), lines AS (
    SELECT 1 AS part, t.label, t.id, 0 AS place, pg_catalog.format(
      '  %s [label=<<TABLE BORDER="0" CELLBORDER="1" CELLSPACING="0"><TR><TD BGCOLOR="lightgray"><B>%s</B></TD></TR>%s</TABLE>>];',
      t.name, __msar.dot_html(t.label), (
        SELECT pg_catalog.string_agg(pg_catalog.format(
          '<TR><TD ALIGN="LEFT" PORT="c%s">%s <I>%s</I>%s</TD></TR>', c.attnum, __msar.dot_html(c.name),
          __msar.dot_html(c.type), ' ' || c.marks), '' ORDER BY c.attnum)
        FROM __msar.diagram_columns(sch_id) AS c WHERE c.id = t.id
      )) AS line
    FROM tables AS t
    UNION ALL
    SELECT 2, f.label, f.id, l.attnum, pg_catalog.format(
      '  %s:c%s -> %s%s [label=%s%s];', f.name, l.attnum, t.name,
      CASE WHEN t.is_own THEN ':c' || l.to_attnum ELSE '' END, __msar.dot_text(l.label),
      CASE WHEN l.is_optional THEN ', style=dashed' ELSE '' END)
    FROM __msar.diagram_links(sch_id) AS l
    JOIN tables AS f ON f.id = l.from_id JOIN tables AS t ON t.id = l.to_id
  )
  SELECT pg_catalog.concat_ws(
    E'\n', 'digraph schema {', '  rankdir=LR;', '  node [shape=plaintext];',
    pg_catalog.string_agg(l.line, E'\n' ORDER BY l.part, l.label COLLATE "C", l.id, l.place, l.line COLLATE "C"), '}')
  FROM lines AS l;
END;

CREATE FUNCTION msar.get_schema_diagram(sch_id regnamespace, format text DEFAULT 'mermaid') RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE __msar.diagram_format(sch_id, format)
  WHEN 'mermaid' THEN __msar.mermaid_diagram(sch_id)
  WHEN 'dot' THEN __msar.dot_diagram(sch_id)
END;
