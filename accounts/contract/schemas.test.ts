import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import * as z from "zod/mini";
import { AccountsError } from "#accounts/errors.ts";
import * as apiSchemas from "./api-schemas.ts";
import { Email, NewPassword, RESERVED_USERNAMES, USERNAME_PATTERN, Username } from "./fields.ts";
import { parseInput } from "./input.ts";
import * as formSchemas from "./schemas.ts";

const schemas = { ...formSchemas, ...apiSchemas };
const { RegisterInput, UpdateUserInput } = schemas;
const INPUTS = Object.entries(schemas).filter(([name]) => name.endsWith("Input")) as [string, z.ZodMiniType][];

const PERSON = { email: "ada@example.org", password: "Correct horse 7 battery", username: "ada.lovelace" };
const RULES: Record<string, [value: unknown, code: string | null][]> = {
  email: [
    ["ada@example.org", null],
    ["  ada@example.org\n", null],
    ["a+b.c@sub.example.org", null],
    ["o'neil@example.co.uk", null],
    ["ada@bücher.example", null],
    [`${"a".repeat(64)}@example.org`, null],
    [undefined, "required"],
    [null, "required"],
    ["", "required"],
    ["   ", "required"],
    [7, "wrong_type"],
    [["ada@example.org"], "wrong_type"],
    ["ada", "invalid_format"],
    ["ada@", "invalid_format"],
    ["@example.org", "invalid_format"],
    ["ada@example", "invalid_format"],
    ["ada@@example.org", "invalid_format"],
    ["ada..b@example.org", "invalid_format"],
    [".ada@example.org", "invalid_format"],
    ["ada@127.0.0.1", "invalid_format"],
    ["ada@-example.org", "invalid_format"],
    ["ada@example..org", "invalid_format"],
    ["ada@example.org\nBcc: eve@example.org", "invalid_format"],
    ["ada@example.org,eve@example.org", "invalid_format"],
    ["Ada <ada@example.org>", "invalid_format"],
    ["ada%eve@example.org", "invalid_format"],
    ["a\0da@example.org", "invalid_format"],
    [`${"a".repeat(65)}@example.org`, "invalid_format"],
    [`${"a".repeat(60)}@${`${"b".repeat(60)}.`.repeat(4)}org`, "too_long"],
  ],
  username: [
    ["ada.lovelace", null],
    ["ABCDEF", null],
    ["1abcde", null],
    ["a_b-c.d", null],
    ["a".repeat(30), null],
    ["administrators", null],
    [undefined, "required"],
    ["", "required"],
    [123456, "wrong_type"],
    ["abcde", "too_short"],
    ["a".repeat(31), "too_long"],
    ["123456", "no_letter"],
    [".abcdef", "invalid_start"],
    ["-abcdef", "invalid_start"],
    ["_abcdef", "invalid_start"],
    ["ada lovelace", "invalid_characters"],
    [" ada.lovelace", "invalid_characters"],
    ["ada.lovelace\n", "invalid_characters"],
    ["adа.lovelace", "invalid_characters"],
    ["ada/lovelace", "invalid_characters"],
    ["ada@example", "invalid_characters"],
    ["Administrator", "reserved"],
    ["LATCHKEY", "reserved"],
    ["no-reply", "reserved"],
  ],
  password: [
    ["Abcdefg1", null],
    ["  Abc 1  ", null],
    ["Straße Ärger 9", null],
    ["ñandÚ ١٢٣ x", null],
    [`Aa1${"😀".repeat(253)}`, null],
    [undefined, "required"],
    ["", "required"],
    [12345678, "wrong_type"],
    ["Abcdef1", "too_short"],
    ["Aa1😀😀😀😀", "too_short"],
    ["ABCDEFG1", "no_lowercase"],
    ["abcdefg1", "no_uppercase"],
    ["Abcdefgh", "no_digit"],
    [`Aa1${"x".repeat(254)}`, "too_long"],
    ["Abcdefg1\uD800", "invalid_characters"],
  ],
  bio: [
    ["", null],
    ["Two\nlines\tand a tab", null],
    ["😀".repeat(2_000), null],
    ["مرحبا שלום", null],
    ["😀".repeat(2_001), "too_long"],
    ["nul\0", "invalid_characters"],
    ["bell\u0007", "invalid_characters"],
    ["\u202Egpj.exe", "invalid_characters"],
    ["broken \uD800", "invalid_characters"],
    [null, "wrong_type"],
    [{}, "wrong_type"],
  ],
  contact_information: [
    ["Office 3, mornings", null],
    ["x".repeat(500), null],
    ["x".repeat(501), "too_long"],
    ["\u2066hidden", "invalid_characters"],
  ],
  account_status: [
    ["active", null],
    ["inactive", null],
    ["suspended", "invalid_choice"],
    ["", "invalid_choice"],
    [true, "invalid_choice"],
  ],
  image: [
    [null, null],
    ["", null],
    ["iVBORw0KGgo=", null],
    [new File(["x"], "a.png", { type: "image/png" }), null],
    [new File(["x"], "a.svg", { type: "image/svg+xml" }), "unsupported_type"],
    [new File([Buffer.alloc(5 * 1024 * 1024 + 1)], "a.png", { type: "image/png" }), "too_large"],
    ["A".repeat(7_000_000), "too_large"],
    [7, "wrong_type"],
  ],
  is_admin: [[true, "unknown_field"]],
  id: [[1, "unknown_field"]],
  created_at: [["2020-01-01T00:00:00Z", "unknown_field"]],
};

