import type { Page } from "@playwright/test";
import { test as base, expect, hydrated } from "../../pages.ts";

const test = base.extend({
  context: async ({ browser, baseURL }, use) => {
    const context = await browser.newContext({ baseURL }); // a first visit finds nothing in the browser's cache
    await use(context);
    await context.close();
  },
});

const KB = 1_000;
const FIRST_VISIT = 165 * KB;
const SECOND_VISIT = 15 * KB;
const HTML = 10 * KB;

/** Counts what comes over the wire, headers included. */
async function weigh(page: Page, path: string): Promise<{ all: number; html: number }> {
  const client = await page.context().newCDPSession(page);
  await client.send("Network.enable");
  const documents = new Set<string>();
  let [all, html] = [0, 0];
  client.on("Network.responseReceived", ({ requestId, type }) => type === "Document" && documents.add(requestId));
  client.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
    all += encodedDataLength;
    if (documents.has(requestId)) html += encodedDataLength;
  });
  await page.goto(path, { waitUntil: "networkidle" });
  await hydrated(page);
  await client.detach();
  return { all, html };
}

for (const path of ["/login/", "/register/"]) {
  test(`${path} is light at the first visit, and lighter at the second`, async ({ page }) => {
    const first = await weigh(page, path);
    const second = await weigh(page, path);
    expect(first.html).toBeGreaterThan(KB);
    expect(first.html).toBeLessThanOrEqual(HTML);
    expect(first.all).toBeGreaterThan(SECOND_VISIT);
    expect(first.all).toBeLessThanOrEqual(FIRST_VISIT);
    expect(second.all).toBeGreaterThan(KB);
    expect(second.all).toBeLessThanOrEqual(SECOND_VISIT);
  });

  test(`the layout of ${path} doesn't shift while it loads`, async ({ page }) => {
    await page.goto(path);
    await hydrated(page);
    const shift = await page.evaluate(
      () =>
        new Promise<number>((resolve) => {
          let sum = 0;
          new PerformanceObserver((list) => {
            for (const entry of list.getEntries()) sum += (entry as PerformanceEntry & { value: number }).value;
          }).observe({ type: "layout-shift", buffered: true });
          requestAnimationFrame(() => requestAnimationFrame(() => resolve(sum)));
        }),
    );
    expect(shift).toBe(0);
  });
}
