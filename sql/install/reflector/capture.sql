-- The triggers of a source table, which follow its partitions and columns.

-- The triggers of a source: which of its tables has which of them, and how it is enabled. Anybody can create a trigger on
-- any relation that calls the function with any number, so only tables count that are, or were, a part of the source.
CREATE FUNCTION __msar.capture_triggers(source_id bigint)
RETURNS TABLE (table_oid oid, name name, enabled "char")
LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT t.tgrelid, t.tgname, t.tgenabled
  FROM pg_catalog.pg_trigger AS t
  WHERE t.tgfoid = '__msar.capture_changes()'::regprocedure
    AND t.tgargs = pg_catalog.convert_to(capture_triggers.source_id::text, 'SQL_ASCII') || '\x00'::bytea
    AND t.tgrelid IN (
      SELECT pg_catalog.unnest(s.members) FROM msar_catalog.stored_source_tables AS s
      WHERE s.id = capture_triggers.source_id
      UNION ALL
      SELECT __msar.table_tree(s.table_oid) FROM msar_catalog.stored_source_tables AS s
      WHERE s.id = capture_triggers.source_id
    );
END;

-- Gives a table the triggers of a source that it lacks. Returns whether it lacked any. Their names have the number of the
-- source: a partition can be a part of one source and a source itself.
CREATE FUNCTION __msar.add_capture_triggers(source_id bigint, tab_id oid, has_key boolean) RETURNS boolean
LANGUAGE plpgsql
AS $$
DECLARE
  lacking pg_catalog.record;
  is_new boolean := false;
BEGIN
  FOR lacking IN
    SELECT n.name, t.clauses
    FROM (
      VALUES
        ('insert', 'AFTER INSERT ON %s REFERENCING NEW TABLE AS new_rows', false),
        ('update', 'AFTER UPDATE ON %s REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows', true),
        ('delete', 'AFTER DELETE ON %s REFERENCING OLD TABLE AS old_rows', true),
        ('truncate', 'BEFORE TRUNCATE ON %s', false)
    ) AS t(operation, clauses, wants_key)
    CROSS JOIN LATERAL (
      SELECT pg_catalog.format('mathesar_reflector_%s_%s', t.operation, source_id)::pg_catalog.name
    ) AS n(name)
    WHERE (has_key OR NOT t.wants_key)
      AND NOT EXISTS (
        SELECT FROM __msar.capture_triggers(source_id) AS g
        WHERE g.table_oid OPERATOR(pg_catalog.=) tab_id AND g.name OPERATOR(pg_catalog.=) n.name
      )
  LOOP
    is_new := true;
    EXECUTE pg_catalog.format(
      'CREATE TRIGGER %I ' OPERATOR(pg_catalog.||) lacking.clauses
        OPERATOR(pg_catalog.||) ' FOR EACH STATEMENT EXECUTE FUNCTION __msar.capture_changes(%L)',
      lacking.name, tab_id::pg_catalog.regclass, source_id
    );
    EXECUTE pg_catalog.format('ALTER TABLE %s ENABLE ALWAYS TRIGGER %I', tab_id::pg_catalog.regclass, lacking.name);
    PERFORM __msar.add_capture_trigger(tab_id, lacking.name);
  END LOOP;
  RETURN is_new;
END
$$;

CREATE FUNCTION __msar.drop_capture_triggers(source_id bigint, tab_id oid) RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
  found pg_catalog.name;
BEGIN
  FOR found IN
    SELECT t.name FROM __msar.capture_triggers(source_id) AS t WHERE t.table_oid OPERATOR(pg_catalog.=) tab_id
  LOOP
    EXECUTE pg_catalog.format('DROP TRIGGER %I ON %s', found, tab_id::pg_catalog.regclass);
  END LOOP;
END
$$;

