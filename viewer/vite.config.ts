import { defineConfig } from "vite";

// One ES module and one stylesheet, written where the render crate includes them. The same sources give the same bytes.
export default defineConfig({
  define: { "process.env.NODE_ENV": '"production"' },
  build: {
    target: "es2022",
    outDir: "../crates/fathom-render/assets",
    emptyOutDir: false,
    minify: "esbuild",
    lib: { entry: "src/index.ts", formats: ["es"], fileName: () => "viewer.js", cssFileName: "viewer" },
    reportCompressedSize: true,
    modulePreload: false,
  },
  esbuild: { legalComments: "none" },
  test: { include: ["test/**/*.test.ts"], setupFiles: ["test/setup.ts"] },
} as import("vite").UserConfig & { test: unknown });
