import { defineConfig } from "vite";
import { bundle } from "./vite.shared";

// The notebook widget: the same components behind anywidget's `render`, in one module that carries its style.
export default defineConfig(bundle("src/widget/index.ts", "fathom-render", "widget"));
