// The page for visitors: a shared table or exploration, or a form to fill in. No login; the link is the key.

import { visitor } from "./api.js";
import { cellClass, debounce, describeError, field, fill, h } from "./dom.js";
import { isNumeric, makeInput, readInput, showValue } from "./values.js";

const root = document.getElementById("app");
const [, , kind, key] = location.pathname.split("/").length > 4
  ? location.pathname.split("/") : ["", "", "share", location.pathname.split("/")[2]];
const main = h("main", { id: "main", class: "page" });
fill(root, main);
start();

async function start() {
  try {
    if (kind === "forms") drawForm(await visitor.getForm(key));
    else await drawShare({ limit: 100 });
  } catch (error) {
    fill(main, h("div", { class: "empty" }, h("h1", {}, "There is nothing here"), h("p", {}, "The link may have ended, or been turned off."), h("p", { class: "small" }, describeError(error))));
  }
}

const isMoment = ({ ui_type: type }) => ["date", "datetime", "time"].includes(type);

/** A page of what is shared; more rows on request. */
async function drawShare(options) {
  const shared = await visitor.readShare(key, options);
  const name = shared.name ?? shared.share?.name ?? "Shared";
  document.title = name;
  const columns = shared.columns ?? [];
  const records = shared.records ?? shared;
  const rows = [...records.results];
  const keyOf = (column) => column.alias ?? column.id ?? column.attnum;
  const links = records.linked_record_summaries ?? {};
  const show = (record, column) => {
    const value = record[keyOf(column)];
    return value !== null && links[keyOf(column)]?.[String(value)] || showValue(value, column);
  };
  const body = h("tbody", {});
  const more = h("button", { type: "button" }, "More rows");
  let offset = rows.length;
  const draw = (fresh) => {
    body.append(...fresh.map((record) => h("tr", {}, columns.map((column) =>
      h("td", { class: cellClass(isNumeric(column) ? "number" : isMoment(column) ? "tight" : "", record[keyOf(column)]) }, show(record, column))))));
    more.hidden = records.count === null || offset >= records.count;
  };
  more.onclick = async () => {
    const next = await visitor.readShare(key, { ...options, offset });
    const page = (next.records ?? next);
    Object.assign(links, page.linked_record_summaries ?? {});
    offset += page.results.length;
    draw(page.results);
  };
  main.classList.add("broad");
  fill(main,
    h("header", { class: "bar" }, h("h1", {}, name), records.count === null ? null : h("span", { class: "muted" }, `${records.count} rows`)),
    shared.description ? h("p", { class: "muted" }, shared.description) : null,
    h("div", { class: "scroll", tabindex: 0 }, h("table", { class: "list" },
      h("thead", {}, h("tr", {}, columns.map((column) => h("th", { scope: "col", class: isNumeric(column) ? "number" : null }, column.display_name ?? column.name ?? column.alias)))),
      body)),
    more);
  draw(rows);
}

/** A form: fields of the table, and of rows that are made along with it. */
function drawForm(form) {
  const title = form.header_title?.text ?? form.header_title ?? form.name;
  document.title = title;
  const inputs = new Map();
  const problem = h("p", { class: "problem", role: "alert" });
  const submit = async (event) => {
    event.preventDefault();
    problem.textContent = "";
    try {
      const values = {};
      for (const [fieldKey, read] of inputs) {
        const value = read();
        if (value !== null && value !== undefined) values[fieldKey] = value;
      }
      await visitor.submitForm(key, values);
      if (form.submit_redirect_url && /^https?:/.test(form.submit_redirect_url)) location.href = form.submit_redirect_url;
      fill(main, h("div", { class: "empty", role: "status" }, h("h1", {}, form.submit_message?.text ?? form.submit_message ?? "Thank you!"),
        h("p", {}, h("button", { type: "button", onclick: () => drawForm(form) }, "Fill in another"))));
    } catch (error) {
      problem.textContent = describeError(error);
    }
  };
  fill(main,
    h("form", { class: "card", onsubmit: submit },
      h("h1", {}, title),
      form.header_subtitle ? h("p", { class: "muted" }, form.header_subtitle?.text ?? form.header_subtitle) : null,
      drawFields(form.fields, inputs),
      problem,
      h("footer", {}, h("span", { class: "grow" }), h("button", { class: "primary" }, form.submit_button_label ?? "Send"))));
}

function drawFields(fields, inputs) {
  return [...fields].sort((a, b) => a.index - b.index).map((entry) => {
    const label = entry.label ?? entry.column?.name ?? entry.key;
    const required = entry.is_required ? h("span", { class: "required" }, "required") : null;
    if (entry.kind === "foreign_key") return drawLink(entry, label, required, inputs);
    const column = { name: label, nullable: !entry.is_required, ui_type: "text", ...(entry.column ?? {}) };
    const input = makeInput(h, { ...column, name: label }, null);
    input.required = Boolean(entry.is_required);
    input.removeAttribute("aria-label");
    inputs.set(entry.key, () => readInput(input, column));
    const drawn = field(label, input, entry.help);
    drawn.querySelector("label").append(required ?? "");
    return drawn;
  });
}

/** A row to choose, or to make, as the form's rule says. */
function drawLink(entry, label, required, inputs) {
  const rule = entry.fk_interaction_rule ?? "must_pick";
  const mayPick = rule !== "must_create";
  const mayCreate = rule !== "must_pick";
  const children = new Map();
  let picked = null;
  let creates = !mayPick;
  const choices = h("select", { id: `link-${entry.key}` }, h("option", { value: "" }, "—"));
  choices.onchange = () => { picked = choices.selectedOptions[0].dataset.value ? JSON.parse(choices.selectedOptions[0].dataset.value) : null; };
  const load = async (search) => {
    const found = await visitor.listRelated(key, { field: entry.key, search: search || null, limit: 50 });
    fill(choices, h("option", { value: "" }, "—"), found.results.map((row) =>
      h("option", { value: String(row.key), dataset: { value: JSON.stringify(row.key) } }, row.summary || String(row.key))));
  };
  if (mayPick) load("").catch(() => {});
  const search = h("input", { type: "search", placeholder: "Type to find", "aria-label": `Find ${label}`, oninput: debounce(250, () => load(search.value)) });
  const below = h("div", { class: "card", hidden: !creates }, mayCreate ? drawFields(entry.child_fields ?? [], children) : null);
  inputs.set(entry.key, () => creates ? { type: "create" } : picked === null ? null : { type: "pick", value: picked });
  for (const [childKey, read] of children) inputs.set(childKey, () => creates ? read() : null);
  const toggle = mayPick && mayCreate ? h("label", { class: "inline" }, h("input", {
    type: "checkbox", onchange: (event) => { creates = event.target.checked; below.hidden = !creates; choices.disabled = creates; },
  }), "A new one") : null;
  return h("div", { class: "field" },
    h("label", { for: choices.id }, label, required),
    mayPick ? [search, choices] : null, toggle, below,
    entry.help ? h("small", {}, entry.help) : null);
}
