// The page as a whole: which reading is shown, which is on its way, and what the buttons do.

import { fromJson } from "../reading/json";
import { merge } from "../reading/merge";
import type { Reading } from "../reading/reading";
import { joined } from "../text/visible";
import { h } from "../ui/dom";
import { EXAMPLE, go, here } from "./address";
import * as api from "./api";
import { branchDialog } from "./branch";
import { confirmDialog } from "./confirm";
import { crossTab } from "./crossTab";
import { form } from "./form";
import { historyList } from "./history";
import type { PageState } from "./pageState";
import { problemText, progressOf, type RunEvent } from "./runEvents";
import { statusLine } from "./status";
import { tokenPrompt } from "./tokenPrompt";
import { ViewerSlot } from "./viewerSlot";

export class Page {
  private state: PageState = { kind: "opening", id: "", prompt: "", reading: null };
  /** The run before, to compare with. */
  private before: { id: string; reading: Reading } | null = null;
  private following = new AbortController();
  private readonly status = statusLine();
  private readonly slot = new ViewerSlot((position) => this.state.reading && this.branch.ask(this.state.reading, position));
  private readonly prompt = form((request) => void this.run(request));
  private readonly branch = branchDialog((position, token) => {
    const generate = this.prompt.generate() ?? { max_new_tokens: 8 };
    void this.run({ parent: { reading: this.state.id, position, token }, generate });
  });
  private readonly compareButton = h("button", { class: "a-button", type: "button", hidden: true,
    onclick: () => this.before && this.slot.compareWith(this.before.id, this.before.reading) }, "Compare with the run before");
  private readonly sure = confirmDialog();
  private readonly tellOthers = crossTab(() => this.history.inUse() || void this.attempt(() => this.refresh()));
  private readonly history = historyList({
    open: (id) => void this.open(id),
    compare: (id) => void this.attempt(async () => this.slot.compareWith(id, await api.reading(id))),
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
    root.replaceChildren(side, h("main", { class: "a-main" }, this.prompt.element, line, this.slot.element), this.branch.element, this.sure.element);
    window.addEventListener("popstate", () => here() !== this.state.id && void this.open(here()));
    this.prompt.setPrompt("The keys to the cabinet");
    void this.open(here());
    void this.models();
  }

  /** Does something that may be refused, and says so. */
  private async attempt<T>(work: () => Promise<T>, refused = (words: string) => this.status.error(words)): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof api.Refused && error.problem.status === 401) tokenPrompt(this.root, () => location.reload());
      refused(error instanceof Error ? error.message : String(error));
      return undefined;
    }
  }

  private enter(state: PageState): void {
    this.state = state;
    this.render();
  }

  /** The state, as the line of status and the button beside it say it. */
  private render(): void {
    const { state, status } = this;
    this.offerCompare();
    // While one is opened, what was last said stands until the server has answered.
    if (state.kind === "loading" || state.kind === "done") status.clear();
    if (state.kind === "running") status.busy(state.words, state.fraction, () => void this.attempt(() => api.cancel(state.id)));
    if (state.kind === "stopped") status.note("Stopped. What had been computed is shown, but not kept.");
    if (state.kind === "failed") status.error(state.words);
  }

  /** Only beside a finished run of the user's own. */
  private offerCompare(): void {
    const { state, before } = this;
    const offered = state.kind === "done" && before && ![before.id, EXAMPLE].includes(state.id) && this.slot.shows(state.id);
    this.compareButton.hidden = !offered;
  }

  private async refresh(): Promise<void> {
    this.history.show(await api.list(), this.state.id);
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
      this.slot.forget(id);
      if (id !== this.state.id) {
        this.offerCompare();
        return this.changed();
      }
      this.enter({ kind: "opening", id, prompt: this.state.prompt, reading: null });
      this.slot.clear();
      await Promise.all([this.open(EXAMPLE), this.changed()]);
      this.status.note("Deleted. Here is the example again.");
    });
  }

  /** Leaves what is shown for another reading. */
  private leave(id: string, asked?: string): void {
    const { state } = this;
    this.following.abort();
    this.following = new AbortController();
    this.slot.abandon();
    if (state.reading && state.id !== EXAMPLE) this.before = { id: state.id, reading: state.reading };
    // A prompt of which nothing is shown any more would seem to be the example's.
    if (id === EXAMPLE && this.prompt.prompt() === state.prompt) this.prompt.setPrompt("");
    this.enter({ kind: "opening", id, prompt: asked ?? state.prompt, reading: null });
    go(id);
  }

  /** Opens a reading that is finished, or follows one that is not. */
  private async open(id: string): Promise<void> {
    this.leave(id);
    await this.attempt(async () => {
      const found = await api.summary(id);
      if (this.state.id !== id) return;
      if (found.status !== "done") {
        if (!found.problem) return this.follow(id);
        return this.fail(id, problemText(found.problem));
      }
      this.enter({ kind: "loading", id, prompt: this.state.prompt, reading: null });
      await this.finish(id, Promise.resolve());
      const { state } = this;
      if (state.id !== id || !state.reading || id === EXAMPLE) return;
      state.prompt = promptOf(state.reading);
      this.prompt.setPrompt(state.prompt);
    }, (words) => this.fail(id, words));
    this.settle(id);
    await this.attempt(() => this.refresh());
  }

  private async run(request: api.Request): Promise<void> {
    const accepted = await this.attempt(() => api.create(request));
    if (!accepted) return;
    const { id } = accepted;
    this.leave(id, request.prompt ?? request.chat ?? this.prompt.prompt());
    void this.attempt(() => this.changed());
    await this.attempt(() => this.follow(id), (words) => this.fail(id, words));
    this.settle(id);
    await this.attempt(() => this.changed());
  }

  /** Shows a reading as it is made. */
  private async follow(id: string): Promise<void> {
    const { signal } = this.following;
    let finished = () => {};
    const done = new Promise<void>((resolve) => {
      finished = resolve;
    });
    this.enter({ kind: "running", id, prompt: this.state.prompt, reading: null, words: "Asked …", fraction: null });
    const hear = (event: string, data: unknown) => {
      if (signal.aborted) return;
      if (event === "done") {
        finished();
        void this.attempt(() => this.finish(id, done), (words) => this.fail(id, words));
      } else this.hear(event, data as RunEvent, done);
    };
    await api.follow(id, hear, signal);
  }

  /** What an event changes in the run that is followed. */
  private hear(event: string, data: RunEvent, done: Promise<unknown>): void {
    const { state } = this;
    if (state.kind !== "running") return;
    const { id, prompt, reading } = state;
    if (event === "token") {
      const part = fromJson(data.reading);
      state.reading = reading ? merge(reading, part) : part;
      void this.slot.show(id, state.reading, done);
    } else if (event === "failed") this.fail(id, problemText(data.problem));
    else if (event === "cancelled") this.enter({ kind: "stopped", id, prompt, reading });
    else {
      const progress = progressOf(event, data);
      if (progress) this.enter({ ...state, ...progress });
    }
  }

  /** The reading as it was saved, in place of its parts. */
  private async finish(id: string, done: Promise<unknown>): Promise<void> {
    const reading = await api.reading(id);
    if (this.state.id !== id) return;
    this.enter({ kind: "done", id, prompt: this.state.prompt, reading });
    await this.slot.show(id, reading, done);
    this.offerCompare();
  }

  /** Says why a reading has not come to be; the page may be about another by now. */
  private fail(id: string, words: string): void {
    const { state } = this;
    if (state.id === id) this.enter({ kind: "failed", id, prompt: state.prompt, reading: state.reading, words });
    else this.status.error(words);
  }

  /** Of a reading that did not come to be, nothing is in sight: not the one before it either, which would pass for it. */
  private settle(id: string): void {
    if (this.state.id === id && !this.state.reading) this.slot.clear();
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

/** The prompt of a reading as text; a template's tokens are not the user's. */
const promptOf = (reading: Reading): string => joined(reading.tokens.filter(({ origin }) => origin === "prompt"));
