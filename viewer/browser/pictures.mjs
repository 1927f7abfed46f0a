// `npm run pictures`: the gallery's pictures (docs/pictures/explorer*.png), of real readings on the default model.

import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { fathom, launch, open, out } from "./support.mjs";
import { STATES } from "./states.mjs";

const folder = fileURLToPath(new URL("../../docs/pictures/", import.meta.url));
const page = (name) => join(out, `picture-${name}.html`);
const CAPITALS = "The capital of France is Paris. The capital of Japan is";
const TALE = "It was the best of times, it was the worst of times, it was the age of wisdom, it was the age of foolishness, it was the epoch of belief, it was the epoch of incredulity, it was the season of Light, it was the season of Darkness, it was the spring of hope, it was the winter of despair.";

fathom("read", CAPITALS, "--generate", "2", "--watch", " Tokyo", "--watch", " Paris", "--watch", " the", "--watch", " Japan", "-o", page("reading"));
fathom("compare", "The keys to the cabinet", "The key to the cabinets", "-o", page("comparison"));
fathom("read", TALE, "-o", page("long"));

const browser = await launch();
for (const { name, of, picture } of STATES) {
  if (!picture) continue;
  const { page: shown, context } = await open(browser, `file://${page(picture.of ?? of)}#${picture.fragment}`, {
    viewport: { width: 1320, height: 840 },
    colorScheme: picture.dark ? "dark" : "light",
  });
  await shown.screenshot({ path: join(folder, name === "heatmap" ? "explorer.png" : `explorer-${name}.png`) });
  await context.close();
}
await browser.close();
