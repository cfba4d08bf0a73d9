// A schema as a picture: a box a table, a line a foreign key. Drawn from the description that the page holds anyway.

import { fill, h } from "./dom.js";

const BOX = { width: 210, head: 30, line: 20, most: 9, gap: 70 };

/** Draws the open schema. Gives a function that draws it again. */
export function showDiagram(target, context) {
  const draw = () => {
    const relations = [...context.relations.values()].filter(({ kind }) => kind !== "partition");
    const links = findLinks(relations);
    const placed = place(relations, links);
    const svg = drawPicture(placed, links, context);
    let scale = 1;
    const zoom = (factor) => {
      scale = Math.min(2, Math.max(0.2, scale * factor));
      svg.style.width = `${placed.width * scale}px`;
    };
    fill(target,
      h("div", { class: "bar" }, h("h1", {}, "Diagram"),
        h("span", { class: "muted" }, `${relations.length} tables and views, ${links.length} links`),
        h("span", { class: "grow" }),
        h("button", { type: "button", "aria-label": "Smaller", onclick: () => zoom(0.8) }, "−"),
        h("button", { type: "button", "aria-label": "Larger", onclick: () => zoom(1.25) }, "+"),
        h("button", { type: "button", onclick: () => save(svg) }, "Save as SVG")),
      h("div", { class: "diagram", tabindex: 0, role: "region", "aria-label": "Diagram of the schema" }, svg));
    zoom(1);
  };
  draw();
  return draw;
}

function findLinks(relations) {
  const there = new Set(relations.map(({ oid }) => oid));
  return relations.flatMap((relation) => relation.constraints
    .filter(({ foreign_key: key }) => key && there.has(key.referent.oid))
    .map(({ name, foreign_key: key }) => ({ name, from: relation.oid, to: key.referent.oid, columns: key.columns })));
}

/**
 * Columns of boxes: a table stands right of those that it refers to. Within a column, a box stands near the middle of
 * what it is linked with, so that lines cross little.
 */
function place(relations, links) {
  const level = new Map(relations.map(({ oid }) => [oid, 0]));
  for (let round = 0; round < relations.length; round++) {
    let moved = false;
    for (const { from, to } of links) {
      if (from !== to && level.get(from) <= level.get(to) && level.get(to) < 6) {
        level.set(from, level.get(to) + 1);
        moved = true;
      }
    }
    if (!moved) break;
  }
  const linked = new Set(links.flatMap(({ from, to }) => [from, to]));
  const columns = [];
  for (const relation of relations) {
    const at = linked.has(relation.oid) ? level.get(relation.oid) : -1;
    if (at >= 0) (columns[at] ??= []).push(relation);
  }
  const alone = relations.filter(({ oid }) => !linked.has(oid));
  const order = new Map();
  const middle = (relation) => {
    const others = links.filter(({ from, to }) => from === relation.oid || to === relation.oid)
      .map(({ from, to }) => order.get(from === relation.oid ? to : from)).filter((place) => place !== undefined);
    return others.length ? others.reduce((sum, place) => sum + place, 0) / others.length : order.get(relation.oid) ?? 0;
  };
  const used = columns.filter(Boolean);
  for (const column of used) column.sort((a, b) => a.name.localeCompare(b.name)).forEach(({ oid }, at) => order.set(oid, at));
  for (let round = 0; round < 4; round++) {
    for (const column of used) {
      column.map((relation) => [middle(relation), relation]).sort(([a], [b]) => a - b)
        .forEach(([, relation], at) => { column[at] = relation; order.set(relation.oid, at); });
    }
  }
  const boxes = new Map();
  let x = 20;
  let height = 0;
  const stack = (column, left) => {
    let y = 20;
    for (const relation of column) {
      const shown = Math.min(relation.columns.length, BOX.most);
      const more = relation.columns.length > shown;
      const tall = BOX.head + (shown + (more ? 1 : 0)) * BOX.line + 8;
      boxes.set(relation.oid, { relation, x: left, y, height: tall, shown, more });
      y += tall + 24;
    }
    height = Math.max(height, y);
  };
  for (const column of used) {
    stack(column, x);
    x += BOX.width + BOX.gap;
  }
  const tall = Math.max(6, Math.ceil(alone.length / 3));
  for (let at = 0; at < alone.length; at += tall) {
    stack(alone.slice(at, at + tall), x);
    x += BOX.width + 30;
  }
  return { boxes, width: Math.max(x, 300), height: Math.max(height, 120) };
}

