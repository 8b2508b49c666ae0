import * as z from "zod/mini";
import { parseInput } from "#accounts/contract/input.ts";
import { isZone, setZone } from "#app/visitor/reader.ts";
import { empty } from "#http/answer.ts";
import { withBody } from "#http/body.ts";
import { answering, exported } from "#http/route.ts";
import { isSameOrigin } from "#http/same-origin.ts";

const ZoneInput = z.object({ zone: z.string().check(z.refine(isZone)) });

/** Keeps the time zone that a page's script has found, for the pages that follow. */
export const POST = exported(
  answering(async (request, requestId) => {
    if (!isSameOrigin(request.headers)) return empty(403, requestId);
    const { zone } = await withBody(request, { schema: ZoneInput, takesImage: false }, async (raw) => parseInput(ZoneInput, raw));
    await setZone(zone);
    return empty(204, requestId);
  }),
);
