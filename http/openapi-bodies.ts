import * as z from "zod/mini";
import { IMAGE_HINT, IMAGE_TYPES } from "#accounts/contract/image-rules.ts";
import { BODY_MAX_BYTES } from "./buffered-body.ts";
import type { Endpoint } from "./endpoint.ts";
import { exampleOf } from "./openapi-examples.ts";

const IN_BASE64 = `${IMAGE_HINT}, as base64 text or as a data: URL in base64.`;
const described = (image: z.ZodMiniType, description: string) => image.register(z.globalRegistry, { description });

/** The body of an operation in each content type. A picture is text in two of them and a file in multipart. */
export function requestBody({ input, takesImage }: Endpoint) {
  if (!input || Object.keys(shapeOf(input)).length === 0) return undefined;
  const example = exampleOf(input) as Record<string, unknown>;
  const { image: _, ...withoutImage } = example;
  const schemas = takesImage ? withPicture(input) : { json: input, form: input, multipart: input };
  return {
    required: !z.safeParse(input, {}).success,
    content: {
      "application/json": { schema: schemas.json as never, example },
      "application/x-www-form-urlencoded": { schema: schemas.form as never, example },
      "multipart/form-data": {
        schema: schemas.multipart as never,
        example: withoutImage,
        ...(takesImage && { encoding: { image: { contentType: IMAGE_TYPES.join(", ") } } }),
      },
    },
  };
}

const made = new Map<z.ZodMiniType, ReturnType<typeof newWithPicture>>();

/** Cached by input, because a schema's name can be registered only once. */
function withPicture(input: z.ZodMiniType) {
  const found = made.get(input) ?? newWithPicture(input);
  made.set(input, found);
  return found;
}

function newWithPicture(input: z.ZodMiniType) {
  const { id = "", description } = z.globalRegistry.get(input) ?? {};
  const replaces = shapeOf(input).image?._zod.def.type === "default"; // a field that is left out gets its default: no picture
  const image = (text: string) => `${text}${replaces ? " Left out, the picture is removed." : ""}`;
  const named = (suffix: string, schema: z.ZodMiniType) =>
    z.extend(input as z.ZodMiniObject, { image: schema }).register(z.globalRegistry, { id: id.replace(/Input$/, suffix), description });
  const json = described(z.nullable(z.string()), image(`${IN_BASE64} null or an empty text removes it.`));
  const form = described(
    z.string(),
    image(
      `${IN_BASE64} An empty text removes it. The whole form may have ${BODY_MAX_BYTES / 1024} KiB: send larger pictures as JSON or as a file.`,
    ),
  );
  const file = z
    .string()
    .register(z.globalRegistry, { format: "binary", description: image(`${IMAGE_HINT}, as a file. An empty text removes it.`) });
  return {
    json: named("Input", z.optional(json)),
    form: named("Form", z.optional(form)),
    multipart: named("Multipart", z.optional(file)),
  };
}

const shapeOf = (input: z.ZodMiniType) => (input._zod.def as unknown as { shape: Record<string, z.ZodMiniType> }).shape;
