// Caches of an upstream service: what is complete, how many requests are answered, how far the event log was read, and scans
// under way.

import { countCacheRequests, msar } from "./api.js";
import { attempt, fill, h } from "./dom.js";

/** Shows the status of all caches. */
export function showCaches(target) {
  const body = h("div", {});
  fill(target, h("div", { class: "bar" }, h("h1", {}, "Caches")), body);
  attempt(async () => {
    const [caches, counted] = await Promise.all([msar.get_cache_status(), countCacheRequests()]);
    fill(body, caches.length === 0 ? h("p", { class: "empty" }, "There is no cache yet. msar.create_cache makes one.") : caches.map((cache) => showCache(cache, counted?.cache === cache.name ? counted : null)));
  });
  return () => {};
}

/** What there is to know of a cache. */
function showCache(cache, counted) {
  const { events } = cache;
  const read = events.synced_at === null ? "The event log has not been read yet."
    : `The event log was read up to number ${events.position} at ${new Date(events.synced_at).toLocaleString()}; ${events.missing} numbers are missing.`;
  return h("section", { class: "card" },
    h("h2", {}, cache.name),
    h("p", {}, hitRate(counted)),
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

/** The share of the requests that the cache has answered. */
function hitRate(counted) {
  if (counted === null) return "This gateway passes no requests to this cache.";
  const requests = counted.hits + counted.misses;
  if (requests === 0) return "No request has come since the gateway was started.";
  const share = new Intl.NumberFormat("en-US", { style: "percent", maximumFractionDigits: 1 }).format(counted.hits / requests);
  return `Hit rate ${share}: of ${requests} requests since the gateway was started, ${counted.hits} were answered from the cache.`;
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
