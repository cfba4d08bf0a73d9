// The page for users: log in, find a table, look at it. Each view is a module; the address says which one is open.

import { call, getSession, logIn, logOut, msar, whenLoggedOut } from "./api.js";
import { attempt, describeError, field, fill, h, say } from "./dom.js";
import { followSchema } from "./live.js";
import { showGrid } from "./grid.js";
import { showDiagram } from "./diagram.js";
import { showImport } from "./importer.js";
import { showExplorations } from "./explorations.js";
import { showReflections } from "./reflections.js";
import { showCaches } from "./caches.js";

const root = document.getElementById("app");

/** What the page knows: the session, the schemas, and the description of the open schema, kept in step. */
const state = { session: null, schemas: [], schema: null, relations: new Map(), methods: new Set(), follower: null };

/** Views that can draw themselves again when the schema changes: called with the changed OIDs. */
let redraw = () => {};

whenLoggedOut(() => {
  if (!state.session?.user) return;
  state.follower?.close();
  state.session = { ...state.session, user: null };
  say("Your session has ended. Please log in again.");
  showLogin();
});

start();

async function start() {
  state.session = await attempt(getSession);
  if (!state.session) return;
  if (state.session.user) await showShell();
  else showLogin();
}

function showLogin() {
  document.title = "Log in";
  const name = h("input", { name: "username", autocomplete: "username", required: true, autofocus: true });
  const password = h("input", { name: "password", type: "password", autocomplete: "current-password" });
  const problem = h("p", { class: "problem", role: "alert" });
  const submit = async (event) => {
    event.preventDefault();
    problem.textContent = "";
    try {
      state.session = await logIn(name.value, password.value);
      await showShell();
    } catch (error) {
      problem.textContent = describeError(error);
      password.select();
    }
  };
  fill(root, h("main", { id: "main", class: "login" },
    h("form", { onsubmit: submit },
      h("img", { src: "/web/icon.svg", alt: "", width: 40, height: 40 }),
      h("h1", {}, `Log in to ${state.session.database}`),
      h("p", { class: "muted" }, "With a PostgreSQL role and its own password. You see and do what that role may."),
      field("Role", name),
      field("Password", password),
      problem,
      h("button", { class: "primary wide" }, "Log in"))));
  name.focus();
}

async function showShell() {
  const [schemas, methods] = await Promise.all([msar.list_schemas(), call("system.listMethods").catch(() => [])]);
  state.schemas = schemas.filter((schema) => !/^(pg_|information_schema$|msar|__msar|mathesar_types$)/.test(schema.name));
  state.methods = new Set(methods);
  const picker = h("select", { id: "schema-picker", "aria-label": "Schema", onchange: () => go(`#/schema/${picker.value}`) },
    state.schemas.map((schema) => h("option", { value: schema.oid }, schema.name)));
  const filter = h("input", { type: "search", placeholder: "Find a table", "aria-label": "Find a table", oninput: () => listTables() });
  fill(root,
    h("header", { class: "top" },
      h("a", { class: "brand", href: "#/" }, h("img", { src: "/web/icon.svg", alt: "", width: 24, height: 24 }), state.session.database),
      h("span", { class: "grow" }),
      h("span", { class: "muted" }, state.session.user),
      h("button", { type: "button", class: "quiet", onclick: () => attempt(async () => { await logOut(); state.follower?.close(); state.session.user = null; showLogin(); }) }, "Log out")),
    h("div", { class: "body" },
      h("nav", { class: "side", "aria-label": "Tables" },
        h("label", { for: "schema-picker", class: "small" }, "Schema"),
        picker,
        h("div", { class: "side-links", id: "schema-links" }),
        filter,
        h("ul", { id: "tables" })),
      h("main", { id: "main", tabindex: -1 })));
  window.onhashchange = () => attempt(route);
  await attempt(route);
}

function go(hash) {
  if (location.hash === hash) attempt(route);
  else location.hash = hash;
}

