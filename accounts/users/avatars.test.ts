import assert from "node:assert/strict";
import { hash } from "node:crypto";
import { test } from "node:test";
import { crc32, deflateSync } from "node:zlib";
import sharp from "sharp";
import { housekeeping } from "#accounts/caller.ts";
import { commit } from "#accounts/commit.ts";
import { AccountsError } from "#accounts/errors.ts";
import { freshDatabase } from "#db/testing.ts";
import { findAvatar, insertAvatar, makeAvatar as makeAvatarFor } from "./avatars.ts";

await freshDatabase();

const makeAvatar = (image: Parameters<typeof makeAvatarFor>[0]) => makeAvatarFor(image, { network: "192.0.2.1", who: 1 });
const SIDE = 512;
const MEBIBYTE = 1024 * 1024;
const RED = { r: 220, g: 20, b: 20 };
const BLUE = { r: 20, g: 20, b: 220 };

const plain = (background = RED, width = 64, height = 48) => sharp({ create: { width, height, channels: 3, background } });
const PNG = await plain().png().toBuffer();
const CIRCLE = '<svg xmlns="http://www.w3.org/2000/svg" width="300" height="300"><circle cx="150" cy="150" r="110" fill="#e0ac8c"/></svg>';
const FACE = await sharp(Buffer.from(CIRCLE)).png().toBuffer();
const OTHER_FORMATS: Record<string, Buffer> = {
  GIF: await plain().gif().toBuffer(),
  TIFF: await plain().tiff().toBuffer(),
  AVIF: await plain().avif({ effort: 0 }).toBuffer(),
  SVG: Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><script>alert(1)</script></svg>'),
  "SVG with XML declaration": Buffer.from('<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'),
  PDF: Buffer.from("%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"),
  HTML: Buffer.from("<!doctype html><script>alert(1)</script>"),
  "PPM image": Buffer.from("P3\n1 1\n255\n1 2 3\n"),
  "ImageMagick script": Buffer.from("push graphic-context\nviewbox 0 0 9 9\nfill 'url(https://example.org/x|ls)'\npop graphic-context"),
  noise: Buffer.from(Array.from({ length: 2_000 }, (_, i) => (i * 197) % 256)),
};

for (const format of ["jpeg", "png", "webp"] as const) {
  test(`a ${format} becomes a square WebP of ${SIDE} pixels`, async () => {
    const avatar = await makeAvatar(new Blob([new Uint8Array(await plain().toFormat(format).toBuffer())]));
    const { format: stored, width, height } = await sharp(avatar?.bytes).metadata();
    assert.deepEqual({ stored, width, height }, { stored: "webp", width: SIDE, height: SIDE });
    await assertNear(await pixel(avatar?.bytes, 256, 256), RED);
  });
}

test("a photo taken with the camera turned is stored upright", async () => {
  const bottom = await plain(BLUE, 100, 50).png().toBuffer();
  const upright = plain(RED, 100, 100).composite([{ input: bottom, top: 50, left: 0 }]);
  const turned = await sharp(await upright.png().toBuffer())
    .rotate(-90)
    .jpeg({ quality: 95 })
    .withMetadata({ orientation: 6 })
    .toBuffer();
  const avatar = await makeAvatar(turned.toString("base64"));
  await assertNear(await pixel(avatar?.bytes, 256, 60), RED);
  await assertNear(await pixel(avatar?.bytes, 256, 450), BLUE);
});

test("of a tall picture the part is kept that draws the eye, not the middle", async () => {
  const tall = await plain({ r: 90, g: 100, b: 110 }, 400, 1_200)
    .composite([{ input: FACE, top: 40, left: 50 }])
    .jpeg()
    .toBuffer();
  const avatar = await makeAvatar(tall.toString("base64"));
  const { channels } = await sharp(avatar?.bytes).stats();
  assert.ok((channels[0]?.max ?? 0) > 200, "the face is in it");
});

test("only the pixels of the upload survive: no location, comment, profile or appended data", async () => {
  const exif = { IFD0: { Copyright: "canary-copyright", ImageDescription: "canary-description" }, IFD3: { GPSLatitude: "51/1 28/1 40/1" } };
  const photo = await plain().withExif(exif).withIccProfile("p3").jpeg().toBuffer();
  const avatar = await makeAvatar(Buffer.concat([photo, Buffer.from("<script>canary-tail</script>")]).toString("base64"));
  const metadata = await sharp(avatar?.bytes).metadata();
  assert.deepEqual([metadata.exif, metadata.icc, metadata.xmp, metadata.iptc, metadata.orientation], Array(5).fill(undefined));
  assert.ok(!avatar?.bytes.includes("canary"));
});

test("of an animation the first frame is kept", async () => {
  const frames = Buffer.concat([await plain(RED, 40, 40).raw().toBuffer(), await plain(BLUE, 40, 40).raw().toBuffer()]);
  const animation = await sharp(frames, { raw: { width: 40, height: 80, channels: 3, pageHeight: 40 } })
    .webp({ loop: 0, delay: [100, 100] })
    .toBuffer();
  assert.equal((await sharp(animation).metadata()).pages, 2);
  const avatar = await makeAvatar(animation.toString("base64"));
  const { pages, height } = await sharp(avatar?.bytes).metadata();
  assert.deepEqual({ pages, height }, { pages: undefined, height: SIDE });
  await assertNear(await pixel(avatar?.bytes, 256, 500), RED);
});

for (const [name, bytes] of Object.entries(OTHER_FORMATS)) {
  test(`${name} is refused, also when it calls itself a PNG`, async () => {
    await assert.rejects(makeAvatar(new File([new Uint8Array(bytes)], "a.png", { type: "image/png" })), refusedAs("unsupported_type"));
    await assert.rejects(makeAvatar(`data:image/png;base64,${bytes.toString("base64")}`), refusedAs("unsupported_type"));
  });
}

