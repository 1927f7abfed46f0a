// The notebook widget in a real browser: two of them on one page, each with a copy of the module of its own, as a
// notebook evaluates them; a stub stands for the kernel.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, before, beforeEach, afterEach, describe, test } from "node:test";
import { exported, fixtures, launch, out, PATIENCE, settle } from "./support.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const pack = readFileSync(join(fixtures, "example.pack")).toString("base64");
const module = readFileSync(new URL("../../crates/fathom-render/assets/widget.js", import.meta.url));

/** What a notebook's page does: a model for each widget, keys heard on their way down and up, a theme. */
const HOST = `
const bytes = () => new DataView(Uint8Array.from(atob("${pack}"), (c) => c.charCodeAt(0)).buffer);
class Model {
  constructor(traits) { this.traits = traits; this.sent = []; this.listeners = []; }
  get(name) { return this.traits[name]; }
  on(event, hear) { this.listeners.push([event, hear]); }
  off(event, hear) { this.listeners = this.listeners.filter(([e, h]) => e !== event || h !== hear); }
  send(content) { this.sent.push(content); }
  set(name, value) { this.traits[name] = value; this.tell("change:" + name); }
  tell(event, ...args) { for (const [e, hear] of [...this.listeners]) if (e === event) hear(...args); }
}
// As Lumino's: on the way down, at the document, and never for what an element keeps for itself.
window.seen = { commands: [], bubbled: [] };
document.addEventListener("keydown", (event) => {
  let element = event.composedPath()[0];
  for (; element; element = element.parentElement ?? element.getRootNode()?.host) {
    if (element.hasAttribute?.("data-lm-suppress-shortcuts")) return;
  }
  window.seen.commands.push((event.ctrlKey ? "Ctrl " : "") + event.key);
}, true);
// JupyterLab's rules for whatever an output holds.
const lab = new CSSStyleSheet();
lab.replaceSync(".jp-OutputArea-output dl, .jp-OutputArea-output dt, .jp-OutputArea-output dd { display: block }" +
  ".jp-OutputArea-output dl { width: 100%; overflow: hidden } .jp-OutputArea-output dt { font-weight: bold; float: left; width: 20% }" +
  ".jp-OutputArea-output dd { float: left; width: 80% } .jp-OutputArea-output pre { word-break: break-all; white-space: pre-wrap }");
document.adoptedStyleSheets = [lab];
document.addEventListener("keydown", (event) => window.seen.bubbled.push(event.key));
window.show = async (name, traits, shadow) => {
  const before = new Set(Object.getOwnPropertyNames(window));
  const { default: widget } = await import("/widget.js?" + name);
  const box = document.getElementById(name);
  const el = document.createElement("div");
  const root = shadow ? box.attachShadow({ mode: "open" }) : box;
  const model = new Model({ pack: bytes(), view: {}, ...traits });
  // Rendered before it is attached, as notebooks do.
  const stop = widget.render({ model, el });
  root.append(el);
  window[name + "Globals"] = Object.getOwnPropertyNames(window).filter((key) => !before.has(key) && !/(Globals|Widget)$/.test(key));
  window[name + "Widget"] = { model, el, stop: await stop };
};
window.ready = true;
`;
const PAGE = `<!doctype html><html lang="en"><meta charset="utf-8"><title>A notebook</title>
<body data-jp-theme-light="true"><main><h1>A notebook</h1><div class="cell jp-OutputArea-output"><div id="one"></div></div><div class="cell"><div id="two"></div></div><input aria-label="a cell" id="cell"></main>
<script type="module" src="/host.js"></script></body></html>`;

let server;
let browser;
let address;
let page;
let context;
let troubles;

