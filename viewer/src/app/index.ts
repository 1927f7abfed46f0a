// The page of `fathom serve`: a form, the reading, a history.

import "../style.css";
import "./app.css";
import { effect } from "@preact/signals-core";
import { mount, type Viewer } from "../mount";
import { fromJson } from "../reading/json";
import { merge } from "../reading/merge";
import type { Reading } from "../reading/reading";
import type { Source } from "../source";
import type { Theme } from "../state";
import { ground } from "../theme";
import { h } from "../ui/dom";
import * as api from "./api";
import { branchDialog } from "./branch";
import { form } from "./form";
import { historyList } from "./history";
import { statusLine } from "./status";
import { tokenGate } from "./gate";

const EXAMPLE = "example";

/** The reading that is shown, or on its way. */
interface Shown {
  id: string;
  /** Null until its first columns are there. */
  reading: Reading | null;
}

export function start(root: HTMLElement): void {
  api.takeToken();
  paint("auto");
  let viewer: Viewer | null = null;
  let shown: Shown = { id: "", reading: null };
  /** The run before, to compare with. */
  let before: Shown | null = null;
  let following = new AbortController();
  let theme: Theme = "auto";

  const status = statusLine();
  const place = h("div", { class: "a-viewer" });
  const prompt = form((request) => void run(request));
  const compareButton = h("button", { class: "a-button", type: "button", hidden: true, onclick: () => compareBefore() }, "Compare with the run before");
  const branch = branchDialog((position, token) => {
    const settings = prompt.generate() ?? { max_new_tokens: 8 };
    void run({ parent: { reading: shown.id, position, token }, generate: settings });
  });
  const history = historyList({
    open: (id) => void open(id),
    compare: (id) => void attempt(async () => compareWith(await api.reading(id))),
    rename: (id, name) => void attempt(async () => { await api.rename(id, name); await refresh(); }),
    remove: (id) => void attempt(async () => { await api.remove(id); await refresh(); if (id === shown.id) await open(EXAMPLE); }),
    save: (id, format) => void attempt(() => api.save(id, format)),
    share: (id) => void attempt(async () => {
      await navigator.clipboard.writeText(`${location.origin}/r/${id}`);
      status.note("The reading’s address is on the clipboard. It opens for whoever can reach this server.");
    }),
  });
  const fresh = h("button", { class: "a-button", type: "button", onclick: () => { prompt.setPrompt(""); prompt.focus(); } }, "New reading");
  const side = h("aside", { class: "a-side" }, h("div", { class: "a-brand" }, h("a", { href: "/", onclick: (event: Event) => { event.preventDefault(); void open(EXAMPLE); } }, "Fathom"), fresh), history.element,
    h("p", { class: "a-foot" }, h("a", { href: "/api/docs" }, "HTTP API")));
  root.replaceChildren(side, h("div", { class: "a-main" }, prompt.element, h("div", { class: "a-line" }, status.element, compareButton), place), branch.element);

  /** Does something that may be refused, and says so. */
  async function attempt<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof api.Refused && error.problem.status === 401) tokenGate(root, () => location.reload());
      status.error(error instanceof Error ? error.message : String(error));
      return undefined;
    }
  }

  async function refresh(): Promise<void> {
    history.show(await api.list(), shown.id);
  }

  /** Shows a reading; the same one goes on in the viewer that stands. */
  async function show(reading: Reading, done: Promise<unknown>): Promise<void> {
    const same = shown.reading !== null && viewer !== null;
    shown.reading = reading;
    if (same) return viewer?.update(reading);
    const id = shown.id;
    const source: Source = {
      reading: () => Promise.resolve(reading),
      ranks: async (tokens) => {
        await done;
        return api.ranks(id, tokens);
      },
    };
    viewer?.destroy();
    viewer = null;
    const actions = [{ label: "Continue from another token …", title: "Replace the token that follows this position, and generate on from there", run: ({ position }: { position: number }) => shown.reading && branch.ask(shown.reading, position) }];
    const next = await mount(place, source, { height: "100%", deepLinks: true, theme, actions });
    if (shown.id !== id) return next.destroy();
    viewer = next;
    if (shown.reading !== reading) viewer.update(shown.reading);
    const state = viewer.state;
    effect(() => {
      theme = state.theme.value;
      paint(theme);
    });
  }

  function leave(): void {
    following.abort();
    following = new AbortController();
    if (shown.reading && shown.id !== EXAMPLE) before = { ...shown };
    compareButton.hidden = true;
  }

  function address(id: string): void {
    const path = id === EXAMPLE ? "/" : `/r/${id}`;
    if (location.pathname !== path) window.history.pushState(null, "", path);
  }

  /** Opens a reading that is finished, or follows one that is not. */
  async function open(id: string): Promise<void> {
    leave();
    shown = { id, reading: null };
    address(id);
    await attempt(async () => {
      const found = await api.summary(id);
      if (found.status === "done") {
        status.clear();
        const reading = await api.reading(id);
        if (shown.id !== id) return;
        await show(reading, Promise.resolve());
        if (id !== EXAMPLE) prompt.setPrompt(promptOf(reading));
        offerCompare();
      } else if (found.problem) status.error(`${found.problem.title}: ${found.problem.detail}`);
      else await follow(id);
    });
    await attempt(refresh);
  }

  async function run(request: api.Request): Promise<void> {
    const accepted = await attempt(() => api.create(request));
    if (!accepted) return;
    leave();
    shown = { id: accepted.id, reading: null };
    address(accepted.id);
    void attempt(refresh);
    await attempt(() => follow(accepted.id));
    await attempt(refresh);
  }

  async function follow(id: string): Promise<void> {
    const signal = following.signal;
    let finished = () => {};
    const done = new Promise<void>((resolve) => (finished = resolve));
    const stop = () => void attempt(() => api.cancel(id));
    status.busy("Asked …", null, stop);
    await api.follow(id, (event, data) => {
      if (signal.aborted) return;
      const said = data as { position: number; fraction: number; step: string; done: number; total: number; reading: Parameters<typeof fromJson>[0]; problem: api.Problem };
      if (event === "queued" && said.position > 0) status.busy(`Waiting: ${said.position} before this one`, null, stop);
      if (event === "loading") status.busy("The model is being loaded", said.fraction, stop);
      if (event === "started") status.busy("Reading the prompt", 0, stop);
      if (event === "progress") status.busy(said.step === "prompt" ? `Prompt: ${said.done} of ${said.total} tokens` : `Token ${said.done} of ${said.total}`, said.done / said.total, stop);
      if (event === "token") {
        const part = fromJson(said.reading);
        void show(shown.reading ? merge(shown.reading, part) : part, done);
      }
      if (event === "failed") status.error(`${said.problem.title}: ${said.problem.detail}`);
      if (event === "cancelled") status.note("Stopped. What had been computed is shown, but not kept.");
      if (event === "done") {
        status.clear();
        finished();
        void attempt(async () => {
          const whole = await api.reading(id);
          if (shown.id !== id) return;
          await show(whole, done);
          offerCompare();
        });
      }
    }, signal);
  }

  function offerCompare(): void {
    compareButton.hidden = !before?.reading || before.id === shown.id;
  }

  function compareBefore(): void {
    if (before?.reading) compareWith(before.reading);
  }

  function compareWith(other: Reading): void {
    if (!viewer) return;
    viewer.compareWith(other);
    // Where the two begin to differ: the blank after the prompt.
    const reading = viewer.state.reading.peek();
    viewer.state.move(reading.lastRow, reading.blank());
    viewer.state.view.value = "compare";
  }

  async function models(): Promise<void> {
    const found = await attempt(api.models);
    if (!found) return;
    prompt.setModels(found);
    // Asked again only while one is on its way.
    if (found.models.some((one) => one.state === "loading")) setTimeout(() => void models(), 1000);
  }

  const here = () => /^\/r\/([0-9a-z]+)$/.exec(location.pathname)?.[1] ?? EXAMPLE;
  window.addEventListener("popstate", () => here() !== shown.id && void open(here()));
  prompt.setPrompt("The keys to the cabinet");
  void open(here());
  void models();
}

/** The prompt of a reading as text, from its tokens' bytes; a template's tokens are not the user's. */
function promptOf(reading: Reading): string {
  const hex = reading.tokens.filter(({ origin }) => origin === "prompt").map(({ bytes }) => bytes).join("");
  return new TextDecoder().decode(Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16)));
}

/** The theme file's colours for what stands around the viewer. */
function paint(theme: Theme): void {
  const dark = theme === "dark" || (theme === "auto" && matchMedia("(prefers-color-scheme: dark)").matches);
  const root = document.documentElement;
  for (const [name, color] of Object.entries(ground(dark ? "dark" : "light"))) root.style.setProperty(`--f-${name}`, color);
  root.style.colorScheme = dark ? "dark" : "light";
}

const root = document.getElementById("app");
if (root) start(root);