function drawPicture({ boxes, width, height }, links, context) {
  return h("svg", { viewBox: `0 0 ${width} ${height}`, role: "group", "aria-label": "Tables and their links", class: "picture" },
    h("defs", {}, h("marker", { id: "arrow", viewBox: "0 0 8 8", refX: 7, refY: 4, markerWidth: 8, markerHeight: 8, orient: "auto" },
      h("path", { d: "M0 0L8 4L0 8z", class: "arrow" }))),
    links.map((link) => drawLink(link, boxes)),
    [...boxes.values()].map((box) => drawBox(box, context)));
}

function drawLink({ name, from, to, columns }, boxes) {
  const source = boxes.get(from);
  const goal = boxes.get(to);
  const at = (box, attnum) => {
    const place = box.relation.columns.findIndex(({ id }) => id === attnum);
    return box.y + BOX.head + (Math.min(place < 0 ? 0 : place, box.shown) + 0.5) * BOX.line;
  };
  const y1 = at(source, columns[0].attnum);
  const y2 = at(goal, columns[0].referent_attnum);
  const isRight = source.x > goal.x;
  const x1 = isRight ? source.x : source.x + BOX.width;
  const x2 = isRight || source.x === goal.x ? goal.x + BOX.width : goal.x;
  const bend = Math.max(30, Math.abs(x1 - x2) / 2);
  const c1 = isRight ? x1 - bend : x1 + bend;
  const c2 = isRight || source.x === goal.x ? x2 + bend : x2 - bend;
  return h("path", { class: "link-line", d: `M${x1} ${y1}C${c1} ${y1} ${c2} ${y2} ${x2} ${y2}`, "marker-end": "url(#arrow)" },
    h("title", {}, `${source.relation.name}.${columns.map(({ name: column }) => column).join(", ")} → ${goal.relation.name} (${name})`));
}

function drawBox({ relation, x, y, height, shown, more }, context) {
  const cut = (text, most) => text.length > most ? `${text.slice(0, most - 1)}…` : text;
  const open = () => context.go(`#/table/${relation.oid}`);
  return h("g", {
    transform: `translate(${x} ${y})`, class: `box ${relation.type}`, tabindex: 0, role: "link", "aria-label": `Open ${relation.name}`,
    onclick: open, onkeydown: (event) => { if (event.key === "Enter") open(); },
  },
    h("rect", { width: BOX.width, height, rx: 6 }),
    h("path", { class: "box-head", d: `M0 ${BOX.head}V6Q0 0 6 0H${BOX.width - 6}Q${BOX.width} 0 ${BOX.width} 6V${BOX.head}z` }),
    h("text", { x: 10, y: 20, class: "box-name" }, cut(relation.name, 26)),
    relation.columns.slice(0, shown).map((column, at) => [
      h("text", { x: 10, y: BOX.head + (at + 0.7) * BOX.line, class: column.primary_key ? "box-key" : null }, cut(column.name, 18)),
      h("text", { x: BOX.width - 10, y: BOX.head + (at + 0.7) * BOX.line, class: "box-type" }, cut(column.type_full.replace("character varying", "varchar").replace(/timestamp with(out)? time zone/, "timestamp"), 14)),
    ]),
    more ? h("text", { x: 10, y: BOX.head + (shown + 0.7) * BOX.line, class: "box-type start" }, `${relation.columns.length - shown} more`) : null);
}

function save(svg) {
  const copy = svg.cloneNode(true);
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  const rules = [...document.styleSheets].flatMap((sheet) => [...sheet.cssRules]).map(({ cssText }) => cssText)
    .filter((text) => /box|link-line|arrow|:root|picture/.test(text)).join("\n");
  copy.prepend(h("style", {}, rules));
  const address = URL.createObjectURL(new Blob([copy.outerHTML], { type: "image/svg+xml" }));
  h("a", { href: address, download: "schema.svg" }).click();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}
