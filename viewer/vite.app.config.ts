import { defineConfig } from "vite";

// The page of `fathom serve`: the same components, with a form and a history around them.
export default defineConfig({
  define: { "process.env.NODE_ENV": '"production"' },
  build: {
    target: "es2022",
    outDir: "../crates/fathom-server/assets",
    emptyOutDir: false,
    minify: "esbuild",
    lib: { entry: "src/app/index.ts", formats: ["es"], fileName: () => "app.js", cssFileName: "app" },
    modulePreload: false,
  },
  esbuild: { legalComments: "none" },
});
