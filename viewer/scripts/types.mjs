// The types of the JSON form, from the schema that Rust commits. `--check` compares, as the tests do.
import { readFile, writeFile } from "node:fs/promises";
import { compile } from "json-schema-to-typescript";

const schema = new URL("../../crates/fathom-reading/schema/reading.schema.json", import.meta.url);
const target = new URL("../src/reading/schema.d.ts", import.meta.url);
const text = await compile(JSON.parse(await readFile(schema, "utf8")), "Reading", {
  bannerComment: "// Written by scripts/types.mjs from crates/fathom-reading/schema/reading.schema.json: do not edit.",
  additionalProperties: false,
  format: true,
});
if (process.argv.includes("--check")) {
  const committed = await readFile(target, "utf8").catch(() => "");
  if (committed !== text) {
    console.error("src/reading/schema.d.ts is out of date: run `npm run types` in viewer/ and commit");
    process.exit(1);
  }
} else {
  await writeFile(target, text);
}
