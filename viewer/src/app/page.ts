// The page as a whole: which reading is shown, which is on its way, and what the buttons do.

import { effect } from "@preact/signals-core";
import { mount, type Viewer } from "../mount";
import { fromJson } from "../reading/json";
import { merge } from "../reading/merge";
import type { Reading } from "../reading/reading";
import type { Source } from "../source";
import type { Theme } from "../state";
import { joined } from "../text/visible";
import { ground } from "../theme";
import { h } from "../ui/dom";
import * as api from "./api";
import { branchDialog } from "./branch";
import { confirmDialog } from "./confirm";
import { form } from "./form";
import { tokenGate } from "./gate";
import { historyList } from "./history";
import { siblings } from "./siblings";
import { statusLine } from "./status";

const EXAMPLE = "example";

/** The reading that is shown, or on its way. */
interface Shown {
  id: string;
  /** Null until its first columns are there. */
  reading: Reading | null;
}

/** What events carry, each its part of it. */
interface Said {
  position: number;
  fraction: number;
  step: string;
  done: number;
  total: number;
  reading: Parameters<typeof fromJson>[0];
  problem: api.Problem;
}

export class Page {
  private viewer: Viewer | null = null;
  /** The prompt of the reading that was asked for or opened last. */
  private asked = "";
  /** Which reading the viewer shows. */
  private viewed = "";
  private shown: Shown = { id: "", reading: null };
  /** The run before, to compare with. */
  private before: Shown | null = null;
  /** Which reading the one shown is compared with. */
  private compared = "";
  private following = new AbortController();
  private theme: Theme = "auto";
  private readonly status = statusLine();
  private readonly place = h("div", { class: "a-viewer" });
  private readonly prompt = form((request) => void this.run(request));
  private readonly branch = branchDialog((position, token) => {
    const generate = this.prompt.generate() ?? { max_new_tokens: 8 };
    void this.run({ parent: { reading: this.shown.id, position, token }, generate });
  });
  private readonly compareButton = h("button", { class: "a-button", type: "button", hidden: true,
    onclick: () => this.before && this.compareWith(this.before) }, "Compare with the run before");
  private readonly sure = confirmDialog();
  private readonly tellOthers = siblings(() => this.history.inUse() || void this.attempt(() => this.refresh()));
  private readonly history = historyList({
    open: (id) => void this.open(id),
    compare: (id) => void this.attempt(async () => this.compareWith({ id, reading: await api.reading(id) })),
    rename: (id, name) => void this.attempt(async () => {
      await api.rename(id, name);
      await this.changed();
    }),
    remove: (id, name) => void this.remove(id, name),
    save: (id, format) => void this.attempt(() => api.save(id, format)),
    share: (id) => void this.share(`${location.origin}/r/${id}`),
  });

  constructor(private readonly root: HTMLElement) {
    api.takeToken();
    paint("auto");
    const home = h("a", { href: "/", onclick: (event: Event) => {
      event.preventDefault();
      void this.open(EXAMPLE);
    } }, "Fathom");
    const fresh = h("button", { class: "a-button", type: "button", onclick: () => {
      this.prompt.setPrompt("");
      this.prompt.focus();
    } }, "New reading");
    const side = h("aside", { class: "a-side" }, h("div", { class: "a-brand" }, home, fresh), this.history.element,
      h("p", { class: "a-foot" }, h("a", { href: "/api/docs" }, "HTTP API")));
    const line = h("div", { class: "a-line" }, this.status.element, this.compareButton);
    root.replaceChildren(side, h("main", { class: "a-main" }, this.prompt.element, line, this.place), this.branch.element, this.sure.element);
    window.addEventListener("popstate", () => here() !== this.shown.id && void this.open(here()));
    this.prompt.setPrompt("The keys to the cabinet");
    void this.open(here());
    void this.models();
  }

