import { readFileSync } from "node:fs";
import type { Page } from "@playwright/test";
import { addressWithKey, keepMail } from "../mailbox.ts";
import { expect, expectNotice, fill, press, test, WITHOUT_BROWSER } from "../pages.ts";
import { server } from "../servers.ts";

/** Opens the mailbox with the start's link, and the mail to this address. */
async function openMail(page: Page, recipient: string): Promise<void> {
  await page.goto(addressWithKey());
  const own = page.getByRole("listitem").filter({ hasText: recipient });
  await own.getByRole("link", { name: "Reset your Latchkey password" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Reset your Latchkey password");
}

test("the start says where mails are read, and the key doesn't stay in the address", async ({ page }) => {
  expect(readFileSync(server("front-door").logFile, "utf8")).toContain(server("front-door").url + addressWithKey());
  await page.goto(addressWithKey());
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Emails");
  await expect(page).toHaveURL((url) => url.pathname + url.search === "/mail/");
});

test("a mail can be read as text, as HTML and as its source, and the newest is first", async ({ page }) => {
  const [older, newer] = [keepMail("/login/?mail=1"), keepMail("/login/?mail=2")];
  await page.goto(addressWithKey());
  const all = await page.getByRole("listitem").allTextContents();
  const at = (recipient: string) => all.findIndex((text) => text.includes(recipient));
  expect(at(newer)).toBeLessThan(at(older));
  await openMail(page, newer);
  await expect(page.getByText("asked to reset the password of your Latchkey account").first()).toBeVisible();
  await page.getByText("Source", { exact: true }).click();
  await expect(page.getByText("Auto-Submitted: auto-generated")).toBeVisible();
  const frame = page.frameLocator("iframe");
  await expect(frame.getByRole("link", { name: "Choose a new password" })).toBeVisible();
  const colour = await frame.getByRole("heading").evaluate((heading) => getComputedStyle(heading).color);
  expect(colour, "the mail's own styles").toBe("rgb(22, 33, 28)");
});

test("a mail's link works, in its text and in its HTML", async ({ page }) => {
  const recipient = keepMail("/login/?mail=3");
  await openMail(page, recipient);
  await page.getByRole("link", { name: "/login/?mail=3" }).click();
  await expect(page).toHaveURL(/\/login\/\?mail=3$/);
  await page.goBack();
  await page.frameLocator("iframe").getByRole("link", { name: "Choose a new password" }).click();
  await expect(page).toHaveURL(/\/login\/\?mail=3$/);
});

test("whoever tries the service resets a forgotten password without any set-up", async ({ page, latchkey }) => {
  const user = await latchkey.newUser();
  await page.goto("/forgot-password/");
  await fill(page, { "Email address": user.email });
  await press(page, "Email me a link");
  await expect(page.getByRole("alert").filter({ hasText: "Check your email" })).toBeVisible();
  await openMail(page, user.email);
  await page.frameLocator("iframe").getByRole("link", { name: "Choose a new password" }).click();
  await fill(page, { "New password": "Another horse 8 battery" });
  await press(page, "Set new password");
  await expectNotice(page, "/login/", "Your new password is set. Sign in with it.");
  await page.goto("/mail/");
  await expect(page.getByRole("listitem").filter({ hasText: user.email }).first()).toContainText("Your password was reset");
});

test("without the key there is no such page, nor with a wrong one", WITHOUT_BROWSER, async ({ ask, latchkey }) => {
  const recipient = keepMail("/login/");
  const [{ id } = {}] = await latchkey.rows("select id from emails where recipient = ?", recipient);
  const key = addressWithKey().split("=")[1] ?? "";
  for (const cookie of ["", "__Host-mail=", `__Host-mail=${key.slice(0, -1)}`, `__Host-mail=${key}x`, `__Host-session=${key}`]) {
    for (const path of [
      "/mail/",
      `/mail/${id}/`,
      `/mail/${id}/html/`,
      "/mail",
      "/mail/?key=",
      `/mail/open/?key=${key.slice(1)}`,
      "/mail/open/",
    ]) {
      const { status, headers, text } = await ask("GET", path, { headers: { ...(cookie && { cookie }) } });
      expect(text + JSON.stringify(headers["set-cookie"] ?? ""), `${path} ${cookie}`).not.toMatch(/example\.org|Reset your|__Host-mail/);
      if (status !== 404)
        expect([status, /\/not-found\/|\/mail\/open\/\?key=$/.test(String(headers.location))], `${path} ${cookie}`).toEqual([
          status === 303 ? 303 : 307,
          true,
        ]);
    }
  }
  expect((await ask("GET", "/not-found/")).status).toBe(404);
  const { status, text } = await ask("GET", `/mail/${id}/`, { headers: { cookie: `__Host-mail=${key}` } });
  expect([status, text.includes(recipient)]).toEqual([200, true]);
});

test("the HTML of a mail runs nothing, loads nothing, and is framed by our own pages only", WITHOUT_BROWSER, async ({ ask, latchkey }) => {
  const recipient = keepMail("/login/");
  const [{ id } = {}] = await latchkey.rows("select id from emails where recipient = ?", recipient);
  const cookie = `__Host-mail=${addressWithKey().split("=")[1]}`;
  const { status, headers } = await ask("GET", `/mail/${id}/html/`, { headers: { cookie } });
  expect(status).toBe(200);
  expect(headers["content-type"]).toBe("text/html; charset=utf-8");
  expect(headers["cache-control"]).toBe("no-store");
  expect(headers["referrer-policy"]).toBe("no-referrer");
  expect(headers["content-security-policy"]).toBe(
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox allow-top-navigation-by-user-activation",
  );
});
