import type { Page } from "@playwright/test";
import { codeOf } from "#accounts/factors/testing.ts";
import type { Latchkey } from "../fixtures.ts";
import { expect, expectMessage, expectNotice, field, fill, press, test } from "../pages.ts";

/** A user whose log-ins need a code; set up by the API. */
async function withTotp(latchkey: Latchkey) {
  const user = await latchkey.newUser();
  const token = await latchkey.signIn(user);
  const { body } = await latchkey.api("POST", "/auth/totp/", { token });
  const confirmed = await latchkey.api("POST", "/auth/totp/confirm/", { token, json: { code: codeOf(body.secret) } });
  return { user, secret: body.secret as string, codes: confirmed.body.codes as string[] };
}

async function signIn(page: Page, { email, password }: { email: string; password: string }, next = "") {
  await page.goto(`/login/${next && `?next=${next}`}`);
  await fill(page, { "Email address": email, Password: password });
  await press(page, "Sign in");
  await expect(page.getByRole("heading", { level: 1, name: "One more step" })).toBeVisible();
}

test("an authenticator app is set up with its QR code and key, and comes with recovery codes to keep", async ({ page, user }) => {
  await page.goto("/security/two-step/");
  await press(page, "Show the QR code");
  await expect(page.getByRole("img", { name: "QR code for your authenticator app" })).toBeVisible();
  const secret = (await page.locator("main code").innerText()).replaceAll(" ", "");
  await fill(page, { "The six-digit code your app shows": "000000" });
  await press(page, "Turn on");
  await expect(page).toHaveTitle(/^Error: /);
  await fill(page, { "The six-digit code your app shows": codeOf(secret) });
  await press(page, "Turn on");
  await expect(page.getByRole("heading", { name: "Keep your recovery codes" })).toBeVisible();
  await expect(page.locator("main ol code")).toHaveCount(10);
  await expect(page.getByRole("link", { name: "Download" })).toHaveAttribute("download", /recovery/);
  await page.getByRole("link", { name: "I’ve kept them" }).click();
  await expectNotice(page, "/security/two-step/", "Two-step verification is on");
  await expect(page.getByRole("main")).toContainText("10 of 10 left");
  await page.goto("/security/");
  await expect(page.getByRole("main")).toContainText("Your account is well protected.");
  expect(user.id).toBeGreaterThan(0);
});

test("a sign-in is finished with a code, goes where it was meant to, and a wrong code says so", async ({ page, latchkey }) => {
  const { user, secret } = await withTotp(latchkey);
  await signIn(page, user, "/sessions/");
  await fill(page, { "Code from your authenticator app": "000000" });
  await press(page, "Sign in");
  await expectMessage(page, "This code isn’t right");
  await fill(page, { "Code from your authenticator app": codeOf(secret, 1) });
  await page.getByLabel(/^Trust this browser for 30 days/).check();
  await press(page, "Sign in");
  await expect(page).toHaveURL(/\/sessions\/$/);
  await page.context().clearCookies({ name: "__Host-session" });
  await page.goto("/login/");
  await fill(page, { "Email address": user.email, Password: user.password });
  await press(page, "Sign in");
  await expect(page).toHaveURL(/\/profile\/$/); // this browser is trusted
});

test("without the phone a recovery code is one click away, and works once", async ({ page, latchkey }) => {
  const { user, codes } = await withTotp(latchkey);
  await signIn(page, user);
  await page.getByRole("link", { name: "Use a recovery code" }).click();
  await field(page, "Recovery code").fill(codes[0]?.toLowerCase() ?? "");
  await press(page, "Sign in");
  await expect(page).toHaveURL(/\/profile\/$/);
  await page.context().clearCookies();
  await signIn(page, user);
  await page.getByRole("link", { name: "No phone and no recovery codes?" }).click();
  await expect(page.getByRole("main")).toContainText("the people who run this site");
  await page.getByRole("link", { name: "Use a recovery code" }).click();
  await field(page, "Recovery code").fill(codes[0] ?? "");
  await press(page, "Sign in");
  await expectMessage(page, "This code isn’t right");
});

test("the page of a sign-in that has ended leads back to the start", async ({ page }) => {
  await page.goto("/login/second-factor/");
  await expect(page.getByRole("heading", { level: 1, name: "Sign in again" })).toBeVisible();
  await page.getByRole("main").getByRole("link", { name: "Sign in", exact: true }).click();
  await expect(page).toHaveURL(/\/login\/$/);
});
