// Filters: conditions on columns, all or any of which hold.

import { fill, h, openDialog } from "./dom.js";

const TESTS = [
  ["equal", "is", 1], ["not equal", "is not", 1], ["contains_case_insensitive", "contains", 1],
  ["starts_with_case_insensitive", "starts with", 1], ["greater", "is greater than", 1], ["greater_or_equal", "is at least", 1],
  ["lesser", "is less than", 1], ["lesser_or_equal", "is at most", 1], ["null", "is empty", 0], ["not_null", "is not empty", 0],
];
const TEXT_ONLY = new Set(["contains_case_insensitive", "starts_with_case_insensitive"]);

/** Asks for a filter; calls `apply` with the tree that list_records takes, or null. */
export function editFilter(columns, filter, apply) {
  const conditions = readConditions(filter) ?? [];
  if (conditions.length === 0) conditions.push({ attnum: columns[0]?.id, test: "equal", value: "" });
  let any = filter?.type === "or";
  openDialog("Filter", (close) => {
    const list = h("div", { class: "conditions" });
    const draw = () => fill(list, conditions.map((condition, at) => {
      const column = columns.find(({ id }) => id === condition.attnum) ?? columns[0];
      const test = TESTS.find(([name]) => name === condition.test);
      return h("div", { class: "condition" },
        h("select", { "aria-label": "Column", onchange: (event) => { condition.attnum = Number(event.target.value); draw(); } },
          columns.map(({ id, name }) => h("option", { value: id, selected: id === column.id }, name))),
        h("select", { "aria-label": "Test", onchange: (event) => { condition.test = event.target.value; draw(); } },
          TESTS.filter(([name]) => !TEXT_ONLY.has(name) || ["text", "email", "uri"].includes(column.ui_type))
            .map(([name, label]) => h("option", { value: name, selected: name === condition.test }, label))),
        test[2] ? h("input", { "aria-label": "Value", value: condition.value ?? "", oninput: (event) => { condition.value = event.target.value; } }) : null,
        h("button", { type: "button", class: "quiet", "aria-label": "Remove this condition", onclick: () => { conditions.splice(at, 1); draw(); } }, "✕"));
    }));
    draw();
    const submit = (event) => {
      event.preventDefault();
      close();
      const parts = conditions.map(toTree);
      apply(parts.length === 0 ? null : parts.length === 1 ? parts[0] : { type: any ? "or" : "and", args: parts });
    };
    return h("form", { onsubmit: submit },
      h("label", { class: "inline" }, "Rows where ",
        h("select", { onchange: (event) => { any = event.target.value === "or"; } },
          h("option", { value: "and", selected: !any }, "all"), h("option", { value: "or", selected: any }, "any")), " of these hold:"),
      list,
      h("button", { type: "button", onclick: () => { conditions.push({ attnum: columns[0].id, test: "equal", value: "" }); draw(); } }, "Add a condition"),
      h("footer", {}, h("span", { class: "grow" }),
        h("button", { type: "button", onclick: close }, "Cancel"),
        h("button", { class: "primary" }, "Apply")));
  }, { class: "wide" });
}

function toTree({ attnum, test, value }) {
  const column = { type: "attnum", value: attnum };
  if (test === "not equal") return { type: "not", args: [{ type: "equal", args: [column, { type: "literal", value }] }] };
  const takes = TESTS.find(([name]) => name === test)[2];
  return { type: test, args: takes ? [column, { type: "literal", value }] : [column] };
}

function readConditions(filter) {
  if (!filter) return [];
  const parts = filter.type === "and" || filter.type === "or" ? filter.args : [filter];
  return parts.map((part) => {
    const negated = part.type === "not";
    const inner = negated ? part.args[0] : part;
    return { attnum: inner.args[0].value, test: negated ? "not equal" : inner.type, value: inner.args[1]?.value };
  });
}

/** A filter in words. */
export function filterText(filter, columns) {
  const words = readConditions(filter).map(({ attnum, test, value }) => {
    const name = columns.find(({ id }) => id === attnum)?.name ?? attnum;
    const [, label, takes] = TESTS.find(([known]) => known === test) ?? [test, test, 1];
    return takes ? `${name} ${label} “${value}”` : `${name} ${label}`;
  });
  return words.join(filter.type === "or" ? " or " : " and ");
}
