// Makes src/generated from the OpenAPI document: the types of every operation, and a table of how each is called.
//
// The types leave out what editors would only trip over: examples, and the problem answers, which are one type for all.
import { createHash } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import openapiTS, { astToString } from "openapi-typescript";
import { createConfig } from "@redocly/openapi-core";

const source = new URL(process.env.CORRIDOR_OPENAPI ?? "../../../gen/openapi.json", import.meta.url);
const target = new URL("../src/generated/", import.meta.url);
const VERBS = ["get", "put", "post", "patch", "delete"];
const NO_RESULT = ["202", "304"];
const PROBLEM = {
  description: "Any problem.",
  content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
};

const text = await readFile(source, "utf8");
// What was made from the same document by the same program stands already.
const stamp = `// Made by scripts/generate.mjs; never edited. ${digest(text + (await readFile(new URL(import.meta.url), "utf8")))}\n`;
const made = await readFile(new URL("schema.ts", target), "utf8").catch(() => "");
if (made.startsWith(stamp)) process.exit(0);
const document = JSON.parse(text);
const operations = {};
for (const [path, item] of Object.entries(document.paths)) {
  for (const verb of VERBS) {
    const operation = item[verb];
    if (!operation) continue;
    // 202 and 304 are no results: the first is thrown, the second comes only to who sends If-None-Match.
    const good = Object.entries(operation.responses).filter(([status]) => /^[23]/.test(status) && !NO_RESULT.includes(status));
    operation.responses = { ...Object.fromEntries(good), default: PROBLEM };
    operations[operation.operationId] = called(verb, path, operation);
  }
}
document.components.responses = {};
document.components.examples = {};
withoutExamples(document);

await mkdir(target, { recursive: true });
const types = astToString(await openapiTS(document, { redocly: await createConfig({ extends: ["minimal"] }) }));
await writeFile(
  new URL("operations.ts", target),
  stamp +
    'import type { Called } from "../operations.js";\n\n' +
    `export const OPERATIONS: Record<string, Called> = ${JSON.stringify(operations, null, 2)};\n`,
);
await writeFile(new URL("schema.ts", target), stamp + types);

function called(verb, path, operation) {
  const policy = operation["x-corridor-policy"];
  const paging = operation["x-corridor-paging"];
  return {
    verb: verb.toUpperCase(),
    path,
    key: { REQUIRED: true, OPTIONAL: true }[policy.idempotency] ?? false,
    seconds: policy.deadline_seconds,
    ...(paging ? { entries: paging.entries } : {}),
  };
}

function withoutExamples(node) {
  if (Array.isArray(node)) return node.forEach(withoutExamples);
  if (node === null || typeof node !== "object") return;
  for (const [name, value] of Object.entries(node)) {
    // A field may be called `example` too: then its value is a schema, and stands under `properties`.
    if (name === "properties") Object.values(value).forEach(withoutExamples);
    else if (name === "example" || name === "examples") delete node[name];
    else withoutExamples(value);
  }
}

function digest(text) {
  return createHash("sha256").update(text).digest("hex");
}
