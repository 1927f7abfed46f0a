// What the user asks for: a prompt, a model, how to continue, a lens.

import { h } from "../ui/dom";
import type { Generate, Model, Models, Request } from "./api";

export interface Form {
  element: HTMLFormElement;
  setModels(models: Models): void;
  /** Puts a prompt in the form, as if it had been typed. */
  setPrompt(prompt: string): void;
  prompt(): string;
  /** How to continue, as the form says: branches take it from here too. */
  generate(): Generate | undefined;
  focus(): void;
}

const MARKS: Record<Model["state"], string> = { ready: "", present: "", loading: " (loading)", failed: " (can’t be loaded)" };

export function form(submit: (request: Request) => void): Form {
  const prompt = h("textarea", {
    id: "a-prompt", rows: 2, required: true, spellcheck: "false", "aria-label": "Prompt", placeholder: "A text to continue …",
  });
  const model = h("select", { "aria-label": "Model" });
  // What the chosen model's files say that one may want to know, once it is in memory.
  const notes = h("ul", { class: "a-notes", "aria-label": "Notes on the model", hidden: true });
  let known: Model[] = [];
  const tell = () => {
    const said = known.find((one) => one.name === model.value)?.notes ?? [];
    notes.replaceChildren(...said.map((note) => h("li", {}, note)));
    notes.hidden = said.length === 0;
  };
  model.addEventListener("change", tell);
  const lens = h("select", { "aria-label": "Lens" }, h("option", { value: "logit" }, "logit"), h("option", { value: "raw" }, "raw"));
  const chat = h("input", { type: "checkbox" });
  const numeric = (name: string, value: string, step: string, min: string, placeholder = "") =>
    h("input", { type: "number", inputmode: "decimal", "aria-label": name, value, step, min, placeholder });
  const count = numeric("Tokens to generate", "8", "1", "0");
  const temperature = numeric("Temperature", "", "0.1", "0", "greedy");
  const topK = numeric("Draw from the best k", "", "1", "1", "all");
  const topP = numeric("Draw from probability mass", "", "0.05", "0", "all");
  const seed = numeric("Seed", "", "1", "0", "0");
  const watch = h("input", { type: "text", "aria-label": "Words to watch", placeholder: "␣is, ␣are", spellcheck: "false", autocomplete: "off" });
  const field = (label: string, input: HTMLElement, title = "") => h("label", { class: "a-field", title }, h("span", {}, label), input);
  const run = h("button", { class: "a-run", type: "submit", title: "Ctrl+Enter" }, "Read");
  const more = h("details", { class: "a-more" }, h("summary", {}, "More settings"),
    h("div", { class: "a-fields" },
      field("Temperature", temperature, "0 or empty: always the best token"),
      field("Top k", topK), field("Top p", topP), field("Seed", seed),
      field("Lens", lens, "logit: the final norm at every layer; raw: at the last one only, as in the article"),
      field("Watch", watch, "Words whose ranks every cell records, separated by commas; ␣ is a space"),
      h("label", { class: "a-check", title: "Through the model’s own chat template" }, chat, h("span", {}, "As a chat message"))));

  const value = (input: HTMLInputElement): number | undefined => (input.value.trim() === "" ? undefined : Number(input.value));
  const generate = (): Generate | undefined => {
    const max = value(count) ?? 0;
    if (max === 0) return undefined;
    const settings: Generate = { max_new_tokens: max };
    const set = (name: "temperature" | "top_k" | "top_p" | "seed", input: HTMLInputElement) => {
      const given = value(input);
      if (given !== undefined) settings[name] = given;
    };
    set("temperature", temperature);
    set("top_k", topK);
    set("top_p", topP);
    set("seed", seed);
    return settings;
  };
  const words = () => watch.value.split(",").map((word) => word.trim().replace(/␣/g, " ")).filter((word) => word !== "");
  const element = h("form", { class: "a-form", autocomplete: "off" }, prompt,
    h("div", { class: "a-row" }, field("Model", model), field("Generate", count, "Tokens to generate; 0 reads the prompt alone"), more, run), notes);
  element.addEventListener("submit", (event) => {
    event.preventDefault();
    const settings = generate();
    submit({
      ...(model.value ? { model: model.value } : {}),
      ...(chat.checked ? { chat: prompt.value } : { prompt: prompt.value }),
      ...(settings ? { generate: settings } : {}),
      lens: lens.value as "logit" | "raw",
      watch: words(),
    });
  });
  prompt.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      element.requestSubmit();
    }
  });
  return {
    element,
    setModels({ models, limits }) {
      const chosen = model.value;
      // One that failed may be asked again: a disk may have room by now.
      model.replaceChildren(...models.map((one) => h("option", { value: one.name }, one.name + MARKS[one.state])));
      model.value = models.some((one) => one.name === chosen) ? chosen : (models.find((one) => one.default)?.name ?? "");
      count.max = String(limits.new_tokens);
      known = models;
      tell();
    },
    setPrompt(text) {
      prompt.value = text;
    },
    prompt: () => prompt.value,
    generate,
    focus: () => prompt.focus(),
  };
}
