// The viewer on the page: mounted with a reading's first columns, updated as it grows, replaced by the next one's.

import { effect } from "@preact/signals-core";
import { mount, type Viewer } from "../mount";
import type { Reading } from "../reading/reading";
import type { Source } from "../source";
import type { Theme } from "../state";
import { h } from "../ui/dom";
import { ranks } from "./api";
import { paint } from "./paint";

type Slot =
  | { kind: "empty" }
  | { kind: "mounting"; id: string; reading: Reading }
  | { kind: "mounted"; id: string; viewer: Viewer; compared: string | null };

export class ViewerSlot {
  readonly element = h("div", { class: "a-viewer" });
  private slot: Slot = { kind: "empty" };
  private theme: Theme = "auto";

  /** `branch` is asked for another token after a position. */
  constructor(private readonly branch: (position: number) => void) {
    paint(this.theme);
  }

  /** Whether it is this reading's viewer that stands. */
  shows(id: string): boolean {
    return this.slot.kind === "mounted" && this.slot.id === id;
  }

  /** Shows a reading; more of the one that is shown goes to the viewer that stands. `done`: when the server has all of it. */
  async show(id: string, reading: Reading, done: Promise<unknown>): Promise<void> {
    const { slot } = this;
    if (slot.kind === "mounted" && slot.id === id) return slot.viewer.update(reading);
    if (slot.kind === "mounting" && slot.id === id) {
      // The viewer takes what is there when it stands.
      slot.reading = reading;
      return;
    }
    const source: Source = {
      reading: () => Promise.resolve(reading),
      ranks: async (tokens) => {
        await done;
        return ranks(id, tokens);
      },
    };
    // The reading before stands until now.
    this.clear();
    const mounting: Slot = { kind: "mounting", id, reading };
    this.slot = mounting;
    const action = {
      label: "Continue from another token …",
      title: "Replace the token that follows this position, and generate on from there",
      run: ({ position }: { position: number }) => this.branch(position),
    };
    const viewer = await mount(this.element, source, { height: "100%", deepLinks: true, theme: this.theme, actions: [action] });
    if (this.slot !== mounting) return viewer.destroy();
    this.slot = { kind: "mounted", id, viewer, compared: null };
    if (mounting.reading !== reading) viewer.update(mounting.reading);
    effect(() => {
      this.theme = viewer.state.theme.value;
      paint(this.theme);
    });
  }

  /** Gives up a viewer that is being mounted; one that stands goes on standing. */
  abandon(): void {
    if (this.slot.kind === "mounting") this.slot = { kind: "empty" };
  }

  clear(): void {
    if (this.slot.kind === "mounted") this.slot.viewer.destroy();
    this.slot = { kind: "empty" };
  }

  /** Sets another reading beside the one that is shown. */
  compareWith(id: string, reading: Reading): void {
    const { slot } = this;
    if (slot.kind !== "mounted") return;
    slot.compared = id;
    slot.viewer.compareWith(reading);
    const { state } = slot.viewer;
    // Where the two begin to differ: the blank after the prompt.
    const shown = state.reading.peek();
    state.move(shown.lastRow, shown.blank());
    state.view.value = "compare";
  }

  /** Ends a comparison with a reading that is no more. */
  forget(id: string): void {
    if (this.slot.kind === "mounted" && this.slot.compared === id) this.slot.viewer.compareWith(null);
  }
}
