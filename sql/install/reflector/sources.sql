-- Source tables: what is captured of a table, adding one and forgetting it.

-- A table and all that PostgreSQL reads as part of it.
CREATE FUNCTION __msar.table_tree(tab_id oid) RETURNS SETOF oid
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
  WITH RECURSIVE tree(member) AS (
    SELECT tab_id
    UNION
    SELECT i.inhrelid FROM tree AS t JOIN pg_catalog.pg_inherits AS i ON i.inhparent = t.member
    WHERE NOT i.inhdetachpending
  )
  SELECT t.member FROM tree AS t JOIN pg_catalog.pg_class AS c ON c.oid = t.member;
END;

-- Whether statements can name another table and change this one: its parent, of whose statements it hears nothing.
CREATE FUNCTION __msar.has_parent_table(tab_id oid) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT EXISTS (SELECT FROM pg_catalog.pg_inherits AS i WHERE i.inhrelid = tab_id);
END;

-- The columns of a table that are captured: all but virtual generated ones, which triggers do not see.
CREATE FUNCTION __msar.captured_columns(tab_id oid)
RETURNS TABLE (attnum smallint, name name, type_oid oid, type text, is_generated boolean)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT a.attnum, a.attname, a.atttypid, pg_catalog.format_type(a.atttypid, a.atttypmod), a.attgenerated <> ''
  FROM pg_catalog.pg_attribute AS a
  WHERE a.attrelid = tab_id AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated <> 'v';
END;

-- What tells the rows of a table apart: the replica identity, the primary key, or the first unique index that can be one.
CREATE FUNCTION __msar.source_key(tab_id oid) RETURNS TABLE (key_type text, attnums smallint[])
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT k.key_type, k.attnums
  FROM (
    SELECT
      CASE WHEN i.indisreplident AND c.relreplident = 'i' THEN 'replica identity' WHEN i.indisprimary THEN 'primary'
        ELSE 'unique' END AS key_type,
      ARRAY(
        SELECT i.indkey[p.at] FROM pg_catalog.generate_series(0, i.indnkeyatts - 1) AS p(at) ORDER BY p.at
      ) AS attnums,
      1 AS preference, NOT (i.indisreplident AND c.relreplident = 'i') AS is_no_identity, NOT i.indisprimary AS is_not_primary,
      i.indexrelid
    FROM pg_catalog.pg_class AS c
    JOIN pg_catalog.pg_index AS i ON i.indrelid = c.oid
    WHERE c.oid = tab_id AND i.indisunique AND i.indisvalid AND i.indimmediate AND i.indpred IS NULL AND i.indexprs IS NULL
      AND NOT EXISTS (
        SELECT
        FROM pg_catalog.generate_series(0, i.indnkeyatts - 1) AS p(at)
        LEFT JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = i.indkey[p.at]
        WHERE a.attnotnull IS NOT TRUE OR a.attgenerated = 'v'
      )
    UNION ALL
    SELECT 'full', ARRAY(SELECT a.attnum FROM __msar.captured_columns(tab_id) AS a ORDER BY a.attnum), 2, true, true, 0::oid
    FROM pg_catalog.pg_class AS c
    WHERE c.oid = tab_id AND c.relreplident = 'f'
    UNION ALL
    SELECT 'none', '{}'::smallint[], 3, true, true, 0::oid
  ) AS k
  ORDER BY k.preference, k.is_no_identity, k.is_not_primary, k.indexrelid
  LIMIT 1;
END;

-- Adds a source table, or makes a restored one live again.
CREATE FUNCTION __msar.store_source_table(
  tab_id oid, restored_id bigint, on_error text, max_events bigint, max_age double precision, when_full text
) RETURNS bigint
LANGUAGE plpgsql
AS $$
DECLARE
  new_id bigint := COALESCE(
    restored_id, pg_catalog.nextval('msar_catalog.stored_source_tables_id_seq'::pg_catalog.regclass)
  );
  events pg_catalog.oid;
  member pg_catalog.oid;
