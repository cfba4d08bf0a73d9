// A table: its rows in a grid that scrolls by keyset pages, and everything that can be done with them.

import { msar } from "./api.js";
import { attempt, confirmDialog, debounce, fill, h, openDialog, say } from "./dom.js";
import { editFilter, filterText } from "./filters.js";
import { pickRecord } from "./picker.js";
import { shareDialog } from "./sharing.js";
import { isNumeric, makeInput, readInput, showValue } from "./values.js";

const PAGE = 100;
const ROW_HEIGHT = 34;
/** Rows that are drawn above and below what is seen. */
const MARGIN = 12;

/** Shows a relation. Gives a function that draws it again when it has changed. */
export function showGrid(target, context, relation) {
  const grid = new Grid(target, context, relation);
  grid.draw();
  grid.reload();
  return (changed) => grid.follow(changed);
}

class Grid {
  constructor(target, context, relation) {
    Object.assign(this, { target, context, relation });
    this.order = [];
    this.filter = null;
    this.search = "";
    this.pages = 0;
    this.rows = [];
    this.links = {};
    this.next = undefined;
    this.count = null;
    this.focused = { row: 0, column: 0 };
  }

  get columns() {
    return this.relation.columns.filter(({ current_role_priv: rights }) => rights.includes("SELECT"));
  }

  may(right) {
    return this.relation.current_role_priv.includes(right) || (right !== "DELETE"
      && this.relation.columns.some(({ current_role_priv: rights }) => rights.includes(right)));
  }

  get isEditable() {
    return this.relation.type === "table" && this.relation.primary_key.length > 0;
  }

  /** The foreign key of a column, if it is one of a single column. */
  linkOf(column) {
    return this.relation.constraints.find(({ foreign_key: key }) =>
      key && key.columns.length === 1 && key.columns[0].attnum === column.id)?.foreign_key;
  }

  keyOf(record) {
    const key = this.relation.primary_key;
    if (key.length === 0) return null;
    if (key.length === 1) return record[key[0]];
    return Object.fromEntries(key.map((attnum) => [attnum, record[attnum]]));
  }

  /** The relation was changed by somebody else, or by us. */
  follow(changed) {
    if (!changed.has(this.relation.oid)) return;
    const relation = this.context.relations.get(this.relation.oid);
    if (!relation) {
      fill(this.target, h("p", { class: "empty" }, `The table ${this.relation.name} is no longer there.`));
      return;
    }
    this.relation = relation;
    this.order = this.order.filter(({ attnum }) => relation.columns.some(({ id }) => id === attnum));
    this.draw();
    this.reload();
  }

  draw() {
    const { relation } = this;
    this.status = h("span", { class: "muted", role: "status" });
    this.filterLine = h("div", { class: "filter-line" });
    const search = h("input", {
      type: "search", placeholder: "Search all columns", "aria-label": "Search all columns", value: this.search,
      oninput: debounce(250, () => { this.search = search.value.trim(); this.reload(); }),
    });
    this.body = h("div", { class: "grid-rows", role: "rowgroup" });
    this.head = h("div", { class: "grid-head", role: "row", "aria-rowindex": 1 });
    this.viewport = h("div", {
      class: "grid", role: "grid", tabindex: 0, "aria-label": relation.name, "aria-colcount": this.columns.length,
      onscroll: () => this.drawRows(), onkeydown: (event) => this.onKey(event),
    }, this.head, this.body);
    fill(this.target,
      h("div", { class: "bar" },
        h("h1", {}, relation.name),
        this.status,
        h("span", { class: "grow" }),
        search,
        h("button", { type: "button", onclick: () => this.askFilter() }, "Filter"),
        this.isEditable && this.may("INSERT") ? h("button", { type: "button", class: "primary", onclick: () => this.editRecord(null) }, "Add a row") : null,
        h("a", { class: "button", href: this.exportAddress(), download: `${relation.name}.csv` }, "CSV"),
        h("button", { type: "button", onclick: () => shareDialog(this.context, relation) }, "Share")),
      relation.description ? h("p", { class: "muted" }, relation.description) : null,
      this.filterLine,
      this.viewport);
    this.drawHead();
    this.drawFilter();
  }