test("a picture that claims more pixels than allowed is refused quickly", async () => {
  for (const [width, height] of [
    [16_000, 16_000],
    [5_001, 5_000],
    [8_193, 10],
    [10, 65_000],
    [2 ** 31 - 1, 2 ** 31 - 1],
  ] as const) {
    const start = process.cpuUsage();
    const code = width > 2 ** 30 ? /too_large|damaged/ : /too_large/;
    await assert.rejects(makeAvatar(claimedPng(width, height).toString("base64")), refusedAs(code));
    assert.ok(process.cpuUsage(start).user < 300_000, `${width} × ${height}`);
  }
});

test("a picture of exactly the allowed size is accepted", async () => {
  const largest = await plain(RED, 8_192, 3_051).png({ compressionLevel: 1 }).toBuffer();
  assert.ok(await makeAvatar(largest.toString("base64")));
});

test("a damaged picture is refused with a sentence, wherever it is cut", async () => {
  for (const format of ["jpeg", "png", "webp"] as const) {
    const whole = await plain(RED, 300, 300).toFormat(format).toBuffer();
    for (const part of [0.1, 0.5, 0.9]) {
      const cut = whole.subarray(0, Math.max(1, Math.floor(whole.length * part)));
      await assert.rejects(makeAvatar(cut.toString("base64")), refusedAs(/damaged/), `${format} ${part}`);
    }
  }
});

test("more than 5 MiB are refused before they are decoded, and an empty file too", async () => {
  await assert.rejects(makeAvatar(new Blob([new Uint8Array(5 * MEBIBYTE + 1)])), refusedAs("too_large"));
  await assert.rejects(makeAvatar(Buffer.alloc(5 * MEBIBYTE + 1).toString("base64")), refusedAs("too_large"));
  await assert.rejects(makeAvatar(new Blob([])), refusedAs("invalid"));
});

test("a file, base64 and a data: URL are the same picture, also with line breaks", async () => {
  const base64 = PNG.toString("base64");
  const spellings = [
    new Blob([new Uint8Array(PNG)]),
    base64,
    `data:image/png;base64,${base64}`,
    PNG.toString("base64url"),
    base64.replace(/(.{76})/g, "$1\r\n"),
  ];
  const made = await Promise.all(spellings.map((image) => makeAvatar(image)));
  assert.equal(new Set(made.map((one) => one?.bytes.toString("base64"))).size, 1);
});

test("text that isn't base64 is refused", async () => {
  for (const text of ["not base64!", "data:text/html,<script>", "http://example.org/a.png", "file:///etc/passwd", "===="]) {
    await assert.rejects(makeAvatar(text), refusedAs("invalid"), text);
  }
});

test("an empty value and null mean no picture", async () => {
  assert.equal(await makeAvatar(null), null);
  assert.equal(await makeAvatar(""), null);
});

test("the address of a picture can't be computed from its file", async () => {
  const made = await Promise.all([PNG, PNG].map((png) => makeAvatar(png.toString("base64"))));
  for (const one of made) {
    assert.match(one?.hash ?? "", /^[0-9a-f]{64}$/);
    assert.notEqual(one?.hash, hash("sha256", one?.bytes ?? "", "hex"));
  }
  assert.notEqual(made[0]?.hash, made[1]?.hash);
});

test("a kept picture is found by its hash, and only by that", async () => {
  const avatar = await makeAvatar(PNG.toString("base64"));
  assert.ok(avatar);
  await commit(housekeeping, (tx) => ({ avatar: insertAvatar(tx, avatar) }));
  await commit(housekeeping, (tx) => ({ avatar: insertAvatar(tx, avatar) }));
  assert.deepEqual(await findAvatar(avatar.hash), avatar.bytes);
  for (const name of ["", "0".repeat(64), avatar.hash.toUpperCase(), `${avatar.hash}.webp`, "%"])
    assert.equal(await findAvatar(name), null);
});

test("too many pictures at once are refused with Retry-After, and the rest is processed", async () => {
  const results = await Promise.allSettled(Array.from({ length: 40 }, () => makeAvatar(PNG.toString("base64"))));
  const refused = results.filter((result) => result.status === "rejected");
  assert.ok(refused.length > 0 && refused.length < 40, String(refused.length));
  for (const { reason } of refused) assert.ok(reason instanceof AccountsError && reason.code === "overloaded" && reason.retryAfterSeconds);
  assert.ok(await makeAvatar(PNG.toString("base64")));
});

function claimedPng(width: number, height: number): Buffer {
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    sum.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, sum]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2], 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    signature,
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(Buffer.alloc(100_000))),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

async function pixel(bytes: Buffer | undefined, left: number, top: number) {
  const raw = await sharp(bytes).removeAlpha().extract({ left, top, width: 1, height: 1 }).raw().toBuffer();
  return { r: raw[0] ?? 0, g: raw[1] ?? 0, b: raw[2] ?? 0 };
}

async function assertNear(actual: typeof RED, expected: typeof RED) {
  for (const part of ["r", "g", "b"] as const)
    assert.ok(Math.abs(actual[part] - expected[part]) < 30, JSON.stringify({ actual, expected }));
}

function refusedAs(code: string | RegExp) {
  return (error: unknown): boolean => {
    assert.ok(error instanceof AccountsError, String(error));
    assert.equal(error.code, "validation_failed");
    assert.equal(error.fields[0]?.field, "image");
    assert.match(error.fields[0]?.code ?? "", typeof code === "string" ? new RegExp(`^${code}$`) : code);
    return true;
  };
}
