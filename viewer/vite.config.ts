import { defineConfig } from "vite";
import { bundle } from "./vite.shared";

// The viewer, written where the render crate includes it.
export default defineConfig({
  ...bundle("src/index.ts", "fathom-render", "viewer"),
  test: { include: ["test/**/*.test.ts"], setupFiles: ["test/setup.ts"] },
} as import("vite").UserConfig & { test: unknown });
