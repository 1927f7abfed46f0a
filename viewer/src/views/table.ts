import type { State } from "../state";
import { h } from "../ui/dom";
import type { ViewPart } from "./part";

export function table(_state: State): ViewPart {
  const element = h("section", {});
  return { element, drawing: () => null, focus: () => element.focus(), dispose: () => undefined };
}
