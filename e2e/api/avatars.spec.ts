import sharp from "sharp";
import { expect, invalid, type Latchkey, person, refusal, refused, test, unique } from "../fixtures.ts";
import { avif, blob, flood, gif, jpeg, named, noise, ofSize, png, sideways, svg, tiff, webp } from "../pictures.ts";

const REGISTER = "/auth/create-user/";
const MIB = 1024 * 1024;
const QUICK_MS = 5_000; // generous: a busy machine must not fail a test

/** Registers with a picture, and reads the picture that came of it. */
async function stored(latchkey: Latchkey, picture: Blob) {
  const wanted = person();
  const { status, body, text } = await latchkey.api("POST", REGISTER, {
    multipart: { ...wanted, image: picture },
    from: latchkey.elsewhere(),
  });
  expect(status, text).toBe(201);
  return { user: { ...wanted, id: body.user.id as number }, ...(await fetched(latchkey, body.user.image)) };
}

async function fetched(latchkey: Latchkey, image: string) {
  expect(image).toMatch(/\/avatars\/[0-9a-f]{64}\.webp$/);
  expect(new URL(image).origin).toBe(latchkey.url);
  const path = new URL(image).pathname;
  const answer = await latchkey.api("GET", path);
  expect(answer.status).toBe(200);
  return { path, answer, metadata: await sharp(answer.bytes).metadata() };
}

async function refusedPicture(latchkey: Latchkey, picture: Blob) {
  const wanted = person();
  const answer = await latchkey.api("POST", REGISTER, { multipart: { ...wanted, image: picture }, from: latchkey.elsewhere() });
  expect(await latchkey.rows("select id from users where email = ?", wanted.email), "nobody was created").toEqual([]);
  return refusal(answer);
}

for (const [name, make, type] of [
  ["PNG", png, "image/png"],
  ["JPEG", jpeg, "image/jpeg"],
  ["WebP", webp, "image/webp"],
] as const) {
  test(`a ${name} becomes a square WebP of 512 pixels, whatever its shape`, async ({ latchkey }) => {
    const { answer, metadata } = await stored(latchkey, blob(await make("#147", { width: 300, height: 40 }), type));
    expect(answer.headers["content-type"]).toBe("image/webp");
    expect(metadata).toMatchObject({ format: "webp", width: 512, height: 512 });
  });
}

test("a picture can also be sent in JSON: as base64, base64 with line breaks, or a data: URL", async ({ latchkey }) => {
  const base64 = (await png("#951")).toString("base64");
  const [pictures, addresses] = [new Set<string>(), new Set<string>()];
  for (const image of [
    base64,
    base64.replace(/.{76}/g, "$&\r\n"),
    `data:image/png;base64,${base64}`,
    Buffer.from(base64, "base64").toString("base64url"),
  ]) {
    const { status, body } = await latchkey.api("POST", REGISTER, { json: person({ image }), from: latchkey.elsewhere() });
    expect(status).toBe(201);
    const { answer } = await fetched(latchkey, body.user.image);
    pictures.add(answer.bytes.toString("base64"));
    addresses.add(body.user.image);
  }
  expect(pictures.size).toBe(1);
  expect(addresses.size, "whoever has the file cannot tell from its address whether somebody else uses it").toBe(4);
});

test("a picture is served inert, cached for ever and with its true type", async ({ latchkey }) => {
  const { path, answer } = await stored(latchkey, blob(await png("#753")));
  expect(answer.headers).toMatchObject({
    "content-type": "image/webp",
    "content-security-policy": "default-src 'none'; sandbox",
    "content-disposition": expect.stringMatching(/^inline; filename="[0-9a-f]{64}\.webp"$/),
    "x-content-type-options": "nosniff",
    "cross-origin-resource-policy": "cross-origin",
    "cache-control": "public, max-age=31536000, immutable",
  });
  const head = await latchkey.api("HEAD", path);
  expect([head.status, head.text, head.headers["content-type"]]).toEqual([200, "", "image/webp"]);
  expect((await latchkey.api("GET", `${path}/`)).bytes.equals(answer.bytes), "with the trailing slash as well").toBe(true);
});

test("a client that has a picture already gets 304 without its bytes", async ({ latchkey }) => {
  const { path, answer } = await stored(latchkey, blob(await png("#357")));
  const etag = String(answer.headers.etag);
  for (const known of [etag, `W/${etag}`, `"other", ${etag}`, "*"]) {
    const { status, text, headers } = await latchkey.api("GET", path, { headers: { "if-none-match": known } });
    expect([status, text, headers.etag], known).toEqual([304, "", etag]);
  }
  expect((await latchkey.api("GET", path, { headers: { "if-none-match": '"other"' } })).bytes.equals(answer.bytes)).toBe(true);
  expect((await latchkey.api("GET", `/avatars/${"0".repeat(64)}.webp`, { headers: { "if-none-match": "*" } })).status).toBe(404);
});

