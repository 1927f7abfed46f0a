// What the three bundles share: one small ES module each. The same sources give the same bytes.

import { transformWithEsbuild, type BuildOptions, type Plugin, type UserConfig } from "vite";

/** Vite leaves white space in libraries' modules, for bundlers to come; ours are read by browsers alone. */
const small: Plugin = {
  name: "fathom-small",
  renderChunk: {
    order: "post",
    handler: async (code, chunk) => {
      const { code: less } = await transformWithEsbuild(code, chunk.fileName, { minify: true, target: "es2022", format: "esm", legalComments: "none", sourcemap: false });
      return { code: less, map: null };
    },
  },
};

/** `entry` as the module `name`.js, and its stylesheet `name`.css, in a crate's assets. */
export const bundle = (entry: string, crate: string, name: string): UserConfig & { build: BuildOptions } => ({
  define: { "process.env.NODE_ENV": '"production"' },
  plugins: [small],
  build: {
    target: "es2022",
    outDir: `../crates/${crate}/assets`,
    emptyOutDir: false,
    minify: "esbuild",
    lib: { entry, formats: ["es"], fileName: () => `${name}.js`, cssFileName: name },
    modulePreload: false,
  },
  esbuild: { legalComments: "none" },
});
