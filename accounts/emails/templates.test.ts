import assert from "node:assert/strict";
import { test } from "node:test";
import { HOUR_MS } from "#accounts/clock.ts";
import type { EmailData, EmailKind } from "./email-data.ts";
import { renderEmail } from "./templates.ts";

const AT = Date.UTC(2026, 10, 30, 20, 36);
const SITE = "http://127.0.0.1:8000";
const URL_OF_LINK = `${SITE}/reset-password/?token=lkl_x&y=1`;
const link = { url: URL_OF_LINK, expiresAt: AT + HOUR_MS };

/** Data for every kind of mail. */
function dataWith(username: string, device = "Firefox on Linux"): EmailData {
  const happened = { username, at: AT, device, ip: "192.0.2.7", notMe: link };
  return {
    reset: { username, ...link },
    reset_unknown: {},
    verify: link,
    verify_change: link,
    undo_change: { ...happened, undo: link },
    email_changed: happened,
    password_changed: happened,
    password_reset: happened,
    username_changed: happened,
    totp_added: happened,
    totp_removed: happened,
    recovery_codes_replaced: happened,
    recovery_code_used: { ...happened, left: 2 },
    second_factor_guessed: happened,
    factors_reset: happened,
    passkey_added: happened,
    passkey_removed: happened,
    new_device: happened,
    token_made: happened,
    account_secured: happened,
    token_ends: { username, name: username, at: AT },
    suspended: { ...happened, reason: "Spam", until: AT },
    deactivated: happened,
    deactivated_by_user: happened,
    reactivated: happened,
    deletion_started: { ...happened, until: AT },
    deletion_soon: { username, at: AT },
    deletion_cancelled: happened,
    deleted: { ...happened, byUser: true },
  };
}

const all = (data: EmailData) => (Object.keys(data) as EmailKind[]).map((kind) => ({ kind, ...renderEmail(kind, data[kind]) }));
const WITHOUT_LINK: EmailKind[] = ["reset_unknown", "token_ends", "suspended", "deactivated", "deletion_soon", "deleted", "factors_reset"];

test("every mail has one link, in the text and in the HTML, or none", () => {
  for (const { kind, text, html } of all(dataWith("mary.somerville"))) {
    const links = WITHOUT_LINK.includes(kind) ? 0 : 1;
    assert.equal(text.split(URL_OF_LINK).length - 1, links, kind);
    assert.equal(html.match(/<a /g)?.length ?? 0, links, kind);
    assert.equal(html.split(URL_OF_LINK.replace("&", "&amp;")).length - 1, 2 * links, `${kind}: as a button and as text`);
    if (links) assert.match(text, /The link works once, until 30 November 2026 at 21:36 UTC\./);
  }
});

test("every notice says what, when, on which device and from where", () => {
  for (const { kind, text, html } of all(dataWith("mary.somerville"))) {
    if (["reset", "reset_unknown", "verify", "verify_change", "token_ends", "deletion_soon"].includes(kind)) continue;
    for (const fact of ["30 November 2026 at 20:36 UTC", "Firefox on Linux", "192.0.2.7"]) {
      assert.ok(text.includes(fact) && html.includes(fact), `${kind}: ${fact}`);
    }
  }
});

test("a mail loads nothing and leads to nothing but its link and the service", () => {
  for (const { kind, text, html } of all(dataWith("mary.somerville"))) {
    assert.doesNotMatch(html, /<(img|script|link|iframe|object|form|svg)|url\(|@import|background=/i, kind);
    for (const [address] of `${text} ${html}`.matchAll(/https?:[^\s"<]+/g))
      assert.ok(address.startsWith(`${SITE}/`), `${kind}: ${address}`);
  }
});

test("no subject has anything in it that a stranger typed", () => {
  const usual = all(dataWith("mary.somerville")).map(({ subject }) => subject);
  assert.deepEqual(
    all(dataWith("pay-now_evil.example", "Evil")).map(({ subject }) => subject),
    usual,
  );
});

test("what was typed is text in the HTML, and a name that is an address isn't one in a mail", () => {
  for (const { kind, text, html } of all(dataWith("www.evil.example", `<b>"&'</b>`))) {
    assert.doesNotMatch(html, /<b>|"&'/, kind);
    assert.doesNotMatch(text + html, /www\.evil|evil\.example/, `${kind}: mail programs would make it a link`);
  }
});

test("an address to copy and the service's name are at the end of the text", () => {
  assert.equal(
    renderEmail("verify", link).text,
    `Somebody, hopefully you, made a Latchkey account with this email address. Confirm that it’s yours.

Confirm email address:
${URL_OF_LINK}

The link works once, until 30 November 2026 at 21:36 UTC.

If it wasn’t you, ignore this email: nothing changes without the link.

Latchkey
${SITE}/
`,
  );
});