  exportAddress() {
    const parameters = new URLSearchParams({ table_oid: this.relation.oid });
    if (this.filter) parameters.set("filter", JSON.stringify(this.filter));
    if (this.order.length) parameters.set("order", JSON.stringify(this.order));
    return `/api/export/v0/tables/?${parameters}`;
  }

  drawHead() {
    const widths = this.columns.map((column) => column.metadata?.display_width ?? this.guessWidth(column));
    this.template = `${widths.map((width) => `${width}px`).join(" ")} 44px`;
    this.viewport.style.setProperty("--columns", this.template);
    this.viewport.style.setProperty("--width", `${widths.reduce((sum, width) => sum + width, 44)}px`);
    fill(this.head, this.columns.map((column, at) => {
      const sorted = this.order.find(({ attnum }) => attnum === column.id);
      const direction = sorted ? (sorted.direction === "desc" ? "descending" : "ascending") : "none";
      return h("div", { role: "columnheader", class: isNumeric(column) && !this.linkOf(column) ? "number" : null, "aria-sort": direction, "aria-colindex": at + 1 },
        h("button", {
          type: "button", title: `${column.type_full}${column.description ? `: ${column.description}` : ""}`,
          onclick: () => this.sortBy(column),
        },
          column.primary_key ? h("span", { class: "mark", title: "primary key" }, "PK") : null,
          this.linkOf(column) ? h("span", { class: "mark", title: "link to another table" }, "FK") : null,
          column.name,
          sorted ? h("span", { "aria-hidden": true }, sorted.direction === "desc" ? " ↓" : " ↑") : null));
    }), h("div", { role: "columnheader" }, h("span", { class: "hidden" }, "Actions")));
  }

  guessWidth(column) {
    const least = Math.min(24, column.name.length) * 9 + 40;
    const usual = { boolean: 90, number: 110, money: 120, date: 120, datetime: 190, uuid: 310, json: 220, text: 220, email: 220, uri: 240 };
    return Math.max(least, this.linkOf(column) ? 220 : usual[column.ui_type] ?? 160);
  }

  sortBy(column) {
    const sorted = this.order.find(({ attnum }) => attnum === column.id);
    const direction = !sorted ? "asc" : sorted.direction === "asc" ? "desc" : null;
    this.order = direction ? [{ attnum: column.id, direction }] : [];
    this.drawHead();
    this.reload();
  }

  drawFilter() {
    fill(this.filterLine, this.filter ? [
      h("span", {}, "Only rows where ", h("strong", {}, filterText(this.filter, this.columns))),
      h("button", { type: "button", class: "quiet", onclick: () => { this.filter = null; this.draw(); this.reload(); } }, "Remove the filter"),
    ] : []);
  }

  askFilter() {
    editFilter(this.columns, this.filter, (filter) => {
      this.filter = filter;
      this.draw();
      this.reload();
    });
  }

  async reload() {
    const load = this.load = {};
    this.rows = [];
    this.links = {};
    this.next = undefined;
    this.fetching = null;
    this.viewport.scrollTop = 0;
    this.status.textContent = "…";
    await this.fetchMore(load, true);
  }

  /** The next page: after the last row, so it is as fast at the end as at the start. */
  fetchMore(load = this.load, isFirst = false) {
    if (this.fetching || this.next === null) return this.fetching;
    this.fetching = attempt(async () => {
      const page = this.search ? await this.fetchFound() : await msar.list_records({
        tab_id: this.relation.oid,
        options: {
          limit: PAGE, order: this.order, filter: this.filter, numbers: "text", dates: "iso",
          count: isFirst ? this.countKind() : "none",
          ...(this.next === undefined ? {} : this.relation.primary_key.length ? { after: this.next } : { offset: this.rows.length }),
        },
      });
      if (load !== this.load) return;
      if (isFirst) this.count = page.count;
      this.rows.push(...page.results);
      for (const [link, previews] of Object.entries(page.linked_record_summaries ?? {})) {
        this.links[link] = { ...this.links[link], ...previews };
      }
      const isLast = page.results.length < PAGE;
      this.next = isLast ? null : this.relation.primary_key.length ? page.next ?? null : 0;
      this.drawStatus();
    }).finally(() => {
      if (load !== this.load) return;
      this.fetching = null;
      this.drawRows();
    });
    return this.fetching;
  }

