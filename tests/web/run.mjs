// The page as a person uses it: `node run.mjs`, by scripts/test. Needs a gateway with the sample database in it:
//   MATHESAR_GATEWAY   its address, http://127.0.0.1:port
//   MATHESAR_PSQL      the command that runs SQL as a superuser in that database, its words separated by newlines
//   MATHESAR_SHOTS     a folder for screenshots
// Prints a line a check and ends with "# pass N" and "# fail N".

import { execFileSync } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { clickText, fieldOf, findText, openPage, typeInto, withBrowser } from "./browser.mjs";

const base = process.env.MATHESAR_GATEWAY;
const shots = process.env.MATHESAR_SHOTS ?? join(tmpdir(), "mathesar_shots");
const only = process.argv[2] ?? "";
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const problems = [];
let passed = 0;
let failed = 0;
await mkdir(shots, { recursive: true });

/** Runs SQL as a superuser; gives what psql prints. */
function sql(text) {
  const [command, ...words] = process.env.MATHESAR_PSQL.split("\n");
  return execFileSync(command, [...words, "-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1", "-c", text], { encoding: "utf8" }).trim();
}

function assert(condition, text) {
  if (!condition) throw new Error(text);
}

/** Asks until the answer is right: what the page does, it does in its own time. */
async function eventually(ask, text, seconds = 15) {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    if (Date.now() > end) throw new Error(text);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** A view in light and in dark. */
async function shoot(page, name) {
  // A dialog rises for a moment, and can be seen through.
  await page.evaluate(() => Promise.allSettled(document.getAnimations().map((animation) => animation.finished)));
  await page.screenshot({ path: join(shots, `${name}.png`) });
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: "dark" }]);
  await page.screenshot({ path: join(shots, `${name} dark.png`) });
  await page.emulateMediaFeatures([]);
}

/** No finding of axe that keeps somebody from using the page. */
async function checkAccess(page, where) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
  const serious = violations.filter(({ impact }) => ["serious", "critical"].includes(impact));
  assert(serious.length === 0, `${where}: ${serious.map(({ id, nodes }) => `${id} (${nodes.map(({ html }) => html.slice(0, 120)).join(" | ")})`).join("; ")}`);
}

async function check(name, body) {
  if (only && !name.includes(only) && name !== "log in") return;
  problems.length = 0;
  const start = Date.now();
  try {
    await body();
    assert(problems.length === 0, problems.join("; "));
    const errors = await current.$$eval(".message.error span", (texts) => texts.map((text) => text.textContent));
    assert(errors.length === 0, `the page tells of an error: ${errors.join("; ")}`);
    passed += 1;
    console.log(`ok - ${name} (${Date.now() - start} ms)`);
  } catch (error) {
    failed += 1;
    console.log(`not ok - ${name}: ${error.message}`);
    await shoot(current, `failed ${name}`).catch(() => {});
    // Nothing else can be seen then.
    if (name === "log in") {
      console.log(`# pass ${passed}\n# fail ${failed}`);
      process.exit(1);
    }
  }
}

let current;

const cell = (row, column) => `.cell[data-row="${row}"][data-column="${column}"]`;
const textOf = (page, selector) => page.waitForSelector(selector).then((element) => element.evaluate((node) => node.textContent.trim()));
const openTable = async (page, name) => {
  await clickText(page, "nav.side ul a", name);
  await findText(page, "main h1", name);
  await page.waitForSelector(".cell");
};

