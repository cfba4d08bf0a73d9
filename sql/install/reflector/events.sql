-- The event tables of source tables, and the events that wait in them.

-- Says in the event table that changes are missing from it.
CREATE FUNCTION __msar.note_gap(source_id bigint, reason text) RETURNS void
LANGUAGE plpgsql
AS $$
BEGIN
  EXECUTE pg_catalog.format(
    'INSERT INTO msar_reflector.events_%s (transaction, operation, new_row) '
    'VALUES (pg_catalog.pg_current_xact_id(), ''G'', ARRAY[$1])', source_id
  ) USING reason;
END
$$;

-- The four tables of events are filled in turn, a minute each, so that one whose events are done can be truncated.
CREATE FUNCTION __msar.create_event_table(id bigint) RETURNS oid
LANGUAGE plpgsql
AS $$
DECLARE
  part integer;
BEGIN
  EXECUTE pg_catalog.format('CREATE SEQUENCE msar_reflector.events_%s_seq', id);
  -- Whoever writes to the source takes numbers from it.
  EXECUTE pg_catalog.format('GRANT USAGE ON SEQUENCE msar_reflector.events_%s_seq TO PUBLIC', id);
  EXECUTE pg_catalog.format(
    'CREATE TABLE msar_reflector.events_%1$s ('
    'seq pg_catalog.int8 NOT NULL DEFAULT pg_catalog.nextval(''msar_reflector.events_%1$s_seq''), '
    'transaction pg_catalog.xid8 NOT NULL, operation pg_catalog."char" NOT NULL, '
    'old_row pg_catalog.text[], new_row pg_catalog.text[], origins pg_catalog.int8[], '
    'captured_at pg_catalog.timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(), '
    'slot pg_catalog.int2 NOT NULL DEFAULT 0) PARTITION BY LIST (slot)', id
  );
  FOR part IN 0..3 LOOP
    EXECUTE pg_catalog.format(
      'CREATE TABLE msar_reflector.events_%1$s_%2$s PARTITION OF msar_reflector.events_%1$s FOR VALUES IN (%2$s)', id, part
    );
    EXECUTE pg_catalog.format('CREATE INDEX ON msar_reflector.events_%s_%s (transaction)', id, part);
    PERFORM __msar.add_event_table(pg_catalog.format('msar_reflector.events_%s_%s', id, part)::pg_catalog.regclass);
  END LOOP;
  PERFORM __msar.add_event_table(pg_catalog.format('msar_reflector.events_%s', id)::pg_catalog.regclass);
  PERFORM __msar.add_event_table(pg_catalog.format('msar_reflector.events_%s_seq', id)::pg_catalog.regclass);
  RETURN pg_catalog.format('msar_reflector.events_%s', id)::pg_catalog.regclass;
END
$$;

CREATE FUNCTION __msar.drop_event_table(id bigint) RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
  part integer;
BEGIN
  IF pg_catalog.to_regclass(pg_catalog.format('msar_reflector.events_%s', id)) IS NULL THEN
    RETURN;
  END IF;
  PERFORM __msar.remove_event_table(pg_catalog.format('msar_reflector.events_%s', id)::pg_catalog.regclass);
  PERFORM __msar.remove_event_table(pg_catalog.format('msar_reflector.events_%s_seq', id)::pg_catalog.regclass);
  FOR part IN 0..3 LOOP
    PERFORM __msar.remove_event_table(pg_catalog.format('msar_reflector.events_%s_%s', id, part)::pg_catalog.regclass);
  END LOOP;
  EXECUTE pg_catalog.format('DROP TABLE msar_reflector.events_%s', id);
  EXECUTE pg_catalog.format('DROP SEQUENCE msar_reflector.events_%s_seq', id);
END
$$;

-- How many events wait for a reflection, and since when.
CREATE FUNCTION __msar.waiting_events(source_id bigint, done pg_snapshot, next_ pg_snapshot, last_seq bigint) RETURNS jsonb
LANGUAGE plpgsql STABLE
AS $$
DECLARE
  answer pg_catalog.jsonb;
BEGIN
  IF pg_catalog.to_regclass(pg_catalog.format('msar_reflector.events_%s', source_id)) IS NULL OR done IS NULL THEN
    RETURN '{"count": 0}';
  END IF;
  EXECUTE pg_catalog.format(
    'SELECT pg_catalog.jsonb_build_object(''count'', pg_catalog.count(*), ''seconds'', pg_catalog.date_part(''epoch'', '
    'pg_catalog.clock_timestamp() OPERATOR(pg_catalog.-) pg_catalog.min(e.captured_at))) '
    'FROM msar_reflector.events_%s AS e '
    'WHERE e.transaction OPERATOR(pg_catalog.>=) pg_catalog.pg_snapshot_xmin($1) '
    'AND NOT pg_catalog.pg_visible_in_snapshot(e.transaction, $1) '
    'AND NOT (e.seq OPERATOR(pg_catalog.<=) $3 AND $2 IS NOT NULL AND pg_catalog.pg_visible_in_snapshot(e.transaction, '
    'COALESCE($2, $1)))', source_id
  ) INTO answer USING done, next_, last_seq;
  RETURN answer;
END
$$;

