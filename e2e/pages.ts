import { join } from "node:path";
import type { BrowserContext, Locator, Page } from "@playwright/test";
import Database from "better-sqlite3";
import { findBrowser } from "./browser.ts";
import { test as base, expect, type NewUser } from "./fixtures.ts";
import { type Answer, type Ask, send } from "./request.ts";
import { server } from "./servers.ts";
import { hiddenFields } from "./torture/pages.ts";

export { expect, PASSWORD, person, unique } from "./fixtures.ts";

const COOKIE = "__Host-session";
const HYDRATED_MS = 30_000;
const BROWSER = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36";

export type SignedIn = NewUser & { cookie: string };

type Pages = {
  /** Without Chromium the test counts as not run. */
  browserFound: undefined;
  /** Console errors, failed requests, dialogs and the like, which no page may cause; a test that ends with any of them fails. */
  complaints: string[];
  /** A new user whom the browser is signed in as. */
  user: SignedIn;
  /** One request for a page without a browser, sent exactly as asked. */
  ask(method: string, path: string, ask?: Ask): Promise<Answer>;
};

/** A test that asks without a browser, and so is the same with and without JavaScript: it is run once. */
export const WITHOUT_BROWSER = { tag: "@without-browser" };

/** A test of what the server alone decides or of a plain HTML form, in which no script has a part: it is run without JavaScript. */
export const WITHOUT_JAVASCRIPT = { tag: "@without-javascript" };

/** The test function of the page specs, which fails if any page causes an error, report, dialog or foreign request. */
export const test = base.extend<Pages>({
  context: async ({ context, latchkey }, use) => {
    await context.setExtraHTTPHeaders({ "x-forwarded-for": latchkey.elsewhere() });
    await use(context);
  },
  browserFound: [
    async ({ baseURL: _ }, use, info) => {
      info.skip(!findBrowser(), "needs Chromium");
      await use(undefined);
    },
    { auto: true },
  ],
  complaints: [
    async ({ context }, use) => {
      const complaints: string[] = [];
      listen(context, complaints);
      await use(complaints);
      expect(complaints, "complaints of the browser").toEqual([]);
    },
    { auto: true },
  ],
  ask: async ({ latchkey }, use) => {
    const from = latchkey.elsewhere();
    await use((method, path, ask = {}) => send(latchkey.url, method, path, { from, ...ask }));
  },
  user: async ({ latchkey, context }, use) => {
    const user = await latchkey.newUser();
    const cookie = await signInByForm(user, latchkey.elsewhere());
    await carry(context, cookie);
    await use({ ...user, cookie });
  },
});

/** Signs in with a page's form, as a browser without JavaScript does; the value of the session's cookie. */
export async function signInByForm({ email, password }: Pick<NewUser, "email" | "password">, from: string): Promise<string> {
  const { url } = server("front-door");
  const { text } = await send(url, "GET", "/login/", { from });
  const multipart = { ...hiddenFields(text), email, password, remember: "on" };
  const { headers } = await send(url, "POST", "/login/", { multipart, headers: { origin: url, "user-agent": BROWSER }, from });
  const cookie = headers["set-cookie"]?.find((line) => line.startsWith(`${COOKIE}=`));
  return cookie?.match(/=([^;]*)/)?.[1] ?? "";
}

/** Whether this session cookie is accepted by pages. */
export async function isSignedIn(cookie: string): Promise<boolean> {
  const { status } = await send(server("front-door").url, "GET", "/profile/", { headers: { cookie: `${COOKIE}=${cookie}` } });
  return status === 200;
}

type Fields = Record<string, string>;

/** Gives the browser a session cookie, as if the session had been opened in it. */
export async function carry(context: BrowserContext, token: string): Promise<void> {
  const cookie = { name: COOKIE, value: token, domain: "127.0.0.1", path: "/", httpOnly: true, secure: true, sameSite: "Lax" as const };
  await context.addCookies([cookie]);
}

/** The cookie of the browser's session, with all its attributes. */
export const sessionCookie = async (context: BrowserContext) => (await context.cookies()).find(({ name }) => name === COOKIE);