async function route() {
  const [view = "", id, part] = location.hash.replace(/^#\//, "").split("/");
  redraw = () => {};
  if (view === "table") {
    let relation = state.relations.get(Number(id));
    if (!relation) {
      const details = await msar.get_table_details({ tab_id: Number(id) });
      await openSchema(details.schema);
      relation = state.relations.get(Number(id)) ?? details;
    }
    document.title = relation.name;
    listTables();
    redraw = showGrid(main(), context(), relation, { part });
  } else if (view === "schema" || !view) {
    const schema = state.schemas.find(({ oid }) => oid === Number(id)) ?? state.schemas.find(({ name }) => name !== "public") ?? state.schemas[0];
    if (!schema) return fill(main(), h("p", { class: "empty" }, "There is no schema that this role can use."));
    await openSchema(schema.oid);
    document.title = schema.name;
    if (part === "diagram") redraw = showDiagram(main(), context());
    else if (part === "import") showImport(main(), context());
    else if (part === "explorations") redraw = showExplorations(main(), context());
    else { showSchema(schema); redraw = () => showSchema(schema); }
  } else if (view === "exploration") {
    if (!state.schema) await openSchema(state.schemas[0]?.oid);
    redraw = showExplorations(main(), context(), Number(id));
  } else if (view === "reflections") {
    redraw = showReflections(main(), context());
  } else if (view === "caches") {
    redraw = showCaches(main(), context());
  }
  document.querySelector("nav.side")?.classList.remove("open");
  for (const link of document.querySelectorAll("nav.side a")) {
    if (link.getAttribute("href") === location.hash) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}

const main = () => document.getElementById("main");

/** What views may use. */
function context() {
  return { go, methods: state.methods, relations: state.relations, schema: state.schema };
}

async function openSchema(oid) {
  if (!oid || state.schema === oid) return;
  const details = await msar.get_schema_table_details({ sch_id: oid });
  state.schema = oid;
  state.relations = new Map(details.map((relation) => [relation.oid, relation]));
  document.getElementById("schema-picker").value = oid;
  fill(document.getElementById("schema-links"),
    h("a", { href: `#/schema/${oid}` }, "Overview"),
    h("a", { href: `#/schema/${oid}/diagram` }, "Diagram"),
    h("a", { href: `#/schema/${oid}/explorations` }, "Explorations"),
    h("a", { href: `#/schema/${oid}/import` }, "Import a file"),
    state.methods.has("msar.get_reflection_status") ? h("a", { href: "#/reflections" }, "Reflections") : null,
    state.methods.has("msar.get_cache_status") ? h("a", { href: "#/caches" }, "Caches") : null);
  listTables();
  state.follower?.close();
  state.follower = followSchema(oid, applyChanges);
}

/** Brings the description of the schema up to date, and what is on the screen with it. */
function applyChanges(changes) {
  if (changes.complete) state.relations.clear();
  for (const oid of changes.removed) state.relations.delete(oid);
  for (const relation of changes.relations) state.relations.set(relation.oid, relation);
  listTables();
  redraw(new Set([...changes.removed, ...changes.relations.map(({ oid }) => oid)]));
}

const KINDS = {
  table: "table", partitioned_table: "partitioned", partition: "partition", view: "view",
  materialized_view: "materialized view", foreign_table: "foreign",
};

function sortedRelations() {
  return [...state.relations.values()].sort((a, b) => a.name.localeCompare(b.name));
}

function listTables() {
  const list = document.getElementById("tables");
  if (!list) return;
  const wanted = document.querySelector("nav.side input[type=search]").value.toLowerCase();
  const open = location.hash.match(/^#\/table\/(\d+)/)?.[1];
  const found = sortedRelations().filter(({ name }) => name.toLowerCase().includes(wanted));
  fill(list, found.map((relation) => h("li", {},
    h("a", { href: `#/table/${relation.oid}`, "aria-current": String(relation.oid) === open ? "page" : null },
      h("span", { class: "name" }, relation.name),
      relation.kind === "table" ? null : h("span", { class: "tag", title: KINDS[relation.kind] }, KINDS[relation.kind].replace("materialized", "mat."))))));
}

function showSchema(schema) {
  const relations = sortedRelations();
  const count = (number) => number === null ? "—" : new Intl.NumberFormat("en-US").format(number);
  fill(main(),
    h("div", { class: "bar" }, h("h1", {}, schema.name),
      h("span", { class: "grow" }),
      h("a", { class: "button", href: `#/schema/${schema.oid}/import` }, "Import a file"),
      h("a", { class: "button", href: `#/schema/${schema.oid}/diagram` }, "Diagram")),
    schema.description ? h("p", { class: "muted" }, schema.description) : null,
    relations.length === 0
      ? h("p", { class: "empty" }, "There is no table yet. Import a file, or create one with SQL: it appears here at once.")
      : h("div", { class: "scroll", tabindex: 0 }, h("table", { class: "list" },
        h("thead", {}, h("tr", {}, ["Name", "Kind", "Rows, about", "Columns", "Shown as", "Linked from"].map((head, at) =>
          h("th", { scope: "col", class: at === 2 || at === 3 || at === 5 ? "number" : null }, head)))),
        h("tbody", {}, relations.map((relation) => h("tr", {},
          h("th", { scope: "row" }, h("a", { href: `#/table/${relation.oid}` }, relation.name)),
          h("td", {}, KINDS[relation.kind]),
          h("td", { class: "number" }, count(relation.estimated_rows)),
          h("td", { class: "number" }, relation.columns.length),
          h("td", {}, h("code", {}, relation.preview_settings?.template ?? "")),
          h("td", { class: "number" }, relation.incoming.length)))))));
}
