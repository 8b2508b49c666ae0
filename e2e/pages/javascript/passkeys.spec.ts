import type { BrowserContext, CDPSession, Page } from "@playwright/test";
import { expect, test } from "@playwright/test";
import { findBrowser } from "../../browser.ts";
import { PASSWORD, person } from "../../fixtures.ts";
import { expectNotice, fill, hydrated, press, summaryOf } from "../../pages.ts";
import { newFolder, type Running, start, stop } from "../../servers.ts";

/* Passkeys need a host name, so these tests have a service of their own at “localhost”, and Chromium's virtual authenticators. */

test.describe.configure({ mode: "serial" });

const INTERNAL = {
  protocol: "ctap2",
  transport: "internal",
  hasResidentKey: true,
  hasUserVerification: true,
  isUserVerified: true,
} as const;
const ROAMING = { ...INTERNAL, transport: "usb" } as const;

let service: Running;

test.beforeAll(async () => {
  test.info().skip(!findBrowser(), "needs Chromium");
  service = await start("front-door", newFolder("passkeys"), undefined, {}, "localhost");
});
test.afterAll(async () => {
  if (service) await stop(service);
});

/** An authenticator in this page's browser, which approves everything it is asked. */
async function withAuthenticator(page: Page, options: object = INTERNAL): Promise<{ cdp: CDPSession; authenticatorId: string }> {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send("WebAuthn.enable");
  const made = await cdp.send("WebAuthn.addVirtualAuthenticator", {
    options: { ...INTERNAL, ...options, automaticPresenceSimulation: true },
  });
  return { cdp, ...made };
}

const credentials = async ({ cdp, authenticatorId }: Awaited<ReturnType<typeof withAuthenticator>>) =>
  (await cdp.send("WebAuthn.getCredentials", { authenticatorId })).credentials;

async function register(page: Page) {
  const { email, username } = person();
  await page.goto(`${service.url}/register/`);
  await fill(page, { "Email address": email, "Create a password": PASSWORD, Username: username });
  await press(page, "Create account");
  await expect(page).toHaveURL(`${service.url}/profile/`);
  return { email, username };
}

async function addPasskey(page: Page) {
  await page.goto(`${service.url}/security/passkeys/`);
  await hydrated(page);
  await press(page, "Add a passkey");
  await expect(page.getByRole("heading", { name: "Keep your recovery codes" })).toBeVisible(); // a first factor comes with them
  await page.getByRole("link", { name: "I’ve kept them" }).click();
  await expectNotice(page, "/security/passkeys/", "Your passkey is ready");
}

const signOut = (context: BrowserContext) => context.clearCookies({ name: "__Host-session" });

test("a passkey is added, listed, renamed, signs in by the button, and is removed here and in the browser", async ({ page, context }) => {
  const authenticator = await withAuthenticator(page, { ...ROAMING, defaultBackupEligibility: true, defaultBackupState: true });
  const { username } = await register(page);
  await addPasskey(page);
  await page.getByRole("link", { name: /^Rename/ }).click();
  await fill(page, { Name: "Desk" });
  await press(page, "Save name");
  await expectNotice(page, "/security/passkeys/", "Passkey renamed");
  await expect(page.getByRole("main").getByRole("listitem")).toContainText(["Desk"]);

  await signOut(context);
  await page.addInitScript(() => Object.assign(PublicKeyCredential, { isConditionalMediationAvailable: undefined })); // no suggestions
  await page.goto(`${service.url}/login/?next=/sessions/`);
  await hydrated(page);
  await press(page, "Sign in with a passkey");
  await expect(page).toHaveURL(`${service.url}/sessions/`);
  await expect(page.getByRole("banner")).toContainText(username);

  await page.goto(`${service.url}/security/passkeys/`);
  await page.getByRole("link", { name: /^Remove/ }).click();
  await press(page, "Remove this passkey");
  await expectNotice(page, "/security/passkeys/", "doesn’t sign you in here any more");
  await expect(page.getByRole("main").getByRole("listitem")).toHaveCount(0);
  expect(await credentials(authenticator), "signalled to the browser").toEqual([]);
});

test("a passkey that is suggested in the email field signs in without a button", async ({ page, context }) => {
  await withAuthenticator(page);
  const { username } = await register(page);
  await addPasskey(page);
  await signOut(context);
  await page.goto(`${service.url}/login/`); // the virtual authenticator picks the suggestion by itself
  await expect(page).toHaveURL(`${service.url}/profile/`);
  await expect(page.getByRole("banner")).toContainText(username);
});

test("a person registers with a passkey alone, keeps it as the last way in, and sets a password later", async ({ page, context }) => {
  await withAuthenticator(page, ROAMING);
  const { email, username } = person();
  await page.goto(`${service.url}/register/`);
  await page.getByRole("link", { name: "Use a passkey instead of a password" }).click();
  await fill(page, { "Email address": email, Username: username });
  await press(page, "Create account");
  await expectNotice(page, "/profile/", "Your account is ready");

  await page.goto(`${service.url}/security/passkeys/`);
  await expect(page.getByRole("heading", { level: 2, name: "Security key" })).toBeVisible();
  await page.getByRole("link", { name: /^Remove/ }).click();
  await press(page, "Remove this passkey");
  await expect(summaryOf(page)).toContainText("This is your last way to sign in.");

  await page.goto(`${service.url}/security/`);
  await fill(page, { "New password": PASSWORD });
  await press(page, "Set a password");
  await expectNotice(page, "/security/", "You have a password now");
  await expect(page.getByRole("button", { name: "Change password" })).toBeVisible();
  await signOut(context);
});
