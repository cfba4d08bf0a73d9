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
  return h("section", { class: "card" },
    h("h2", {}, cache.name),
    h("dl", { class: "stats" },
      stat("Hit rate", ...hitRate(counted)),
      stat("Complete", `${cache.entity_types.filter((type) => type.complete && !type.suspended).length} of ${cache.entity_types.length}`, "entity types"),
      stat("Event log read", events.synced_at === null ? "—" : `up to ${events.position}`, events.synced_at === null ? "not yet" : readAt(events)),
      cache.differences > 0 ? stat("Differences", cache.differences, "answers that were not the upstream's") : null),
    h("div", { class: "scroll", tabindex: 0 }, h("table", { class: "list" },
      h("thead", {}, h("tr", {}, ["Entity type", "Rows, about", "Complete", "Scan"].map((head) => h("th", { scope: "col", class: head === "Rows, about" ? "number" : "" }, head)))),
      h("tbody", {}, cache.entity_types.map((type) => h("tr", {},
        h("th", { scope: "row" }, type.name),
        h("td", { class: "number" }, type.rows === null ? "—" : String(type.rows)),
        h("td", {}, completeness(type)),
        h("td", {}, type.scans.map(progress).join("; ") || "—")))))));
}

/** A figure with its name above it and what it counts below. */
function stat(name, figure, meaning) {
  return h("div", {}, h("dt", {}, name), h("dd", {}, String(figure), h("small", {}, meaning)));
}

/** The share of the requests that the cache has answered, and of how many. */
function hitRate(counted) {
  if (counted === null) return ["—", "this gateway passes no requests to this cache"];
  const requests = counted.hits + counted.misses;
  if (requests === 0) return ["—", "no request since the gateway was started"];
  const share = new Intl.NumberFormat("en-US", { style: "percent", maximumFractionDigits: 1 }).format(counted.hits / requests);
  return [share, `${counted.hits} of ${requests} requests since the gateway was started`];
}

function readAt({ synced_at: at, missing }) {
  const time = new Date(at).toLocaleString("sv-SE").slice(0, 16);
  return missing > 0 ? `at ${time}; ${missing} numbers are missing` : `at ${time}`;
}

/** Which requests about a type can be answered. */
function completeness(type) {
  if (type.suspended) return "suspended: its answers differed";
  if (type.complete) return "yes";
  if (type.scopes.length > 0) return `in ${type.scopes.length} ${type.scopes.length === 1 ? "scope" : "scopes"}`;
  return `no: ${type.incomplete_fields.join(", ")} missing`;
}

/** How far a scan is. */
function progress(scan) {
  const what = `${scan.changed_since === null ? "all" : "changed"} ${scan.retired ? "retired " : ""}entities`;
  return `${what}: ${scan.rows} rows read, up to id ${scan.after_id}`;
}
