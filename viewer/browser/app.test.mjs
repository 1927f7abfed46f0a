// The application as a user meets it: `fathom serve` with the default model, in a real browser.

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { launch, out, PATIENCE, serve, settle, stopServing } from "./support.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const folder = mkdtempSync(join(tmpdir(), "fathom-app-"));
let browser;
let url;

before(async () => {
  browser = await launch();
  url = await serve("--data", join(folder, "one"));
});
after(async () => {
  await browser?.close();
  await stopServing();
  rmSync(folder, { recursive: true, force: true });
});

/** Opens a page and collects what should not be there: requests to anybody else, errors. */
async function open(browser, address) {
  const context = await browser.newContext({ viewport: { width: 1360, height: 860 } });
  context.setDefaultTimeout(PATIENCE);
  const page = await context.newPage();
  const troubles = [];
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && troubles.push(message.text()));
  page.on("pageerror", (error) => troubles.push(String(error)));
  page.on("request", (request) => {
    const other = new URL(request.url());
    if (/^https?:/.test(other.protocol) && other.origin !== new URL(address).origin) troubles.push(`request: ${other}`);
  });
  await page.goto(address);
  return { page, context, troubles };
}

const title = (page) => page.textContent(".f-title");
const idle = (page) => page.waitForFunction(() => document.querySelector(".a-status").hidden && location.pathname.startsWith("/r/"), null, { timeout: PATIENCE });

/** Types a prompt, sends it, and waits for the whole reading. */
async function read(page, prompt) {
  const from = page.url();
  await page.fill("#a-prompt", prompt);
  await page.keyboard.press("Control+Enter");
  await page.waitForURL((now) => now.pathname !== new URL(from).pathname);
  await page.waitForFunction(() => !document.querySelector(".a-status").hidden || document.querySelector(".a-open[aria-current]"));
  await idle(page);
  await page.waitForFunction((words) => document.querySelector(".f-title")?.textContent.includes(words), prompt.split(" ").at(-1));
}

