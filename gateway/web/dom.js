// Elements without a framework: h("button", {class: "primary", onclick: save}, "Save").

/** Makes an element. Properties that begin with "on" are listeners; false, null and undefined are left out. */
export function h(tag, properties, ...children) {
  const element = tag === "svg" || SVG.has(tag)
    ? document.createElementNS("http://www.w3.org/2000/svg", tag)
    : document.createElement(tag);
  for (const [name, value] of Object.entries(properties ?? {})) {
    if (value === false || value === null || value === undefined) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "value" || name === "checked" || name === "selected") element[name] = value;
    else if (name === "dataset") Object.assign(element.dataset, value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  append(element, children);
  return element;
}

const SVG = new Set(["g", "path", "rect", "line", "text", "defs", "marker", "polyline", "title"]);

function append(element, children) {
  for (const child of children) {
    if (child === null || child === undefined || child === false) continue;
    if (Array.isArray(child)) append(element, child);
    else element.append(child instanceof Node ? child : String(child));
  }
}

/** Puts new children in the place of all that are there. */
export function fill(element, ...children) {
  element.replaceChildren();
  append(element, children);
  return element;
}

/** A labelled field of a form. */
export function field(label, input, help) {
  input.id ||= `field-${++numbered}`;
  const hint = help ? h("small", { id: `${input.id}-help` }, help) : null;
  if (hint) input.setAttribute("aria-describedby", hint.id);
  return h("div", { class: "field" }, h("label", { for: input.id }, label), input, hint);
}
let numbered = 0;

/** A modal dialog. `build` gets a function that closes it, and gives its content. Focus goes back where it came from. */
export function openDialog(title, build, options = {}) {
  const before = document.activeElement;
  const dialog = h("dialog", { class: options.class, "aria-labelledby": `dialog-title-${++numbered}` });
  const close = () => dialog.close();
  dialog.addEventListener("close", () => {
    dialog.remove();
    before?.focus?.();
    options.closed?.();
  });
  dialog.append(
    h("header", {},
      h("h2", { id: dialog.getAttribute("aria-labelledby") }, title),
      h("button", { type: "button", class: "quiet", "aria-label": "Close", onclick: close }, "✕")),
    h("div", { class: "dialog-body" }, build(close)));
  document.body.append(dialog);
  dialog.showModal();
  return close;
}

/** Asks before something is lost. */
export function confirmDialog(title, text, action) {
  return new Promise((resolve) => {
    let answer = false;
    openDialog(title, (close) => [
      h("p", {}, text),
      h("footer", {},
        h("button", { type: "button", onclick: close }, "Cancel"),
        h("button", { type: "button", class: "danger", autofocus: true, onclick: () => { answer = true; close(); } }, action)),
    ], { closed: () => resolve(answer) });
  });
}

/** Tells the user, and screen readers, that something has happened. */
export function say(text, kind = "info") {
  const region = document.getElementById("messages");
  const message = h("div", { class: `message ${kind}` },
    h("span", {}, text),
    h("button", { type: "button", class: "quiet", "aria-label": "Dismiss", onclick: () => message.remove() }, "✕"));
  // A notice takes the place of the one before; errors stay until they are dismissed.
  region.querySelectorAll(".message.info").forEach((old) => old.remove());
  region.append(message);
  // Shown again, it stands above a dialog that was opened since.
  region.hidePopover();
  region.showPopover();
  if (kind !== "error") setTimeout(() => message.remove(), 6000);
}

/** The class of a cell in a list. */
export const cellClass = (place, value) => [place, value === null || value === undefined ? "null" : ""].filter(Boolean).join(" ") || null;

/** Runs an action of the user; an error becomes a message. */
export async function attempt(action) {
  try {
    return await action();
  } catch (error) {
    say(describeError(error), "error");
    return undefined;
  }
}

/** An error in a sentence or two. */
export function describeError(error) {
  const data = error.data ?? {};
  return [error.message, data.detail, data.hint].filter(Boolean).join(" — ");
}

/** Calls a function after a pause without further calls. */
export function debounce(wait, action) {
  let timer;
  return (...args) => {
    clearTimeout(timer);
    timer = setTimeout(() => action(...args), wait);
  };
}