-- Whether there are any.
CREATE FUNCTION __msar.has_due_events(source_id bigint, done pg_snapshot) RETURNS boolean
LANGUAGE plpgsql STABLE
AS $$
DECLARE
  answer pg_catalog.bool;
BEGIN
  EXECUTE pg_catalog.format(
    'SELECT EXISTS (SELECT FROM msar_reflector.events_%s AS e '
    'WHERE e.transaction OPERATOR(pg_catalog.>=) pg_catalog.pg_snapshot_xmin($1) '
    'AND NOT pg_catalog.pg_visible_in_snapshot(e.transaction, $1))', source_id
  ) INTO answer USING done;
  RETURN answer;
END
$$;

-- The reflections for which more events wait, or have waited longer, than the source allows, and why in words.
CREATE FUNCTION __msar.reflections_over_limit(source_id bigint) RETURNS TABLE (id bigint, reason text)
LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT r.id,
    CASE WHEN (w.waiting ->> 'count')::bigint > s.max_events THEN pg_catalog.format('more than %s events were waiting', s.max_events)
      ELSE pg_catalog.format('events were waiting for more than %s seconds', s.max_age) END
  FROM msar_catalog.stored_source_tables AS s
  JOIN msar_catalog.stored_reflections AS r ON r.source_id = s.id AND r.snapshot IS NOT NULL
  CROSS JOIN LATERAL (
    SELECT __msar.waiting_events(s.id, r.snapshot, r.next_snapshot, r.last_seq) AS waiting
  ) AS w
  WHERE s.id = reflections_over_limit.source_id AND (s.max_events IS NOT NULL OR s.max_age IS NOT NULL)
    AND ((w.waiting ->> 'count')::bigint > s.max_events OR (w.waiting ->> 'seconds')::double precision > s.max_age);
END;

-- Truncates those tables of events that every reflection has done, unless somebody uses them just now. The lock makes sure
-- that no transaction that wrote there is still open. Reflections that are more events behind than the source keeps are given
-- up: they have to be copied again.
CREATE FUNCTION __msar.prune_events(source_id bigint) RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
  source msar_catalog.stored_source_tables;
  part integer;
  is_needed boolean;
BEGIN
  -- Statements of other isolation levels do not see all that is committed.
  IF pg_catalog.current_setting('transaction_isolation') OPERATOR(pg_catalog.<>) 'read committed' THEN
    RETURN;
  END IF;
  SELECT * INTO source FROM msar_catalog.stored_source_tables AS s WHERE s.id OPERATOR(pg_catalog.=) source_id;
  IF source.when_full OPERATOR(pg_catalog.=) 'recopy' THEN
    UPDATE msar_catalog.stored_reflections AS r
    SET recopy_reason = o.reason, snapshot = pg_catalog.pg_current_snapshot(), next_snapshot = NULL, last_seq = 0
    FROM __msar.reflections_over_limit(prune_events.source_id) AS o
    WHERE r.id OPERATOR(pg_catalog.=) o.id
      AND r.id IN (
        SELECT l.id FROM msar_catalog.stored_reflections AS l
        WHERE l.source_id OPERATOR(pg_catalog.=) prune_events.source_id FOR UPDATE SKIP LOCKED
      );
  END IF;
  FOR part IN 0..3 LOOP
    CONTINUE WHEN part OPERATOR(pg_catalog.=) __msar.event_slot();
    BEGIN
      EXECUTE pg_catalog.format('SELECT EXISTS (SELECT FROM msar_reflector.events_%s_%s)', source_id, part) INTO is_needed;
      CONTINUE WHEN NOT is_needed;
      EXECUTE pg_catalog.format('LOCK TABLE msar_reflector.events_%s_%s IN ACCESS EXCLUSIVE MODE NOWAIT', source_id, part);
      EXECUTE pg_catalog.format(
        'SELECT EXISTS (SELECT FROM msar_catalog.stored_reflections AS r '
        'JOIN msar_reflector.events_%s_%s AS e ON e.transaction OPERATOR(pg_catalog.>=) pg_catalog.pg_snapshot_xmin(r.snapshot) '
        'AND NOT pg_catalog.pg_visible_in_snapshot(e.transaction, r.snapshot) '
        'WHERE r.source_id OPERATOR(pg_catalog.=) $1)', source_id, part
      ) INTO is_needed USING source_id;
      IF NOT is_needed THEN
        EXECUTE pg_catalog.format('TRUNCATE msar_reflector.events_%s_%s', source_id, part);
      END IF;
    EXCEPTION WHEN lock_not_available THEN
      CONTINUE;
    END;
  END LOOP;
END
$$;

CREATE FUNCTION __msar.event_slot() RETURNS integer
LANGUAGE sql VOLATILE
RETURN (pg_catalog.floor(pg_catalog.date_part('epoch', pg_catalog.clock_timestamp()) / 60)::bigint % 4)::integer;

REVOKE EXECUTE ON FUNCTION __msar.add_event_table(oid), __msar.remove_event_table(oid), __msar.note_gap(bigint, text),
  __msar.create_event_table(bigint), __msar.drop_event_table(bigint),
  __msar.waiting_events(bigint, pg_snapshot, pg_snapshot, bigint), __msar.has_due_events(bigint, pg_snapshot),
  __msar.reflections_over_limit(bigint),
  __msar.prune_events(bigint), __msar.event_slot()
FROM PUBLIC;