test("a picture is turned upright, and nothing of the upload but its pixels survives", async ({ latchkey }) => {
  const canary = unique("CANARY");
  const upload = Buffer.concat([await sideways(canary), Buffer.from(`<script>${canary}</script>`)]);
  expect(upload.includes(canary)).toBe(true);
  const { answer, metadata } = await stored(latchkey, blob(upload, "image/jpeg"));
  for (const part of ["exif", "xmp", "icc", "iptc", "orientation", "comments"] as const) expect(metadata[part], part).toBeUndefined();
  for (const trace of [canary, "Exif", "http://ns.adobe.com", "script"]) expect(answer.bytes.includes(trace), trace).toBe(false);
  expect((await latchkey.written()).includes(canary)).toBe(false);
  const { data } = await sharp(answer.bytes).raw().toBuffer({ resolveWithObject: true });
  const pixel = (x: number, y: number) => [...data.subarray((y * 512 + x) * 3, (y * 512 + x) * 3 + 3)];
  const [red = 0, , blue = 0] = pixel(256, 60);
  expect(red, "what was left is now at the top").toBeGreaterThan(blue + 100);
  const [lowerRed = 0, , lowerBlue = 0] = pixel(256, 452);
  expect(lowerBlue).toBeGreaterThan(lowerRed + 100);
});

test("other formats are refused, whatever type they declare", async ({ latchkey }) => {
  const page = Buffer.from("<!doctype html><script>alert(1)</script>");
  const pdf = Buffer.from("%PDF-1.7\n1 0 obj\n<<>>\nendobj\n");
  const bmp = Buffer.concat([Buffer.from("BM"), Buffer.alloc(70)]);
  const ico = Buffer.from("000001000100101000000100200068040000", "hex");
  const heic = Buffer.from("000000186674797068656963000000006d69663168656963", "hex");
  const uploads = [
    heic,
    svg(),
    await gif(),
    await avif(),
    await tiff(),
    page,
    pdf,
    bmp,
    ico,
    Buffer.from("PK\u0003\u0004"),
    Buffer.from("x"),
  ];
  for (const bytes of uploads) {
    for (const type of ["image/png", "image/jpeg", "application/octet-stream"]) {
      expect(await refusedPicture(latchkey, named(bytes, "picture.png", type)), bytes.subarray(0, 12).toString("latin1")).toEqual(
        invalid("image", "unsupported_type"),
      );
    }
  }
});

test("a declared type that is not on the list is refused, even of good bytes", async ({ latchkey }) => {
  for (const type of ["image/svg+xml", "image/gif", "text/html", "application/pdf"]) {
    expect(await refusedPicture(latchkey, named(await png(), "picture.png", type))).toEqual(invalid("image", "unsupported_type"));
  }
});

test("a picture with the type or name of another format is recognised by its content", async ({ latchkey }) => {
  for (const picture of [
    named(await png("#357"), "picture.html", "image/jpeg"),
    named(await jpeg("#357"), "../../x.svg", "application/octet-stream"),
  ]) {
    expect((await stored(latchkey, picture)).metadata.format).toBe("webp");
  }
});

test("a GIF that is also a script is refused, and a PNG that is also HTML comes out as a mere picture", async ({ latchkey }) => {
  const polyglot = Buffer.from("GIF89a/*\u0001\u0001\u0000\u0000\u0000*/=1;alert(1)//", "latin1");
  expect(await refusedPicture(latchkey, named(polyglot, "x.gif", "image/png"))).toEqual(invalid("image", "unsupported_type"));
  const { answer } = await stored(latchkey, blob(Buffer.concat([await png("#159"), Buffer.from("<script>alert(1)</script>")])));
  expect(answer.bytes.includes("script")).toBe(false);
});

test("an empty file, a cut one and text that is no base64 are refused with a sentence", async ({ latchkey }) => {
  expect(await refusedPicture(latchkey, named(Buffer.alloc(0), "empty.png"))).toEqual(invalid("image", "invalid"));
  const whole = await sharp(Buffer.alloc(300 * 300 * 3, 7), { raw: { width: 300, height: 300, channels: 3 } })
    .jpeg()
    .toBuffer();
  expect(await refusedPicture(latchkey, blob(whole.subarray(0, whole.length / 2), "image/jpeg"))).toEqual(invalid("image", "damaged"));
  expect(await refusedPicture(latchkey, blob(whole.subarray(0, 20), "image/jpeg")), "cut inside its head").toEqual(
    invalid("image", "damaged"),
  );
  for (const image of ["*", "data:image/png;base64,", "data:text/html,hello", "https://example.org/a.png", "/etc/passwd"]) {
    const answer = await latchkey.api("POST", REGISTER, { json: person({ image }), from: latchkey.elsewhere() });
    expect(Object.keys(refusal(answer).errors), image).toEqual(["#/image"]);
    expect(answer.status, image).toBe(400);
  }
});

