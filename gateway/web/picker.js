// Picking a row of another table by how it reads.

import { msar } from "./api.js";
import { attempt, debounce, fill, h, openDialog } from "./dom.js";

/**
 * Lets the user choose a row of the table that a column refers to. Gives the value for the column, null for no row, or
 * undefined if nothing was chosen. `tell` is called with how the chosen row reads.
 */
export function pickRecord(referent, column, referentAttnum, tell = () => {}) {
  return new Promise((resolve) => {
    let answer;
    openDialog(`${column.name}: choose from ${referent.name}`, (close) => {
      const list = h("ul", { class: "options", role: "listbox", "aria-label": referent.name });
      const search = h("input", { type: "search", placeholder: "Type to find", "aria-label": "Find a row", autofocus: true });
      const choose = (value, summary) => { answer = value; tell(summary); close(); };
      const load = async () => {
        const found = await attempt(() => msar.list_by_record_summaries({
          tab_id: referent.oid, limit_: 50, offset_: 0, search_: search.value.trim() || null,
        }));
        if (!found) return;
        fill(list, found.results.map(({ key, summary }) => h("li", {},
          h("button", { type: "button", role: "option", onclick: () => attempt(async () => choose(await valueOf(referent, key, referentAttnum), summary)) }, summary || String(key)))),
          found.results.length === 0 ? h("li", { class: "empty" }, "No row matches.") : null);
      };
      search.addEventListener("input", debounce(200, load));
      search.addEventListener("keydown", (event) => {
        if (event.key === "ArrowDown") { event.preventDefault(); list.querySelector("button")?.focus(); }
        if (event.key === "Enter") { event.preventDefault(); list.querySelector("button")?.click(); }
      });
      list.addEventListener("keydown", (event) => {
        const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
        if (!step) return;
        event.preventDefault();
        const buttons = [...list.querySelectorAll("button")];
        (buttons[buttons.indexOf(document.activeElement) + step] ?? search).focus();
      });
      load();
      return [search, list, h("footer", {},
        column.nullable ? h("button", { type: "button", onclick: () => choose(null, "") }, "No row") : null,
        h("span", { class: "grow" }),
        h("button", { type: "button", onclick: close }, "Cancel"))];
    }, { closed: () => resolve(answer) });
  });
}

/** A foreign key may refer to another column than the primary key. */
async function valueOf(referent, key, attnum) {
  if (typeof key !== "object" || key === null) {
    const record = await msar.get_record_from_table({ tab_id: referent.oid, rec_id: key });
    return record.results[0]?.[attnum] ?? key;
  }
  return key[attnum];
}
