import assert from "node:assert/strict";
import { test } from "node:test";
import { readConfig } from "#accounts/config.ts";
import { checkAddress, checkProxies } from "./settings.ts";

const ADDRESS = "https://accounts.example.org";

test("TRUSTED_PROXIES that can't be right are named", () => {
  const state = (settings: Record<string, string>) => checkProxies(readConfig(settings)).state;
  assert.equal(state({}), "ok");
  assert.equal(state({ PUBLIC_URL: ADDRESS, TRUSTED_PROXIES: "127.0.0.1" }), "ok");
  assert.equal(state({ PUBLIC_URL: ADDRESS }), "failed", "everyone shares the proxy's limit");
  for (const everybody of ["0.0.0.0/0", "::/0", "127.0.0.1,203.0.0.0/8"]) {
    assert.equal(state({ PUBLIC_URL: ADDRESS, TRUSTED_PROXIES: everybody }), "failed", everybody);
  }
  assert.equal(state({ TRUSTED_PROXIES: "127.0.0.1" }), "warning", "no proxy is in front of this machine's own address");
  assert.equal(state({ HOST: "0.0.0.0", PUBLIC_URL: "http://accounts.example.org" }), "warning");
});

test("an address at which nobody can sign in is named", () => {
  const state = (url: string) => checkAddress(readConfig({ PUBLIC_URL: url })).state;
  assert.deepEqual([ADDRESS, "http://127.0.0.1:8000", "http://accounts.example.org"].map(state), ["ok", "ok", "failed"]);
});
