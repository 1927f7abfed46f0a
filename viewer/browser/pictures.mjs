// `npm run pictures`: docs/pictures/explorer*.png and app.png, of real readings on the default model.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { fathom, launch, open, out, PATIENCE, serve, settle, stopServing } from "./support.mjs";
import { STATES } from "./states.mjs";

const folder = fileURLToPath(new URL("../../docs/pictures/", import.meta.url));
const file = (name) => join(out, `picture-${name}.html`);
const CAPITALS = "The capital of France is Paris. The capital of Japan is";
const TALE = "It was the best of times, it was the worst of times, it was the age of wisdom, it was the age of foolishness, it was the epoch of belief, it was the epoch of incredulity, it was the season of Light, it was the season of Darkness, it was the spring of hope, it was the winter of despair.";

fathom("read", CAPITALS, "--generate", "2", "--watch", " Tokyo", "--watch", " Paris", "--watch", " the", "--watch", " Japan", "-o", file("reading"));
fathom("compare", "The keys to the cabinet", "The key to the cabinets", "-o", file("comparison"));
fathom("read", TALE, "-o", file("long"));

const browser = await launch();
for (const { name, of, picture } of STATES) {
  if (!picture) continue;
  const { page: shown, context } = await open(browser, `file://${file(picture.of ?? of)}#${picture.fragment}`, {
    viewport: { width: 1320, height: 840 },
    colorScheme: picture.dark ? "dark" : "light",
  });
  await shown.screenshot({ path: join(folder, name === "heatmap" ? "explorer.png" : `explorer-${name}.png`) });
  await context.close();
}

// The application, with a history: two readings made in it, one after the other.
const data = mkdtempSync(join(tmpdir(), "fathom-pictures-"));
const page = await browser.newPage({ viewport: { width: 1360, height: 860 } });
await page.goto(await serve("--data", data));
for (const [prompt, count] of [["The key to the cabinets", 8], ["The keys to the cabinet", 12]]) {
  await page.waitForSelector(".f-title");
  await page.fill('input[aria-label="Tokens to generate"]', String(count));
  await page.fill("#a-prompt", prompt);
  await page.click(".a-run");
  await page.waitForSelector(`.a-open[aria-current]:has-text("${prompt}") .a-done`, { timeout: PATIENCE });
}
await settle(page);
await page.screenshot({ path: join(folder, "app.png") });
await browser.close();
await stopServing();
rmSync(data, { recursive: true, force: true });
