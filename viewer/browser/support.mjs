// What the browser tests share: Chromium, exported pages, and a pack written by hand.

import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync, gzipSync } from "node:zlib";
import { chromium } from "playwright-core";

const here = fileURLToPath(new URL(".", import.meta.url));
export const fixtures = join(here, "../fixtures");
export const out = join(here, "out");
mkdirSync(out, { recursive: true });

/** Debian's Chromium, or the one that FATHOM_CHROMIUM names. */
function browserPath() {
  const found = [process.env.FATHOM_CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((path) => path && existsSync(path));
  if (!found) throw new Error("no Chromium: apt-get install chromium, or set FATHOM_CHROMIUM to one");
  return found;
}

// As root (in a container) Chromium has no sandbox.
export const launch = () => chromium.launch({ executablePath: browserPath(), args: process.getuid?.() === 0 ? ["--no-sandbox"] : [] });

/** The program that is tested: `cargo xtask test` builds it. */
function built() {
  const binary = process.env.FATHOM_BINARY ?? join(here, "../../target/debug/fathom");
  if (!existsSync(binary)) throw new Error(`no ${binary}: cargo test -p fathom-cli --no-run builds it`);
  return binary;
}

export const fathom = (...args) => execFileSync(built(), args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });

const servers = [];

/** Starts a server and resolves to the address that it prints. */
export function serve(...args) {
  const server = spawn(built(), ["serve", "--no-open", "--port", "0", ...args], { stdio: ["ignore", "pipe", "pipe"] });
  servers.push(server);
  return new Promise((resolve, reject) => {
    let said = "";
    server.stderr.on("data", (data) => (said += data));
    server.stdout.once("data", (data) => resolve(String(data).trim()));
    server.once("exit", (code) => reject(new Error(`the server ended with ${code}: ${said}`)));
  });
}

export async function stopServing() {
  servers.forEach((server) => server.kill("SIGTERM"));
  await Promise.all(servers.map((server) => server.exitCode ?? new Promise((done) => server.once("exit", done))));
}

/** A page that `fathom` exports from a saved reading. Returns its address. */
export function exported(name, from = join(fixtures, "example.json")) {
  const page = join(out, `${name}.html`);
  fathom("read", "--from", from, "-o", page);
  return `file://${page}`;
}

/** An exported comparison of two saved readings. */
export function compared(name, a, b) {
  const page = join(out, `${name}.html`);
  fathom("compare", a, b, "-o", page);
  return `file://${page}`;
}

/** The head and columns of a pack. */
export function unpack(path) {
  const bytes = gunzipSync(readFileSync(path));
  const length = bytes.readUInt32LE(0);
  return { head: JSON.parse(bytes.subarray(4, 4 + length).toString("utf8")), rest: bytes.subarray(4 + length) };
}

/** Writes a pack: `columns` are [name, type, values]. */
export function writePack(path, head, columns) {
  const text = Buffer.from(JSON.stringify({ ...head, columns: columns.map(([name, type, values]) => ({ name, type, values: values.length })) }));
  const size = Buffer.alloc(4);
  size.writeUInt32LE(text.length);
  const planes = columns.map(([, , values]) => {
    const bytes = new Uint8Array(values.buffer);
    const n = values.length;
    return Buffer.from(Uint8Array.from({ length: 4 * n }, (_, i) => bytes[(i % n) * 4 + Math.floor(i / n)]));
  });
  writeFileSync(path, gzipSync(Buffer.concat([size, text, ...planes])));
  return path;
}

/** An invented reading of any size, whose numbers rise to certainty with the layers. */
export function invented(name, rows, positions, k = 10) {
  const { head } = unpack(join(fixtures, "example.pack"));
  const vocabulary = 5000;
  const cells = rows * positions;
  let seed = 7;
  const random = () => ((seed = (seed * 1103515245 + 12345) & 0x7fffffff) / 0x7fffffff);
  const ids = Uint32Array.from({ length: positions + 1 }, () => Math.floor(random() * vocabulary));
  const floats = (make, each = 1) => Float32Array.from({ length: cells * each }, (_, i) => make(i));
  const depth = (cell) => Math.floor(cell / positions) / Math.max(1, rows - 1);
  const noise = floats(() => random());
  const top = new Uint32Array(cells * k);
  for (let cell = 0; cell < cells; cell++) for (let i = 0; i < k; i++) top[cell * k + i] = (ids[(cell % positions) + 1] + i * 31 + (noise[cell] > depth(cell) ? cell : 0)) % vocabulary;
  const words = ["the", "keys", "to", "cabinet", "naïve", "of", "日本", "and", "wonderful", "in"];
  const text = (id) => ` ${words[id % words.length]}${id}`;
  const used = new Set([...top, ...ids]);
  const reading = {
    ...head.reading,
    model: { ...head.reading.model, name: `invented ${rows} x ${positions}`, layers: rows, vocabulary },
    tokens: Array.from({ length: positions }, (_, i) => ({ id: ids[i], text: text(ids[i]), bytes: Buffer.from(text(ids[i])).toString("hex"), origin: "prompt" })),
    rows: Array.from({ length: rows }, (_, layer) => ({ site: "resid_post", layer })),
    positions: Array.from({ length: positions }, (_, i) => i),
    watched: [],
    vocabulary: [...used].map((id) => ({ id, text: text(id) })),
  };
  const rank = Uint32Array.from({ length: cells }, (_, i) => 1 + Math.floor((1 - depth(i)) ** 2 * noise[i] * (vocabulary - 1)));
  const none = new Float32Array(0);
  return writePack(join(out, `${name}.pack`), { pack: "fathom.pack/1", top_k: k, reading }, [
    ["target_id", "u32", ids.slice(1)],
    ["target_logit", "f32", floats((i) => 20 * depth(i))],
    ["target_prob", "f32", floats((i) => depth(i) ** 2 * noise[i])],
    ["target_rank", "u32", rank],
    ["entropy_bits", "f32", floats((i) => 12 * (1 - depth(i)) * noise[i])],
    ["kl_bits", "f32", floats((i) => 16 * (1 - depth(i)) * noise[i])],
    ["kl_reverse_bits", "f32", floats(() => 0)],
    ["surprisal_bits", "f32", floats((i) => 16 * (1 - depth(i) * noise[i]))],
    ["top_id", "u32", top],
    ["top_logit", "f32", floats((i) => 20 - (i % k), k)],
    ["top_prob", "f32", floats((i) => 0.5 ** ((i % k) + 1), k)],
    ["watch_logit", "f32", none],
    ["watch_prob", "f32", none],
    ["watch_rank", "u32", new Uint32Array(0)],
  ]);
}

/** How long something may take on a machine with other work, in milliseconds. */
export const PATIENCE = 120_000;

/** Opens a page and collects what should not be there: requests, errors. */
export async function open(browser, address, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, acceptDownloads: true, ...options });
  context.setDefaultTimeout(PATIENCE);
  const page = await context.newPage();
  const troubles = [];
  // That the tests read a canvas back is no trouble of the page's.
  const ours = (text) => text.startsWith("Canvas2D: Multiple readback");
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && !ours(message.text()) && troubles.push(message.text()));
  page.on("pageerror", (error) => troubles.push(String(error)));
  page.on("request", (request) => {
    const url = request.url();
    if (url !== address.split("#")[0] && !/^(data|blob):/.test(url)) troubles.push(`request: ${url}`);
  });
  await page.goto(address);
  await page.waitForSelector(".f-stage > *");
  await settle(page);
  return { page, context, troubles };
}

/** Two frames: state, layout and drawing have come to rest. */
export const settle = (page) => page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 30)))));
