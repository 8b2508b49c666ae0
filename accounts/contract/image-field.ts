import * as z from "zod/mini";
import { rule } from "./fields.ts";

/* The rules of a picture, as those of the other fields; what only its decoder can tell is in avatars.ts. */

export const IMAGE_MAX_BYTES = 5 * 1024 * 1024;
export const IMAGE_MAX_PIXELS = 25_000_000;
export const IMAGE_MAX_SIDE_PIXELS = 8_192;
export const IMAGE_TYPES = ["image/jpeg", "image/png", "image/webp"];
const IMAGE_MAX_BASE64_LENGTH = Math.ceil(IMAGE_MAX_BYTES / 3) * 4 + 64;

const imageFile = z
  .custom<Blob>((value) => value instanceof Blob, rule("wrong_type", "Send the picture as a file, or as text in base64."))
  .check(
    z.refine((file) => file.size <= IMAGE_MAX_BYTES, rule("too_large", "Choose a picture of up to 5 MB.")),
    z.refine(
      (file) => file.type === "" || file.type === "application/octet-stream" || IMAGE_TYPES.includes(file.type),
      rule("unsupported_type", "Choose a JPEG, PNG or WebP picture."),
    ),
  );

/** A file part, base64 text or a data: URL; null or "" removes the picture. */
export const Image = z.union(
  [
    z.null(),
    z
      .string(rule("wrong_type", "This must be text."))
      .check(z.maxLength(IMAGE_MAX_BASE64_LENGTH, rule("too_large", "Choose a picture of up to 5 MB."))),
    imageFile,
  ],
  {
    error: rule("wrong_type", "Send the picture as a file, or as text in base64."),
  },
);

export type Image = z.output<typeof Image>;
