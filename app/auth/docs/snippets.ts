import type { Endpoint } from "#http/endpoint.ts";

/** A request as the examples send it: its address, its body as JSON, and whether the answer is a file. */
export type ExampleRequest = { method: string; address: string; access: Endpoint["access"]; body?: object; answersFile?: boolean };

export type Snippets = { curl: string; JavaScript: string; Python: string };

/** The variable that has the secret of each access. */
const SECRETS: Record<Endpoint["access"], string | null> = {
  public: null,
  optional: "TOKEN",
  token: "TOKEN",
  service: "SERVICE_KEY",
  optional_service: "SERVICE_KEY",
};

/** One request in three languages, each with nothing but what the language brings. They work as they stand. */
export function snippetsOf(request: ExampleRequest): Snippets {
  return { curl: curl(request), JavaScript: javaScript(request), Python: python(request) };
}

function curl({ method, address, access, body, answersFile }: ExampleRequest): string {
  const secret = SECRETS[access];
  const isImplied = method === "GET" || (method === "POST" && body);
  const lines = [
    `curl ${isImplied ? "" : `-X ${method} `}${quotedForShell(address)}`,
    ...(secret ? [`-H "Authorization: Bearer $${secret}"`] : []),
    ...(answersFile ? ["--output picture.webp"] : []),
    ...(body ? [`--json '${JSON.stringify(body).replaceAll("'", `'\\''`)}'`] : []),
  ];
  return lines.join(" \\\n  ");
}

const quotedForShell = (address: string) => (/[?&]/.test(address) ? `"${address}"` : address);

function javaScript({ method, address, access, body, answersFile }: ExampleRequest): string {
  const secret = SECRETS[access];
  const headers = [...(secret ? [`authorization: \`Bearer \${${secret}}\``] : []), ...(body ? [`"content-type": "application/json"`] : [])];
  const options = [
    ...(method === "GET" ? [] : [`method: "${method}"`]),
    ...(headers.length > 0 ? [`headers: { ${headers.join(", ")} }`] : []),
    ...(body ? [`body: JSON.stringify(${indented(body)})`] : []),
  ];
  const given = options.length > 0 ? `, {\n${options.map((option) => `  ${option},\n`).join("")}}` : "";
  const content = answersFile ? "await response.blob()" : "await response.text()";
  return `const response = await fetch("${address}"${given});\nconsole.log(response.status, ${content});`;
}

function python({ method, address, access, body, answersFile }: ExampleRequest): string {
  const secret = SECRETS[access];
  const headers = [
    ...(secret ? [`"Authorization": "Bearer " + os.environ["${secret}"]`] : []),
    ...(body ? [`"Content-Type": "application/json"`] : []),
  ];
  const given = [
    `"${address}"`,
    ...(method === "GET" ? [] : [`method="${method}"`]),
    ...(headers.length > 0 ? [`headers={${headers.join(", ")}}`] : []),
    ...(body ? [`data=json.dumps(${indented(body).replace(/: (true|false|null)\b/g, (_, word) => `: ${IN_PYTHON[word]}`)}).encode()`] : []),
  ];
  const modules = [...(body ? ["json"] : []), ...(secret ? ["os"] : []), "urllib.request"];
  return [
    `import ${modules.join(", ")}`,
    "",
    `request = urllib.request.Request(\n${given.map((one) => `    ${one},\n`).join("")})`,
    "with urllib.request.urlopen(request) as response:",
    `    print(response.status, ${answersFile ? "len(response.read())" : "response.read().decode()"})`,
  ].join("\n");
}

const IN_PYTHON: Record<string, string> = { true: "True", false: "False", null: "None" };

/** JSON over several lines, as an argument two columns in. */
const indented = (body: object) => JSON.stringify(body, null, 2).replaceAll("\n", "\n  ");
