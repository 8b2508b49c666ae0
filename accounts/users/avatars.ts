import { hash, randomBytes } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import { eq, sql } from "drizzle-orm";
import type { Image } from "#accounts/contract/image-field.ts";
import {
  AVATAR_SIDE_PIXELS,
  IMAGE_MAX_BYTES,
  IMAGE_MAX_PIXELS,
  IMAGE_MAX_SIDE_PIXELS,
  imageRules,
} from "#accounts/contract/image-rules.ts";
import { broken, type Rule } from "#accounts/contract/rules.ts";
import { AccountsError } from "#accounts/errors.ts";
import { fairTurns, inTurn, type Party } from "#accounts/limits/fair-turns.ts";
import type { Db } from "#db/engine.ts";
import { processWide } from "#db/process-wide.ts";
import { avatars } from "#db/schema.ts";
import { statement } from "#db/statements.ts";

const QUALITY = 82;
const SALT_BYTES = 32; // so that nobody can find out whether somebody uses a file that they have
const SLICE_LENGTH = 1024 * 1024;
const MAX_DATA_PREFIX_LENGTH = 100;
const MAX_DECODE_SECONDS = 10;
const MAX_WAITING = 16;
const MAX_WAIT_MS = 10_000;
const FORMATS = ["jpeg", "png", "webp"];

export type Avatar = { hash: string; bytes: Buffer };

/**
 * The picture to store: decoded, turned upright, cropped to a square and encoded as WebP without metadata, so that only the
 * pixels of the upload remain. Null for "no picture". Its hash, which becomes its address, is salted: it differs each time,
 * unless the picture is the one with `currentHash`.
 * Throws `validation_failed` on `image`, and `overloaded` when too many are waiting.
 */
export async function makeAvatar(image: Image, party: Party, currentHash: string | null = null): Promise<Avatar | null> {
  const upload = await uploadedBytes(image);
  if (!upload) return null;
  const bytes = await inTurn(turns, party, () => encode(upload));
  if (currentHash && (await findAvatar(currentHash))?.equals(bytes)) return { hash: currentHash, bytes };
  return { hash: hash("sha256", Buffer.concat([randomBytes(SALT_BYTES), bytes]), "hex"), bytes };
}

/** The bytes of a stored picture by its hash, or null. */
export async function findAvatar(contentHash: string): Promise<Buffer | null> {
  const found = await avatarByHash({ hash: contentHash }).first();
  return found?.bytes ?? null;
}

/** The statement that stores a picture. */
export function insertAvatar(tx: Db, avatar: Avatar) {
  return tx.insert(avatars).values(avatar).onConflictDoNothing();
}

/**
 * The statement that deletes a user's picture, unless another user has the same one, as in version 0.1. Must run before the
 * user's row changes.
 */
export function deleteAvatarOf(tx: Db, userId: number) {
  return tx.delete(avatars).where(sql`${avatars.hash} = (select avatar_hash from users where id = ${userId})
    and not exists (select 1 from users where avatar_hash = ${avatars.hash} and id <> ${userId})`);
}

const avatarByHash = statement((db) =>
  db
    .select({ bytes: avatars.bytes })
    .from(avatars)
    .where(eq(avatars.hash, sql.placeholder("hash"))),
);

async function uploadedBytes(image: Image): Promise<Buffer | null> {
  if (image === null || image === "") return null;
  const bytes = typeof image === "string" ? await fromBase64(image) : Buffer.from(await image.arrayBuffer());
  if (bytes.length > IMAGE_MAX_BYTES) throw refusal(imageRules.tooLarge);
  if (bytes.length === 0) throw refusal(imageRules.empty);
  return bytes;
}

async function fromBase64(text: string): Promise<Buffer> {
  const [prefix = ""] = text.slice(0, MAX_DATA_PREFIX_LENGTH).match(/^data:image\/[\w.+-]+;base64,/i) ?? [];
  if (!(await isBase64(text, prefix.length))) throw refusal(imageRules.notBase64);
  return Buffer.from(text.slice(prefix.length), "base64");
}

/**
 * Whether the text is base64 from `from` on: line breaks are allowed anywhere, and up to two "=" at the end. Looks at each
 * character once, because a pattern takes long for megabytes, and lets the event loop run after every mebibyte.
 */
async function isBase64(text: string, from: number): Promise<boolean> {
  let [digits, padding] = [0, 0];
  for (let at = from; at < text.length; at++) {
    const kind = KINDS[text.charCodeAt(at)];
    if (kind === DIGIT && padding === 0) digits++;
    else if (kind === PADDING) padding++;
    else if (kind !== LINE_BREAK) return false;
    if (at % SLICE_LENGTH === SLICE_LENGTH - 1) await setImmediate();
  }
  return digits > 0 && padding <= 2;
}

const [DIGIT, PADDING, LINE_BREAK] = [1, 2, 3];
const KINDS = new Uint8Array(256);
for (const digit of "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_") KINDS[digit.charCodeAt(0)] = DIGIT;
for (const lineBreak of "\r\n") KINDS[lineBreak.charCodeAt(0)] = LINE_BREAK;
KINDS["=".charCodeAt(0)] = PADDING;

async function encode(upload: Buffer): Promise<Buffer> {
  const sharp = await loadSharp();
  const decoder = sharp(upload, { limitInputPixels: IMAGE_MAX_PIXELS, failOn: "error", sequentialRead: true });
  const { format, width, height } = await decoder.metadata().catch((error: Error) => {
    if (/pixel limit/i.test(error.message)) throw tooManyPixels();
    throw beginsAsPicture(upload) ? damaged() : notAPicture();
  });
  if (!FORMATS.includes(format)) throw notAPicture();
  if (width * height > IMAGE_MAX_PIXELS || Math.max(width, height) > IMAGE_MAX_SIDE_PIXELS) throw tooManyPixels();
  return decoder
    .autoOrient()
    .resize(AVATAR_SIDE_PIXELS, AVATAR_SIDE_PIXELS, { fit: "cover", position: "attention" }) // what draws the eye stays: faces are seldom in the middle
    .webp({ quality: QUALITY })
    .timeout({ seconds: MAX_DECODE_SECONDS })
    .toBuffer()
    .catch(() => {
      throw damaged();
    });
}

/** Loads sharp with three decoders only: libvips has dozens, including SVG and HEIF with their history of vulnerabilities. */
async function loadSharp() {
  const { default: sharp } = await import("sharp"); // 15 MB, loaded only when a picture is sent
  sharp.block({ operation: ["VipsForeignLoad"] });
  sharp.unblock({
    operation: ["VipsForeignLoadJpegBuffer", "VipsForeignLoadPngBuffer", "VipsForeignLoadWebpBuffer"],
  });
  return sharp;
}

function refusal(rule: Rule): AccountsError {
  return new AccountsError("validation_failed", { fields: [broken("image", rule)] });
}

/** Whether the first bytes are those of a JPEG, PNG or WebP file. */
function beginsAsPicture(upload: Buffer): boolean {
  const start = upload.toString("latin1", 0, 12);
  return start.startsWith("\xff\xd8") || start.startsWith("\x89PNG") || (start.startsWith("RIFF") && start.endsWith("WEBP"));
}

const damaged = () => refusal(imageRules.damaged);
const notAPicture = () => refusal(imageRules.unsupportedType);
const tooManyPixels = () => refusal(imageRules.tooManyPixels);

// One picture at a time, so that a core stays free for other work. A decoder takes up to 100 MB.
const turns = processWide("avatars", () => fairTurns({ maxRunning: 1, maxWaiting: MAX_WAITING, maxWaitMs: MAX_WAIT_MS }));
