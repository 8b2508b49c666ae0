import type { Rule } from "./rules.ts";

/* The limits of a picture, and the rules that it can break, without zod. */

const MEBIBYTE = 1024 * 1024;
const MEGAPIXEL = 1_000_000;

export const IMAGE_MAX_BYTES = 5 * MEBIBYTE;
export const IMAGE_MAX_PIXELS = 25 * MEGAPIXEL;
export const IMAGE_MAX_SIDE_PIXELS = 8_192;
/** The side of a stored picture, which is square. */
export const AVATAR_SIDE_PIXELS = 512;
export const IMAGE_TYPES = ["image/jpeg", "image/png", "image/webp"];
const TYPE_NAMES = "JPEG, PNG or WebP";

/** The limits in words. In MB, which people know better than MiB; the small difference is accepted too. */
export const IMAGE_MAX_SIZE = `${IMAGE_MAX_BYTES / MEBIBYTE} MB`;
export const IMAGE_MAX_MEGAPIXELS = `${IMAGE_MAX_PIXELS / MEGAPIXEL} megapixels`;
/** For people, whose browser scales pictures. */
export const PICTURE_HINT = `JPG, PNG or WebP, up to ${IMAGE_MAX_SIZE}. We’ll crop it to a square.`;
export const IMAGE_HINT = `${TYPE_NAMES}, up to ${IMAGE_MAX_SIZE} and ${IMAGE_MAX_MEGAPIXELS}`;

/** The rules that a picture can break. The schema checks the first three; avatars.ts checks all. */
export const imageRules = {
  wrongType: { code: "wrong_type", sentence: "Send the picture as a file, or as text in base64." },
  tooLarge: { code: "too_large", sentence: `Choose a picture of up to ${IMAGE_MAX_SIZE}.` },
  unsupportedType: { code: "unsupported_type", sentence: `Choose a ${TYPE_NAMES} picture.` },
  empty: { code: "invalid", sentence: `This file is empty. Choose a ${TYPE_NAMES} picture.` },
  notBase64: { code: "invalid", sentence: "Send the picture in base64, or as a data: URL in base64." },
  damaged: { code: "damaged", sentence: "This picture is damaged or incomplete. Save it again, or choose another one." },
  tooManyPixels: {
    code: "too_large",
    sentence: `Choose a picture of at most ${IMAGE_MAX_MEGAPIXELS} and ${IMAGE_MAX_SIDE_PIXELS.toLocaleString("en")} pixels on its longer side.`,
  },
} as const satisfies Record<string, Rule>;
