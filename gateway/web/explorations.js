// Explorations: a question about the data, built by choosing, run, saved, shared.

import { msar } from "./api.js";
import { attempt, cellClass, confirmDialog, field, fill, h, openDialog, say } from "./dom.js";
import { shareDialog } from "./sharing.js";

const AGGREGATES = ["count", "sum", "mean", "median", "min", "max", "mode", "distinct_aggregate_to_array", "percentage_true", "peak_month"];
const GROUPINGS = ["", "truncate_to_year", "truncate_to_month", "truncate_to_day", "uri_authority", "email_domain"];
const TESTS = [
  ["equal", "is", 1], ["contains_case_insensitive", "contains", 1], ["starts_with_case_insensitive", "starts with", 1],
  ["greater", "is greater than", 1], ["lesser", "is less than", 1], ["null", "is empty", 0], ["not_null", "is not empty", 0],
];

/** Shows the explorations of the open schema, or the one with an id. Gives a function that draws it again. */
export function showExplorations(target, context, id) {
  const draw = () => attempt(async () => {
    if (id) {
      const exploration = await msar.get_exploration({ id });
      new Builder(target, context, exploration).draw();
    } else {
      listExplorations(target, context, await msar.list_explorations({ sch_id: context.schema }));
    }
  });
  draw();
  return () => {};
}

function listExplorations(target, context, explorations) {
  fill(target,
    h("div", { class: "bar" }, h("h1", {}, "Explorations"), h("span", { class: "grow" }),
      h("button", { type: "button", class: "primary", onclick: () => chooseBase(target, context) }, "New exploration")),
    explorations.length === 0
      ? h("p", { class: "empty" }, "No exploration is saved yet. One begins with a table, and asks what its rows, and those that they link to, say.")
      : h("table", { class: "list" },
        h("thead", {}, h("tr", {}, ["Name", "About", "Description", ""].map((head) => h("th", { scope: "col" }, head)))),
        h("tbody", {}, explorations.map((exploration) => h("tr", {},
          h("th", { scope: "row" }, h("a", { href: `#/exploration/${exploration.id}` }, exploration.name)),
          h("td", {}, context.relations.get(exploration.base_table_oid)?.name ?? "—"),
          h("td", {}, exploration.description ?? ""),
          h("td", { class: "number" }, h("button", { type: "button", class: "quiet", onclick: () => remove(exploration) }, "Delete")))))));

  async function remove(exploration) {
    if (!await confirmDialog(`Delete ${exploration.name}?`, "The saved question is deleted, the data stays.", "Delete")) return;
    await attempt(async () => {
      await msar.delete_exploration({ id: exploration.id });
      listExplorations(target, context, explorations.filter((other) => other !== exploration));
    });
  }
}

function chooseBase(target, context) {
  const relations = [...context.relations.values()].sort((a, b) => a.name.localeCompare(b.name));
  openDialog("What is it about?", (close) => h("ul", { class: "options" }, relations.map((relation) => h("li", {},
    h("button", { type: "button", onclick: () => { close(); begin(relation); } }, relation.name)))));
  const begin = (relation) => new Builder(target, context, {
    name: "", base_table_oid: relation.oid, schema_oid: context.schema, display_names: {},
    initial_columns: relation.columns.slice(0, 4).map(({ id, name }) => ({ alias: name, attnum: id })),
    transformations: [],
  }).draw();
}

const QUESTION = ["name", "description", "base_table_oid", "schema_oid", "initial_columns", "transformations", "display_names", "display_options"];

class Builder {
  constructor(target, context, exploration) {
    Object.assign(this, { target, context, exploration });
    this.exploration.transformations ??= [];
    this.exploration.display_names ??= {};
  }

  get base() {
    return this.context.relations.get(this.exploration.base_table_oid);
  }

  /** Columns that can be chosen: those of the table, and of the tables that it links to. */
  choices() {
    const own = this.base.columns.map((column) => ({ alias: column.name, attnum: column.id, group: this.base.name }));
    const linked = this.base.constraints.filter(({ foreign_key: key }) => key?.columns.length === 1).flatMap(({ foreign_key: key }) => {
      const [pair] = key.columns;
      const referent = this.context.relations.get(key.referent.oid);
      return (referent?.columns ?? []).map((column) => ({
        alias: `${pair.name} ${column.name}`, attnum: column.id, group: `${referent.name}, by ${pair.name}`,
        join_path: [[[this.base.oid, pair.attnum], [referent.oid, pair.referent_attnum]]],
      }));
    });
    return [...own, ...linked];
  }

  part(type) {
    return this.exploration.transformations.find((transformation) => transformation.type === type);
  }

  set(type, spec) {
    const others = this.exploration.transformations.filter((transformation) => transformation.type !== type);
    this.exploration.transformations = spec ? [...others, { type, spec }] : others;
    const order = ["filter", "summarize", "order", "hide"];
    this.exploration.transformations.sort((a, b) => order.indexOf(a.type) - order.indexOf(b.type));
  }