BEGIN
  PERFORM __msar.drop_event_table(new_id);
  events := __msar.create_event_table(new_id);
  INSERT INTO msar_catalog.stored_source_tables (
    id, table_oid, schema_name, table_name, attnums, column_names, column_types, key_attnums, key_names, key_type, on_error,
    max_events, max_age, when_full, members, event_table
  )
  SELECT new_id, tab_id, n.nspname, c.relname, a.attnums, a.names, a.types, k.attnums,
    ARRAY(
      SELECT x.attname FROM pg_catalog.unnest(k.attnums) WITH ORDINALITY AS u(attnum, at)
      JOIN pg_catalog.pg_attribute AS x
        ON x.attrelid OPERATOR(pg_catalog.=) c.oid AND x.attnum OPERATOR(pg_catalog.=) u.attnum ORDER BY u.at
    ),
    k.key_type, COALESCE(store_source_table.on_error, 'recopy'), store_source_table.max_events,
    store_source_table.max_age, COALESCE(store_source_table.when_full, 'recopy'),
    ARRAY(SELECT t.member FROM __msar.table_tree(tab_id) AS t(member) ORDER BY 1), events
  FROM pg_catalog.pg_class AS c
  JOIN pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
  CROSS JOIN LATERAL (
    SELECT COALESCE(pg_catalog.array_agg(x.attnum ORDER BY x.attnum), '{}') AS attnums,
      COALESCE(pg_catalog.array_agg(x.name ORDER BY x.attnum), '{}') AS names,
      COALESCE(pg_catalog.array_agg(x.type_oid ORDER BY x.attnum), '{}') AS types
    FROM __msar.captured_columns(c.oid) AS x
  ) AS a
  CROSS JOIN LATERAL __msar.source_key(c.oid) AS k
  WHERE c.oid OPERATOR(pg_catalog.=) tab_id
  ON CONFLICT (id) DO UPDATE
  SET table_oid = EXCLUDED.table_oid, schema_name = EXCLUDED.schema_name, table_name = EXCLUDED.table_name,
    attnums = EXCLUDED.attnums, column_names = EXCLUDED.column_names, column_types = EXCLUDED.column_types,
    key_attnums = EXCLUDED.key_attnums, key_names = EXCLUDED.key_names, key_type = EXCLUDED.key_type,
    members = EXCLUDED.members, event_table = EXCLUDED.event_table;
  -- Snapshots and OIDs of restored reflections mean nothing here.
  UPDATE msar_catalog.stored_reflections AS r
  SET state = 'paused', snapshot = NULL, next_snapshot = NULL, last_seq = 0, copy_position = NULL, copied = 0,
    copy_started_at = NULL, copied_at = NULL, copy_is_again = true, recopy_reason = NULL,
    incarnation = pg_catalog.gen_random_uuid(), target_token = NULL,
    server_oid = (
      SELECT f.oid FROM pg_catalog.pg_foreign_server AS f WHERE f.srvname OPERATOR(pg_catalog.=) r.server_name
    ),
    target_oid = (
      SELECT c.oid FROM pg_catalog.pg_class AS c
      JOIN pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
      WHERE n.nspname OPERATOR(pg_catalog.=) r.target_schema AND c.relname OPERATOR(pg_catalog.=) r.target_name
        AND r.server_name IS NULL
    )
  WHERE r.source_id OPERATOR(pg_catalog.=) restored_id;
  FOR member IN
    SELECT t.member FROM __msar.table_tree(tab_id) AS t(member)
    JOIN pg_catalog.pg_class AS c ON c.oid OPERATOR(pg_catalog.=) t.member
    WHERE c.relkind IN ('r', 'p')
  LOOP
    -- Triggers of a dump may have the number of another source.
    PERFORM __msar.drop_capture_triggers(new_id, member);
    PERFORM __msar.add_capture_triggers(new_id, member, s.key_type OPERATOR(pg_catalog.<>) 'none')
    FROM msar_catalog.stored_source_tables AS s WHERE s.id OPERATOR(pg_catalog.=) new_id;
  END LOOP;
  RETURN new_id;
END
$$;

CREATE FUNCTION __msar.forget_source_table(source_id bigint) RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
  member pg_catalog.oid;
BEGIN
  FOR member IN SELECT DISTINCT t.table_oid FROM __msar.capture_triggers(source_id) AS t LOOP
    PERFORM __msar.drop_capture_triggers(source_id, member);
  END LOOP;
  -- Whoever adds a reflection locks its source. So the source goes first, and no reflection comes after that.
  DELETE FROM msar_catalog.stored_source_tables AS s WHERE s.id OPERATOR(pg_catalog.=) source_id;
  WITH gone AS (
    DELETE FROM msar_catalog.stored_reflections AS r
    WHERE r.source_id OPERATOR(pg_catalog.=) forget_source_table.source_id RETURNING r.id
  )
  DELETE FROM msar_catalog.stored_dead_letters AS d USING gone AS g WHERE d.reflection_id OPERATOR(pg_catalog.=) g.id;
  PERFORM __msar.drop_event_table(source_id);
END
$$;

REVOKE EXECUTE ON FUNCTION __msar.table_tree(oid), __msar.captured_columns(oid), __msar.source_key(oid),
  __msar.store_source_table(oid, bigint, text, bigint, double precision, text), __msar.forget_source_table(bigint)
FROM PUBLIC;
