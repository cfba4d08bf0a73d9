COMMENT ON FUNCTION msar.share_table(regclass, jsonb) IS
$$Shares a table: everybody who knows the slug can read it with the privileges of one role, without
any of their own.

Arguments:
  tab_id: the table, or view
  options: {"role": the role it is read as (name or OID; the current role by default, which must be
    able to set it), "enabled": true, "expires_at": timestamp, "columns": [attnum or name],
    "filter": as for msar.list_records, "limit": the most rows of a call, "previews": whether
    previews of linked rows are shown (false), "privileged_role": true to let a superuser choose a
    superuser's role, or one that bypasses row-level security}
Returns: {"id", "slug", "enabled", "exploration_id", "table_oid", "role", "creator", "columns",
  "filter", "limit", "previews", "expires_at", "created_at", "updated_at"}
Errors:
  22023: an unknown option, or one of another shape
  42501: the current role cannot set the role, may not read a column, or the role is privileged
  42703: an unknown column
  42704: there is no such role

Example:
  SELECT msar.share_table('library.book',
    '{"role": "librarian", "columns": ["title", "language"]}');$$;

COMMENT ON FUNCTION msar.share_exploration(bigint, jsonb) IS
$$Shares an exploration. When a role that cannot set the share's creator changes the exploration,
the share is disabled.

Arguments:
  id: the exploration, of which the current role is at least a manager
  options: as for msar.share_table; "columns" are aliases, "filter" is as in an exploration
Returns: as msar.share_table.
Errors: as msar.share_table, and
  42704: the current role sees no such exploration

Example: SELECT msar.share_exploration(1);$$;

COMMENT ON FUNCTION msar.list_shares(regclass, bigint) IS
$$Returns the shares that the current role made, and those of its tables and explorations, newest
first.

Arguments:
  tab_id: only those of this table
  exploration_id: only those of this exploration
Returns: an array, each element as msar.share_table returns it, with "problem": {"message",
  "detail"} if what it shows is gone.
Errors: none.

Example: SELECT msar.list_shares();$$;

COMMENT ON FUNCTION msar.set_share(bigint, jsonb) IS
$$Changes a share. The role that made it changes all of it; the owner of what it shows can disable
it.

Arguments:
  id: the share
  patch: the options of msar.share_table that change, and "new_slug": true for another slug; null
    removes "expires_at", "columns", "filter" or "limit"
Returns: as msar.share_table.
Errors: as msar.share_table, and
  42704: the current role sees no such share

Example: SELECT msar.set_share(1, '{"enabled": false}');$$;

COMMENT ON FUNCTION msar.delete_share(bigint) IS
$$Deletes a share.

Arguments:
  id: the share, which the current role made, or which shows what the current role owns
Returns: its id.
Errors:
  42704: the current role sees no such share

Example: SELECT msar.delete_share(1);$$;

COMMENT ON FUNCTION msar.get_share_uses(bigint) IS
$$Returns how often a share was used, and when last. Uses in read-only transactions and on standbys
are not counted.

Arguments:
  id: the share
Returns: {"count", "last_used_at"}
Errors:
  42704: the current role sees no such share

Example: SELECT msar.get_share_uses(1);$$;

COMMENT ON FUNCTION msar.read_share(uuid, jsonb) IS
$$Returns the rows that a share shows. It runs with the privileges of the share's role, as a
SECURITY DEFINER function of that role would.

Arguments:
  slug: the share
  options: of a table, as for msar.list_records; of an exploration, as for msar.run_exploration,
    with "filter" and "order" as in an exploration. Only columns that the share shows are known, and
    there are no paths to other tables, no "joined_columns" and no "record_summaries".
Returns: of a table, {"count", "columns": [{"attnum", "name", "type", "type_options", "ui_type",
  "primary_key"}], "results", "grouping", "linked_record_summaries", "links", "display", "omitted",
  "next"}, as msar.list_records has them; of an exploration, {"records", "output_columns",
  "column_metadata", "linked_record_summaries", "next"}.
Errors:
  22023: an option that a share does not take, or an unknown one
  42704: there is no such share, it is disabled, has expired, or its role no longer meets the
    conditions
  others: as msar.list_records and msar.run_exploration

Example: SELECT msar.read_share('00000000-0000-4000-8000-000000000000', '{"limit": 20}');$$;

COMMENT ON FUNCTION __msar.place_share(jsonb, boolean) IS
$$Finds the numbers that the names of a row of stored_shares mean in this database. Called by the
trigger of that table.

Arguments:
  stored: the row
  is_restored: whether it comes from another database, where only names count
Returns: the columns that change.
Errors:
  55000: the row is not one that mathesar_ext wrote

Example: none, it serves a trigger only.$$;

COMMENT ON FUNCTION __msar.row_of_role() IS
$$Trigger of stored_shares and stored_forms: finds tables and roles of a row by their names, and
refuses a row in the name of a role that the writer cannot set.

Returns: the row.
Errors: none.

Example: none, it serves a trigger only.$$;

COMMENT ON SEQUENCE msar_catalog.stored_shares_id_seq IS 'Numbers for new shares';
COMMENT ON TABLE msar_catalog.stored_shares IS
  'Shares of tables and explorations. Read them by the view msar_catalog.shares';
COMMENT ON COLUMN msar_catalog.stored_shares.time_zone IS
  'The setting TimeZone of the session that set its filter: it is read under it';
COMMENT ON COLUMN msar_catalog.stored_shares.date_style IS 'The setting DateStyle of that session';
COMMENT ON COLUMN msar_catalog.stored_shares.interval_style IS 'The setting IntervalStyle of that session';
COMMENT ON COLUMN msar_catalog.stored_shares.role_oid IS 'The role whose privileges it uses';
COMMENT ON COLUMN msar_catalog.stored_shares.role_name IS
  'The name of that role, for other clusters';
COMMENT ON COLUMN msar_catalog.stored_shares.is_privileged IS
  'Whether a superuser has allowed a role that is a superuser or bypasses row-level security';
COMMENT ON COLUMN msar_catalog.stored_shares.creator_oid IS
  'The role that made it; it must still be able to SET ROLE to the other one';
COMMENT ON COLUMN msar_catalog.stored_shares.creator_name IS
  'The name of that role, for other clusters';
COMMENT ON TABLE msar_catalog.stored_share_uses IS
  'Uses of shares, one row each until they are summed up';
COMMENT ON COLUMN msar_catalog.stored_share_uses.share_id IS 'The share';
COMMENT ON COLUMN msar_catalog.stored_share_uses.uses IS 'How many uses the row stands for';
COMMENT ON COLUMN msar_catalog.stored_share_uses.used_at IS 'When the last of them was';
COMMENT ON VIEW msar_catalog.shares IS
  'The shares that the current role made, and those of its tables and explorations';
COMMENT ON COLUMN msar_catalog.shares.id IS 'The share';
COMMENT ON COLUMN msar_catalog.shares.slug IS 'The secret that a reader must know';
COMMENT ON COLUMN msar_catalog.shares.enabled IS 'Whether it is served';
COMMENT ON COLUMN msar_catalog.shares.exploration_id IS 'The exploration that it shows';
COMMENT ON COLUMN msar_catalog.shares.table_oid IS 'The table that it shows';
COMMENT ON COLUMN msar_catalog.shares.schema_name IS 'The schema of that table, kept up to date';
COMMENT ON COLUMN msar_catalog.shares.table_name IS 'The name of that table, kept up to date';
COMMENT ON COLUMN msar_catalog.shares.refs IS
  'The names behind the numbers, as in msar_catalog.explorations';
COMMENT ON COLUMN msar_catalog.shares.role IS 'The role whose privileges it uses';
COMMENT ON COLUMN msar_catalog.shares.creator IS 'The role that made it';
COMMENT ON COLUMN msar_catalog.shares.columns IS
  'The attnums or aliases that it shows; NULL for all';
COMMENT ON COLUMN msar_catalog.shares.filter IS 'The rows that it shows; NULL for all';
COMMENT ON COLUMN msar_catalog.shares.max_rows IS 'The most rows of a call';
COMMENT ON COLUMN msar_catalog.shares.shows_previews IS 'Whether previews of linked rows are shown';
COMMENT ON COLUMN msar_catalog.shares.expires_at IS 'When it ends';
COMMENT ON COLUMN msar_catalog.shares.is_own IS
  'Whether the current role made it, or inherits from the role that did';
COMMENT ON COLUMN msar_catalog.shares.created_at IS 'When it was made';
COMMENT ON COLUMN msar_catalog.shares.updated_at IS 'When it was last changed';
