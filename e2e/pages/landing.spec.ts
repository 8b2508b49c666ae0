import { expect, test } from "../fixtures.ts";

test("the landing page answers, and its scripts keep to its Content-Security-Policy", async ({ page }) => {
  const complaints: string[] = [];
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  const response = await page.goto("/");
  expect(response?.status()).toBe(200);
  expect(response?.headers()["content-security-policy"]).toMatch(/script-src [^;]*'nonce-/);
  await expect(page.locator("body")).toBeVisible();
  expect(complaints.filter((text) => text.includes("Content Security Policy"))).toEqual([]);
});
