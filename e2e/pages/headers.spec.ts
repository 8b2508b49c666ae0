import { gunzipSync } from "node:zlib";
import { expect, test, WITHOUT_BROWSER } from "../pages.ts";
import type { Answer } from "../request.ts";

const OF_LINKS = ["/reset-password/", "/verify-email/", "/undo-email-change/", "/not-me/"]; // their addresses have secrets in them
const PAGES = ["/", "/login/", "/register/", "/forgot-password/", "/auth/docs/", "/nowhere/", ...OF_LINKS];
const PRIVATE = ["/profile/", "/sessions/", "/sessions/sign-out-everywhere/", "/security/", "/security/tokens/", "/account/", "/sign-out/"];

const nonceOf = ({ headers }: Answer) => String(headers["content-security-policy"]).match(/'nonce-([^']+)'/)?.[1];

function checkHeaders(path: string, { headers, status, text }: Answer): void {
  const policy = String(headers["content-security-policy"]);
  expect(policy, path).toMatch(/script-src [^;]*'nonce-[\w+/=-]{16,}' 'strict-dynamic'/);
  expect(policy, path).not.toMatch(/unsafe-inline|unsafe-eval/);
  for (const rule of ["object-src 'none'", "base-uri 'none'", "form-action 'self'", "frame-ancestors 'none'"]) {
    expect(policy, path).toContain(rule);
  }
  expect(headers["x-content-type-options"], path).toBe("nosniff");
  expect(headers["cross-origin-opener-policy"], path).toBe("same-origin");
  expect(headers["referrer-policy"], path).toBe(OF_LINKS.includes(path) ? "no-referrer" : "strict-origin-when-cross-origin");
  expect(headers["permissions-policy"], path).toContain("camera=()");
  expect(headers["x-powered-by"], path).toBeUndefined();
  expect(headers.server, path).toBeUndefined();
  expect(headers["x-request-id"], path).toMatch(/./);
  expect(headers["cache-control"], path).toMatch(/no-store/);
  if (status === 200 || status === 404) expect(headers["content-type"], path).toBe("text/html; charset=utf-8");
  expect(text, path).not.toMatch(/ on\w+="|javascript:/);
}

test("every page has its headers, signed out", WITHOUT_BROWSER, async ({ ask }) => {
  for (const path of [...PAGES, ...PRIVATE]) checkHeaders(path, await ask("GET", path));
});

test("every page has its headers, signed in, and is never stored", WITHOUT_BROWSER, async ({ ask, user }) => {
  for (const path of [...PAGES, ...PRIVATE]) {
    checkHeaders(path, await ask("GET", path, { headers: { cookie: `__Host-session=${user.cookie}` } }));
  }
});

test("a page that the build has rendered is the one that Next.js renders", WITHOUT_BROWSER, async ({ ask }) => {
  for (const path of ["/login/", "/register/"]) {
    const kept = await ask("GET", path);
    const zipped = await ask("GET", path, { headers: { "accept-encoding": "gzip" } });
    zipped.text = gunzipSync(zipped.bytes).toString();
    const rendered = await ask("GET", path, { headers: { cookie: "__Host-session=dead" } });
    const bare = (answer: Answer) => answer.text.replaceAll(nonceOf(answer) ?? "", "nonce");
    for (const answer of [zipped, rendered]) {
      expect(answer.status, path).toBe(200);
      expect(bare(answer), path).toBe(bare(kept));
      for (const name of ["content-type", "cache-control", "vary"]) expect(answer.headers[name], path).toBe(kept.headers[name]);
    }
    const part = await ask("GET", path, { headers: { rsc: "1", "next-router-state-tree": "garbled" } });
    expect(bare(part), `${path}: nobody gets only a part of it`).toBe(bare(kept));
  }
  expect((await ask("GET", "/login/?next=%2Fsessions%2F")).text, "another query, another page").toContain("/sessions/");
});

test("each answer has its own nonce, and every script carries it", WITHOUT_BROWSER, async ({ ask }) => {
  const nonces = new Set<string | undefined>();
  for (const path of [...PAGES, ...PAGES]) {
    const answer = await ask("GET", path);
    const nonce = nonceOf(answer);
    nonces.add(nonce);
    const scripts = answer.text.match(/<script\b[^>]*>/g) ?? [];
    expect(scripts.length, path).toBeGreaterThan(0);
    for (const script of scripts) expect(script, path).toContain(`nonce="${nonce}"`);
  }
  expect(nonces.size).toBe(PAGES.length * 2);
});

test("junk among the cookies breaks nothing", WITHOUT_BROWSER, async ({ ask, user }) => {
  const junk = Array.from({ length: 100 }, (_, i) => `junk${i}=${"x".repeat(20)}`).join("; ");
  const { status } = await ask("GET", "/profile/", { headers: { cookie: `${junk}; __Host-session=${user.cookie}` } });
  expect(status).toBe(200);
  expect([307, 431]).toContain((await ask("GET", "/profile/", { headers: { cookie: `big=${"x".repeat(8_000)}` } })).status);
});
