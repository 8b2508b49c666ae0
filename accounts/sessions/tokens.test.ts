import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { newToken, readToken, sameHash } from "./tokens.ts";

const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const RANDOM_PART = { from: "lk_".length, to: "lk_".length + 8 + 43 };
const CHI_SQUARE_61_AT_1E_6 = 130; // 61 degrees of freedom: exceeded by chance once in a million

test("a token is lk_ and 56 letters and digits", () => {
  assert.match(newToken("token").token, /^lk_[0-9A-Za-z]{56}$/);
});

test("a token is parsed into the key and SHA-256 it was made with", () => {
  const { token, id, hash } = newToken("token");
  assert.deepEqual(readToken("token", token), { id, hash });
  assert.deepEqual(hash, createHash("sha256").update(token).digest());
  assert.ok(Number.isSafeInteger(id) && id > 0);
});

test("a secret for one purpose is refused for another", () => {
  for (const [purpose, other] of [
    ["token", "cookie"],
    ["cookie", "token"],
  ] as const) {
    const { token, id, hash } = newToken(purpose);
    assert.deepEqual(readToken(purpose, token), { id, hash });
    assert.equal(readToken(other, token), null);
  }
});

test("a token with one changed character is refused by its checksum, wherever the change is", () => {
  const { token } = newToken("token");
  for (let at = "lk_".length; at < token.length; at++) {
    for (const other of ALPHABET.replace(token.charAt(at), "")) {
      assert.equal(readToken("token", token.slice(0, at) + other + token.slice(at + 1)), null, `position ${at}`);
    }
  }
});

test("text that doesn't have the shape of a token is refused", () => {
  const { token } = newToken("token");
  const wrong = [
    "",
    "lk_",
    token.slice(3),
    token.slice(0, -1),
    `${token}0`,
    `${token}\n`,
    ` ${token}`,
    token.toUpperCase(),
    `LK_${token.slice(3)}`,
  ];
  for (const text of [...wrong, token.replace(/.$/, "é"), token.replace(/.$/, "\0")])
    assert.equal(readToken("token", text), null, JSON.stringify(text));
});

test("2,000 tokens are all different, and every character of key and secret is evenly spread", () => {
  const tokens = Array.from({ length: 2_000 }, () => newToken("token"));
  assert.equal(new Set(tokens.map(({ token }) => token)).size, tokens.length);
  assert.equal(new Set(tokens.map(({ id }) => id)).size, tokens.length);
  const expected = tokens.length / ALPHABET.length;
  for (let at = RANDOM_PART.from; at < RANDOM_PART.to; at++) {
    const seen = Map.groupBy(tokens, ({ token }) => token.charAt(at));
    const chiSquare = [...ALPHABET].reduce((sum, character) => sum + ((seen.get(character)?.length ?? 0) - expected) ** 2 / expected, 0);
    assert.ok(chiSquare < CHI_SQUARE_61_AT_1E_6, `position ${at}: ${chiSquare}`);
  }
});

test("a renewed token keeps the key of its row and nothing else", () => {
  const old = newToken("token");
  const renewed = newToken("token", old.id);
  assert.equal(renewed.id, old.id);
  assert.equal(readToken("token", renewed.token)?.id, old.id);
  assert.notEqual(renewed.token, old.token);
  assert.equal(sameHash(renewed.hash, old.hash), false);
});

test("hashes are compared whole", () => {
  const { hash } = newToken("token");
  assert.equal(sameHash(hash, Buffer.from(hash)), true);
  assert.equal(sameHash(hash, hash.subarray(1)), false);
  assert.equal(sameHash(hash, Buffer.alloc(0)), false);
});