  /** Counting exactly takes a look at every row: big tables are estimated. */
  countKind() {
    return (this.relation.estimated_rows ?? 0) > 200000 && !this.filter ? "estimated" : "exact";
  }

  fetchFound() {
    return msar.search_records_from_table({
      tab_id: this.relation.oid,
      search_: this.columns.map(({ id }) => ({ attnum: id, literal: this.search })),
      limit_: PAGE, offset_: this.rows.length,
    });
  }

  drawStatus() {
    const number = (value) => new Intl.NumberFormat("en-US").format(value);
    const about = this.countKind() === "estimated" && !this.search ? "about " : "";
    this.status.textContent = this.count === null || this.count === undefined
      ? `${number(this.rows.length)} rows loaded`
      : `${about}${number(Math.max(this.count, this.rows.length))} rows`;
    this.viewport.setAttribute("aria-rowcount", this.next === null ? this.rows.length + 1 : -1);
  }

  /** Draws the rows that are seen. */
  drawRows() {
    const height = this.viewport.clientHeight || 600;
    const first = Math.max(0, Math.floor(this.viewport.scrollTop / ROW_HEIGHT) - MARGIN);
    const last = Math.min(this.rows.length, Math.ceil((this.viewport.scrollTop + height) / ROW_HEIGHT) + MARGIN);
    this.body.style.height = `${this.rows.length * ROW_HEIGHT}px`;
    if (this.rows.length === 0 && this.next === null) {
      fill(this.body, h("p", { class: "empty" }, this.filter || this.search ? "No row matches." : "There is no row yet."));
      this.body.style.height = "auto";
      return;
    }
    const focus = this.body.contains(document.activeElement) && document.activeElement.matches(".cell");
    fill(this.body, this.rows.slice(first, last).map((record, at) => this.drawRow(record, first + at)));
    if (focus) this.focusCell(this.focused.row, this.focused.column, false);
    if (last > this.rows.length - PAGE / 2) this.fetchMore();
  }

  drawRow(record, index) {
    const row = h("div", { class: "grid-row", role: "row", "aria-rowindex": index + 2 },
      this.columns.map((column, at) => this.drawCell(record, column, index, at)),
      h("div", { role: "gridcell", class: "actions" },
        h("button", { type: "button", class: "quiet", tabindex: -1, "aria-label": `Open row ${index + 1}`, onclick: () => this.editRecord(record) }, "⋯")));
    row.style.transform = `translateY(${index * ROW_HEIGHT}px)`;
    return row;
  }

  drawCell(record, column, index, at) {
    const value = record[column.id];
    const link = this.linkOf(column);
    const preview = link && value !== null ? this.links[column.id]?.[String(value)] : undefined;
    const text = preview ?? showValue(value, column);
    const isNull = value === null || value === undefined;
    const isFocused = this.focused.row === index && this.focused.column === at;
    return h("div", {
      role: "gridcell", tabindex: isFocused ? 0 : -1, "aria-colindex": at + 1, title: text.length > 24 ? text : null,
      class: ["cell", isNumeric(column) && !link ? "number" : "", isNull ? "null" : "", preview === undefined ? "" : "link"].filter(Boolean).join(" "),
      dataset: { row: index, column: at },
      onfocus: () => { this.focused = { row: index, column: at }; },
      ondblclick: () => this.editCell(index, at),
    }, link && !isNull ? h("span", { class: preview === undefined ? "chip bare" : "chip" }, text) : text);
  }

  focusCell(row, column, scroll = true) {
    row = Math.min(Math.max(row, 0), this.rows.length - 1);
    column = Math.min(Math.max(column, 0), this.columns.length - 1);
    if (row < 0) return;
    this.focused = { row, column };
    if (scroll) {
      const top = row * ROW_HEIGHT;
      const height = this.viewport.clientHeight - ROW_HEIGHT * 2;
      if (top < this.viewport.scrollTop) this.viewport.scrollTop = top;
      if (top > this.viewport.scrollTop + height) this.viewport.scrollTop = top - height;
      this.drawRows();
    }
    this.body.querySelector(`[data-row="${row}"][data-column="${column}"]`)?.focus({ preventScroll: false });
  }