-- Whether a source is as its tables are now. Then a command has nothing to do with it, and does not lock it.
CREATE FUNCTION __msar.source_is_followed(source_id bigint) RETURNS boolean
LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT EXISTS (
    SELECT
    FROM msar_catalog.stored_source_tables AS s
    JOIN pg_catalog.pg_class AS c ON c.oid = s.table_oid AND c.relname = s.table_name
    JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace AND n.nspname = s.schema_name
    WHERE s.id = source_is_followed.source_id
      AND s.members = ARRAY(SELECT t.member FROM __msar.table_tree(s.table_oid) AS t(member) ORDER BY 1)
      AND NOT EXISTS (
        SELECT a.attnum, a.name, a.type_oid FROM __msar.captured_columns(s.table_oid) AS a
        EXCEPT
        SELECT k.attnum, k.name, k.type_oid
        FROM ROWS FROM (
          pg_catalog.unnest(s.attnums), pg_catalog.unnest(s.column_names), pg_catalog.unnest(s.column_types)
        ) AS k(attnum, name, type_oid)
      )
      AND NOT EXISTS (
        SELECT FROM pg_catalog.pg_class AS m
        WHERE m.oid = ANY (s.members) AND m.relkind IN ('r', 'p')
          AND (
            SELECT pg_catalog.count(*) FROM __msar.capture_triggers(s.id) AS t WHERE t.table_oid = m.oid AND t.enabled = 'A'
          ) < CASE WHEN s.key_type = 'none' THEN 2 ELSE 4 END
      )
      AND NOT EXISTS (SELECT FROM __msar.capture_triggers(s.id) AS t WHERE t.table_oid <> ALL (s.members))
      AND NOT EXISTS (
        SELECT
        FROM msar_catalog.stored_reflections AS r
        JOIN pg_catalog.pg_class AS t ON t.oid = r.target_oid
        JOIN pg_catalog.pg_namespace AS m ON m.oid = t.relnamespace
        WHERE r.source_id = s.id AND (r.target_schema, r.target_name) IS DISTINCT FROM (m.nspname, t.relname)
      )
      AND (
        s.key_type = 'none'
        OR s.key_attnums = (SELECT k.attnums FROM __msar.source_key(s.table_oid) AS k)
        OR EXISTS (
          SELECT
          FROM pg_catalog.pg_index AS i
          WHERE i.indrelid = s.table_oid AND i.indisunique AND i.indimmediate AND i.indpred IS NULL AND i.indexprs IS NULL
            AND ARRAY(
              SELECT i.indkey[p.at] FROM pg_catalog.generate_series(0, i.indnkeyatts - 1) AS p(at) ORDER BY p.at
            ) = s.key_attnums
        )
      )
  );
END;

-- Makes the triggers of a source those that its tables need now, and its columns those of the table. Tables that came or
-- went with rows, and columns of another type, are gaps: no trigger saw those changes.
CREATE FUNCTION __msar.follow_source_table(source_id bigint) RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
  source msar_catalog.stored_source_tables;
  live pg_catalog.record;
  member pg_catalog.record;