async function violations(page) {
  await page.evaluate(axe);
  const found = await page.evaluate(() => globalThis.axe.run(document, { runOnly: ["wcag2a", "wcag2aa"] }));
  return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(" ")).join(", ")}`);
}

describe("the application", () => {
  test("opens at once with a finished reading, and asks nobody else", async () => {
    const { page, troubles, context } = await open(browser, url);
    await page.waitForSelector(".f-title");
    assert.match(await title(page), /Heathrow airport/);
    assert.deepEqual(troubles, []);
    for (const scheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme: scheme });
      await page.reload();
      await page.waitForSelector(".f-title");
      await page.screenshot({ path: join(out, `app-${scheme}.png`) });
      assert.deepEqual(await violations(page), []);
    }
    await context.close();
  });

  test("streams columns, keeps the reading, and opens it again by its link", async () => {
    const { page, troubles, context } = await open(browser, url);
    await page.waitForSelector(".f-title");
    await page.fill('input[aria-label="Tokens to generate"]', "12");
    await page.fill("#a-prompt", "The keys to the cabinet");
    await page.click(".a-run");
    // It grows while it runs.
    await page.waitForFunction(() => /Token \d+ of 12/.test(document.querySelector(".a-words").textContent));
    await page.waitForFunction(() => document.querySelector(".f-title").textContent.startsWith("The keys"));
    await idle(page);
    assert.match(await page.textContent(".a-open[aria-current]"), /The keys to the cabinet/);
    // Any token's true ranks are asked of the server.
    await page.click('[role="tab"]:has-text("Watch")');
    await page.fill('input[aria-label="Watch a token"]', "␣wardrobe");
    const [answer] = await Promise.all([page.waitForResponse(/\/ranks$/), page.click('.f-adder button')]);
    assert.equal(answer.status(), 200);
    await page.waitForFunction(() => document.body.textContent.includes("wardrobe"));
    // A word of several tokens: its first has the numbers, and the name.
    await page.fill('input[aria-label="Watch a token"]', "antidisestablishmentarianism");
    await page.click(".f-adder button");
    await page.waitForSelector('.f-chip:has-text("first of 5")');
    assert.equal(await page.locator(".f-chip").last().locator("bdi").textContent(), "ant");
    assert.match(await page.textContent(".f-adder .f-note"), /those of ant, the first of 5 tokens of “antidisestablishmentarianism”/);
    assert.match(await page.getAttribute("canvas.f-chart", "aria-label"), /ant \(first of 5 tokens of “antidis/);
    const link = page.url().replace(/#.*/, "");
    const again = await open(browser, link);
    await again.page.waitForSelector(".f-title");
    assert.match(await title(again.page), /^The keys to the cabinet/);
    assert.equal(await again.page.inputValue("#a-prompt"), "The keys to the cabinet");
    assert.deepEqual([...troubles, ...again.troubles], []);
    await again.context.close();
    await context.close();
  });

  test("compares with the run before, and branches from another token", async () => {
    const { page, troubles, context } = await open(browser, url);
    await page.waitForSelector(".f-title");
    await read(page, "The capital of France is");
    await read(page, "The capital of Chile is");
    await page.click("text=Compare with the run before");
    await page.waitForSelector('[role="tab"][aria-selected="true"]:has-text("Compare")');
    await page.click('[role="tab"]:has-text("Heatmap")');
    await page.click(".f-actions button");
    await page.fill('dialog input[aria-label="The new token"]', "␣London");
    const from = page.url();
    await page.click('dialog button[type="submit"]');
    await page.waitForURL((now) => now.pathname !== new URL(from).pathname);
    await idle(page);
    await page.waitForFunction(() => document.querySelector(".f-title").textContent.includes("London"));
    assert.deepEqual(troubles, []);
    await context.close();
  });

  test("cancels, and says what is wrong with a request", async () => {
    const { page, context } = await open(browser, url);
    await page.waitForSelector(".f-title");
    await page.fill('input[aria-label="Tokens to generate"]', "250");
    await page.fill("#a-prompt", "Once upon a time");
    await page.click(".a-run");
    await page.waitForFunction(() => /Token \d+ of 250/.test(document.querySelector(".a-words").textContent));
    await page.click(".a-status >> text=Cancel");
    await page.waitForSelector('.a-status[data-kind="note"]');
    // The line above takes of the grid's height, not of the cursor's row.
    await settle(page);
    const lowest = await page.locator(".f-scroller").evaluate((element) => element.scrollTop + element.clientHeight - element.scrollHeight);
    assert.ok(Math.abs(lowest) < 2, `the last layer is ${lowest} out of view`);
    // The newest stands first, whatever became of those before.
    await page.fill('input[aria-label="Tokens to generate"]', "2");
    await read(page, "The keys to the cabinet");
    assert.match(await page.textContent(".a-list li:nth-child(1)"), /The keys/);
    assert.match(await page.textContent(".a-list li:nth-child(2)"), /Once upon a time.*stopped/s);
    await page.fill("#a-prompt", "word ".repeat(2000));
    await page.click(".a-run");
    await page.waitForSelector('.a-status[data-kind="error"]');
    assert.match(await page.textContent(".a-words"), /tokens, and this server takes up to 1024/);
    await page.goto(`${url}r/0000000000000`);
    await page.waitForSelector('.a-status[data-kind="error"]');
    assert.match(await page.textContent(".a-words"), /there is no reading/);
    assert.equal(await page.locator(".f-title").count(), 0);
    await context.close();
  });

  test("names and deletes readings, and keeps hostile text as text", async () => {
    const { page, troubles, context } = await open(browser, url);
    await page.waitForSelector(".f-title");
    await read(page, '</script><img src=x onerror="window.evil=1">\u202eevil end');
    const first = ".a-list li:first-child";
    await page.click(`${first} .a-dots`);
    await page.click(`${first} .a-menu >> text=Rename`);
    await page.fill(".a-rename", '<b onclick="x">mine</b>');
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => document.querySelector(".a-name").textContent === '<b onclick="x">mine</b>');
    assert.equal(await page.evaluate(() => window.evil), undefined);
    assert.equal(await page.locator(".a-list b, .a-list img").count(), 0);
    assert.doesNotMatch(await page.textContent(".a-list"), /\u202e/);
    // Deleting is asked about, and what was shown is not pretended to be there still.
    const count = await page.locator(".a-list li").count();
    const remove = async (answer) => {
      await page.click(`${first} .a-dots`);
      await page.click(`${first} .a-menu >> text=Delete`);
      assert.match(await page.textContent("dialog[open] h2"), /^Delete “<b onclick="x">mine/);
      await page.click(`dialog[open] >> text=${answer}`);
    };
    await remove("Keep it");
    assert.equal(await page.locator(".a-list li").count(), count);
    await remove("/^Delete$/");
    await page.waitForFunction((n) => document.querySelectorAll(".a-list li").length === n - 1, count);
    await page.waitForFunction(() => document.querySelector(".f-title")?.textContent.includes("Heathrow"));
    assert.equal(await page.inputValue("#a-prompt"), "");
    assert.ok(await page.locator("text=Compare with the run before").isHidden());
    assert.match(await page.textContent(".a-words"), /Deleted/);
    assert.deepEqual(troubles, []);
    await context.close();
  });

  test("shows in one tab what another has made", async () => {
    const { page, context } = await open(browser, url);
    const other = await context.newPage();
    await other.goto(url);
    await other.waitForSelector(".f-title");
    await page.bringToFront();
    await read(page, "Two tabs of one server");
    await other.waitForSelector('.a-list li:first-child:has-text("Two tabs")', { state: "attached" });
    await context.close();
  });

  test("has room for its views in a narrow window and a low one", async () => {
    const { page, context } = await open(browser, url);
    await page.waitForSelector(".f-title");
    for (const [width, height] of [[420, 800], [1000, 700]]) {
      await page.setViewportSize({ width, height });
      for (const [view, box, most] of [["Heatmap", ".f-scroller", 300], ["Watch", ".f-chart-box", 240], ["Table", ".f-table-box", 240]]) {
        await page.click(`[role="tab"]:has-text("${view}")`);
        await settle(page);
        const tall = await page.locator(box).evaluate((element) => element.clientHeight);
        assert.ok(tall >= most, `${view} at ${width} x ${height}: ${tall} pixels`);
        // No empty band where the colours' controls were.
        assert.equal(await page.locator(".f-colour").isVisible(), view === "Heatmap");
      }
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "nothing stands out at the side");
    }
    await context.close();
  });

  test("asks for the token of a server that has one", async () => {
    const secret = "0123456789abcdefghij";
    const address = await serve("--data", join(folder, "two"), "--token", secret);
    const { page, context } = await open(browser, address.replace(/#.*/, ""));
    await page.waitForSelector(".a-gate");
    await page.goto("about:blank");
    await page.goto(address);
    await page.waitForSelector(".f-title");
    assert.ok(!page.url().includes(secret), "the token leaves the address");
    await page.goto(address.replace(/#.*/, ""));
    await page.waitForSelector(".f-title");
    await context.close();
  });
});