for (const [field, cases] of Object.entries(RULES)) {
  for (const [value, code] of cases) {
    const shown = JSON.stringify(value)?.slice(0, 60) ?? "nothing";
    test(`${field} ${shown} is ${code === null ? "accepted" : `refused as ${code}`} at registration`, () => {
      assert.deepEqual(codesOf(RegisterInput, { ...PERSON, [field]: value }), code === null ? [] : [`${field} ${code}`]);
    });
  }
}

test("all wrong fields are reported at once, and all wrong rules of one field", () => {
  assert.deepEqual(codesOf(RegisterInput, { email: "x", password: "short", username: "-1", bio: 7, nickname: "x" }).sort(), [
    "bio wrong_type",
    "email invalid_format",
    "nickname unknown_field",
    "password no_digit",
    "password no_uppercase",
    "password too_short",
    "username invalid_start",
    "username no_letter",
    "username too_short",
  ]);
});

test("a body that is no object is refused as a whole", () => {
  for (const body of [null, undefined, "x", 7, [], [PERSON]])
    assert.equal(codesOf(RegisterInput, body)[0], "null wrong_type", JSON.stringify(body));
});

test("what a change leaves out stays out, and what it names is checked like at registration", () => {
  assert.deepEqual(parseInput(UpdateUserInput, {}), {});
  assert.deepEqual(codesOf(UpdateUserInput, { username: "x" }), ["username too_short"]);
  assert.deepEqual(codesOf(UpdateUserInput, { account_status: "active" }), ["account_status unknown_field"]);
  assert.deepEqual(codesOf(UpdateUserInput, { password: "Correct horse 7 battery" }), ["password unknown_field"]);
});

test("a log-in knows no password policy, so that a stricter one locks nobody out", () => {
  assert.deepEqual(codesOf(schemas.LoginInput, { email: "ada@example.org", password: "x" }), []);
});

test("line breaks of browsers and of API clients are stored alike", () => {
  assert.equal(parseInput(RegisterInput, { ...PERSON, bio: "a\r\nb\rc\nd" }).bio, "a\nb\nc\nd");
});

test("no input makes a schema throw anything but a refusal", () => {
  for (const [name, schema] of INPUTS) {
    const fields = Object.fromEntries(Object.keys((schema as unknown as { shape: object }).shape).map((field) => [field, fc.anything()]));
    const value = fc.oneof(
      fc.anything(),
      fc.record(fields, { requiredKeys: [] }),
      fc.dictionary(fc.string({ unit: "binary" }), fc.anything()),
    );
    fc.assert(
      fc.property(value, (raw) => {
        for (const { field, code, detail } of refusalsOf(schema, raw)) {
          assert.ok(field === null || typeof field === "string", name);
          assert.match(code, /^[a-z_]+$/, name);
          assert.match(detail, /^[A-Z].*\.$/s, `${name}: ${detail}`);
        }
      }),
      { numRuns: 300 },
    );
  }
});

const NEAR_USERNAME = fc.oneof(
  fc.string({ unit: fc.constantFrom(..."abXYZ019._-"), minLength: 4, maxLength: 33 }),
  fc.string({ unit: fc.constantFrom(..."09._-"), maxLength: 9 }),
  fc.string({ unit: "binary", maxLength: 32 }),
  fc.constantFrom(
    ...RESERVED_USERNAMES,
    ...RESERVED_USERNAMES.map((name) => name.toUpperCase()),
    ...RESERVED_USERNAMES.map((name) => `${name}1`),
  ),
);

test("a username is accepted exactly when the contract says so", () => {
  fc.assert(
    fc.property(NEAR_USERNAME, (name) => {
      const allowed =
        /^[A-Za-z0-9][A-Za-z0-9._-]{5,29}$/.test(name) && /[A-Za-z]/.test(name) && !RESERVED_USERNAMES.includes(name.toLowerCase());
      assert.equal(z.safeParse(Username, name).success, allowed);
      const published = new RegExp(USERNAME_PATTERN).test(name) && name.length >= 6 && name.length <= 30;
      assert.equal(published && !RESERVED_USERNAMES.includes(name.toLowerCase()), allowed, "by the pattern of the policy");
    }),
    { numRuns: 3_000 },
  );
});