  draw() {
    const { exploration } = this;
    if (!this.base) {
      fill(this.target, h("p", { class: "empty" }, "The table of this exploration is not in the open schema."));
      return;
    }
    this.result = h("div", { "aria-live": "polite" });
    fill(this.target,
      h("div", { class: "bar" },
        h("h1", {}, exploration.name || `Exploration of ${this.base.name}`), h("span", { class: "grow" }),
        h("button", { type: "button", onclick: () => this.showSql() }, "SQL"),
        exploration.id ? h("a", { class: "button", href: `/api/export/v0/explorations/?exploration_id=${exploration.id}`, download: `${exploration.name}.csv` }, "CSV") : null,
        exploration.id ? h("button", { type: "button", onclick: () => shareDialog(this.context, null, exploration) }, "Share") : null,
        h("button", { type: "button", onclick: () => this.save() }, "Save"),
        h("button", { type: "button", class: "primary", onclick: () => this.run() }, "Run")),
      h("div", { class: "steps" },
        this.step("Columns", exploration.initial_columns.map(({ alias }) => alias).join(", "), () => this.askColumns()),
        this.step("Filter", this.part("filter") ? describeFilter(this.part("filter").spec) : "all rows", () => this.askFilter()),
        this.step("Summarize", this.part("summarize") ? describeSummary(this.part("summarize").spec) : "no", () => this.askSummary()),
        this.step("Order", this.part("order")?.spec.map(({ field: alias, direction }) => `${alias} ${direction === "desc" ? "↓" : "↑"}`).join(", ") || "by key", () => this.askOrder())),
      this.result);
    this.run();
  }

  step(name, text, change) {
    return h("button", { type: "button", class: "step", onclick: change }, h("strong", {}, name), h("span", {}, text));
  }

  /** The question, without what the database adds to one that is saved. */
  document() {
    return Object.fromEntries(QUESTION.filter((key) => this.exploration[key] !== undefined).map((key) => [key, this.exploration[key]]));
  }

  async run() {
    fill(this.result, h("p", { class: "muted" }, "…"));
    const found = await attempt(() => msar.run_exploration({ exploration: this.document(), options: { limit: 200 } }));
    if (!found) return fill(this.result);
    const metadata = found.column_metadata ?? {};
    const show = (value) => value === null || value === undefined ? "" : typeof value === "object" ? (Array.isArray(value) ? value.join(", ") : JSON.stringify(value)) : String(value).replace(/ AD$/, "");
    const isNumber = (alias) => /int|numeric|real|double|money/.test(metadata[alias]?.type ?? "");
    fill(this.result,
      h("p", { class: "muted" }, `${new Intl.NumberFormat("en-US").format(found.records.count)} rows${found.records.count > 200 ? ", the first 200 are shown" : ""}`),
      h("div", { class: "scroll", tabindex: 0 }, h("table", { class: "list fit" },
        h("thead", {}, h("tr", {}, found.output_columns.map((alias) => h("th", { scope: "col", class: isNumber(alias) ? "number" : null }, this.exploration.display_names?.[alias] ?? metadata[alias]?.display_name ?? alias)))),
        h("tbody", {}, found.records.results.map((record) => h("tr", {}, found.output_columns.map((alias) => h("td", { class: cellClass(isNumber(alias) ? "number" : "", record[alias]) }, show(record[alias])))))))));
  }

  askColumns() {
    const chosen = new Set(this.exploration.initial_columns.map(keyOf));
    this.ask("Columns", () => {
      const groups = Map.groupBy(this.choices(), ({ group }) => group);
      return [...groups].map(([group, columns]) => h("fieldset", {}, h("legend", {}, group), columns.map((column) => h("label", { class: "inline" },
        h("input", { type: "checkbox", checked: chosen.has(keyOf(column)), onchange: (event) => event.target.checked ? chosen.add(keyOf(column)) : chosen.delete(keyOf(column)) }),
        column.alias.replace(/^.* (?=\S)/, (all) => group === this.base.name ? all : "")))));
    }, () => {
      this.exploration.initial_columns = this.choices().filter((column) => chosen.has(keyOf(column))).map(({ group: _, ...column }) => column);
    });
  }

  aliases() {
    return this.exploration.initial_columns.map(({ alias }) => alias);
  }

  askFilter() {
    const [name, parameters] = Object.entries(this.part("filter")?.spec ?? { equal: [] })[0];
    const state = { alias: parameters[0]?.column_name?.[0] ?? this.aliases()[0], test: name, value: parameters[1]?.literal?.[0] ?? "" };
    this.ask("Filter", () => [
      field("Column", select(this.aliases(), state.alias, (value) => { state.alias = value; })),
      field("Test", select(TESTS, state.test, (value) => { state.test = value; })),
      field("Value", h("input", { value: state.value, oninput: (event) => { state.value = event.target.value; } })),
    ], () => {
      const takes = TESTS.find(([test]) => test === state.test)?.[2] ?? 1;
      const column = { column_name: [state.alias] };
      this.set("filter", { [state.test]: takes ? [column, { literal: [state.value] }] : [column] });
    }, () => this.set("filter", null));
  }

