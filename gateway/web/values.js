// Values of columns: how they are shown, by the display options of the column, and how they are typed in.

const SEPARATORS = {
  english: ["en-US"], german: ["de-DE"], french: ["fr-FR"], hindi: ["en-IN"], swiss: ["de-CH"],
};

/** The text of a value in the grid. */
export function showValue(value, column) {
  if (value === null || value === undefined) return "";
  const options = column?.metadata ?? {};
  switch (column?.ui_type) {
    case "boolean":
      return value ? options.bool_true ?? "Yes" : options.bool_false ?? "No";
    case "number":
    case "money":
      return showNumber(value, options, column.ui_type);
    case "date":
    case "datetime":
    case "time":
      // The zone is that of the session for all rows, so it says nothing here.
      return showMoment(String(value)).replace(/(\d\d:\d\d)(:00)?(\.0+)?([+-]\d\d:\d\d|Z)?$/, "$1").replace(/([+-]\d\d:\d\d|Z)$/, "");
    case "array":
      return Array.isArray(value) ? value.map((element) => showValue(element)).join(", ") : String(value);
    default:
      return typeof value === "object" ? JSON.stringify(value) : String(value);
  }
}

function showNumber(value, options, kind) {
  const text = String(value);
  if (!/^-?\d+(\.\d+)?$/.test(text)) return text;
  const [whole, fraction = ""] = text.split(".");
  const locale = SEPARATORS[options.num_format]?.[0] ?? "en-US";
  const least = options.num_min_frac_digits ?? 0;
  const most = options.num_max_frac_digits ?? 20;
  const grouping = options.num_grouping === "never" ? false : options.num_grouping === "always" || kind === "money";
  const digits = {
    minimumFractionDigits: Math.max(least, Math.min(fraction.length, most)),
    maximumFractionDigits: Math.max(least, Math.min(fraction.length, most)),
    useGrouping: grouping,
  };
  // A string keeps all its digits here.
  const percent = options.num_show_as_perc ? { style: "percent" } : {};
  const number = new Intl.NumberFormat(locale, { ...digits, ...percent }).format(text);
  const symbol = options.mon_currency_symbol;
  if (kind !== "money" || !symbol) return number;
  return options.mon_currency_location === "end-with-space"
    ? `${number} ${symbol}`
    : number.startsWith("-") ? `-${symbol}${number.slice(1)}` : `${symbol}${number}`;
}

/** 2025-09-22T10:00:00 reads better with a blank, and " AD" says nothing. */
function showMoment(text) {
  return text.replace(/ AD$/, "").replace(/(\d)T(\d)/, "$1 $2").replace(/(:\d\d)\.0(?=\D|$)/, "$1");
}

/** Whether a column's values stand on the right. */
export function isNumeric(column) {
  return column.ui_type === "number" || column.ui_type === "money";
}

/** The text that an editor begins with. */
export function editText(value, column) {
  if (value === null || value === undefined) return "";
  if (["date", "datetime", "time"].includes(column.ui_type)) return showMoment(String(value));
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** What an editor's text means. PostgreSQL reads it by the column's type, so almost everything stays text. */
export function readText(text, column) {
  if (column.ui_type === "array" && text.trim().startsWith("[")) {
    try { return JSON.parse(text); } catch { return text; }
  }
  return text;
}

/** An input for a value. */
export function makeInput(h, column, value) {
  const text = editText(value, column);
  if (column.ui_type === "boolean") {
    return h("select", { "aria-label": column.name },
      option(h, "", value === null || value === undefined, "—"),
      option(h, "true", value === true, column.metadata?.bool_true ?? "Yes"),
      option(h, "false", value === false, column.metadata?.bool_false ?? "No"));
  }
  if (column.ui_type === "enum") {
    return h("select", { "aria-label": column.name },
      option(h, "", !text, "—"),
      (column.enum_values ?? []).map((label) => option(h, label, label === text, label)));
  }
  if (column.ui_type === "json" || (column.ui_type === "text" && text.length > 60)) {
    return h("textarea", { "aria-label": column.name, rows: 3, value: text });
  }
  const types = { date: "date", email: "email", uri: "url" };
  const type = column.ui_type === "date" && text && !/^\d{4}-\d\d-\d\d$/.test(text) ? "text" : types[column.ui_type] ?? "text";
  return h("input", { "aria-label": column.name, type, value: text, inputmode: isNumeric(column) ? "decimal" : null });
}

function option(h, value, selected, label) {
  return h("option", { value, selected }, label);
}

/** The value of such an input: null where it is empty and the column may be. */
export function readInput(input, column) {
  const text = input.value;
  if (column.ui_type === "boolean") return text === "" ? null : text === "true";
  if (text === "" && (column.nullable || column.ui_type !== "text")) return null;
  return readText(text, column);
}