BEGIN
  SELECT * INTO source FROM msar_catalog.stored_source_tables AS s WHERE s.id OPERATOR(pg_catalog.=) source_id FOR NO KEY UPDATE;
  SELECT n.nspname, c.relname INTO live
  FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
  WHERE c.oid OPERATOR(pg_catalog.=) source.table_oid;
  IF NOT FOUND THEN
    -- The table was dropped. Its reflections stay, and say so.
    PERFORM __msar.drop_event_table(source_id);
    RETURN;
  END IF;

  IF EXISTS (
    SELECT FROM pg_catalog.unnest(source.members) AS m(oid)
    WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_class AS c WHERE c.oid OPERATOR(pg_catalog.=) m.oid)
  ) THEN
    PERFORM __msar.note_gap(source_id, 'a part of the source table was dropped');
  END IF;
  FOR member IN
    SELECT t.member AS oid, c.relkind
    FROM __msar.table_tree(source.table_oid) AS t(member)
    JOIN pg_catalog.pg_class AS c ON c.oid OPERATOR(pg_catalog.=) t.member
    WHERE c.relkind IN ('r', 'p')
  LOOP
    IF __msar.add_capture_triggers(source_id, member.oid, source.key_type OPERATOR(pg_catalog.<>) 'none')
      AND __msar.has_rows(member.oid)
    THEN
      PERFORM __msar.note_gap(source_id, pg_catalog.format('table %s with its rows became a part of the source table',
        member.oid::pg_catalog.regclass));
    END IF;
  END LOOP;
  FOR member IN
    SELECT DISTINCT t.table_oid AS oid FROM __msar.capture_triggers(source_id) AS t
    WHERE t.table_oid OPERATOR(pg_catalog.<>) ALL (ARRAY(SELECT __msar.table_tree(source.table_oid)))
  LOOP
    IF __msar.has_rows(member.oid) THEN
      PERFORM __msar.note_gap(source_id, pg_catalog.format('table %s with its rows is no part of the source table any more',
        member.oid::pg_catalog.regclass));
    END IF;
    PERFORM __msar.drop_capture_triggers(source_id, member.oid);
  END LOOP;
  FOR member IN SELECT t.table_oid AS oid, t.name, t.enabled FROM __msar.capture_triggers(source_id) AS t
    WHERE t.enabled OPERATOR(pg_catalog.<>) 'A' ORDER BY t.table_oid, t.name
  LOOP
    IF member.enabled OPERATOR(pg_catalog.=) 'D' THEN
      PERFORM __msar.note_gap(source_id, pg_catalog.format('trigger %I of table %s was disabled', member.name,
        member.oid::pg_catalog.regclass));
    ELSE
      EXECUTE pg_catalog.format('ALTER TABLE %s ENABLE ALWAYS TRIGGER %I', member.oid::pg_catalog.regclass, member.name);
    END IF;
  END LOOP;

  IF EXISTS (
    SELECT
    FROM ROWS FROM (pg_catalog.unnest(source.attnums), pg_catalog.unnest(source.column_types)) AS s(attnum, type_oid)
    JOIN __msar.captured_columns(source.table_oid) AS c USING (attnum)
    WHERE c.type_oid OPERATOR(pg_catalog.<>) s.type_oid
  ) THEN
    PERFORM __msar.note_gap(source_id, 'columns of the source table got another type');
  END IF;
  IF source.key_type OPERATOR(pg_catalog.<>) 'none' AND source.key_attnums OPERATOR(pg_catalog.<>) (
    SELECT k.attnums FROM __msar.source_key(source.table_oid) AS k
  ) AND NOT EXISTS (
    -- Another index may be the first choice by now; what matters is that the key is still one.
    SELECT
    FROM pg_catalog.pg_index AS i
    WHERE i.indrelid OPERATOR(pg_catalog.=) source.table_oid AND i.indisunique AND i.indimmediate AND i.indpred IS NULL
      AND i.indexprs IS NULL
      AND ARRAY(
        SELECT i.indkey[p.at] FROM pg_catalog.generate_series(0, i.indnkeyatts::integer OPERATOR(pg_catalog.-) 1) AS p(at)
        ORDER BY p.at
      ) OPERATOR(pg_catalog.=) source.key_attnums
  ) THEN
    PERFORM __msar.note_gap(source_id, 'the key of the source table was dropped');
  END IF;
  UPDATE msar_catalog.stored_source_tables AS s
  SET schema_name = live.nspname, table_name = live.relname,
    attnums = n.attnums, column_names = n.names, column_types = n.types, members = n.members,
    key_names = ARRAY(
      SELECT COALESCE(a.attname, s.key_names[k.at])
      FROM pg_catalog.unnest(s.key_attnums) WITH ORDINALITY AS k(attnum, at)
      LEFT JOIN pg_catalog.pg_attribute AS a
        ON a.attrelid OPERATOR(pg_catalog.=) s.table_oid AND a.attnum OPERATOR(pg_catalog.=) k.attnum AND NOT a.attisdropped
      ORDER BY k.at
    )
  FROM (
    SELECT pg_catalog.array_agg(c.attnum ORDER BY c.at) AS attnums, pg_catalog.array_agg(c.name ORDER BY c.at) AS names,
      pg_catalog.array_agg(c.type_oid ORDER BY c.at) AS types,
      ARRAY(SELECT t.member FROM __msar.table_tree(source.table_oid) AS t(member) ORDER BY 1) AS members
    FROM (
      SELECT o.attnum, COALESCE(c.name, o.name) AS name, COALESCE(c.type_oid, o.type_oid) AS type_oid, o.at
      FROM ROWS FROM (
        pg_catalog.unnest(source.attnums), pg_catalog.unnest(source.column_names), pg_catalog.unnest(source.column_types)
      ) WITH ORDINALITY AS o(attnum, name, type_oid, at)
      LEFT JOIN __msar.captured_columns(source.table_oid) AS c USING (attnum)
      UNION ALL
      SELECT c.attnum, c.name, c.type_oid, 10000::bigint OPERATOR(pg_catalog.+) c.attnum::bigint
      FROM __msar.captured_columns(source.table_oid) AS c
      WHERE c.attnum OPERATOR(pg_catalog.<>) ALL (source.attnums)
    ) AS c
  ) AS n
  WHERE s.id OPERATOR(pg_catalog.=) source_id
    AND (s.schema_name, s.table_name, s.attnums, s.column_names, s.column_types, s.members)
      IS DISTINCT FROM (live.nspname, live.relname, n.attnums, n.names, n.types, n.members);
  -- Targets are found by their OIDs; their names are for people, and for a restore.
  UPDATE msar_catalog.stored_reflections AS r
  SET target_schema = n.nspname, target_name = c.relname
  FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
  WHERE r.source_id OPERATOR(pg_catalog.=) follow_source_table.source_id AND c.oid OPERATOR(pg_catalog.=) r.target_oid
    AND (r.target_schema OPERATOR(pg_catalog.<>) n.nspname OR r.target_name OPERATOR(pg_catalog.<>) c.relname);
END
$$;

REVOKE EXECUTE ON FUNCTION __msar.add_capture_trigger(oid, text), __msar.capture_triggers(bigint),
  __msar.add_capture_triggers(bigint, oid, boolean), __msar.drop_capture_triggers(bigint, oid), __msar.has_rows(oid),
  __msar.source_is_followed(bigint), __msar.follow_source_table(bigint)
FROM PUBLIC;