function listen(context: BrowserContext, complaints: string[]): void {
  context.on("console", (message) => {
    const refusedPage = /Failed to load resource: the server responded with a status of 4\d\d/.test(message.text());
    if (["error", "warning"].includes(message.type()) && !refusedPage) complaints.push(`console: ${message.text()}`);
  });
  context.on("request", (request) => {
    const { protocol, hostname } = new URL(request.url());
    if (protocol.startsWith("http") && hostname !== "127.0.0.1") complaints.push(`request: ${request.url()}`);
  });
  context.on("weberror", (error) => complaints.push(`script: ${error.error().message}`));
  context.on("dialog", (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
}

/** Fills fields by their labels; folded ones are unfolded first. */
export async function fill(page: Page, fields: Fields): Promise<void> {
  for (const [label, value] of Object.entries(fields)) {
    await unfold(page, label);
    await field(page, label).fill(value);
  }
}

/** Unfolds the part of a form with this field, if it is folded. */
export async function unfold(page: Page, label: string): Promise<void> {
  await field(page, label).waitFor({ state: "attached" });
  const folded = page.locator("details:not([open])").filter({ has: field(page, label) });
  if ((await folded.count()) > 0) await folded.locator("summary").click();
}

export const field = (page: Page, label: string) => page.getByLabel(label, { exact: true });
/** Presses a button. “Sign out” is in the account's menu, which is opened first. */
export async function press(page: Page, name: string): Promise<void> {
  if (name === "Sign out") await openMenu(page);
  await page.getByRole("button", { name, exact: true }).click();
}

/** Opens the menu of the account in the header. */
export const openMenu = (page: Page) => page.getByRole("banner").getByRole("button", { name: "account menu" }).click();

/** Waits until every form of the page is hydrated. */
export async function hydrated(page: Page): Promise<void> {
  const isHydrated = (timeoutMs: number) =>
    new Promise<boolean>((resolve) => {
      const giveUpAt = performance.now() + timeoutMs;
      const look = () => {
        const elements = [...document.querySelectorAll("main form, main h1")];
        const ready = elements.every((element) => Object.keys(element).some((key) => key.startsWith("__react")));
        if (ready || performance.now() > giveUpAt) resolve(ready);
        else requestAnimationFrame(look);
      };
      look();
    });
  await expect(async () => expect(await page.evaluate(isHydrated, HYDRATED_MS)).toBe(true)).toPass({ timeout: HYDRATED_MS }); // the page may still be replaced
}

/** The error summary of a form. */
export const summaryOf = (page: Page) => page.getByRole("alert", { name: "There is a problem" });

/** Expects a refusal: these sentences are in the summary, which has the focus and links to the fields, and beside the fields. */
export async function expectRefusal(page: Page, problems: Fields): Promise<void> {
  const summary = summaryOf(page);
  await expect(summary).toBeFocused();
  await expect(page).toHaveTitle(/^Error: /);
  await expect(summary.getByRole("link")).toHaveText(Object.values(problems));
  for (const [label, words] of Object.entries(problems)) {
    const wrong = field(page, label);
    await expect(wrong).toHaveAttribute("aria-invalid", "true");
    await expect(wrong).toHaveAccessibleDescription(new RegExp(escaped(words)));
    await expect(summary.getByRole("link", { name: words })).toHaveAttribute("href", `#${await wrong.getAttribute("id")}`);
  }
  await expect(page.locator("[aria-invalid]")).toHaveCount(Object.keys(problems).length);
}

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** Expects a refusal of the form as a whole, with one sentence. */
export async function expectMessage(page: Page, message: string | RegExp): Promise<void> {
  const summary = summaryOf(page);
  await expect(summary).toContainText(message);
  await expect(summary).toBeFocused();
  await expect(page).toHaveTitle(/^Error: /);
}

/** The page at this very address says what has just happened, and its words have the focus, so that they are read out. */
export async function expectNotice(page: Page, path: string, words: string): Promise<void> {
  const notice = page.getByRole("alert").filter({ hasText: words });
  await expect(notice).toBeFocused();
  await expect(page).toHaveURL((url) => url.pathname + url.search === path);
}

/** Presses Tab until `target` has the focus, as somebody without a mouse does. */
export async function tabTo(page: Page, target: Locator): Promise<void> {
  for (let i = 0; i < 40; i++) {
    await page.keyboard.press("Tab");
    if (await target.evaluate((element) => element === document.activeElement)) return;
  }
  throw new Error(`Tab does not lead to ${target}`);
}

const dataDir = () => server("front-door").dataDir;

/** Writes into the database as no client can: to let time pass. */
export function write(statement: string, ...values: unknown[]): void {
  const database = new Database(join(dataDir(), "latchkey.db"), { timeout: 5_000 });
  database.prepare(statement).run(...values);
  database.close();
}

/** A form of ours as it stands in the page, with React's own fields: what somebody without a browser would send. */
export const copyOf = (form: Locator): Promise<Fields> =>
  form.evaluate((form: HTMLFormElement) => Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, String(value)])));
