// The notebook widget (anywidget's front-end module): the viewer over a kernel's traits. docs/widget.md is its protocol.
//
// A notebook may evaluate this module once a widget: nothing happens until `render`, and nothing is left on the page's
// globals. What copies share (one stylesheet) they find on the document that they stand in.

import { mount, stand, type Viewer } from "../mount";
import { addStylesheet } from "./stylesheet";
import { keepKeys } from "./keys";
import { traitSource, packsOf, type Model } from "./source";
import { darkness } from "./dark";
import { heightFor } from "./height";
import { applyView, type InitialView } from "./initialView";

interface Context {
  model: Model;
  el: HTMLElement;
}

/** Shows the model's readings in `el`, until the function that it returns is called. */
async function render({ model, el }: Context): Promise<() => void> {
  const stops: (() => void)[] = [];
  const stop = () => stops.splice(0).reverse().forEach((one) => one());
  const box = el.ownerDocument.createElement("div");
  box.className = "fathom-widget";
  el.append(box);
  stops.push(() => box.remove());
  try {
    stops.push(addStylesheet(box));
    await show(model, box, stops);
  } catch (error) {
    box.textContent = `This reading can't be shown: ${error instanceof Error ? error.message : String(error)}`;
  }
  return stop;
}

async function show(model: Model, box: HTMLElement, stops: (() => void)[]): Promise<void> {
  const initial = (model.get("view") ?? {}) as InitialView;
  const { source, stop } = traitSource(model);
  stops.push(stop);
  const viewer = await mount(box, source, { height: "480px", dark: darkness(box) });
  stops.push(() => viewer.destroy());
  const root = box.firstElementChild as HTMLElement;
  const fit = () => stand(root, heightFor(viewer.state.reading.peek().height, (model.get("view") as InitialView | null)?.height));
  fit();
  applyView(viewer.state, initial);
  stops.push(keepKeys(root, viewer.state));
  follow(model, viewer, fit, stops);
}

/** What Python changes while the widget stands: another view, a reading that has grown. */
function follow(model: Model, viewer: Viewer, fit: () => void, stops: (() => void)[]): void {
  const listen = (event: string, hear: () => void) => {
    model.on(event, hear);
    stops.push(() => model.off(event, hear));
  };
  listen("change:view", () => {
    applyView(viewer.state, (model.get("view") ?? {}) as InitialView);
    fit();
  });
  listen("change:pack", () => {
    packsOf(model).then(
      ([reading, other]) => {
        if (reading) viewer.update(reading);
        viewer.compareWith(other ?? null);
        fit();
      },
      (error: unknown) => (viewer.state.message.value = error instanceof Error ? error.message : String(error)),
    );
  });
}

export default { render };
