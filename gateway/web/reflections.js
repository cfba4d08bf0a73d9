// Reflections: tables that follow other tables. How far behind each one is, and what went wrong.

import { msar } from "./api.js";
import { attempt, confirmDialog, field, fill, h, openDialog, say } from "./dom.js";

/** Shows all reflections, and looks again every few seconds while the view is open. */
export function showReflections(target, context) {
  const body = h("div", {});
  fill(target,
    h("div", { class: "bar" }, h("h1", {}, "Reflections"), h("span", { class: "grow" }),
      h("button", { type: "button", class: "primary", onclick: () => addReflection(context, load) }, "Reflect a table")),
    body);
  const load = async () => {
    const status = await attempt(() => msar.get_reflection_status());
    if (!status || !target.contains(body)) return;
    const reflections = Array.isArray(status) ? status : status.reflections ?? [];
    fill(body, reflections.length === 0
      ? h("p", { class: "empty" }, "No table is reflected yet.")
      : h("div", { class: "scroll", tabindex: 0 }, h("table", { class: "list middle" },
        h("thead", {}, h("tr", {}, ["Source", "Target", "State", "Waiting", "Behind", "Copied", "Dead letters", ""].map((head) => h("th", { scope: "col", class: NUMBERS.has(head) ? "number" : "" }, head)))),
        h("tbody", {}, reflections.map((reflection) => drawReflection(reflection, load))))));
  };
  const timer = setInterval(() => { if (target.contains(body)) load(); else clearInterval(timer); }, 3000);
  load();
  return () => {};
}

const NUMBERS = new Set(["Waiting", "Behind", "Dead letters"]);

function drawReflection(reflection, reload) {
  const run = (method, done) => attempt(async () => {
    await msar[method]({ id: reflection.id });
    say(done);
    await reload();
  });
  const paused = reflection.state === "paused";
  const progress = reflection.copy?.progress ?? null;
  return h("tr", {},
    h("th", { scope: "row" }, String(reflection.source?.name ?? reflection.source)),
    h("td", {}, String(reflection.target?.name ?? reflection.target?.table ?? reflection.target)),
    h("td", {}, h("span", { class: "tag" }, reflection.state), reflection.last_error ? h("div", { class: "problem" }, reflection.last_error.message) : null),
    h("td", { class: "number" }, reflection.events_waiting ?? 0),
    h("td", { class: "number" }, reflection.lag_seconds === null || reflection.lag_seconds === undefined ? "—" : `${Math.round(reflection.lag_seconds)} s`),
    h("td", {}, progress === null ? "—" : h("div", { class: "progress", role: "progressbar", "aria-label": "Copied", "aria-valuenow": Math.round(progress * 100), "aria-valuemin": 0, "aria-valuemax": 100 }, bar(progress))),
    h("td", { class: "number" }, reflection.dead_letters ?? 0),
    h("td", {}, h("div", { class: "buttons" },
      h("button", { type: "button", onclick: () => run(paused ? "resume_reflection" : "pause_reflection", paused ? "The reflection goes on." : "The reflection is paused.") }, paused ? "Resume" : "Pause"),
      reflection.dead_letters ? h("button", { type: "button", onclick: () => run("retry_dead_letters", "The dead letters are tried again.") }, "Retry") : null,
      h("button", {
        type: "button", class: "danger", onclick: async () => {
          if (await confirmDialog("Drop this reflection?", "The target table stays as it is, and follows no longer.", "Drop")) run("drop_reflection", "The reflection is dropped.");
        },
      }, "Drop"))));
}

function bar(share) {
  const element = h("div", {});
  element.style.width = `${Math.round(share * 100)}%`;
  return element;
}

function addReflection(context, reload) {
  const relations = [...context.relations.values()].filter(({ type }) => type === "table");
  const source = h("select", {}, relations.map(({ oid, name }) => h("option", { value: oid }, name)));
  const table = h("input", { required: true, placeholder: "schema.table" });
  const server = h("input", { placeholder: "this database" });
  openDialog("Reflect a table", (close) => h("form", {
    onsubmit: (event) => {
      event.preventDefault();
      attempt(async () => {
        await msar.add_reflection({ source: Number(source.value), target: { table: table.value, ...(server.value ? { server: server.value } : {}) } });
        close();
        await reload();
      });
    },
  },
    field("Table", source),
    field("Into the table", table, "It is created if there is none of this name."),
    field("On the server (optional)", server, "A foreign server of mathesar_ext with your user mapping."),
    h("footer", {}, h("span", { class: "grow" }), h("button", { type: "button", onclick: close }, "Cancel"), h("button", { class: "primary" }, "Reflect"))));
}
