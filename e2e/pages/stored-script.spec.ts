import { expect, field, test } from "../pages.ts";

const PAYLOADS = [
  "<script>alert(1)</script>",
  "</script><script>alert(1)</script>",
  "</textarea><script>alert(1)</script>",
  "</title><script>alert(1)</script>",
  "<img src=x onerror=alert(1)>",
  "<svg onload=alert(1)>",
  "<svg><script>alert(1)</script></svg>",
  "<iframe srcdoc='<script>alert(1)</script>'>",
  "<details open ontoggle=alert(1)>",
  "<math><mtext><style><img src=x onerror=alert(1)></style>",
  `"><script>alert(1)</script>`,
  `' onmouseover='alert(1)`,
  `" autofocus onfocus="alert(1)`,
  "javascript:alert(1)",
  "data:text/html,<script>alert(1)</script>",
  "&lt;script&gt;alert(1)&lt;/script&gt;",
  "&#60;script&#62;alert(1)",
  "\\u003cscript\\u003ealert(1)",
  "%3Cscript%3Ealert(1)%3C/script%3E",
  "<!--<script>alert(1)//-->",
  "]]><script>alert(1)</script>",
  "{{constructor.constructor('alert(1)')()}} #{alert(1)} <%= alert(1) %>",
  '{"__html":"<script>alert(1)</script>"}',
  "$ACTION_REF_1 $undefined $L1 $@1",
  "<base href=https://evil.example/>",
  "<meta http-equiv=refresh content='0;url=https://evil.example/'>",
  "<link rel=stylesheet href=https://evil.example/x.css>",
  "<style>*{background:url(https://evil.example/)}</style>",
  "<form action=https://evil.example/><input type=submit>",
  "<object data=data:text/html,x><embed src=x>",
];

const ALL = PAYLOADS.join("\n");

test("scripts in a profile are text and nothing else", async ({ page, user, latchkey }) => {
  const { status } = await latchkey.api("PATCH", `/auth/update-user/${user.id}/`, {
    token: await latchkey.signIn(user),
    json: { bio: ALL, contact_information: PAYLOADS.slice(0, 12).join("\n") },
  });
  expect(status).toBe(200);
  await page.goto("/profile/");
  await expect(field(page, "About you (optional)")).toHaveValue(ALL);
  await expect(field(page, "Contact information (optional)")).toHaveValue(PAYLOADS.slice(0, 12).join("\n"));
  await expect(page.locator("main :is(script, iframe, object, style, base)")).toHaveCount(0);
});

test("scripts in names of sessions and in user agents are text and nothing else", async ({ page, user, latchkey }) => {
  const names = PAYLOADS.filter((payload) => payload.length <= 60);
  for (const name of names.slice(0, 20)) {
    const json = { email: user.email, password: user.password, device_name: name };
    expect((await latchkey.api("POST", "/auth/login/", { json, headers: { "user-agent": name } })).status).toBe(200);
  }
  for (const path of ["/sessions/", "/security/"]) {
    await page.goto(path);
    await expect(page.getByRole("banner")).toContainText(user.username);
    await expect(page.locator("main :is(script, iframe, object, style, base, img)")).toHaveCount(0);
  }
  await page.goto("/sessions/");
  const shown = (await page.getByRole("heading", { level: 3 }).allTextContents()).map((text) => text.trim());
  for (const name of names.slice(0, 20)) expect(shown).toContain(name);
});

test("what was typed comes back from a refusal as text and nothing else", async ({ page, user }) => {
  await page.goto("/profile/");
  await expect(field(page, "Username")).toHaveValue(user.username);
  await field(page, "Username").fill(`"><script>alert(1)</script>`);
  await field(page, "About you (optional)").fill(ALL);
  await page.getByRole("button", { name: "Save changes" }).click();
  await expect(page).toHaveTitle(/^Error: /);
  await expect(field(page, "Username")).toHaveValue(`"><script>alert(1)</script>`);
  await expect(field(page, "About you (optional)")).toHaveValue(ALL);
});
