// A file becomes a table: drop it, look at the types that were found, import.

import { msar } from "./api.js";
import { attempt, cellClass, field, fill, h, say } from "./dom.js";
import { isNumeric } from "./values.js";

/** Shows the place to drop a file. */
export function showImport(target, context) {
  const input = h("input", { type: "file", accept: ".csv,.tsv,.txt,text/*", class: "hidden", id: "import-file", onchange: () => take(input.files[0]) });
  const result = h("div", { "aria-live": "polite" });
  const zone = h("div", { class: "drop" },
    h("p", {}, h("strong", {}, "Drop a CSV or TSV file here")),
    h("p", {}, h("label", { class: "button", for: "import-file", tabindex: 0, onkeydown: (event) => { if (["Enter", " "].includes(event.key)) input.click(); } }, "Choose a file")),
    h("p", { class: "muted" }, "Separators, encoding and types are found by looking at all rows. Nothing is kept before you say so."),
    input);
  zone.addEventListener("dragover", (event) => { event.preventDefault(); zone.classList.add("over"); });
  zone.addEventListener("dragleave", () => zone.classList.remove("over"));
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    zone.classList.remove("over");
    take(event.dataTransfer.files[0]);
  });
  const take = (file) => file && attempt(async () => {
    fill(result, h("p", { class: "muted" }, `Reading ${file.name} …`));
    const content = await toHex(file);
    const name = freeName(file.name.replace(/\.[^.]+$/, "").slice(0, 60) || "import", context);
    const imported = await msar.import_text({ sch_id: context.schema, tab_name: name, data: content, options: {} });
    await review(imported, name);
  }).then((done) => { if (done === undefined && result.querySelector(".muted")) fill(result); });

  /** The table is there already, with the types that were found: the user keeps it, changes it, or drops it. */
  async function review(imported, name) {
    const oid = imported.oid ?? imported.table_oid ?? imported.table?.oid;
    const [details, page] = await Promise.all([
      msar.get_table_details({ tab_id: oid }),
      msar.list_records({ tab_id: oid, options: { limit: 8, dates: "iso", numbers: "text" } }),
    ]);
    const rename = h("input", { value: name, required: true });
    const columns = details.columns.filter(({ primary_key: isKey }) => !isKey);
    const drop = () => attempt(async () => {
      await msar.drop_table({ tab_id: oid, cascade_: false });
      fill(result);
      say("Nothing was kept.");
    });
    const keep = (event) => {
      event.preventDefault();
      attempt(async () => {
        if (rename.value !== name) await msar.alter_table({ tab_id: oid, tab_alters: { name: rename.value } });
        await msar.set_table_metadata({ tab_id: oid, patch: { import_verified: true } });
        say(`${page.count} rows are imported.`);
        context.go(`#/table/${oid}`);
      });
    };
    fill(result, h("form", { class: "card", onsubmit: keep },
      h("h2", {}, `${page.count} rows, ${columns.length} columns`),
      field("Name of the table", rename),
      h("div", { class: "scroll", tabindex: 0 }, h("table", { class: "list fit" },
        h("thead", {}, h("tr", {}, columns.map((column) => h("th", { scope: "col", class: isNumeric(column) ? "number" : null }, column.name, h("br", {}), h("span", { class: "tag" }, column.type_full))))),
        h("tbody", {}, page.results.map((record) => h("tr", {}, columns.map((column) => h("td", { class: cellClass(isNumeric(column) ? "number" : "", record[column.id]) }, String(record[column.id] ?? "")))))))),
      imported.bad_rows?.length ? h("p", { class: "problem" }, `${imported.bad_rows.length} rows of the file could not be read.`) : null,
      h("footer", {}, h("button", { type: "button", class: "danger", onclick: drop }, "Do not import"), h("span", { class: "grow" }), h("button", { class: "primary" }, "Keep the table"))));
  }

  fill(target, h("div", { class: "bar" }, h("h1", {}, "Import a file")), zone, result);
}

function freeName(name, context) {
  const taken = new Set([...context.relations.values()].map(({ name: other }) => other));
  if (!taken.has(name)) return name;
  for (let number = 2; ; number++) if (!taken.has(`${name} ${number}`)) return `${name} ${number}`;
}

/** The bytes of a file in the form that PostgreSQL reads as bytea. */
async function toHex(file) {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const digits = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));
  const parts = ["\\x"];
  for (let at = 0; at < bytes.length; at += 65536) {
    parts.push(Array.from(bytes.subarray(at, at + 65536), (byte) => digits[byte]).join(""));
  }
  return parts.join("");
}
