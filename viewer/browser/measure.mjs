// The numbers of docs/explorer.md: `npm run measure [PAGE.html …]`. By default an invented 48 x 1000 reading, and on the
// default model (fetched by `fathom models pull`) a 6 x 50 and a 30 x 128 one.
//
// Times come from the page's own clock (Performance API). A frame's work is everything of ours between the event and the
// end of its drawing: handler, state, draw list, canvas calls. What the browser then does off the main thread is not in it.

import { statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { exported, fathom, invented, launch, out, settle } from "./support.mjs";

const PROSE = "It was the best of times, it was the worst of times, it was the age of wisdom, it was the age of foolishness, it was the epoch of belief, it was the epoch of incredulity, it was the season of Light, it was the season of Darkness, it was the spring of hope, it was the winter of despair, we had everything before us, we had nothing before us, we were all going direct to Heaven, we were all going direct the other way. ";

/** A page of the default model: exactly so many tokens, by their ids. */
function real(name, positions, layers) {
  const whole = JSON.parse(fathom("read", PROSE.repeat(2), "--layers", "0", "-k", "1", "--json"));
  const ids = whole.tokens.slice(0, positions).map((token) => token.id);
  const page = join(out, `${name}.html`);
  fathom("read", "--prompt-ids", ids.join(","), "--layers", layers, "-o", page);
  return `file://${page}`;
}

const named = process.argv.slice(2).map((path) => [path, `file://${path}`]);
const pages = named.length
  ? named
  : [
      ["6 x 50, default model", real("measure-6x50", 50, "0,6,12,18,24,29")],
      ["30 x 128, default model", real("measure-30x128", 128, "all")],
      ["48 x 1000, invented", exported("measure-48x1000", invented("measure-48x1000", 48, 1000))],
    ];

const share = (times, p) => [...times].sort((a, b) => a - b)[Math.min(times.length - 1, Math.floor(times.length * p))];
const ms = (time) => `${time.toFixed(1)} ms`;

/** Counts the time of every frame's callbacks. */
function clock() {
  const ask = window.requestAnimationFrame.bind(window);
  window.__frames = 0;
  window.requestAnimationFrame = (callback) =>
    ask((now) => {
      const start = performance.now();
      callback(now);
      window.__frames += performance.now() - start;
    });
  window.__next = () => new Promise((done) => ask(() => ask(done)));
}

async function paint(browser, address) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  await page.addInitScript(() => {
    const look = () => (document.querySelector(".f-canvas")?.width > 300 ? performance.mark("drawn") : requestAnimationFrame(look));
    requestAnimationFrame(look);
  });
  await page.goto(address);
  await page.waitForFunction(() => performance.getEntriesByName("drawn").length > 0);
  await settle(page);
  const times = await page.evaluate(() => [performance.getEntriesByName("first-contentful-paint")[0].startTime, performance.getEntriesByName("drawn")[0].startTime]);
  await context.close();
  return times;
}

async function work(browser, address) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  await page.addInitScript(clock);
  await page.goto(address);
  await page.waitForSelector(".f-canvas");
  await settle(page);
  const scroll = await page.evaluate(async () => {
    const scroller = document.querySelector(".f-scroller");
    let handler = 0;
    const times = [];
    // First before, last after the viewer's own listener.
    let start = 0;
    scroller.addEventListener("scroll", () => (start = performance.now()), { capture: true });
    scroller.addEventListener("scroll", () => (handler += performance.now() - start));
    for (let i = 0; i < 300; i++) {
      handler = window.__frames = 0;
      const before = [scroller.scrollLeft, scroller.scrollTop];
      scroller.scrollLeft = i < 150 ? i * 61 : (300 - i) * 61;
      scroller.scrollTop = (i % 40) * 17;
      const moved = before[0] !== scroller.scrollLeft || before[1] !== scroller.scrollTop;
      await window.__next();
      if (moved) times.push(handler + window.__frames);
    }
    return times;
  });
  const metric = await page.evaluate(async () => {
    const times = [];
    for (let i = 0; i < 40; i++) {
      window.__frames = 0;
      const start = performance.now();
      document.dispatchEvent(new KeyboardEvent("keydown", { key: "m", bubbles: true }));
      const handler = performance.now() - start;
      await window.__next();
      times.push(handler + window.__frames);
    }
    return times;
  });
  await context.close();
  return { scroll, metric };
}

const browser = await launch();
const rows = [];
for (const [name, address] of pages) {
  const size = statSync(fileURLToPath(address)).size;
  const paints = [];
  for (let i = 0; i < 7; i++) paints.push(await paint(browser, address));
  const { scroll, metric } = await work(browser, address);
  const row = [
    name,
    `${(size / 1000).toFixed(0)} kB`,
    ms(share(paints.map(([first]) => first), 0.5)),
    ms(share(paints.map(([, drawn]) => drawn), 0.5)),
    scroll.length ? `${ms(share(scroll, 0.5))} / ${ms(share(scroll, 0.95))}` : "fits",
    `${ms(share(metric, 0.5))} / ${ms(share(metric, 0.95))}`,
  ];
  rows.push(row);
  console.log(row.join(" | "));
}
await browser.close();
const head = ["reading", "HTML", "first paint", "heatmap drawn", "scroll frame, median / 95 %", "metric switch, median / 95 %"];
writeFileSync(join(out, "measured.md"), [head, head.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n").concat("\n"));
