import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { test } from "node:test";
import { dictionary } from "@zxcvbn-ts/language-common";
import * as z from "zod/mini";
import { NewPassword } from "#accounts/contract/fields.ts";
import { AccountsError } from "#accounts/errors.ts";
import { refuseCommonPassword } from "./common-passwords.ts";

const PERSON = { username: "marlowe.k", email: "Quintessa@example.org" };
const LETTERS = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789-_#%";

const refuses = (password: string) =>
  assert.rejects(
    refuseCommonPassword("new_password", password, PERSON),
    (error) => error instanceof AccountsError && error.code === "validation_failed" && error.fields[0]?.code === "common",
    password,
  );

test("passwords that attackers try first are refused, by the field that was filled in", async () => {
  for (const password of ["Password1", "Qwerty123", "Abc12345", "Passw0rd", "Welcome1", "Summer2026", "P@ssw0rd!", "Iloveyou1"])
    await refuses(password);
  await assert.rejects(
    refuseCommonPassword("new_password", "Password1", PERSON),
    (error) => error instanceof AccountsError && error.fields[0]?.field === "new_password" && error.fields.length === 1,
  );
});

test("username, email address and the service's name are refused as passwords, also with a digit or look-alikes", async () => {
  for (const password of [
    "Marlowe.k1",
    "1Marlowe.K",
    "M4rlowe.k1",
    "Quintessa99",
    "Quintessa@example.org1",
    "Latchkey1",
    "L4tchkey!",
    "99Latchkey99",
  ])
    await refuses(password);
});

test("other users' names are allowed", async () => {
  await refuseCommonPassword("password", "Marlowe.k1", { username: "ada.lovelace", email: "ada@example.org" });
});

test("a password made as the refusal advises is accepted", async () => {
  for (const password of ["Walrus teapot orbit 7", "walrusTeapotorbit7", "7 walrus teapot Orbit"]) {
    assert.equal(z.safeParse(NewPassword, password).success, true, password);
    await refuseCommonPassword("password", password, PERSON);
  }
});

test("strong passwords are accepted", async () => {
  for (const password of ["Correct horse 7 battery", "three Unrelated words 4", "Tr0ub4dor&3xyz", "Ünbekannt 42 Straße"]) {
    await refuseCommonPassword("password", password, PERSON);
  }
  for (let i = 0; i < 30; i++) {
    const random = Array.from({ length: 14 }, () => LETTERS[randomInt(LETTERS.length)]).join("");
    await refuseCommonPassword("password", random, PERSON);
  }
});

test("the list has at least 40,000 passwords, of which at least 3,000 would pass the other rules", async () => {
  const list = dictionary["passwords-common"] as string[];
  assert.ok(list.length >= 40_000, String(list.length));
  const capitalised = list.map((password) => password.replace(/[a-z]/, (letter) => letter.toUpperCase()));
  const passing = capitalised.filter((password) => z.safeParse(NewPassword, password).success);
  assert.ok(passing.length >= 3_000, String(passing.length));
  for (const password of passing) await refuses(password);
});

const cpuMs = () => {
  const { user, system } = process.threadCpuUsage(); // other work on the machine does not count
  return (user + system) / 1_000;
};

test("a check takes less than 5 ms, whatever is typed", async () => {
  for (const password of ["Correct horse 7 battery", "1".repeat(256), "aA1!".repeat(64), `A${"-".repeat(254)}b`, "😀".repeat(256)]) {
    const start = cpuMs();
    for (let i = 0; i < 20; i++) await refuseCommonPassword("password", password, PERSON);
    assert.ok((cpuMs() - start) / 20 < 5, password);
  }
});