test("an accepted email address is trimmed, has one @, nothing invisible, and at most 254 bytes", () => {
  const label = fc.string({ unit: fc.constantFrom(..."abcXYZ09-éß"), minLength: 1, maxLength: 70 });
  const near = fc
    .tuple(
      fc.string({ unit: fc.constantFrom(..."abc.+'_@ "), minLength: 1, maxLength: 70 }),
      fc.array(label, { minLength: 1, maxLength: 6 }),
    )
    .map(([local, labels]) => `${local}@${labels.join(".")}`);
  let accepted = 0;
  fc.assert(
    fc.property(fc.oneof(near, fc.emailAddress(), fc.string({ unit: "binary" })), (text) => {
      const result = z.safeParse(Email, text);
      if (!result.success) return;
      accepted++;
      assert.equal(result.data, text.trim());
      assert.match(result.data, /^[^@\s\p{C}]+@[^@\s\p{C}]+\.[^@\s\p{C}]+$/u);
      assert.ok(Buffer.byteLength(result.data) <= 254);
    }),
    { numRuns: 3_000 },
  );
  assert.ok(accepted > 300, `only ${accepted} were accepted: the property says little`);
});

test("ordinary email addresses are accepted", () => {
  fc.assert(fc.property(fc.emailAddress({ size: "small" }), (email) => z.safeParse(Email, email).success || email.includes("%")));
});

test("a password is accepted exactly when it has 8 to 256 code points, a lowercase and an uppercase letter and a number", () => {
  const near = fc.string({ unit: fc.constantFrom(..."aZ9 ßÄ١😀ñ\0".split(/(?:)/u)), maxLength: 12 });
  const long = fc.tuple(near, fc.integer({ min: 240, max: 260 })).map(([start, length]) => start + "😀".repeat(length));
  fc.assert(
    fc.property(fc.oneof({ weight: 9, arbitrary: near }, long), (password) => {
      const length = [...password.normalize("NFC")].length;
      const allowed = length >= 8 && length <= 256 && /\p{Ll}/u.test(password) && /\p{Lu}/u.test(password) && /\p{Nd}/u.test(password);
      assert.equal(z.safeParse(NewPassword, password).success, allowed);
    }),
    { numRuns: 2_000 },
  );
});

test("the published JSON Schema refuses nothing that is accepted, and little that is not", () => {
  const document = z.toJSONSchema(z.object(RegisterInput.shape), { io: "input", unrepresentable: "any" });
  const properties = document.properties as Record<string, JsonText>;
  const values: Record<string, fc.Arbitrary<string>> = {
    username: NEAR_USERNAME.filter((name) => !RESERVED_USERNAMES.includes(name.toLowerCase())),
    password: fc.string({ unit: fc.constantFrom(..."aZ9 ß😀".split(/(?:)/u)), maxLength: 12 }),
    bio: fc.string({ unit: "binary", maxLength: 40 }),
    email: fc.oneof(fc.emailAddress(), fc.string({ unit: fc.constantFrom(..."ab@.-"), maxLength: 12 })),
  };
  for (const [field, arbitrary] of Object.entries(values)) {
    const schema = RegisterInput.shape[field as "username"];
    fc.assert(
      fc.property(arbitrary, (value) =>
        assert.equal(allows(properties[field] as JsonText, value), z.safeParse(schema, value).success, field),
      ),
      { numRuns: 1_000 },
    );
  }
});

test("hostile text is checked quickly", () => {
  const hostile = [
    "a".repeat(60_000),
    `${"a.".repeat(30_000)}@`,
    `a@${"b.".repeat(30_000)}`,
    `a@${"b-".repeat(30_000)}`,
    " ".repeat(60_000),
    "\u0301".repeat(30_000),
  ];
  for (const text of hostile) {
    const start = process.threadCpuUsage();
    z.safeParse(RegisterInput, { email: text, password: text, username: text, bio: text, contact_information: text });
    assert.ok(process.threadCpuUsage(start).user < 100_000, JSON.stringify(text.slice(0, 10)));
  }
});

type JsonText = { allOf?: { pattern: string }[]; pattern?: string; minLength?: number; maxLength?: number };

function allows({ allOf = [], pattern, minLength = 0, maxLength = Infinity }: JsonText, value: string): boolean {
  const length = [...value].length;
  const patterns = [...allOf.map((rule) => rule.pattern), ...(pattern === undefined ? [] : [pattern])];
  return length >= minLength && length <= maxLength && patterns.every((source) => new RegExp(source, "u").test(value));
}

function refusalsOf(schema: z.ZodMiniType, raw: unknown) {
  try {
    parseInput(schema, raw);
    return [];
  } catch (error) {
    assert.ok(error instanceof AccountsError, String(error));
    return error.fields;
  }
}

function codesOf(schema: z.ZodMiniType, raw: unknown): string[] {
  return refusalsOf(schema, raw).map(({ field, code }) => `${field} ${code}`);
}

test("no character is spelled with so many units that a valid text is refused by its bare length", () => {
  for (let point = 0; point <= 0x10ffff; point++) {
    if (point >= 0xd800 && point <= 0xdfff) continue;
    const character = String.fromCodePoint(point);
    const composed = [...character.normalize("NFC")].length;
    assert.ok(character.normalize("NFD").length <= 6 * composed, point.toString(16));
  }
  const longest = `Aa1${"\u{16126}".repeat(253)}`; // each of six units when decomposed
  assert.equal(parseInput(z.object({ password: NewPassword }), { password: longest.normalize("NFD") }).password, longest);
});
