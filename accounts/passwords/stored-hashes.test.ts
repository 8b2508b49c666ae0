import assert from "node:assert/strict";
import { pbkdf2Sync, scryptSync } from "node:crypto";
import { test } from "node:test";
import { hash as argon2 } from "@node-rs/argon2";
import { hash as bcrypt } from "@node-rs/bcrypt";
import { isVerifiable, verifyHash } from "./stored-hashes.ts";

const PASSWORD = "Correct horse 7 battery";
const SALT = Buffer.from("saltSALTsaltSALT");
const base64 = (bytes: Buffer) => bytes.toString("base64").replace(/=+$/, "");

/** Hashes that other programs have made, with their passwords. */
const PUBLISHED = [
  // RFC 7914, section 12
  [
    "$scrypt$ln=14,r=8,p=1$U29kaXVtQ2hsb3JpZGU$cCO9yzr9c0hGHAbNgf046/2o+7qQT44+qbVD9lRdofLVQylVYT8Pz2LUlwUkKpr55h6F3A1lHkDfzwF7RVdYhw",
    "pleaseletmein",
  ],
  // Openwall's crypt_blowfish, and PHP's manual
  ["$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW", "U*U"],
  ["$2a$07$usesomesillystringfore2uDLvp1Ii2e./U9C8sBjqp8I90dH6hi", "rasmuslerdorf"],
  // libxcrypt, and Python's hashlib in the form of passlib
  ["$2y$06$saltSALTsaltSALTsaltS.w03A0Mek10.E74Pjf5K3at5Hpj3of0.", "Zwölf Boxkämpfer 7"],
  ["$pbkdf2-sha256$29000$./z9/v9sYXRjaGtleS1zYWx0//77$9N5tXvvJ0uYBVpOfF4OcXsi54QO.auCZWuBr0s.aFjw", PASSWORD],
] as const;

const own = {
  argon2id: () => argon2(PASSWORD, { memoryCost: 1_024, timeCost: 1 }),
  argon2i: () => argon2(PASSWORD, { memoryCost: 1_024, timeCost: 3, algorithm: 1 }),
  scrypt: async () => `$scrypt$ln=10,r=8,p=2$${base64(SALT)}$${base64(scryptSync(PASSWORD, SALT, 32, { N: 1_024, r: 8, p: 2 }))}`,
  bcrypt: () => bcrypt(PASSWORD, 4),
  ...Object.fromEntries(
    ["sha1", "sha256", "sha512"].map((digest) => [
      `pbkdf2-${digest}`,
      async () => `$pbkdf2-${digest}$i=1000,l=32$${base64(SALT)}$${base64(pbkdf2Sync(PASSWORD, SALT, 1_000, 32, digest))}`,
    ]),
  ),
};

test("hashes that other programs have made are verified", async () => {
  for (const [stored, password] of PUBLISHED) {
    assert.equal(isVerifiable(stored), true, stored);
    assert.equal(await verifyHash(stored, password), true, stored);
    assert.equal(await verifyHash(stored, `${password} `), false, stored);
  }
});

for (const [form, make] of Object.entries(own)) {
  test(`a hash of ${form} is verified, and one with a changed digit isn't`, async () => {
    const stored = await make();
    assert.equal(isVerifiable(stored), true);
    assert.equal(await verifyHash(stored, PASSWORD), true);
    for (const wrong of ["", PASSWORD.toLowerCase(), `${PASSWORD}\n`]) assert.equal(await verifyHash(stored, wrong), false);
    const digit = stored.at(-9);
    const changed = `${stored.slice(0, -9)}${digit === "A" ? "B" : "A"}${stored.slice(-8)}`;
    assert.equal(await verifyHash(changed, PASSWORD), false);
  });
}

test("a hash with costs that would take minutes or all memory is refused without a run", async () => {
  const tail = `${base64(SALT)}$${base64(Buffer.alloc(32, 7))}`;
  const bcryptTail = "BCryptRequires22Chrcte/VlQH0piJtjXl.0t1XkA8pw9dMXTTOq";
  for (const stored of [
    `$argon2id$v=19$m=1048577,t=1,p=1$${tail}`,
    `$argon2id$v=19$m=1048576,t=3,p=1$${tail}`,
    `$argon2id$v=19$m=8,t=4000000,p=1$${tail}`,
    `$argon2id$v=19$m=19456,t=2,p=99$${tail}`,
    `$scrypt$ln=20,r=8,p=1$${tail}`,
    `$scrypt$ln=99,r=1,p=1$${tail}`,
    `$scrypt$ln=14,r=8,p=9999$${tail}`,
    `$scrypt$ln=0,r=8,p=1$${tail}`,
    `$pbkdf2-sha256$i=99999999$${tail}`,
    `$pbkdf2-sha256$i=0$${tail}`,
    `$2b$31$${bcryptTail}`,
    `$2b$16$${bcryptTail}`,
    `$2b$03$${bcryptTail}`,
  ]) {
    assert.equal(isVerifiable(stored), false, stored);
    const start = process.cpuUsage();
    assert.equal(await verifyHash(stored, PASSWORD), null, stored);
    assert.ok(process.cpuUsage(start).user < 1_000_000, stored);
  }
});

test("what isn't a whole hash of a known form is refused", async () => {
  const wholes = await Promise.all(Object.values(own).map((make) => make()));
  for (const whole of wholes) {
    for (const stored of [whole.slice(0, -30), whole.slice(1), ` ${whole}`, `${whole}\n`, whole.replace("$", "$$$"), whole.repeat(3)]) {
      assert.equal(isVerifiable(stored), false, stored);
      assert.equal(await verifyHash(stored, PASSWORD), null, stored);
    }
  }
  for (const stored of [
    "",
    "x",
    PASSWORD,
    "$1$salt$hash",
    "$5$salt$hash",
    "$2x$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
  ]) {
    assert.equal(isVerifiable(stored), false, stored);
  }
});
