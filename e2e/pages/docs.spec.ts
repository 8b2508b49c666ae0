import { expect, test, WITHOUT_JAVASCRIPT } from "../pages.ts";

test(
  "the API reference is a page to read, with every address and every problem code to jump to",
  WITHOUT_JAVASCRIPT,
  async ({ page, latchkey }) => {
    await page.goto("/auth/docs/");
    await expect(page).toHaveTitle("API reference – Latchkey");
    const operations = Object.values(latchkey.document.paths).flatMap((path) =>
      Object.values(path as Record<string, { operationId?: string }>).flatMap(({ operationId }) => operationId ?? []),
    );
    expect(operations.length).toBeGreaterThan(10);
    for (const id of operations) await expect(page.locator(`[id="${id}"]`)).toHaveCount(1);
    for (const code of ["validation_failed", "invalid_token", "rate_limited"]) await expect(page.locator(`[id="${code}"]`)).toHaveCount(1);
    const inner = await page.locator("main a[href^='#']").evaluateAll((links) => links.map((link) => link.getAttribute("href") ?? ""));
    for (const href of inner) await expect(page.locator(`[id="${href.slice(1)}"]`), href).toHaveCount(1);
  },
);

test("every page leads to the API reference", async ({ page }) => {
  await page.goto("/");
  await page.getByRole("contentinfo").getByRole("link", { name: "API reference" }).click();
  await expect(page).toHaveURL(/\/auth\/docs\/$/);
});
