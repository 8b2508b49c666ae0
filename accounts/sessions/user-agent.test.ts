import assert from "node:assert/strict";
import { test } from "node:test";
import { describeDevice } from "./user-agent.ts";

const DEVICES: [userAgent: string | null, words: string][] = [
  ["Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0", "Firefox on Linux"],
  ["Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36", "Chrome on Windows"],
  [
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0",
    "Microsoft Edge on Windows",
  ],
  [
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15",
    "Safari on macOS",
  ],
  [
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1",
    "Safari on iOS",
  ],
  [
    "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36",
    "Chrome on Android",
  ],
  ["curl/8.5.0", "curl 8.5"],
  ["python-requests/2.32.3", "python-requests 2.32"],
  ["Go-http-client/2.0", "Go-http-client 2.0"],
  ["MyService", "MyService"],
  ["node", "node"],
  [null, "Unknown device"],
  ["", "Unknown device"],
  ["   ", "Unknown device"],
  ["/", "Unknown device"],
];

for (const [userAgent, words] of DEVICES) {
  test(`${JSON.stringify(userAgent)} is “${words}”`, () => assert.equal(describeDevice(userAgent), words));
}

test("a hostile user agent becomes a short, harmless line", () => {
  for (const userAgent of [
    "a".repeat(100_000),
    "\u202Egnp.exe\0\n",
    "<script>alert(1)</script>/1",
    "(((((".repeat(5_000),
    `Mozilla/${" x/".repeat(9_000)}`,
  ]) {
    const start = process.threadCpuUsage();
    const words = describeDevice(userAgent);
    assert.match(words, /^[\x20-\x7e]{1,60}$/);
    assert.ok(process.threadCpuUsage(start).user < 50_000);
  }
});