before(async () => {
  browser = await launch();
  server = createServer((request, response) => {
    const script = { "/widget.js": module, "/host.js": HOST }[request.url.split("?")[0]];
    response.setHeader("content-type", script ? "text/javascript" : "text/html");
    // As strict as a host may be: no style but what a script sets.
    response.setHeader("content-security-policy", "default-src 'none'; script-src 'self'; img-src data:");
    response.end(script ?? PAGE);
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  address = `http://127.0.0.1:${server.address().port}/`;
});
after(async () => {
  await browser?.close();
  server?.close();
});
beforeEach(async () => {
  context = await browser.newContext({ viewport: { width: 1000, height: 1300 } });
  context.setDefaultTimeout(PATIENCE);
  page = await context.newPage();
  troubles = [];
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && troubles.push(message.text()));
  page.on("pageerror", (error) => troubles.push(String(error)));
  page.on("request", (request) => {
    const ours = ["/", "/host.js", "/widget.js", "/favicon.ico"].includes(new URL(request.url()).pathname) && request.url().startsWith(address);
    if (!ours && !/^(data|blob):/.test(request.url())) troubles.push(`request: ${request.url()}`);
  });
  await page.goto(address);
  await page.waitForFunction(() => window.ready);
});
afterEach(() => context.close());

/** Two widgets, the second in a shadow root. */
async function both(one = {}, two = {}) {
  await page.evaluate(([one, two]) => Promise.all([window.show("one", one), window.show("two", two, true)]), [one, two]);
  for (const name of ["one", "two"]) await page.waitForFunction((name) => window[`${name}Widget`], name);
  await settle(page);
}
const metric = (name) => page.locator(`#${name} .f-colour select`).inputValue();
const ground = (name) => page.locator(`#${name} .fathom`).evaluate((element) => getComputedStyle(element).backgroundColor);
const sheets = () => page.evaluate(() => [document, document.getElementById("two").shadowRoot].map((root) => (root?.adoptedStyleSheets.length ?? 0) - (root === document ? 1 : 0)));

describe("the notebook widget", () => {
  test("stands beside another, dressed once a root, with nothing left on the page", async () => {
    await both({}, { pack: null });
    assert.match(await page.locator("#two .fathom-widget").textContent(), /can't be shown: .*`pack` trait/);
    assert.deepEqual(await sheets(), [1, 1]);
    await page.evaluate(() => window.show("one", {}));
    await settle(page);
    assert.deepEqual(await sheets(), [1, 1]);
    assert.deepEqual(await page.evaluate(() => [...window.oneGlobals, ...window.twoGlobals]), []);
    assert.equal(await page.locator("#one .fathom").count(), 2);
    const ids = await page.evaluate(() => [...document.querySelectorAll("#one [id]")].map((element) => element.id));
    assert.equal(new Set(ids).size, ids.length);
    assert.deepEqual(troubles, []);
  });

  test("looks the same whatever styles the notebook has", async () => {
    await both();
    const boxes = await page.evaluate(() =>
      ["#one", "#two"].map((name) => {
        const host = document.querySelector(name);
        return [...(host.shadowRoot ?? host).querySelectorAll(".f-numbers div")].map((pair) => {
          const [term, value] = [...pair.children].map((child) => child.getBoundingClientRect());
          return { below: value.top >= term.bottom - 1, width: Math.round(term.width), weight: getComputedStyle(pair.firstElementChild).fontWeight };
        });
      }),
    );
    assert.ok(boxes[0].length === 5 && boxes[0].every(({ below }) => below), JSON.stringify(boxes));
    assert.deepEqual(boxes[0], boxes[1], "in the notebook's own styles, and out of their reach");
  });

  test("takes the keys that it uses, within itself, and leaves the rest to the notebook", async () => {
    await both();
    await page.keyboard.press("m");
    assert.deepEqual([await metric("one"), await metric("two")], ["rank", "rank"], "no focus, no key");
    for (const [name, other] of [["one", "two"], ["two", "one"]]) {
      await page.locator(`#${name} .f-scroller`).focus();
      await page.evaluate(() => (window.seen = { commands: [], bubbled: [] }));
      const before = await metric(other);
      for (const key of ["m", "ArrowUp", "d", "Shift+Enter", "Control+s", "Control+Home"]) await page.keyboard.press(key);
      assert.deepEqual([await metric(name), await metric(other)], ["prob", before]);
      const { commands, bubbled } = await page.evaluate(() => window.seen);
      const alone = (keys) => keys.filter((key) => !/^(Ctrl )?(Shift|Control)$/.test(key));
      assert.deepEqual(alone(commands), ["d", "Enter", "Ctrl s"], name);
      assert.deepEqual(alone(bubbled), ["d", "Enter", "s"], name);
    }
    // Words typed into the widget are no commands either.
    await page.locator("#two .f-search").focus();
    await page.evaluate(() => (window.seen = { commands: [], bubbled: [] }));
    await page.keyboard.type("add");
    assert.deepEqual((await page.evaluate(() => window.seen)).commands, []);
    assert.equal(await page.locator("#two .f-search").inputValue(), "add");
    await page.locator("#cell").focus();
    await page.keyboard.type("m");
    assert.deepEqual([await page.inputValue("#cell"), await metric("one")], ["m", "prob"]);
    assert.deepEqual((await page.evaluate(() => window.seen)).commands, ["m"]);
  });

  test("follows the notebook's theme rather than the system's", async () => {
    await page.emulateMedia({ colorScheme: "dark" });
    await both({}, { view: { theme: "light" } });
    assert.deepEqual([await ground("one"), await ground("two")], ["rgb(255, 255, 255)", "rgb(255, 255, 255)"]);
    await page.evaluate(() => (document.body.dataset.jpThemeLight = "false"));
    await page.waitForFunction(() => document.querySelector("#one .fathom").dataset.shade === "dark");
    assert.deepEqual([await ground("one"), await ground("two")], ["rgb(20, 22, 27)", "rgb(255, 255, 255)"]);
    await page.screenshot({ path: join(out, "widget-dark.png") });
    await page.evaluate(() => delete document.body.dataset.jpThemeLight);
    await page.emulateMedia({ colorScheme: "light" });
    await page.waitForFunction(() => document.querySelector("#one .fathom").dataset.shade === "light");
  });

  test("asks the kernel for what the reading did not record, and shows the answer", async () => {
    await both({ view: { view: "watch", watch: [5] } }, { view: { view: "watch", ask: false } });
    await page.locator("#one .f-input").fill("␣zebra");
    await page.locator("#one .f-adder button").click();
    await page.waitForFunction(() => window.oneWidget.model.sent.length > 0);
    assert.deepEqual(await page.evaluate(() => window.oneWidget.model.sent[0].tokens), [{ text: " zebra" }]);
    await page.evaluate(() => {
      const { model } = window.oneWidget;
      const cells = 5 * 7;
      const of = (Type, value) => new DataView(new Type(cells).fill(value).buffer);
      model.tell("msg:custom", { answer: model.sent[0].id, tokens: [{ id: 999, text: " zebra" }] }, [of(Uint32Array, 17), of(Float32Array, 0.25), of(Float32Array, 3)]);
    });
    await page.waitForFunction(() => document.querySelectorAll("#one .f-chip").length === 2);
    assert.match(await page.locator("#one .f-chart").getAttribute("aria-label"), /zebra rank 17, 25\.0%/);
    await page.locator("#one .f-input").fill("␣yak");
    await page.locator("#one .f-adder button").click();
    await page.waitForFunction(() => window.oneWidget.model.sent.length > 1);
    await page.evaluate(() => window.oneWidget.model.tell("msg:custom", { answer: window.oneWidget.model.sent[1].id, error: "no such token" }));
    await page.waitForFunction(() => document.querySelector("#one .f-note").textContent === "no such token");
    // Where nobody answers, nothing is asked.
    await page.locator("#two .f-input").fill("␣zebra");
    await page.locator("#two .f-adder button").click();
    assert.match(await page.locator("#two .f-note").textContent(), /holds no token/);
    assert.deepEqual(await page.evaluate(() => window.twoWidget.model.sent), []);
    assert.deepEqual(troubles, []);
  });

  test("shows what Python sets: a view, a second reading", async () => {
    await both({ view: { view: "table", metric: "kl", layer: 1, position: 3, pinned: true, height: 700 } });
    assert.match(await page.locator("#one .f-place").textContent(), /Layer 1 · position 3/);
    assert.equal(await page.locator("#one .fathom").evaluate((element) => element.offsetHeight), 700);
    assert.ok(await page.locator("#one .f-table").isVisible());
    await page.evaluate(() => window.oneWidget.model.set("view", { view: "heatmap", layer: -1, position: 0 }));
    assert.match(await page.locator("#one .f-place").textContent(), /Embedding · position 0/);
    assert.equal(await page.locator('#one [role="tab"]:has-text("Compare")').isVisible(), false);
    await page.evaluate(() => {
      const { model } = window.oneWidget;
      model.set("pack", [model.get("pack"), model.get("pack")]);
    });
    await page.waitForSelector('#one [role="tab"]:has-text("Compare"):visible');
    const box = await page.locator("#two .fathom").boundingBox();
    assert.ok(box.height >= 430 && box.height <= 640, `${box.height}`);
    assert.deepEqual(troubles, []);
  });

  test("is gone when it is disposed of", async () => {
    await both();
    await page.locator("#one .f-scroller").focus();
    await page.evaluate(() => [window.oneWidget, window.twoWidget].forEach(({ stop }) => stop()));
    assert.deepEqual(await sheets(), [0, 0]);
    assert.deepEqual(await page.evaluate(() => [window.oneWidget, window.twoWidget].map(({ model, el }) => [model.listeners.length, el.childNodes.length])), [[0, 0], [0, 0]]);
    await page.evaluate(() => (window.seen = { commands: [], bubbled: [] }));
    await page.keyboard.press("m");
    assert.deepEqual(await page.evaluate(() => window.seen), { commands: ["m"], bubbled: ["m"] });
    assert.deepEqual(troubles, []);
  });

  test("can be used by everybody", async () => {
    await both();
    await page.screenshot({ path: join(out, "widget.png") });
    // The page's policy allows no foreign script: the scan's goes in past it.
    const session = await context.newCDPSession(page);
    await session.send("Runtime.evaluate", { expression: axe });
    const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
    const said = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(" ")).join("; ")}`);
    assert.deepEqual(said, []);
  });
});

describe("the explorer in a frame of a notebook", () => {
  test("works without an address and without the notebook's page", async () => {
    const held = readFileSync(new URL(exported("framed")), "utf8");
    const notebook = await context.newPage();
    const errors = [];
    notebook.on("console", (message) => ["error", "warning"].includes(message.type()) && errors.push(message.text()));
    notebook.on("pageerror", (error) => errors.push(String(error)));
    await notebook.setContent('<!doctype html><title>A notebook</title><iframe title="Fathom" width="900" height="500" sandbox="allow-scripts allow-downloads"></iframe>');
    await notebook.evaluate((held) => (document.querySelector("iframe").srcdoc = held), held);
    const frame = notebook.frameLocator("iframe");
    await frame.locator(".f-canvas").click({ position: { x: 150, y: 90 } });
    await notebook.keyboard.press("m");
    assert.equal(await frame.locator(".f-colour select").inputValue(), "prob");
    await frame.locator('[role="tab"]:has-text("Table")').click();
    await frame.locator(".f-table").waitFor();
    // Longer than the address is waited for.
    await notebook.waitForTimeout(400);
    assert.deepEqual(errors, []);
    await notebook.close();
  });
});