  onKey(event) {
    if (event.target.matches("input, select, textarea, .grid-head button")) return;
    const { row, column } = this.focused;
    const page = Math.max(1, Math.floor(this.viewport.clientHeight / ROW_HEIGHT) - 2);
    const moves = {
      ArrowDown: [row + 1, column], ArrowUp: [row - 1, column], ArrowRight: [row, column + 1], ArrowLeft: [row, column - 1],
      PageDown: [row + page, column], PageUp: [row - page, column],
      Home: [event.ctrlKey ? 0 : row, 0], End: [event.ctrlKey ? this.rows.length - 1 : row, this.columns.length - 1],
    };
    if (moves[event.key]) {
      event.preventDefault();
      this.focusCell(...(event.target === this.viewport ? [row, column] : moves[event.key]));
    } else if (event.key === "Enter" || event.key === "F2") {
      event.preventDefault();
      if (event.target === this.viewport) this.focusCell(row, column);
      else this.editCell(row, column);
    } else if (event.key === "Delete") {
      event.preventDefault();
      this.deleteRecord(this.rows[row]);
    }
  }

  canEdit(column) {
    return this.isEditable && column.generated === null && column.identity !== "always"
      && column.current_role_priv.includes("UPDATE");
  }

  /** Edits in place; a linked row is picked. */
  async editCell(index, at) {
    const column = this.columns[at];
    const record = this.rows[index];
    if (!this.canEdit(column)) {
      say(`${column.name} cannot be changed here.`);
      return;
    }
    const link = this.linkOf(column);
    if (link) {
      const picked = await pickRecord(link.referent, column, link.columns[0].referent_attnum);
      if (picked !== undefined) await this.save(record, index, column, picked);
      this.focusCell(index, at, false);
      return;
    }
    const cell = this.body.querySelector(`[data-row="${index}"][data-column="${at}"]`);
    if (!cell) return;
    const input = makeInput(h, column, record[column.id]);
    let done = false;
    const finish = async (keep) => {
      if (done) return;
      done = true;
      if (keep) await this.save(record, index, column, readInput(input, column));
      this.drawRows();
      this.focusCell(index, at, false);
    };
    input.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key === "Escape") finish(false);
      if (event.key === "Enter" && (input.tagName !== "TEXTAREA" || event.ctrlKey)) { event.preventDefault(); finish(true); }
      if (event.key === "Tab") { event.preventDefault(); finish(true).then(() => this.focusCell(index, at + (event.shiftKey ? -1 : 1))); }
    });
    input.addEventListener("blur", () => finish(true));
    fill(cell, input);
    input.focus();
    input.select?.();
  }

  async save(record, index, column, value) {
    const before = record[column.id];
    if (String(before ?? "") === String(value ?? "") && (before === null) === (value === null)) return;
    await attempt(async () => {
      const result = await msar.patch_record_in_table({
        tab_id: this.relation.oid, rec_id: this.keyOf(record), rec_def: { [column.id]: value },
      });
      await this.refresh(index, record, result);
    });
  }

  /** Takes over the row as it is now, in the form that the grid shows. */
  async refresh(index, record, result) {
    const written = result?.results?.[0];
    const key = this.keyOf(written ?? record);
    const page = await msar.list_records({
      tab_id: this.relation.oid,
      options: { limit: 1, filter: this.keyFilter(key), numbers: "text", dates: "iso", count: "none" },
    });
    if (page.results[0]) this.rows[index] = page.results[0];
    for (const [link, previews] of Object.entries(page.linked_record_summaries ?? {})) {
      this.links[link] = { ...this.links[link], ...previews };
    }
    this.drawRows();
  }

  keyFilter(key) {
    const parts = this.relation.primary_key.map((attnum) => ({
      type: "equal",
      args: [{ type: "attnum", value: attnum }, { type: "literal", value: this.relation.primary_key.length === 1 ? key : key[attnum] }],
    }));
    return parts.length === 1 ? parts[0] : { type: "and", args: parts };
  }

  async deleteRecord(record) {
    if (!record || !this.isEditable || !this.may("DELETE")) return false;
    if (!await confirmDialog("Delete this row?", "The row is deleted from the table. This cannot be undone.", "Delete")) return false;
    return attempt(async () => {
      await msar.delete_records_from_table({ tab_id: this.relation.oid, rec_ids: [this.keyOf(record)] });
      say("The row is deleted.");
      this.rows = this.rows.filter((other) => other !== record);
      if (this.count) this.count -= 1;
      this.drawStatus();
      this.drawRows();
      return true;
    });
  }

  /** A row as a form: all its fields, and the rows that link to it. `null` adds a row. */
  editRecord(record) {
    const isNew = record === null;
    const fields = this.relation.columns.filter((column) => column.current_role_priv.includes(isNew ? "INSERT" : "SELECT"));
    openDialog(isNew ? `Add to ${this.relation.name}` : `${this.relation.name}: one row`, (close) => {
      const inputs = new Map();
      const rows = fields.map((column) => {
        const value = record?.[column.id];
        const isFixed = column.generated !== null || column.identity === "always" || (isNew ? false : !this.canEdit(column));
        const input = isFixed
          ? h("output", { class: "fixed" }, isNew ? "filled in by the database" : showValue(value, column) || "—")
          : this.fieldInput(column, value);
        if (!isFixed) inputs.set(column, input);
        // An empty field of a new row gets the default of its column.
        if (isNew && !isFixed && column.default) input.placeholder = column.default.is_dynamic ? "filled in by the database" : String(column.default.value);
        return h("div", { class: "field" },
          h("label", {}, h("span", {}, column.name, this.isRequired(column) ? h("span", { class: "required" }, " required") : null), input.element ?? input));
      });
      const save = async (event) => {
        event.preventDefault();
        const values = {};
        for (const [column, input] of inputs) {
          const value = input.read ? input.read() : readInput(input, column);
          if (isNew ? value !== null : String(value ?? "") !== String(record[column.id] ?? "")) values[column.id] = value;
        }
        await attempt(async () => {
          if (isNew) {
            await msar.add_record_to_table({ tab_id: this.relation.oid, rec_def: values });
            say("The row is added.");
            close();
            await this.reload();
          } else {
            const result = Object.keys(values).length && await msar.patch_record_in_table({ tab_id: this.relation.oid, rec_id: this.keyOf(record), rec_def: values });
            close();
            await this.refresh(this.rows.indexOf(record), record, result);
          }
        });
      };
      return h("form", { onsubmit: save },
        rows,
        h("footer", {},
          !isNew && this.isEditable && this.may("DELETE")
            ? h("button", { type: "button", class: "danger", onclick: async () => { if (await this.deleteRecord(record)) close(); } }, "Delete") : null,
          h("span", { class: "grow" }),
          h("button", { type: "button", onclick: close }, "Cancel"),
          inputs.size ? h("button", { class: "primary" }, isNew ? "Add" : "Save") : null));
    }, { class: "wide" });
  }

  isRequired(column) {
    return !column.nullable && column.default === null && column.generated === null;
  }

  fieldInput(column, value) {
    const link = this.linkOf(column);
    if (!link) return makeInput(h, column, value);
    let chosen = value ?? null;
    const label = () => chosen === null ? "Choose a row" : this.links[column.id]?.[String(chosen)] ?? String(chosen);
    const button = h("button", {
      type: "button", class: chosen === null ? "picker empty-choice" : "picker", "aria-label": `${column.name}: choose a row`,
      onclick: async () => {
        const picked = await pickRecord(link.referent, column, link.columns[0].referent_attnum, (summary) => { button.textContent = summary; });
        if (picked === undefined) return;
        chosen = picked;
        button.classList.toggle("empty-choice", chosen === null);
        if (chosen === null) button.textContent = label();
      },
    }, label());
    return { element: button, read: () => chosen };
  }
}
