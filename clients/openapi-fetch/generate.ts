import { writeFileSync } from "node:fs";
import openapiTS, { astToString } from "openapi-typescript";
import ts from "typescript";

/* Writes schema.d.ts from the OpenAPI document at the given address. A file in a multipart body is a Blob. */

const [address = ""] = process.argv.slice(2);
const blob = ts.factory.createTypeReferenceNode("Blob");
const types = await openapiTS(new URL(address), {
  transform: ({ format }) => (format === "binary" ? blob : undefined),
});
writeFileSync(new URL("schema.d.ts", import.meta.url), astToString(types));
