import * as z from "zod/mini";
import { IMAGE_MAX_BYTES, IMAGE_TYPES, imageRules } from "./image-rules.ts";
import { messageOf } from "./rules.ts";

/* The rules of the field `image`. What only decoding can find out is checked in accounts/users/avatars.ts. */

const IMAGE_MAX_BASE64_LENGTH = Math.ceil(IMAGE_MAX_BYTES / 3) * 4 + 64;

const imageFile = z
  .custom<Blob>((value) => value instanceof Blob, messageOf(imageRules.wrongType))
  .check(
    z.refine((file) => file.size <= IMAGE_MAX_BYTES, messageOf(imageRules.tooLarge)),
    z.refine(
      (file) => file.type === "" || file.type === "application/octet-stream" || IMAGE_TYPES.includes(file.type),
      messageOf(imageRules.unsupportedType),
    ),
  );

/** A picture: a file part, base64 text or a data: URL; null or "" removes it. */
export const Image = z.union(
  [
    z.null(),
    z.string(messageOf(imageRules.wrongType)).check(z.maxLength(IMAGE_MAX_BASE64_LENGTH, messageOf(imageRules.tooLarge))),
    imageFile,
  ],
  { error: messageOf(imageRules.wrongType) },
);

export type Image = z.output<typeof Image>;