  askSummary() {
    const spec = this.part("summarize")?.spec;
    const state = {
      by: spec?.grouping_expressions?.[0]?.input_alias ?? this.aliases()[0], preproc: spec?.grouping_expressions?.[0]?.preproc ?? "",
      of: spec?.aggregation_expressions?.[0]?.input_alias ?? this.aliases().at(-1), how: spec?.aggregation_expressions?.[0]?.function ?? "count",
    };
    this.ask("Summarize", () => [
      field("One row for each", select(this.aliases(), state.by, (value) => { state.by = value; })),
      field("Of which only the", select(GROUPINGS.map((name) => [name, name ? name.replace(/^truncate_to_/, "").replaceAll("_", " ") : "whole value"]), state.preproc, (value) => { state.preproc = value; })),
      field("With", select(AGGREGATES.map((name) => [name, name === "distinct_aggregate_to_array" ? "list" : name.replaceAll("_", " ")]), state.how, (value) => { state.how = value; })),
      field("Of", select(this.aliases(), state.of, (value) => { state.of = value; })),
    ], () => {
      // Only what the question is about: other columns would be added to the groups.
      this.exploration.initial_columns = this.exploration.initial_columns.filter(({ alias }) => [state.by, state.of].includes(alias));
      this.set("order", null);
      this.set("summarize", {
        base_grouping_column: state.by,
        grouping_expressions: [{ input_alias: state.by, output_alias: `${state.by}_grouped`, ...(state.preproc ? { preproc: state.preproc } : {}) }],
        aggregation_expressions: [{ input_alias: state.of, output_alias: `${state.of}_${state.how === "distinct_aggregate_to_array" ? "list" : state.how}`, function: state.how }],
      });
    }, () => this.set("summarize", null));
  }

  askOrder() {
    const summary = this.part("summarize")?.spec;
    const aliases = summary ? [...summary.grouping_expressions, ...summary.aggregation_expressions].map(({ output_alias: alias }) => alias) : this.aliases();
    const state = { field: this.part("order")?.spec[0]?.field ?? aliases[0], direction: this.part("order")?.spec[0]?.direction ?? "asc" };
    this.ask("Order", () => [
      field("By", select(aliases, state.field, (value) => { state.field = value; })),
      field("Direction", select([["asc", "smallest first"], ["desc", "largest first"]], state.direction, (value) => { state.direction = value; })),
    ], () => this.set("order", [{ ...state }]), () => this.set("order", null));
  }

  ask(title, build, apply, remove) {
    openDialog(title, (close) => h("form", { onsubmit: (event) => { event.preventDefault(); apply(); close(); this.draw(); } },
      build(),
      h("footer", {},
        remove ? h("button", { type: "button", onclick: () => { remove(); close(); this.draw(); } }, "Remove") : null,
        h("span", { class: "grow" }),
        h("button", { type: "button", onclick: close }, "Cancel"),
        h("button", { class: "primary" }, "Apply"))));
  }

  save() {
    const name = h("input", { required: true, value: this.exploration.name });
    const description = h("input", { value: this.exploration.description ?? "" });
    const view = h("input", { type: "checkbox", checked: Boolean(this.exploration.view) });
    openDialog("Save the exploration", (close) => h("form", {
      onsubmit: (event) => {
        event.preventDefault();
        attempt(async () => {
          const saved = await msar.save_exploration({ exploration: {
            ...this.document(), ...(this.exploration.id ? { id: this.exploration.id } : {}), name: name.value, description: description.value || null, view: view.checked,
          } });
          close();
          say(`${saved.name} is saved.`);
          this.context.go(`#/exploration/${saved.id}`);
        });
      },
    },
      field("Name", name),
      field("Description", description),
      h("label", { class: "inline" }, view, "Also as a view that other programs can read"),
      h("footer", {}, h("span", { class: "grow" }), h("button", { type: "button", onclick: close }, "Cancel"), h("button", { class: "primary" }, "Save"))));
  }

  showSql() {
    attempt(async () => {
      const sql = await msar.exploration_sql({ exploration: this.document() });
      openDialog("The exploration as SQL", () => h("pre", { class: "sql", tabindex: 0 }, sql), { class: "wide" });
    });
  }
}

function keyOf({ attnum, join_path: path }) {
  return JSON.stringify([attnum, path ?? []]);
}

function select(choices, value, change) {
  return h("select", { onchange: (event) => change(event.target.value) }, choices.map((choice) => {
    const [name, label] = Array.isArray(choice) ? choice : [choice, choice];
    return h("option", { value: name, selected: name === value }, label);
  }));
}

function describeFilter(spec) {
  const [test, [column, literal]] = Object.entries(spec)[0];
  const label = TESTS.find(([name]) => name === test)?.[1] ?? test;
  return `${column?.column_name?.[0] ?? ""} ${label} ${literal?.literal?.[0] ?? ""}`.trim();
}

function describeSummary({ grouping_expressions: groups, aggregation_expressions: aggregates }) {
  return `${aggregates.map(({ function: name, input_alias: alias }) => `${name} of ${alias}`).join(", ")} by ${groups.map(({ input_alias: alias }) => alias).join(", ")}`;
}