  /** Does something that may be refused, and says so. */
  private async attempt<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof api.Refused && error.problem.status === 401) tokenGate(this.root, () => location.reload());
      this.status.error(error instanceof Error ? error.message : String(error));
      return undefined;
    }
  }

  private async refresh(): Promise<void> {
    this.history.show(await api.list(), this.shown.id);
  }

  /** The history has changed, by what was done here. */
  private async changed(): Promise<void> {
    this.tellOthers();
    await this.refresh();
  }

  private async remove(id: string, name: string): Promise<void> {
    if (!(await this.sure.ask(`Delete “${name}”?`, "Its numbers can’t be brought back; the prompt can be read again.", "Delete"))) return;
    await this.attempt(async () => {
      await api.remove(id);
      // Nothing of it is offered or shown any longer.
      if (this.before?.id === id) this.before = null;
      if (this.compared === id) this.viewer?.compareWith(null);
      if (id !== this.shown.id) {
        this.offerCompare();
        return this.changed();
      }
      this.shown.reading = null;
      this.clear();
      await Promise.all([this.open(EXAMPLE), this.changed()]);
      this.status.note("Deleted. Here is the example again.");
    });
  }

  /** Shows a reading; the one that is shown already, grown, goes on in the viewer that stands. */
  private async show(reading: Reading, done: Promise<unknown>): Promise<void> {
    const { id } = this.shown;
    const first = this.shown.reading === null;
    this.shown.reading = reading;
    if (this.viewed === id) return this.viewer?.update(reading);
    // A viewer that is being mounted takes what is there when it stands.
    if (!first) return;
    const source: Source = {
      reading: () => Promise.resolve(reading),
      ranks: async (tokens) => {
        await done;
        return api.ranks(id, tokens);
      },
    };
    // The reading before stands until now.
    this.clear();
    const action = {
      label: "Continue from another token …",
      title: "Replace the token that follows this position, and generate on from there",
      run: ({ position }: { position: number }) => this.shown.reading && this.branch.ask(this.shown.reading, position),
    };
    const viewer = await mount(this.place, source, { height: "100%", deepLinks: true, theme: this.theme, actions: [action] });
    if (this.shown.id !== id) return viewer.destroy();
    [this.viewer, this.viewed] = [viewer, id];
    if (this.shown.reading !== reading) viewer.update(this.shown.reading);
    effect(() => {
      this.theme = viewer.state.theme.value;
      paint(this.theme);
    });
  }

  /** Leaves what is shown for another reading. */
  private leave(id: string): void {
    this.following.abort();
    this.following = new AbortController();
    if (this.shown.reading && this.shown.id !== EXAMPLE) this.before = { ...this.shown };
    this.compareButton.hidden = true;
    // A prompt of which nothing is shown any more would seem to be the example's.
    if (id === EXAMPLE && this.prompt.prompt() === this.asked) this.prompt.setPrompt("");
    this.shown = { id, reading: null };
    const path = id === EXAMPLE ? "/" : `/r/${id}`;
    if (location.pathname !== path) window.history.pushState(null, "", path);
  }

  /** Opens a reading that is finished, or follows one that is not. */
  private async open(id: string): Promise<void> {
    this.leave(id);
    await this.attempt(async () => {
      const found = await api.summary(id);
      if (this.shown.id !== id) return;
      if (found.status !== "done") {
        if (!found.problem) return this.follow(id);
        return this.status.error(`${found.problem.title}: ${found.problem.detail}`);
      }
      this.status.clear();
      const reading = await api.reading(id);
      if (this.shown.id !== id) return;
      await this.show(reading, Promise.resolve());
      if (id !== EXAMPLE) this.prompt.setPrompt((this.asked = promptOf(reading)));
      this.offerCompare();
    });
    this.settle(id);
    await this.attempt(() => this.refresh());
  }

  /** Of a reading that did not come to be, nothing is in sight: not the one before it either, which would pass for it. */
  private settle(id: string): void {
    if (this.shown.id === id && !this.shown.reading) this.clear();
  }

  private clear(): void {
    this.viewer?.destroy();
    this.viewer = null;
    this.viewed = this.compared = "";
  }

  private async run(request: api.Request): Promise<void> {
    const accepted = await this.attempt(() => api.create(request));
    if (!accepted) return;
    this.leave(accepted.id);
    this.asked = request.prompt ?? request.chat ?? this.prompt.prompt();
    void this.attempt(() => this.changed());
    await this.attempt(() => this.follow(accepted.id));
    this.settle(accepted.id);
    await this.attempt(() => this.changed());
  }

  /** Shows a reading as it is made. */
  private async follow(id: string): Promise<void> {
    const { signal } = this.following;
    let finished = () => {};
    const done = new Promise<void>((resolve) => (finished = resolve));
    const stop = () => void this.attempt(() => api.cancel(id));
    this.status.busy("Asked …", null, stop);
    const hear = (event: string, data: unknown) => {
      if (signal.aborted) return;
      const said = data as Said;
      if (event === "token") {
        const part = fromJson(said.reading);
        void this.show(this.shown.reading ? merge(this.shown.reading, part) : part, done);
      } else if (event === "done") {
        finished();
        void this.attempt(() => this.complete(id, done));
      } else this.tell(event, said, stop);
    };
    await api.follow(id, hear, signal);
  }

  /** An event in words. */
  private tell(event: string, said: Said, stop: () => void): void {
    const { status } = this;
    const step = said.step === "prompt" ? `Prompt: ${said.done} of ${said.total} tokens` : `Token ${said.done} of ${said.total}`;
    if (event === "queued" && said.position > 0) status.busy(`Waiting: ${said.position} before this one`, null, stop);
    if (event === "loading") status.busy("The model is being loaded", said.fraction, stop);
    if (event === "started") status.busy("Reading the prompt", 0, stop);
    if (event === "progress") status.busy(step, said.done / said.total, stop);
    if (event === "failed") status.error(`${said.problem.title}: ${said.problem.detail}`);
    if (event === "cancelled") status.note("Stopped. What had been computed is shown, but not kept.");
  }

  /** The reading as it was saved, in place of its parts. */
  private async complete(id: string, done: Promise<unknown>): Promise<void> {
    const whole = await api.reading(id);
    if (this.shown.id !== id) return;
    await this.show(whole, done);
    this.status.clear();
    this.offerCompare();
  }

  private offerCompare(): void {
    this.compareButton.hidden = !this.before?.reading || [this.before.id, EXAMPLE].includes(this.shown.id);
  }

  private compareWith(other: Shown): void {
    const { viewer } = this;
    if (!viewer || !other.reading) return;
    this.compared = other.id;
    viewer.compareWith(other.reading);
    // Where the two begin to differ: the blank after the prompt.
    const reading = viewer.state.reading.peek();
    viewer.state.move(reading.lastRow, reading.blank());
    viewer.state.view.value = "compare";
  }

  private async share(link: string): Promise<void> {
    // Only pages that browsers hold to be secure have a clipboard.
    const copied = await navigator.clipboard?.writeText(link).then(() => true, () => false);
    const where = copied ? "is on the clipboard" : `is ${link}`;
    this.status.note(`The reading’s address ${where}. It opens for whoever can reach this server.`);
  }

  private async models(): Promise<void> {
    const found = await this.attempt(api.models);
    if (!found) return;
    this.prompt.setModels(found);
    // Asked again only while one is on its way.
    if (found.models.some((one) => one.state === "loading")) setTimeout(() => void this.models(), 1000);
  }
}

/** The reading that the address names. */
const here = (): string => /^\/r\/([0-9a-z]+)$/.exec(location.pathname)?.[1] ?? EXAMPLE;

/** The prompt of a reading as text; a template's tokens are not the user's. */
const promptOf = (reading: Reading): string => joined(reading.tokens.filter(({ origin }) => origin === "prompt"));

/** The theme file's colours for what stands around the viewer. */
function paint(theme: Theme): void {
  const dark = theme === "dark" || (theme === "auto" && matchMedia("(prefers-color-scheme: dark)").matches);
  const root = document.documentElement;
  for (const [name, color] of Object.entries(ground(dark ? "dark" : "light"))) root.style.setProperty(`--f-${name}`, color);
  root.style.colorScheme = dark ? "dark" : "light";
}
