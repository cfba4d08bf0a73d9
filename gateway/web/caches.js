// Caches of an upstream service: what is complete, how far the event log was read, and scans under way.

import { msar } from "./api.js";
import { attempt, fill, h } from "./dom.js";

/** Shows the status of all caches. */
export function showCaches(target) {
  const body = h("div", {});
  fill(target, h("div", { class: "bar" }, h("h1", {}, "Caches")), body);
  attempt(async () => {
    const caches = await msar.get_cache_status();
    fill(body, caches.length === 0 ? h("p", { class: "empty" }, "There is no cache yet. msar.create_cache makes one.") : caches.map(showCache));
  });
  return () => {};
}

/** What there is to know of a cache. */
function showCache(cache) {
  const { events } = cache;
  const read = events.synced_at === null ? "The event log has not been read yet."
    : `The event log was read up to number ${events.position} at ${new Date(events.synced_at).toLocaleString()}; ${events.missing} numbers are missing.`;
  return h("section", { class: "card" },
    h("h2", {}, cache.name),
    h("p", { class: "muted" }, read),
    cache.differences > 0 ? h("p", {}, `${cache.differences} answers differed from the upstream's.`) : "",
    h("table", { class: "list" },
      h("thead", {}, h("tr", {}, ["Entity type", "Rows, about", "Complete", "Scan"].map((head) => h("th", { scope: "col", class: head === "Rows, about" ? "number" : "" }, head)))),
      h("tbody", {}, cache.entity_types.map((type) => h("tr", {},
        h("th", { scope: "row" }, type.name),
        h("td", { class: "number" }, type.rows === null ? "—" : String(type.rows)),
        h("td", {}, completeness(type)),
        h("td", {}, type.scans.map(progress).join(", ") || "—"))))));
}

/** Which requests about a type can be answered. */
function completeness(type) {
  if (type.suspended) return "suspended: its answers differed";
  if (type.complete) return "yes";
  if (type.scopes.length > 0) return `in ${type.scopes.length} ${type.scopes.length === 1 ? "scope" : "scopes"}`;
  return `no: ${type.incomplete_fields.join(", ")}`;
}

/** How far a scan is. */
function progress(scan) {
  return `${scan.changed_since === null ? "all" : "changes"}, ${scan.rows} rows, ${scan.retired ? "retired ones " : ""}after id ${scan.after_id}`;
}
