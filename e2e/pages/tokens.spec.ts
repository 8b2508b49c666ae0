import { expect, expectNotice, test, WITHOUT_JAVASCRIPT } from "../pages.ts";

const HERE = "/security/tokens/";

test("a user makes a token, which is shown once, and ends it", WITHOUT_JAVASCRIPT, async ({ page, user, latchkey }) => {
  await page.goto(HERE);
  await page.getByLabel("Name").fill("Backup script");
  await page.getByLabel("Scopes").fill("notes:read");
  await page.getByRole("button", { name: "Make a token" }).click();
  const shown = page.getByText(/^lkp_\w{56}$/);
  await expect(shown).toBeVisible();
  expect(page.url()).not.toContain("lkp_");
  const token = (await shown.textContent()) ?? "";
  expect((await latchkey.api("GET", "/auth/me/", { token })).body.id).toBe(user.id);
  await page.reload();
  await expect(page.getByRole("heading", { name: "Backup script" })).toBeVisible();
  await expect(shown).toHaveCount(0);
  await page.getByRole("button", { name: "End Backup script" }).click();
  await expectNotice(page, HERE, "That token doesn’t work any more");
  expect((await latchkey.api("GET", "/auth/me/", { token })).status).toBe(401);
});

test("a token without a name is refused, and what was typed stays", async ({ page, user }) => {
  expect(user.id).toBeGreaterThan(0);
  await page.goto(HERE);
  await page.getByLabel("Days until it ends").fill("400");
  await page.getByRole("button", { name: "Make a token" }).click();
  await expect(page.getByRole("alert", { name: "There is a problem" })).toContainText("Choose 1 to 365 days.");
  await expect(page.getByLabel("Days until it ends")).toHaveValue("400");
});

test("signing out everywhere leaves tokens, unless the user ticks them", WITHOUT_JAVASCRIPT, async ({ page, user, latchkey }) => {
  const token = await latchkey.signIn(user);
  const { body } = await latchkey.api("POST", "/auth/tokens/", { token, json: { name: "Script" } });
  await page.goto("/sessions/sign-out-everywhere/");
  await page.getByLabel("End personal access tokens too").check();
  await page.getByRole("button", { name: "Sign out everywhere" }).click();
  await expectNotice(page, "/login/", "You’re signed out everywhere");
  expect((await latchkey.api("GET", "/auth/me/", { token: body.token })).status).toBe(401);
});
