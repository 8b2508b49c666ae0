import { expect, invalid, type Latchkey, PASSWORD, person, refusal, taken409, test, unique } from "../fixtures.ts";

const ADDRESS = "/auth/create-user/";
const COMPOSED = "é";
const DECOMPOSED = "e\u0301";

const nobody = async (latchkey: Latchkey, email: unknown) =>
  expect(
    await latchkey.rows("select id from users where email = ? or email_canonical = ?", String(email), String(email).toLowerCase()),
  ).toEqual([]);

test("a person registers with all fields and gets the new user back", async ({ latchkey }) => {
  const wanted = person({ bio: "Line one\r\nline two\ttabbed 🙂", contact_information: "Office 3\nmornings", account_status: "active" });
  const { status, body, headers } = await latchkey.api("POST", ADDRESS, { json: wanted });
  expect(status).toBe(201);
  expect(Object.keys(body)).toEqual(["message", "user"]);
  expect(body.user).toEqual({
    id: expect.any(Number),
    email: wanted.email,
    email_verified: false,
    pending_email: null,
    username: wanted.username,
    bio: "Line one\nline two\ttabbed 🙂",
    contact_information: "Office 3\nmornings",
    image: null,
    account_status: "active",
    status_reason: null,
    status_until: null,
    factors: { totp: false, passkeys: 0, recovery_codes_left: 0 },
    created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    updated_at: body.user.created_at,
  });
  const { user, sessions, events } = await latchkey.kept(body.user);
  const token = await latchkey.signIn(wanted);
  const own = await latchkey.api("GET", new URL(headers.location ?? "").pathname, { token });
  expect([headers.location, own.status, own.body.id]).toEqual([`${latchkey.url}/auth/me/`, 200, body.user.id]);
  expect(user?.password_hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  expect(sessions, "registering is not logging in").toEqual([]);
  expect(events).toEqual(["user.registered"]);
});

test("email, username and password are enough; the rest has defaults", async ({ latchkey }) => {
  const { body } = await latchkey.api("POST", ADDRESS, { json: person() });
  expect(body.user).toMatchObject({ bio: "", contact_information: "", image: null, account_status: "active" });
});

test("a person can register as inactive, and can't log in then", async ({ latchkey }) => {
  const wanted = person({ account_status: "inactive" });
  const { body } = await latchkey.api("POST", ADDRESS, { json: wanted });
  expect(body.user.account_status).toBe("inactive");
  const login = await latchkey.api("POST", "/auth/login/", { json: { email: wanted.email, password: PASSWORD } });
  expect(refusal(login)).toEqual({ status: 403, code: "account_inactive", errors: {} });
});

test("all wrong fields are named at once, and nothing is kept", async ({ latchkey }) => {
  const email = `${unique()}@example.org`;
  const json = { email, password: "short", username: "ab", bio: 7, account_status: "suspended", nickname: "x" };
  const answer = await latchkey.api("POST", ADDRESS, { json });
  expect(answer.body.errors.map(({ pointer, code }: { pointer: string; code: string }) => `${pointer} ${code}`).sort()).toEqual([
    "#/account_status invalid_choice",
    "#/bio wrong_type",
    "#/nickname unknown_field",
    "#/password no_digit",
    "#/password no_uppercase",
    "#/password too_short",
    "#/username too_short",
  ]);
  expect(answer.status).toBe(400);
  await nobody(latchkey, email);
});

test("an empty registration asks for each required field", async ({ latchkey }) => {
  for (const ask of [
    {},
    { json: {} },
    { json: { email: "", password: "", username: "" } },
    { json: { email: null, username: null, password: null } },
  ]) {
    expect(refusal(await latchkey.api("POST", ADDRESS, ask))).toEqual({
      status: 400,
      code: "validation_failed",
      errors: { "#/email": "required", "#/password": "required", "#/username": "required" },
    });
  }
});

for (const [name, email, code] of [
  ["no @", "ada.example.org", "invalid_format"],
  ["no dot in the domain", "ada@localhost", "invalid_format"],
  ["nothing before @", "@example.org", "invalid_format"],
  ["a blank inside", "ada lovelace@example.org", "invalid_format"],
  ["a line break and a header", "a@example.org\r\nBcc: x@example.org", "invalid_format"],
  ["an encoded line break", "a%0d%0aBcc@example.org", "invalid_format"],
  ["markup", "<script>@example.org", "invalid_format"],
  ["a quoted local part", '"ada"@example.org', "invalid_characters"],
  ["a quoted local part with an @ in it", '"a@b"@example.org', "invalid_characters"],
  ["Cyrillic letters before @", "ада@example.org", "invalid_characters"],
  ["an umlaut before @", "jürgen@example.org", "invalid_characters"],
  ["a comma list", "a@example.org,b@example.org", "invalid_format"],
  ["a semicolon list", "a@example.org;b@example.org", "invalid_format"],
  ["two dots in a row", "a..b@example.org", "invalid_format"],
  ["an address of numbers", "ada@127.0.0.1", "invalid_format"],
  ["65 characters before @", `${"a".repeat(65)}@example.org`, "invalid_format"],
  ["255 bytes", `${"a".repeat(60)}@${"b".repeat(60)}.${"c".repeat(60)}.${"d".repeat(60)}.example.xyz`, "too_long"],
  ["a NUL", "a\u0000b@example.org", "invalid_format"],
  ["a zero-width space", "a\u200bb@example.org", "invalid_characters"],
  ["a right-to-left override", "a\u202eb@example.org", "invalid_characters"],
  ["a byte order mark inside", "a\ufeffb@example.org", "invalid_characters"],
  ["a list instead of text", ["ada@example.org"], "wrong_type"],
  ["an object instead of text", { $ne: null }, "wrong_type"],
  ["a number instead of text", 7, "wrong_type"],
] as const) {
  test(`an email address with ${name} is refused`, async ({ latchkey }) => {
    expect(refusal(await latchkey.api("POST", ADDRESS, { json: person({ email }) }))).toEqual(invalid("email", code));
    await nobody(latchkey, email);
  });
}

test("the longest email addresses and local parts work, and log in", async ({ latchkey }) => {
  const local = unique("l").padEnd(64, "x");
  const longest = `${unique("m").padEnd(60, "x")}@${"b".repeat(60)}.${"c".repeat(60)}.${"d".repeat(60)}.`.padEnd(254, "e");
  expect(longest).toHaveLength(254);
  for (const email of [`${local}@example.org`, longest]) await latchkey.signIn(await latchkey.newUser({ email }));
});

test("email addresses are compared without case and surrounding blanks", async ({ latchkey }) => {
  const name = unique("Ann");
  const user = await latchkey.newUser({ email: `${name}@Example.org` });
  for (const email of [`${name.toLowerCase()}@example.ORG`, `  ${name}@example.org `, `${name}@EXAMPLE.ORG`.toUpperCase()]) {
    expect(refusal(await latchkey.api("POST", ADDRESS, { json: person({ email }) }))).toEqual(taken409("email"));
    const { body } = await latchkey.api("POST", "/auth/login/", { json: { email, password: PASSWORD } });
    expect(body.user, "the spelling that was given is kept").toMatchObject({ id: user.id, email: `${name}@Example.org` });
  }
});

test("plus and dots make different email addresses", async ({ latchkey }) => {
  const name = unique("ann");
  const users = [];
  for (const local of [`${name}+x`, name, `a.${name}`]) users.push(await latchkey.newUser({ email: `${local}@example.org` }));
  expect(new Set(users.map(({ id }) => id)).size).toBe(3);
});

test("taken email address and username are both named, and nobody is created or changed", async ({ latchkey }) => {
  const user = await latchkey.newUser();
  const before = await latchkey.kept(user);
  const other = person();
  for (const [fields, names] of [
    [{ email: user.email }, ["email"]],
    [{ username: user.username.toUpperCase() }, ["username"]],
    [{ email: user.email.toUpperCase(), username: user.username }, ["email", "username"]],
  ] as const) {
    expect(refusal(await latchkey.api("POST", ADDRESS, { json: { ...other, ...fields } }))).toEqual(taken409(...names));
  }
  expect(await latchkey.kept(user)).toEqual(before);
  await nobody(latchkey, other.email);
});

for (const [name, username, code] of [
  ["5 characters", "abcde", "too_short"],
  ["31 characters", "a".repeat(31), "too_long"],
  ["digits only", "123456", "no_letter"],
  ["a dot in front", ".abcdef", "invalid_start"],
  ["an @", "ada@example", "invalid_characters"],
  ["a blank in front", " abcdef", "invalid_characters"],
  ["a blank at its end", "abcdef ", "invalid_characters"],
  ["a full-width letter", "ａlicesmith", "invalid_characters"],
  ["an accent", "aliceé", "invalid_characters"],
  ["an emoji", "alice🙂", "invalid_characters"],
  ["a combining mark", "alice\u0301s", "invalid_characters"],
  ["a NUL", "alice\u0000s", "invalid_characters"],
  ["a line break at its end", "abcdef\n", "invalid_characters"],
  ["a zero-width joiner", "ali\u200dcesmith", "invalid_characters"],
  ["a right-to-left override", "ali\u202ecesmith", "invalid_characters"],
  ["the word of the house", "Latchkey", "reserved"],
  ["a word of the operator", "support", "reserved"],
  ["a list instead of text", ["abcdef"], "wrong_type"],
] as const) {
  test(`a username with ${name} is refused, in a registration and in an update`, async ({ latchkey }) => {
    const wanted = person({ username });
    const answer = refusal(await latchkey.api("POST", ADDRESS, { json: wanted }));
    expect(answer).toEqual(invalid("username", code));
    await nobody(latchkey, wanted.email);
    const user = await latchkey.newUser();
    const before = (await latchkey.kept(user)).user;
    const token = await latchkey.signIn(user);
    expect(refusal(await latchkey.api("PATCH", `/auth/update-user/${user.id}/`, { token, json: { username } }))).toEqual(answer);
    expect((await latchkey.kept(user)).user).toEqual(before);
  });
}

test("words that merely look like usernames are refused", async ({ latchkey }) => {
  for (const username of ["______", "admin", "root", "api", "auth", "null", "settings", "undefined"]) {
    const { status, errors } = refusal(await latchkey.api("POST", ADDRESS, { json: person({ username }) }));
    expect([status, Object.keys(errors)], username).toEqual([400, ["#/username"]]);
  }
});

test("usernames of 6 and of 30 characters, with dots, dashes and underscores, work", async ({ latchkey }) => {
  const short = `${unique("").replaceAll("-", "").slice(-5)}z`;
  for (const username of [short, unique("x").padEnd(30, "y"), `${unique("1a.b_c").slice(0, 28)}-`]) {
    const { body } = await latchkey.api("POST", ADDRESS, { json: person({ username }) });
    expect(body.user.username).toBe(username);
  }
});

for (const [name, password, code] of [
  ["7 characters", "Abcdef1", "too_short"],
  ["7 characters that are 12 code units", "Aa1🙂🙂🙂🙂", "too_short"],
  ["no lowercase letter", "ABCDEFG1", "no_lowercase"],
  ["no uppercase letter", "abcdefg1", "no_uppercase"],
  ["no digit", "Abcdefgh", "no_digit"],
  ["257 characters", `Aa1${"x".repeat(254)}`, "too_long"],
  ["a broken character", "Correct horse 7\ud800", "invalid_characters"],
  ["a list instead of text", ["Correct horse 7 battery"], "wrong_type"],
  ["what attackers try first", "Password1", "common"],
  ["what attackers try first, disguised", "P@ssw0rd!1", "common"],
  ["the name of the service", "Latchkey2026", "common"],
] as const) {
  test(`a password with ${name} is refused`, async ({ latchkey }) => {
    const wanted = person({ password });
    expect(refusal(await latchkey.api("POST", ADDRESS, { json: wanted }))).toEqual(invalid("password", code));
    await nobody(latchkey, wanted.email);
  });
}

test("a password made of the username and a digit is refused", async ({ latchkey }) => {
  const wanted = person();
  const password = `${wanted.username.charAt(0).toUpperCase()}${wanted.username.slice(1)}7`;
  expect(refusal(await latchkey.api("POST", ADDRESS, { json: { ...wanted, password } }))).toEqual(invalid("password", "common"));
});

for (const [name, password] of [
  ["8 characters", "Kx7mQp2w"],
  ["64 characters", "Kx7 ".repeat(16)],
  ["128 characters", "Kx7 ".repeat(32)],
  ["256 characters", "Kx7 ".repeat(64)],
  ["256 emoji-rich code points", `Kx7${"🙂".repeat(253)}`],
  ["blanks at both ends", "  Kx7mQp2w  "],
  ["quotes and markup", `Kx7"'<b>&amp;\\`],
  ["emoji and letters of Germany and Turkey", "Kx7🙂ßİıabc"],
  ["capitals and digits of other scripts only", "Éñandú١٢٣ßß"],
  ["line breaks and tabs", "Kx7\tmQp\r\n2w"],
] as const) {
  test(`a password with ${name} is allowed and logs in unchanged`, async ({ latchkey }) => {
    await latchkey.signIn(await latchkey.newUser({ password }));
  });
}

test("no password is truncated, case-folded or trimmed: only the exact one logs in", async ({ latchkey }) => {
  const stems = [`Aa1${"x".repeat(69)}`, `Aa1${"x".repeat(125)}`, "Kx7mQp2w\u0000tail"];
  for (const stem of stems) {
    const password = `${stem}first`;
    const { email } = await latchkey.newUser({ password });
    const others = [`${stem}other`, stem, `${password} `, `${password}\n`, password.toUpperCase(), password.split("\u0000")[0] ?? ""];
    for (const wrong of others.filter((other) => other !== password)) {
      const answer = await latchkey.api("POST", "/auth/login/", { json: { email, password: wrong }, from: latchkey.elsewhere() });
      expect(refusal(answer).code).toBe("invalid_credentials");
    }
    await latchkey.signIn({ email, password });
  }
});

test("a password is the same composed and decomposed, whichever was registered", async ({ latchkey }) => {
  for (const [registered, typed] of [
    [COMPOSED, DECOMPOSED],
    [DECOMPOSED, COMPOSED],
  ]) {
    const { email } = await latchkey.newUser({ password: `Caf${registered} 7 horses` });
    await latchkey.signIn({ email, password: `Caf${typed} 7 horses` });
  }
});

test("the length of a password is counted after normalising", async ({ latchkey }) => {
  const answer = await latchkey.api("POST", ADDRESS, { json: person({ password: `Aa1${DECOMPOSED.repeat(4)}` }) });
  expect(refusal(answer)).toEqual(invalid("password", "too_short"));
});

for (const [field, longest] of [
  ["bio", 2_000],
  ["contact_information", 500],
] as const) {
  test(`${field} takes ${longest} characters, counted as people count them, and not one more`, async ({ latchkey }) => {
    for (const character of ["x", "🙂"]) {
      const text = character.repeat(longest);
      const { body } = await latchkey.api("POST", ADDRESS, { json: person({ [field]: text }) });
      expect(body.user[field]).toBe(text);
      const wanted = person({ [field]: `${text}${character}` });
      expect(refusal(await latchkey.api("POST", ADDRESS, { json: wanted }))).toEqual(invalid(field, "too_long"));
      await nobody(latchkey, wanted.email);
    }
  });

  test(`${field} refuses control, bidi and broken characters`, async ({ latchkey }) => {
    const ranges = [
      [0x00, 0x08],
      [0x0b, 0x0c],
      [0x0e, 0x1f],
      [0x7f, 0x9f],
      [0x202a, 0x202e],
      [0x2066, 0x2069],
      [0xfeff, 0xfeff],
      [0xfffe, 0xffff],
      [0xd800, 0xd800],
      [0xdfff, 0xdfff],
    ] as const;
    const codes = ranges.flatMap(([first, last]) => Array.from({ length: last - first + 1 }, (_, i) => first + i));
    for (const code of codes) {
      const json = person({ [field]: `a${String.fromCharCode(code)}b` });
      const answer = refusal(await latchkey.api("POST", ADDRESS, { json, from: latchkey.elsewhere() }));
      expect(answer, `U+${code.toString(16)}`).toEqual(invalid(field, "invalid_characters"));
    }
  });
}

test("what is stored equals what is returned: joiners, marks, right-to-left scripts and 1,000 combining marks", async ({ latchkey }) => {
  for (const bio of ["👩‍💻 ‌می‌خواهم", "שלום‏ עולם", `e${"\u0301".repeat(1_000)}`, "a\u200bb", "tab\tand\nline"]) {
    const { body } = await latchkey.api("POST", ADDRESS, { json: person({ bio }), from: latchkey.elsewhere() });
    expect(body.user.bio).toBe(bio);
    expect((await latchkey.kept(body.user)).user?.bio).toBe(bio);
  }
});

for (const field of [
  "id",
  "status",
  "role",
  "is_admin",
  "is_staff",
  "is_superuser",
  "password_hash",
  "passwordHash",
  "email_verified",
  "created_at",
]) {
  test(`a registration cannot set ${field}`, async ({ latchkey }) => {
    const wanted = person();
    expect(refusal(await latchkey.api("POST", ADDRESS, { json: { ...wanted, [field]: 1 } }))).toEqual(invalid(field, "unknown_field"));
    await nobody(latchkey, wanted.email);
  });
}

test("no spelling sets another field: prototypes, nested names, camelCase", async ({ latchkey }) => {
  const wanted = person();
  const json = (extra: string) => `{${extra},${JSON.stringify(wanted).slice(1)}`;
  for (const raw of [
    json('"__proto__":{"account_status":"suspended"}'),
    json('"constructor":{"prototype":{"role":"admin"}}'),
    json('"user":{"role":"admin"}'),
    json('"accountStatus":"suspended"'),
    json('"user.role":"admin"'),
  ]) {
    const { status, code } = refusal(await latchkey.api("POST", ADDRESS, { raw, headers: { "content-type": "application/json" } }));
    expect([status, code], raw).toEqual([400, "validation_failed"]);
  }
  const form = await latchkey.api("POST", ADDRESS, { form: { ...wanted, "user[role]": "admin" } as Record<string, string> });
  expect(refusal(form)).toEqual(invalid("user%5Brole%5D", "unknown_field"));
  await nobody(latchkey, wanted.email);
  expect((await latchkey.api("POST", ADDRESS, { json: wanted })).body.user.account_status).toBe("active");
});

test("nobody can register as suspended or with an unknown status", async ({ latchkey }) => {
  for (const account_status of ["suspended", "admin", "", null, true, ["active"]]) {
    const wanted = person({ account_status });
    expect(refusal(await latchkey.api("POST", ADDRESS, { json: wanted }))).toEqual(invalid("account_status", "invalid_choice"));
    await nobody(latchkey, wanted.email);
  }
});

test("SQL in any field is text or refused, and touches nobody else", async ({ latchkey }) => {
  const witness = await latchkey.newUser();
  const before = await latchkey.kept(witness);
  for (const payload of [
    "' OR 1=1--",
    "'; DROP TABLE users;--",
    "x' UNION SELECT password_hash FROM users--",
    "%_%",
    '"); DELETE FROM sessions;--',
  ]) {
    const wanted = person({ bio: payload, contact_information: payload });
    const { body } = await latchkey.api("POST", ADDRESS, { json: wanted, headers: { "user-agent": payload }, from: latchkey.elsewhere() });
    expect(body.user).toMatchObject({ bio: payload, contact_information: payload });
    const login = { email: payload, password: payload };
    expect((await latchkey.api("POST", "/auth/login/", { json: login, from: latchkey.elsewhere() })).status).toBe(401);
    expect((await latchkey.api("POST", ADDRESS, { json: person({ username: payload }) })).status).toBe(400);
    expect((await latchkey.api("POST", ADDRESS, { json: person({ email: payload }) })).status).toBe(400);
  }
  expect(await latchkey.kept(witness)).toEqual(before);
});

const ROUNDS = 3;
const RIVALS = 16;

test("of many simultaneous registrations of one email address exactly one wins, and only its password works", async ({ latchkey }) => {
  for (let round = 0; round < ROUNDS; round++) {
    const email = `${unique()}@example.org`;
    const rivals = Array.from({ length: RIVALS }, (_, i) => person({ email, password: `Rival number ${i} here` }));
    const answers = await latchkey.together(rivals.map((json) => ["POST", ADDRESS, { json }]));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    for (const answer of answers.filter(({ status }) => status !== 201)) expect(refusal(answer)).toEqual(taken409("email"));
    expect(await latchkey.rows("select username from users where email = ?", email)).toHaveLength(1);
    const winner = answers.findIndex(({ status }) => status === 201);
    await latchkey.signIn(rivals[winner] ?? person());
    const loser = rivals[(winner + 1) % RIVALS];
    const login = await latchkey.api("POST", "/auth/login/", { json: { email, password: loser?.password } });
    expect(refusal(login).code).toBe("invalid_credentials");
  }
});

test("of many simultaneous registrations of one username, in any letter case, exactly one wins", async ({ latchkey }) => {
  const username = unique("Racer");
  const rivals = Array.from({ length: RIVALS }, (_, i) => person({ username: i % 2 ? username.toUpperCase() : username.toLowerCase() }));
  const answers = await latchkey.together(rivals.map((json) => ["POST", ADDRESS, { json }]));
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
  for (const answer of answers.filter(({ status }) => status !== 201)) expect(refusal(answer)).toEqual(taken409("username"));
  expect(await latchkey.rows("select id from users where username_canonical = ?", username.toLowerCase())).toHaveLength(1);
});

test("of many users who change to one free username at the same moment exactly one gets it", async ({ latchkey }) => {
  const users = await Promise.all(Array.from({ length: 8 }, () => latchkey.newUser()));
  const tokens = await Promise.all(users.map((user) => latchkey.signIn(user)));
  const username = unique("Wanted");
  const answers = await latchkey.together(
    users.map(({ id }, i) => [
      "PATCH",
      `/auth/update-user/${id}/`,
      { token: tokens[i], json: { username: i % 2 ? username : username.toUpperCase() } },
    ]),
  );
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  for (const [i, answer] of answers.entries()) {
    if (answer.status === 200) continue;
    expect(refusal(answer)).toEqual(taken409("username"));
    expect((await latchkey.kept(users[i] ?? { id: 0 })).user?.username, "losers keep their name").toBe(users[i]?.username);
  }
});

test("a password is never returned, and nowhere in what the server writes", async ({ latchkey }) => {
  const password = `Canary ${unique()} 7A`;
  const user = await latchkey.newUser({ password });
  const { text } = await latchkey.api("POST", "/auth/login/", { json: { email: user.email, password } });
  expect(text).not.toContain(password);
  expect(text).not.toMatch(/password|argon2|hash/i);
  const refusedText = (await latchkey.api("POST", ADDRESS, { json: person({ username: "x", password }) })).text;
  expect(refusedText).not.toContain(password);
  expect((await latchkey.written()).includes(password)).toBe(false);
});

test("every wrong field is named at once, whatever finds it wrong: the schema, the list of leaked passwords, the names that are taken, the picture", async ({
  latchkey,
}) => {
  const other = await latchkey.newUser();
  const wrong = { email: other.email, username: other.username, password: "Password123", image: "bm8gcGljdHVyZQ==" };
  const all = { "#/email": "taken", "#/username": "taken", "#/password": "common", "#/image": "unsupported_type" };
  const answers: [given: object, errors: Record<string, string>][] = [
    [wrong, all],
    [
      { ...wrong, username: "no" },
      { ...all, "#/username": "too_short" },
    ],
    [
      { ...wrong, bio: "x".repeat(2_001), odd: 1 },
      { ...all, "#/bio": "too_long", "#/odd": "unknown_field" },
    ],
    [
      { ...wrong, password: "short" },
      { ...all, "#/password": "too_short" },
    ],
  ];
  for (const [json, errors] of answers) {
    const got = refusal(await latchkey.api("POST", "/auth/create-user/", { json }));
    expect({ ...got, errors: { ...got.errors } }).toMatchObject({ status: 400, code: "validation_failed" });
    for (const [pointer, code] of Object.entries(errors)) {
      if (pointer === "#/password" && code === "too_short") expect(Object.keys(got.errors)).toContain(pointer);
      else expect(got.errors[pointer], pointer).toBe(code);
    }
  }
  const names = { ...wrong, password: PASSWORD, image: undefined };
  expect(refusal(await latchkey.api("POST", "/auth/create-user/", { json: names }))).toEqual(taken409("email", "username"));
});