test("a flood of pixels is refused without being decoded", async ({ latchkey }) => {
  for (const [width, height] of [
    [16_000, 16_000],
    [5_001, 5_000],
    [1, 60_000],
    [8_193, 10],
  ] as const) {
    const upload = flood(width, height);
    const started = performance.now();
    expect(await refusedPicture(latchkey, blob(upload)), `${width} × ${height}`).toEqual(invalid("image", "too_large"));
    expect(performance.now() - started, `${width} × ${height}`).toBeLessThan(QUICK_MS);
  }
});

test("a picture of 25 megapixels works", async ({ latchkey }) => {
  expect((await stored(latchkey, blob(flood(5_000, 5_000)))).metadata.width).toBe(512);
});

test("a file of exactly 5 MiB works in every body type, and one byte more is refused", async ({ latchkey }) => {
  const limit = await ofSize(5 * MIB);
  await stored(latchkey, blob(limit, "image/jpeg"));
  const json = await latchkey.api("POST", REGISTER, { json: person({ image: limit.toString("base64") }), from: latchkey.elsewhere() });
  expect(json.status).toBe(201);
  const above = await ofSize(5 * MIB + 1);
  expect(await refusedPicture(latchkey, blob(above, "image/jpeg"))).toEqual(invalid("image", "too_large"));
  const jsonAbove = await latchkey.api("POST", REGISTER, { json: person({ image: above.toString("base64") }), from: latchkey.elsewhere() });
  expect(refusal(jsonAbove)).toEqual(invalid("image", "too_large"));
});

test("a new picture replaces the old one, which is deleted", async ({ latchkey }) => {
  const { user, path } = await stored(latchkey, blob(await noise()));
  const token = await latchkey.signIn(user);
  const update = `/auth/update-user/${user.id}/`;
  const { body } = await latchkey.api("PATCH", update, { token, multipart: { image: blob(await noise()) } });
  const next = await fetched(latchkey, body.user.image);
  expect(next.path).not.toBe(path);
  expect(refusal(await latchkey.api("GET", path))).toEqual(refused(404, "not_found"));
  expect(await latchkey.rows("select hash from avatars where hash = ?", path.slice("/avatars/".length, -".webp".length))).toEqual([]);
});

for (const [name, ask] of [
  ["null", { json: { image: null } }],
  ["an empty text in JSON", { json: { image: "" } }],
  ["an empty text in a form", { form: { image: "" } }],
  ["an empty text in multipart", { multipart: { image: "" } }],
] as const) {
  test(`${name} removes the picture`, async ({ latchkey }) => {
    const { user, path } = await stored(latchkey, blob(await noise()));
    const token = await latchkey.signIn(user);
    const { body } = await latchkey.api("PATCH", `/auth/update-user/${user.id}/`, { token, ...ask });
    expect(body.user.image).toBeNull();
    expect(refusal(await latchkey.api("GET", path))).toEqual(refused(404, "not_found"));
    expect((await latchkey.kept(user)).events.slice(-1)).toEqual(["avatar.changed"]);
  });
}

test("an unused file input of a form leaves the picture as it is", async ({ latchkey }) => {
  const { user, path } = await stored(latchkey, blob(await png("#864")));
  const token = await latchkey.signIn(user);
  const boundary = "----latchkey";
  const part = (name: string, value: string) => `--${boundary}\r\nContent-Disposition: form-data; name="${name}"${value}\r\n`;
  const raw = `${part("bio", "\r\n\r\nNew")}${part("image", '; filename=""\r\nContent-Type: application/octet-stream\r\n\r\n')}--${boundary}--\r\n`;
  const headers = { "content-type": `multipart/form-data; boundary=${boundary}` };
  const { body } = await latchkey.api("PATCH", `/auth/update-user/${user.id}/`, { token, raw, headers });
  expect(body.user).toMatchObject({ bio: "New", image: `${latchkey.url}${path}` });
});

test("the same picture has another address for each user, so a file doesn't reveal who uses it", async ({ latchkey }) => {
  const picture = blob(await noise());
  const [first, second] = [await stored(latchkey, picture), await stored(latchkey, picture)];
  expect(first.path).not.toBe(second.path);
  await latchkey.api("PATCH", `/auth/update-user/${first.user.id}/`, { token: await latchkey.signIn(first.user), json: { image: null } });
  expect((await latchkey.api("GET", first.path)).status).toBe(404);
  expect((await latchkey.api("GET", second.path)).status).toBe(200);
});

for (const name of [
  "x.webp",
  `${"0".repeat(64)}.webp`,
  `${"0".repeat(64)}.png`,
  `${"A".repeat(64)}.webp`,
  "..%2f..%2fpackage.json",
  "%00",
  "'--.webp",
]) {
  test(`no picture is called ${name}`, async ({ latchkey }) => {
    expect(refusal(await latchkey.api("GET", `/avatars/${name}`))).toEqual(refused(404, "not_found"));
  });
}
