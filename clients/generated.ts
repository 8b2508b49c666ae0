import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { openApiDocument } from "#http/openapi.ts";
import { httpFileOf } from "./http-file.ts";
import { typesOf } from "./typescript-types.ts";

const ROOT = join(import.meta.dirname, "..");

/** The files that are made from the API's table, by their paths from the root, with the text that each should have. */
export function generatedFiles(): Record<string, string> {
  const document = openApiDocument();
  const types = "clients/typescript/api.ts";
  return { [types]: formatted(types, typesOf(document)), "docs/latchkey.http": httpFileOf(document) };
}

function formatted(path: string, text: string): string {
  const words = ["node_modules/@biomejs/biome/bin/biome", "format", `--stdin-file-path=${path}`];
  const { status, stdout, stderr } = spawnSync(process.execPath, words, { cwd: ROOT, input: text, encoding: "utf8" });
  if (status !== 0) throw new Error(`${path} can't be formatted: ${stderr}`);
  return stdout;
}
