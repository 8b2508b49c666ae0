import type { ServerResponse } from "node:http";
import { config } from "#accounts/config.ts";
import { nonceOf } from "#http/security-headers.ts";

const STYLE = "body{max-width:32rem;margin:0 auto;padding:3rem 1rem;font:1.0625rem/1.5 system-ui,sans-serif}";

/** A complete page with a sentence, for requests that are refused before a page is rendered. */
export function refusalPage(response: ServerResponse, sentence: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>Error: this was not sent – ${escaped(config().siteName)}</title>
<style nonce="${nonceOf(response)}">${STYLE}</style>
</head>
<body>
<main>
<h1>This was not sent</h1>
<p>${escaped(sentence)}</p>
<p><a href="/">Go to the home page</a></p>
</main>
</body>
</html>
`;
}

const escaped = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
