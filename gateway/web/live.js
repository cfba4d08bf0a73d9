// Changes of a schema as they are committed: the gateway streams what msar.sync_schema returns.

/** Calls `apply` with each change of the schema, until it is closed. */
export function followSchema(oid, apply) {
  let source = null;
  let closed = false;
  let token = null;
  let failures = 0;
  const open = () => {
    if (closed) return;
    const since = token ? `?token=${encodeURIComponent(token)}` : "";
    source = new EventSource(`/api/changes/${oid}${since}`);
    source.addEventListener("sync", (event) => {
      failures = 0;
      token = event.lastEventId;
      apply(JSON.parse(event.data));
    });
    // The browser gives up after an HTTP error; a gateway or a database that restarts comes back.
    source.addEventListener("error", () => {
      if (source.readyState === EventSource.CLOSED && ++failures < 6) setTimeout(open, 1000 * 2 ** failures);
    });
  };
  open();
  return { close: () => { closed = true; source?.close(); } };
}
