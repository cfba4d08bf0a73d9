// Caches of an upstream service: what is complete, and how many requests are answered from here.

import { msar } from "./api.js";
import { attempt, fill, h } from "./dom.js";

/** Shows the status of all caches. */
export function showCaches(target) {
  const body = h("div", {});
  fill(target, h("div", { class: "bar" }, h("h1", {}, "Caches")), body);
  attempt(async () => {
    const status = await msar.get_cache_status();
    const caches = Array.isArray(status) ? status : status?.caches ?? [];
    fill(body, caches.length === 0 ? h("p", { class: "empty" }, "There is no cache yet. msar.create_cache makes one.") : caches.map((cache) =>
      h("section", { class: "card" },
        h("h2", {}, cache.name),
        h("p", { class: "muted" }, `Hits: ${cache.hits ?? 0} of ${(cache.hits ?? 0) + (cache.misses ?? 0)} requests`),
        h("table", { class: "list" },
          h("thead", {}, h("tr", {}, ["Entity type", "Rows", "Complete"].map((head) => h("th", { scope: "col" }, head)))),
          h("tbody", {}, (cache.entity_types ?? []).map((type) => h("tr", {},
            h("th", { scope: "row" }, type.name),
            h("td", { class: "number" }, type.rows ?? "—"),
            h("td", {}, type.complete === true ? "yes" : type.complete === false ? "no" : String(type.complete ?? "—")))))))));
  });
  return () => {};
}
