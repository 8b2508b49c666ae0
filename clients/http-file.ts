import type { ApiDocument } from "#http/openapi.ts";
import { type Asked, operationsOf } from "./typescript-types.ts";

const ABOUT = `# All requests of the API, for the REST Client of VS Code and the HTTP Client of JetBrains' editors.
# Made from the API's table by “npm run clients:generate”.
#
# Start Latchkey, register, log in, and put the token of the answer here. Requests of services need a key:
# npx accounts service-key create --help

@url = http://127.0.0.1:8000
@token = lk_
@serviceKey = lks_
`;

/** A request of each operation, with the example of the document. */
export function httpFileOf(document: ApiDocument): string {
  return [ABOUT, ...operationsOf(document).map((asked) => requestOf(asked))].join("\n");
}

function requestOf({ method, path, operation }: Asked): string {
  const { summary, security, parameters = [], requestBody } = operation;
  const target = path.replace(/\{(\w+)\}/, (_, name) => String(parameters.find((parameter) => parameter.name === name)?.example));
  const secret = security.map((schemes) => SECRETS[Object.keys(schemes)[0] ?? ""]).find(Boolean);
  const body = bodyOf(requestBody);
  return [
    `### ${summary}`,
    `${method} {{url}}${target}`,
    ...(secret ? [`Authorization: Bearer {{${secret}}}`] : []),
    ...(body ? ["Content-Type: application/json", "", JSON.stringify(body, null, 2)] : []),
    "",
  ].join("\n");
}

const SECRETS: Record<string, string> = { token: "token", serviceKey: "serviceKey" };

/** Without a picture, whose base64 text nobody wants to read. */
function bodyOf(requestBody: Asked["operation"]["requestBody"]): unknown {
  const example = requestBody?.content["application/json"]?.example;
  if (typeof example !== "object" || example === null) return example;
  return Object.fromEntries(Object.entries(example).filter(([name]) => name !== "image"));
}
