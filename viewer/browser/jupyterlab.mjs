// A real JupyterLab with the Python package in it: a reading displays itself, the widget lives and is answered by the kernel,
// and what was saved shows without a kernel. `cargo xtask test` (and `cargo xtask jupyterlab`) runs it with FATHOM_PYTHON, a Python that has both.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { launch, out } from "./support.mjs";

const python = process.env.FATHOM_PYTHON;
if (!python) throw new Error("set FATHOM_PYTHON to a Python with fathom, anywidget and jupyterlab, or run `cargo xtask python`");

const CELLS = [
  "import fathom\nlm = fathom.from_pretrained(offline=True, progress=False)",
  'lm.generate("The keys to the cabinet", generate=2).rankings()',
  'output = lm("The keys to the cabinet")\noutput.rankings_watch(watch=[" is", " are"]).widget()',
  'print("rank", output.rankings_watch(watch=[" has"]).to_numpy()["watch_rank"][-1, 0, 0])',
];

let lab, browser, page, folder, address;

before(async () => {
  folder = mkdtempSync(join(tmpdir(), "fathom-lab-"));
  const cell = (source, id) => ({ cell_type: "code", id: `c${id}`, execution_count: null, metadata: {}, outputs: [], source });
  const metadata = { kernelspec: { display_name: "Python 3", language: "python", name: "python3" } };
  writeFileSync(join(folder, "keys.ipynb"), JSON.stringify({ cells: CELLS.map(cell), metadata, nbformat: 4, nbformat_minor: 5 }));
  const options = ["--no-browser", "--allow-root", "--ServerApp.token=", "--ServerApp.password=", "--ServerApp.disable_check_xsrf=True", "--port=0", "--ip=127.0.0.1"];
  const home = { JUPYTER_CONFIG_DIR: join(folder, ".config"), JUPYTER_DATA_DIR: join(folder, ".data"), JUPYTER_RUNTIME_DIR: join(folder, ".run"), JUPYTERLAB_SETTINGS_DIR: join(folder, ".lab") };
  lab = spawn(python, ["-m", "jupyterlab", ...options, `--ServerApp.root_dir=${folder}`], { env: { ...process.env, ...home } });
  address = await new Promise((found, failed) => {
    let said = "";
    lab.stderr.on("data", (text) => {
      said += text;
      const line = /http:\/\/127\.0\.0\.1:\d+/.exec(said);
      if (line) found(line[0]);
    });
    lab.on("exit", (code) => failed(new Error(`JupyterLab ended with ${code}: ${said.slice(-2000)}`)));
  });
  browser = await launch();
  page = await browser.newPage({ viewport: { width: 1400, height: 1600 } });
  await page.goto(`${address}/lab/tree/keys.ipynb`);
  await page.locator(".jp-Notebook .jp-CodeCell").nth(CELLS.length - 1).waitFor({ timeout: 120_000 });
});

after(async () => {
  await browser?.close();
  lab?.kill();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

const outputOf = (cell) => page.locator(".jp-Notebook .jp-CodeCell").nth(cell).locator(".jp-OutputArea-output");

async function command(label) {
  await page.locator(`li.lm-MenuBar-item:has-text("${label[0]}")`).first().click();
  await page.locator(`li.lm-Menu-item:has-text("${label[1]}")`).first().click();
}

test("a reading displays itself, with the explorer in a frame of its own", { timeout: 300_000 }, async () => {
  await command(["Run", "Run All Cells"]);
  const frame = outputOf(1).locator("iframe");
  await frame.waitFor({ timeout: 180_000 });
  const explorer = frame.contentFrame();
  await explorer.locator("[role=grid]").first().waitFor({ timeout: 60_000 });
  assert.ok((await explorer.locator("body").innerText()).includes("cabinet"));
});

test("the widget is live, and the kernel answers for a word that was not watched", { timeout: 300_000 }, async () => {
  const widget = outputOf(2).locator(".fathom").first();
  await widget.waitFor({ timeout: 180_000 });
  const chips = widget.locator(".f-chip");
  assert.equal(await chips.count(), 2, "the words that were watched from the start");
  await widget.locator(".f-input").fill("␣has");
  await widget.locator(".f-adder button").click();
  await chips.nth(2).waitFor({ timeout: 60_000 });
  // The chart tells the kernel's own number.
  const [, rank] = /rank (\d+)/.exec(await outputOf(3).innerText());
  assert.match(await widget.locator(".f-chart").getAttribute("aria-label"), new RegExp(`has rank ${rank}, `));
  await page.screenshot({ path: join(out, "jupyterlab.png") });

  // What is typed in the widget is not a command of the notebook.
  assert.equal(await page.locator(".jp-Notebook .jp-CodeCell").count(), CELLS.length);
});

test("saved and opened again without a kernel, the figure is there", { timeout: 300_000 }, async () => {
  await page.keyboard.press("Escape");
  await command(["File", "Save Notebook"]);
  const saved = () => JSON.parse(readFileSync(join(folder, "keys.ipynb"), "utf8"));
  for (let tries = 0; saved().cells[1].outputs.length === 0 && tries < 100; tries += 1) await page.waitForTimeout(200);
  const [display] = saved().cells[1].outputs;
  assert.ok(display.data["image/svg+xml"] && display.data["text/plain"]);
  // Somebody else's notebook: nothing of it is trusted, and no kernel runs.
  const notebook = saved();
  notebook.metadata.kernelspec = { display_name: "Elsewhere", language: "python", name: "elsewhere" };
  notebook.cells[0].source = [notebook.cells[0].source, "  # theirs"].flat();
  writeFileSync(join(folder, "theirs.ipynb"), JSON.stringify(notebook));
  const theirs = await browser.newPage({ viewport: { width: 1400, height: 1600 } });
  // A workspace of its own, where the other notebook is not open.
  await theirs.goto(`${address}/lab/workspaces/theirs/tree/theirs.ipynb`);
  // The reading's page without its scripts, and the widget's own figure.
  for (const cell of [1, 2]) {
    const still = theirs.locator(".jp-Notebook .jp-CodeCell").nth(cell).locator(".jp-OutputArea-output img");
    await still.waitFor({ timeout: 60_000 });
    assert.ok(await still.evaluate((image) => image.complete && image.naturalWidth > 100), "the figure is drawn");
  }
  assert.equal(await theirs.locator(".jp-OutputArea-output iframe").count(), 0, "no frame where nothing is trusted");
  await theirs.screenshot({ path: join(out, "jupyterlab-static.png") });
});
