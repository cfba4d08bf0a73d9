// A browser to drive: Debian's Chromium, headless, that speaks to the gateway alone.

import puppeteer from "puppeteer-core";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Runs `use` with a page. What the page's console reports as an error is collected in `problems`. */
export async function withBrowser(use) {
  const profile = await mkdtemp(join(tmpdir(), "mathesar_web."));
  const browser = await puppeteer.launch({
    executablePath: process.env.MATHESAR_CHROMIUM ?? "/usr/bin/chromium",
    userDataDir: profile,
    args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
      "--disable-component-update", "--disable-sync", "--lang=en-US"],
  });
  try {
    return await use(browser);
  } finally {
    await browser.close();
    await rm(profile, { recursive: true, force: true });
  }
}

/** A page whose problems are remembered: errors in the console, and requests to other hosts. */
export async function openPage(browser, base, problems) {
  const page = await browser.newPage();
  await page.setViewport({ width: 1280, height: 800 });
  page.on("console", (message) => {
    // Chromium reports each answer of 4xx as an error; a test that expects one says so.
    if (message.type() === "error" && !/status of 4\d\d/.test(message.text())) problems.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => problems.push(`page: ${error.message}`));
  page.on("request", (request) => {
    const address = request.url();
    if (!address.startsWith(base) && !/^(data|blob):/.test(address)) problems.push(`request to ${address}`);
  });
  return page;
}

/** Waits until an element with this text is there, and gives it. */
export async function findText(page, selector, text, timeout = 15000) {
  const handle = await page.waitForFunction((wanted, words) =>
    [...document.querySelectorAll(wanted)].find((element) => element.checkVisibility() && element.textContent.trim().includes(words)),
  { timeout }, selector, text).catch(() => { throw new Error(`there is no ${selector} with the text "${text}"`); });
  return handle.asElement();
}

export async function clickText(page, selector, text) {
  await (await findText(page, selector, text)).click();
}

/** Puts a text in the place of what a field holds. */
export async function typeInto(page, selector, text) {
  const input = await page.waitForSelector(selector, { visible: true, timeout: 15000 });
  await input.click({ count: 3 });
  await page.keyboard.press("Backspace");
  await input.type(text);
}

/** The field of a form with this label. */
export async function fieldOf(page, label) {
  const handle = await page.waitForFunction((words) => {
    const found = [...document.querySelectorAll("label")].find((element) => element.checkVisibility() && element.textContent.trim().startsWith(words));
    return found && (found.control ?? found.querySelector("input, select, textarea, button"));
  }, { timeout: 15000 }, label).catch(() => { throw new Error(`there is no field "${label}"`); });
  return handle.asElement();
}
