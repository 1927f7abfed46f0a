import { defineConfig } from "vite";
import { bundle } from "./vite.shared";

// The page of `fathom serve`: the same components, with a form and a history around them.
export default defineConfig(bundle("src/app/index.ts", "fathom-server", "app"));
