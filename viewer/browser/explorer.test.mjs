// The exported file as a user opens it: from disk, in a real browser.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { compared, exported, fixtures, invented, launch, open, out, settle } from "./support.mjs";
import { STATES } from "./states.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const example = join(fixtures, "example.json");
let browser;
const pages = {};

before(async () => {
  browser = await launch();
  pages.reading = exported("reading");
  pages.comparison = compared("comparison", example, join(fixtures, "example.pack"));
  const other = JSON.parse(readFileSync(example, "utf8"));
  other.lens.kind = "raw";
  writeFileSync(join(out, "raw.json"), JSON.stringify(other));
  pages.differing = compared("differing", example, join(out, "raw.json"));
  pages.large = exported("large", invented("large", 48, 1000));
});
after(() => browser?.close());

const cursor = (page) => page.textContent('[role="gridcell"]');
const label = (page) => page.textContent(".f-place");

describe("an exported reading", () => {
  test("opens from disk without a request, an error or anything of a token's own", async () => {
    const { page, troubles, context } = await open(browser, pages.reading);
    assert.match(await page.title(), /Fathom$/);
    const policy = await page.getAttribute('meta[http-equiv="Content-Security-Policy"]', "content");
    assert.match(policy, /^default-src 'none'; script-src 'sha256-[\w+/=]+'; style-src 'sha256-/);
    assert.ok(!policy.includes("unsafe"));
    assert.equal(await page.locator("img, iframe, object, embed, script[src], link[rel=stylesheet]").count(), 0);
    for (const view of [2, 4, 1]) {
      await page.keyboard.press(String(view));
      await settle(page);
    }
    assert.deepEqual(troubles, []);
    await context.close();
  });

  test("runs no script but its own, whatever is put in the page", async () => {
    const { page, context } = await open(browser, pages.reading);
    const ran = await page.evaluate(() => {
      const script = document.createElement("script");
      script.textContent = "window.evil = 1";
      document.body.append(script);
      document.body.insertAdjacentHTML("beforeend", '<img src="x:" onerror="window.evil = 2">');
      return new Promise((done) => setTimeout(() => done(window.evil), 100));
    });
    assert.equal(ran, undefined);
    await context.close();
  });

  test("shows hostile tokens as text", async () => {
    const { page, context } = await open(browser, `${pages.reading}#view=table&at=3,5`);
    const text = await page.textContent(".fathom");
    assert.ok(text.includes("</script>"), "the token </script> is text");
    // Every word of the page, in every view and at every position: no control, no bidi override.
    for (let position = 0; position < 7; position++) {
      await page.evaluate((at) => (location.hash = `view=table&at=3,${at}`), position);
      await settle(page);
      const words = await page.evaluate(() => document.body.innerText);
      assert.doesNotMatch(words, /[\u202a-\u202e\u2066-\u2069\u001b]/);
    }
    const all = await page.evaluate(async () => {
      let all = "";
      for (let at = 0; at < 7; at++) {
        location.hash = `view=heatmap&at=1,${at}`;
        await new Promise((done) => setTimeout(done, 50));
        all += document.querySelector(".f-detail").textContent;
      }
      return all;
    });
    assert.ok(all.includes("⟨U+202E⟩evil") && all.includes("⟨E2⟩⟨82⟩") && all.includes("⟨U+001B⟩[2J"), all.slice(0, 400));
    await context.close();
  });

  test("can be walked through with the keyboard alone", async () => {
    const { page, context } = await open(browser, pages.reading);
    assert.match(await label(page), /Layer 3 · position 4/);
    for (const [key, place] of [["ArrowUp", "Layer 2 · position 4"], ["ArrowLeft", "Layer 2 · position 3"], ["Home", "Layer 2 · position 0"], ["End", "Layer 2 · position 6"], ["PageUp", "Embedding · position 6"], ["PageDown", "Layer 3 · position 6"]]) {
      await page.keyboard.press(key);
      assert.equal(await label(page), place, key);
    }
    assert.match(await cursor(page), /^layer 3, position 6/);
    const said = () => page.textContent('[aria-live="polite"]');
    assert.match(await said(), /layer 3, position 6/);
    await page.keyboard.press("Enter");
    assert.equal(await page.getAttribute(".f-pin", "aria-pressed"), "true");
    assert.match(await said(), /^Pinned/);
    await page.keyboard.press("Escape");
    assert.equal(await page.getAttribute(".f-pin", "aria-pressed"), "false");
    assert.equal(await said(), "Released");
    await page.keyboard.press("m");
    assert.match(await said(), /^Colour: probability/);
    assert.equal(await page.inputValue(".f-colour select"), "prob");
    await page.keyboard.press("?");
    assert.ok(await page.locator("dialog[open]").isVisible());
    await page.keyboard.press("Escape");
    await page.waitForSelector("dialog:not([open])", { state: "attached" });
    await page.keyboard.press("/");
    await page.keyboard.type("keys");
    await page.keyboard.press("Enter");
    assert.equal(await page.evaluate(() => document.activeElement.className), "f-search");
    assert.match(await said(), /^1 of \d+: layer/);
    await page.keyboard.type("zzz");
    assert.match(await page.locator(".f-find-note:visible").textContent(), /^Nothing holds “keyszzz”/);
    await page.keyboard.press("Escape");
    const before = await page.locator(".f-chip").count();
    await page.keyboard.press("2");
    await page.keyboard.press("w");
    assert.notEqual(await page.locator(".f-chip").count(), before);
    await context.close();
  });

  test("says how large its grid is, and which cell is at hand", async () => {
    const { page, context } = await open(browser, pages.reading);
    const grid = page.locator('[role="grid"]');
    assert.equal(await grid.getAttribute("aria-rowcount"), "6");
    assert.equal(await grid.getAttribute("aria-colcount"), "8");
    const active = await grid.getAttribute("aria-activedescendant");
    assert.equal(await page.locator(`#${active}`).getAttribute("role"), "gridcell");
    await context.close();
  });

  test("previews under the pointer, pins on a click and releases on Esc", async () => {
    const { page, context } = await open(browser, pages.reading);
    const box = await page.locator(".f-scroller").boundingBox();
    await page.mouse.move(box.x + 120, box.y + 70);
    assert.match(await label(page), /Embedding · position 0/);
    await page.mouse.click(box.x + 120, box.y + 70);
    await page.mouse.move(box.x + 400, box.y + 150);
    assert.match(await label(page), /Embedding · position 0/);
    await page.keyboard.press("Escape");
    await page.mouse.move(box.x + 402, box.y + 152);
    assert.doesNotMatch(await label(page), /Embedding · position 0/);
    await context.close();
  });

  test("keeps its place in the address, from a file too", async () => {
    const { page, context } = await open(browser, `${pages.reading}#view=watch&metric=kl&at=1,3&pin=1&theme=dark`);
    assert.match(await label(page), /Layer 1 · position 3/);
    assert.ok(await page.locator(".f-watch-view").isVisible());
    await page.keyboard.press("ArrowRight");
    await page.waitForFunction(() => location.hash.includes("at=1,4"));
    assert.match(await page.evaluate(() => location.hash), /view=watch&metric=kl&at=1,4&pin=1.*theme=dark/);
    await context.close();
  });

  test("follows the system's colours, and can be told otherwise", async () => {
    const { page, context } = await open(browser, pages.reading, { colorScheme: "dark" });
    const ground = () => page.evaluate(() => getComputedStyle(document.querySelector(".fathom")).backgroundColor);
    assert.equal(await ground(), "rgb(20, 22, 27)");
    await page.click('[aria-label^="Theme"]');
    assert.equal(await ground(), "rgb(255, 255, 255)");
    await context.close();
  });

  test("saves its views as SVG and PNG", async () => {
    const { page, context, troubles } = await open(browser, `${pages.reading}#view=heatmap&at=3,5`);
    const save = async (label) => {
      await page.click(".f-menu summary");
      const [download] = await Promise.all([page.waitForEvent("download"), page.click(`text=${label}`)]);
      return readFileSync(await download.path());
    };
    const svg = (await save("Save view as SVG")).toString("utf8");
    assert.match(svg, /^<svg xmlns/);
    assert.ok(svg.includes("&lt;/script&gt;") && !svg.includes("</script>") && svg.includes("logit lens"));
    const elsewhere = await context.newPage();
    const broken = await elsewhere.evaluate((text) => new DOMParser().parseFromString(text, "image/svg+xml").querySelectorAll("parsererror").length, svg);
    assert.equal(broken, 0);
    const png = await save("Save view as PNG");
    assert.equal(png.subarray(1, 4).toString(), "PNG");
    await page.keyboard.press("2");
    const chart = (await save("Save view as SVG")).toString("utf8");
    assert.match(chart, /rank, 1 is best/);
    assert.match(chart, /Position 5, after .*, before /);
    // A table is no picture: it is numbers.
    await page.keyboard.press("4");
    await page.click(".f-menu summary");
    assert.deepEqual(await page.locator(".f-menu-list button:visible").allTextContents(), ["Save table as CSV"]);
    await page.keyboard.press("Escape");
    assert.equal(await page.locator(".f-menu[open]").count(), 0);
    assert.match((await save("Save table as CSV")).toString("utf8"), /^layer,rank,probability,surprisal/);
    assert.deepEqual(troubles, []);
    await context.close();
  });

  test("has an honest line that can be sent away", async () => {
    const { page, context } = await open(browser, pages.reading);
    assert.match(await page.textContent(".f-honest"), /as if it were the last/);
    await page.click(".f-honest button");
    assert.equal(await page.locator(".f-honest").count(), 0);
    await context.close();
  });
});

describe("a comparison", () => {
  test("shows as many panes as there is room for, with their columns", async () => {
    const { page, context } = await open(browser, pages.differing, { viewport: { width: 420, height: 800 } });
    const shown = () => page.locator(".f-pane:visible").evaluateAll((all) => all.map((pane) => [pane.getAttribute("aria-label"), pane.querySelector(".f-scroller").clientHeight]));
    let panes = await shown();
    assert.deepEqual(panes.map(([name]) => name), ["Difference"]);
    assert.ok(panes[0][1] > 200, `${panes[0][1]} pixels`);
    await page.click('label:has-text("Reading B")');
    await settle(page);
    assert.deepEqual((await shown()).map(([name]) => name), ["Reading B"]);
    await page.setViewportSize({ width: 1000, height: 700 });
    await page.click('label:has-text("Reading A")');
    await settle(page);
    panes = await shown();
    assert.deepEqual(panes.map(([name]) => name), ["Reading A", "Reading B"]);
    assert.ok(panes.every(([, tall]) => tall > 200), `${panes}`);
    await context.close();
  });

  test("names both readings, and is saved with both, how they were made, and the difference's scale", async () => {
    const { page, context } = await open(browser, pages.differing, { viewport: { width: 1440, height: 800 } });
    assert.deepEqual(await page.locator(".f-title .f-pane-name").allTextContents(), ["A", "B"]);
    assert.match(await page.textContent(".f-sub"), /A: .*logit lens.*B: .*raw lens/);
    await page.click(".f-menu summary");
    const [download] = await Promise.all([page.waitForEvent("download"), page.click("text=Save view as SVG")]);
    const svg = readFileSync(await download.path(), "utf8");
    for (const said of [/>A {2}\S/, />B {2}\S/, />A: [^<]*logit lens/, />B: [^<]*raw lens/, />difference: /, />÷1000</, />×1000</, />the same tokens</]) assert.match(svg, said);
    await context.close();
  });

  test("opens in its view, scrolls together and finds no difference between a reading and itself", async () => {
    const { page, context, troubles } = await open(browser, pages.comparison, { viewport: { width: 1300, height: 420 } });
    assert.equal(await page.locator(".f-pane:visible").count(), 3);
    const scrollers = page.locator(".f-pane .f-scroller");
    await scrollers.nth(0).evaluate((element) => (element.scrollLeft = 60));
    await settle(page);
    assert.deepEqual(await scrollers.evaluateAll((all) => all.map((element) => element.scrollLeft)), [60, 60, 60]);
    assert.match(await page.locator('[role="gridcell"]').nth(2).textContent(), /: =$/);
    await page.click('[aria-label="Move B right"]');
    assert.match(await page.textContent(".f-shift"), /B moved by -1 position/);
    assert.deepEqual(troubles, []);
    await context.close();
  });
});

describe("a reading of 48 layers and 1000 positions", () => {
  test("scrolls to its end on one canvas of the viewport's size", async () => {
    const { page, context, troubles } = await open(browser, pages.large);
    const canvas = page.locator(".f-canvas");
    const size = await canvas.evaluate((element) => [element.width, element.height]);
    assert.ok(size[0] <= 1280 && size[1] <= 800, `${size}`);
    const ink = () => canvas.evaluate((element) => {
      const data = element.getContext("2d").getImageData(0, 0, element.width, element.height).data;
      return new Set(new Uint32Array(data.buffer)).size;
    });
    await page.keyboard.press("Control+Home");
    await settle(page);
    const first = await page.locator(".f-scroller").evaluate((element) => element.scrollLeft);
    assert.equal(first, 0);
    assert.ok((await ink()) > 30);
    await page.keyboard.press("Control+End");
    await settle(page);
    assert.match(await label(page), /Layer 47 · position 999/);
    const { left, most } = await page.locator(".f-scroller").evaluate((element) => ({ left: element.scrollLeft, most: element.scrollWidth - element.clientWidth }));
    assert.ok(most > 60000 && Math.abs(left - most) < 2, `${left} of ${most}`);
    assert.ok((await ink()) > 30);
    // The minimap leads back.
    const map = await page.locator(".f-minimap").boundingBox();
    await page.mouse.click(map.x + 2, map.y + 4);
    await settle(page);
    assert.ok((await page.locator(".f-scroller").evaluate((element) => element.scrollLeft)) < 1000);
    assert.deepEqual(troubles, []);
    await context.close();
  });
});

describe("accessibility", () => {
  for (const colorScheme of ["light", "dark"]) {
    for (const { name, of, fragment } of STATES) {
      test(`axe finds nothing against ${name}, ${colorScheme}`, async () => {
        const { page, context, troubles } = await open(browser, `${pages[of]}#${fragment}`, { colorScheme });
        await page.evaluate(axe);
        const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
        const said = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => `${node.target} ${node.failureSummary}`).join("; ")}`);
        assert.deepEqual(said, []);
        assert.deepEqual(troubles, []);
        await context.close();
      });
    }
  }
});
