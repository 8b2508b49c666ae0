import assert from "node:assert/strict";
import { test } from "node:test";
import { newNonce, pageHeaders } from "../security-headers.ts";
import { developmentHeaders } from "./development-headers.ts";

test("in development, pages have the headers of production, with two exceptions in the policy", () => {
  const nonce = newNonce();
  const { "content-security-policy": policy, ...others } = developmentHeaders(nonce, "/");
  const { "content-security-policy": strict = "", ...productions } = pageHeaders(nonce, "/");
  assert.deepEqual(others, productions);
  const [found, wanted] = [policy?.split("; ") ?? [], strict.split("; ")];
  assert.deepEqual(
    found.filter((rule) => !wanted.includes(rule)),
    [`script-src 'self' 'unsafe-eval' 'nonce-${nonce}' 'strict-dynamic'`, "style-src 'self' 'unsafe-inline'"],
  );
  assert.equal(found.length, wanted.length);
});
