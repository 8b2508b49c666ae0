import { expect, test } from "../fixtures.ts";

test("the landing page answers, and its scripts keep to its Content-Security-Policy", async ({ page }) => {
  const complaints: string[] = [];
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  const response = await page.goto("/");
  expect(response?.status()).toBe(200);
  expect(response?.headers()["content-security-policy"]).toMatch(/script-src [^;]*'nonce-/);
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  expect(complaints).toEqual([]);
});

test("the landing page shows the ways to register and to sign in", async ({ page }) => {
  await page.goto("/");
  for (const path of ["register", "login"]) await expect(page.locator(`main a[href^="/${path}"]`).first()).toBeVisible();
});