await withBrowser(async (browser) => {
  const page = current = await openPage(browser, base, problems);

  await check("a wrong password is refused", async () => {
    await page.goto(base);
    await typeInto(page, "input[name=username]", "clerk");
    await typeInto(page, "input[name=password]", "wrong");
    await clickText(page, "button", "Log in");
    await findText(page, ".problem", "PostgreSQL does not let this role in");
  });

  await check("log in", async () => {
    await page.goto(base);
    await page.waitForSelector("input[name=username]");
    await shoot(page, "login");
    await checkAccess(page, "login");
    await typeInto(page, "input[name=username]", "clerk");
    await typeInto(page, "input[name=password]", "open sesame");
    await page.keyboard.press("Enter");
    await findText(page, "main h1", "library");
    await findText(page, "table.list th", "loan");
    await shoot(page, "schema");
    await checkAccess(page, "schema");
  });

  await check("a table with previews of its links", async () => {
    await openTable(page, "loan");
    await findText(page, ".chip", "Nora Whelan");
    await shoot(page, "grid");
    await checkAccess(page, "grid");
  });

  await check("sort by a column", async () => {
    await openTable(page, "author");
    await clickText(page, ".grid-head button", "name");
    await eventually(async () => (await page.$eval(".grid-head [aria-sort=ascending]", (head) => head.textContent)).includes("name"), "not sorted");
    const first = sql("SELECT name FROM library.author ORDER BY name LIMIT 1");
    await eventually(async () => (await textOf(page, cell(0, 1))) === first, `the first row is not ${first}`);
  });

  await check("filter", async () => {
    await openTable(page, "author");
    await clickText(page, "button", "Filter");
    await page.select("dialog select[aria-label=Column]", sql("SELECT attnum FROM pg_attribute WHERE attrelid = 'library.author'::regclass AND attname = 'name'"));
    await page.select("dialog select[aria-label=Test]", "contains_case_insensitive");
    await typeInto(page, "dialog input[aria-label=Value]", "calvino");
    await shoot(page, "filter");
    await clickText(page, "dialog button", "Apply");
    await findText(page, ".filter-line", "contains");
    await eventually(async () => (await page.$$(".grid-row")).length === 1, "not one row");
  });

  await check("search", async () => {
    await openTable(page, "book");
    await typeInto(page, "main input[type=search]", "invisible");
    await eventually(async () => (await textOf(page, cell(0, 1))).includes("Invisible Cities"), "Invisible Cities is not found");
  });

  await check("page through a million rows", async () => {
    await openTable(page, "million");
    const seen = () => page.$eval(".grid", (grid) => grid.scrollHeight / 34);
    const before = await seen();
    for (let step = 0; step < 12; step++) {
      await page.$eval(".grid", (grid) => { grid.scrollTop = grid.scrollHeight; });
      await new Promise((resolve) => setTimeout(resolve, 120));
    }
    await eventually(async () => (await seen()) > before + 500, "no more rows were loaded");
    await findText(page, ".bar .muted", "1,000,000");
    // The other end: by the same index, backwards.
    await clickText(page, ".grid-head button", "id");
    await clickText(page, ".grid-head button", "id");
    await eventually(async () => (await textOf(page, cell(0, 0))).replaceAll(",", "") === "1000000", "the last row is not first");
    assert((await page.$$(".grid-row")).length < 120, "rows that nobody sees are drawn");
    await shoot(page, "million");
  });

  await check("edit a cell", async () => {
    await openTable(page, "author");
    const before = await textOf(page, cell(0, 1));
    await (await page.$(cell(0, 1))).click({ count: 2 });
    await page.waitForSelector(".cell input");
    await page.keyboard.down("Control"); await page.keyboard.press("a"); await page.keyboard.up("Control");
    await page.keyboard.type("Somebody Else");
    await page.keyboard.press("Enter");
    await eventually(() => sql("SELECT count(*) FROM library.author WHERE name = 'Somebody Else'") === "1", "not written");
    await eventually(async () => (await textOf(page, cell(0, 1))) === "Somebody Else", "not shown");
    sql(`UPDATE library.author SET name = $name$${before}$name$ WHERE name = 'Somebody Else'`);
  });

  await check("a value that the type does not take is told", async () => {
    await openTable(page, "author");
    const column = await page.$$eval(".grid-head [role=columnheader]", (heads) => heads.findIndex((head) => head.textContent.includes("born")));
    await (await page.$(cell(0, column))).click({ count: 2 });
    await page.waitForSelector(".cell input");
    await page.keyboard.type("soon");
    await page.keyboard.press("Enter");
    await findText(page, ".message.error", "invalid input syntax");
    await clickText(page, ".message.error button", "✕");
  });

  await check("add, and delete by the keyboard", async () => {
    await openTable(page, "author");
    await clickText(page, "button", "Add a row");
    await (await fieldOf(page, "name")).type("A New Author");
    await shoot(page, "record");
    await checkAccess(page, "record");
    await clickText(page, "dialog button.primary", "Add");
    await eventually(() => sql("SELECT count(*) FROM library.author WHERE name = 'A New Author'") === "1", "not added");
    await typeInto(page, "main input[type=search]", "A New Author");
    await eventually(async () => (await textOf(page, cell(0, 1))) === "A New Author", "not found");
    await page.focus(cell(0, 1));
    await page.keyboard.press("Delete");
    await clickText(page, "dialog button", "Delete");
    await eventually(() => sql("SELECT count(*) FROM library.author WHERE name = 'A New Author'") === "0", "not deleted");
  });

  await check("pick a linked row by its preview", async () => {
    await openTable(page, "loan");
    const column = await page.$$eval(".grid-head [role=columnheader]", (heads) => heads.findIndex((head) => head.textContent.includes("member")));
    await (await page.$(cell(0, column))).click({ count: 2 });
    await page.waitForSelector("dialog input[type=search]");
    await page.keyboard.type("Sam Okonjo");
    await findText(page, "dialog .options button", "Sam Okonjo");
    await eventually(async () => (await page.$$("dialog .options button")).length === 1, "more than one row matches");
    await shoot(page, "picker");
    await page.keyboard.press("Enter");
    await eventually(async () => (await textOf(page, cell(0, column))) === "Sam Okonjo", "not taken over");
    sql("UPDATE library.loan SET member_id = (SELECT id FROM library.member WHERE full_name = 'Nora Whelan') WHERE id = 1");
  });

  await check("import a file", async () => {
    const file = join(tmpdir(), "visits.csv");
    await writeFile(file, "day,visitors,weather\n2026-01-05,12,rain\n2026-01-06,40,sun\n2026-01-07,7,\n");
    await clickText(page, "nav.side a", "Import a file");
    await (await page.waitForSelector("input[type=file]")).uploadFile(file);
    await findText(page, "h2", "3 rows, 3 columns");
    await findText(page, "th .tag", "date");
    await shoot(page, "import");
    await checkAccess(page, "import");
    await clickText(page, "button", "Keep the table");
    await findText(page, "main h1", "visits");
    await eventually(async () => (await textOf(page, cell(2, 2))) === "7", "the third row is not there");
    assert(sql("SELECT format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = 'library.visits'::regclass AND attname = 'visitors'") !== "text", "numbers are text");
  });

  await check("build, run and save an exploration", async () => {
    await clickText(page, "nav.side a", "Explorations");
    await clickText(page, "button", "New exploration");
    await clickText(page, "dialog .options button", "member");
    await findText(page, ".step", "Summarize");
    await clickText(page, ".step", "Summarize");
    await (await fieldOf(page, "One row for each")).select(await page.$eval("dialog select", (select) => select.options[0].value));
    await clickText(page, "dialog button.primary", "Apply");
    await findText(page, "main p.muted", "rows");
    await shoot(page, "exploration");
    await checkAccess(page, "exploration");
    await clickText(page, ".bar button", "SQL");
    await findText(page, "dialog pre", "SELECT");
    await page.keyboard.press("Escape");
    await clickText(page, ".bar button", "Save");
    await (await fieldOf(page, "Name")).type("Members counted");
    await clickText(page, "dialog button.primary", "Save");
    await findText(page, "main h1", "Members counted");
    await clickText(page, "nav.side a", "Explorations");
    await findText(page, "table.list a", "Members counted");
    // A saved one runs when it is opened.
    await clickText(page, "table.list a", "Members counted");
    await findText(page, "main p.muted", "rows");
    await findText(page, "main th", "_count");
  });

  await check("a shared table, opened by a visitor", async () => {
    await openTable(page, "book");
    await clickText(page, ".bar button", "Share");
    await clickText(page, "dialog button.primary", "Make a link");
    const address = await (await findText(page, "dialog .share a", "/shares/")).evaluate((link) => link.href);
    await shoot(page, "share dialog");
    const context = await browser.createBrowserContext();
    const visitor = current = await openPage(context, base, problems);
    await visitor.goto(address);
    await findText(visitor, "td", "Pride and Prejudice");
    await shoot(visitor, "share");
    await checkAccess(visitor, "share");
    await context.close();
    current = page;
    await page.keyboard.press("Escape");
  });

  await check("a form, filled in by a visitor", async () => {
    const token = sql(readFileSync(new URL("form.sql", import.meta.url), "utf8"));
    const context = await browser.createBrowserContext();
    const visitor = current = await openPage(context, base, problems);
    await visitor.goto(`${base}/shares/forms/${token}/`);
    await (await fieldOf(visitor, "Your name")).type("Vera Visitor");
    await shoot(visitor, "form");
    await checkAccess(visitor, "form");
    await clickText(visitor, "button", "Send");
    await findText(visitor, "h1", "Thank you");
    await context.close();
    current = page;
    assert(sql("SELECT count(*) FROM library.author WHERE name = 'Vera Visitor'") === "1", "no row was added");
    sql("DELETE FROM library.author WHERE name = 'Vera Visitor'");
  });

  await check("a diagram of the schema", async () => {
    await clickText(page, "nav.side a", "Diagram");
    await page.waitForSelector(".picture .box");
    const boxes = Number(sql("SELECT count(*) FROM pg_class WHERE relnamespace = 'library'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT relispartition"));
    await eventually(async () => (await page.$$(".picture .box")).length === boxes, `not ${boxes} boxes`);
    await shoot(page, "diagram");
    await checkAccess(page, "diagram");
  });

  await check("what others change is drawn at once", async () => {
    await openTable(page, "author");
    sql("ALTER TABLE library.author ADD COLUMN pen_name text");
    await findText(page, ".grid-head button", "pen_name");
    sql("ALTER TABLE library.author DROP COLUMN pen_name");
    await eventually(async () => !(await page.$eval(".grid-head", (head) => head.textContent)).includes("pen_name"), "the column is still there");
    sql("CREATE TABLE library.brand_new (id int PRIMARY KEY)");
    await findText(page, "nav.side ul a", "brand_new");
    sql("DROP TABLE library.brand_new");
  });

  await check("the keyboard alone", async () => {
    await page.goto(base);
    await findText(page, "table.list th", "loan");
    // Tab to the list of tables, open one, go into the grid, walk, edit, leave.
    await eventually(async () => {
      await page.keyboard.press("Tab");
      return page.evaluate(() => document.activeElement?.textContent === "author" && document.activeElement.tagName === "A");
    }, "the link to a table cannot be reached by Tab", 30);
    await page.keyboard.press("Enter");
    await findText(page, "main h1", "author");
    await page.waitForSelector(".cell");
    await eventually(async () => {
      await page.keyboard.press("Tab");
      return page.evaluate(() => document.activeElement?.matches(".grid, .cell"));
    }, "the grid cannot be reached by Tab", 30);
    for (const key of ["ArrowDown", "ArrowDown", "ArrowRight"]) await page.keyboard.press(key);
    assert(await page.evaluate(() => document.activeElement.matches(".cell")), "the arrows do not move the focus");
    await page.keyboard.press("Enter");
    await page.waitForSelector(".cell input, .cell textarea");
    await page.keyboard.press("Escape");
    assert(await page.evaluate(() => document.activeElement.matches(".cell")), "Escape loses the focus");
  });

  await check("reflections", async () => {
    sql("CREATE TABLE library.note (id int PRIMARY KEY, words text); ALTER TABLE library.note OWNER TO clerk; INSERT INTO library.note VALUES (1, 'one')");
    await page.goto(base);
    await clickText(page, "nav.side a", "Reflections");
    await findText(page, "main .empty", "No table is reflected yet");
    await clickText(page, "main button", "Reflect a table");
    await (await fieldOf(page, "Table")).select(sql("SELECT 'library.note'::regclass::oid"));
    await (await fieldOf(page, "Into the table")).type("library.note_copy");
    await shoot(page, "reflection dialog");
    await clickText(page, "dialog button.primary", "Reflect");
    await findText(page, "main td", "note_copy");
    sql("SET SESSION AUTHORIZATION clerk; SELECT msar.run_reflections()");
    await eventually(() => sql("SELECT count(*) FROM library.note_copy") === "1", "nothing is copied");
    await findText(page, "main .tag", "active");
    await shoot(page, "reflections");
    await checkAccess(page, "reflections");
    await clickText(page, "main button", "Pause");
    await findText(page, "main .tag", "paused");
    await clickText(page, "main button", "Resume");
    await findText(page, "main .tag", "active");
    await clickText(page, "main button", "Drop");
    await clickText(page, "dialog button", "Drop");
    await findText(page, "main .empty", "No table is reflected yet");
  });

  await check("caches", async () => {
    await clickText(page, "nav.side a", "Caches");
    await findText(page, "main .empty", "There is no cache yet");
    sql(readFileSync(new URL("cache.sql", import.meta.url), "utf8"));
    await clickText(page, "nav.side a", "Diagram");
    await clickText(page, "nav.side a", "Caches");
    await findText(page, "main h2", "studio");
    await findText(page, "main td", "yes");
    await findText(page, "main td", "in 1 scope");
    await findText(page, "main small", "no request since");
    for (const type of ["Project", "Project", "Project", "Version"]) {
      await fetch(`${base}/api3/json`, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({
        method_name: "read", params: [{ script_name: "robot", script_key: "k" }, { type, return_fields: ["id"] }] }) });
    }
    await clickText(page, "nav.side a", "Diagram");
    await clickText(page, "nav.side a", "Caches");
    await findText(page, "main dd", "75%");
    await findText(page, "main small", "3 of 4 requests");
    await shoot(page, "caches");
    await checkAccess(page, "caches");
  });

  await check("dark", async () => {
    await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: "dark" }]);
    await openTable(page, "loan");
    await findText(page, ".chip", "Nora Whelan");
    await checkAccess(page, "grid, dark");
    await page.emulateMediaFeatures([]);
  });

  await check("a small screen", async () => {
    await page.setViewport({ width: 420, height: 800 });
    await openTable(page, "book");
    await shoot(page, "small");
    await checkAccess(page, "small");
    await page.setViewport({ width: 1280, height: 800 });
  });

  await check("log out", async () => {
    await clickText(page, "header button", "Log out");
    await page.waitForSelector("input[name=username]");
    await page.goto(base);
    await page.waitForSelector("input[name=username]");
  });
});

console.log(`# pass ${passed}\n# fail ${failed}`);
process.exit(failed === 0 ? 0 : 1);
