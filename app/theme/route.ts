import * as z from "zod/mini";
import { parseInput } from "#accounts/contract/input.ts";
import { innerPath } from "#app/forms/inner-path.ts";
import { seeOther } from "#app/forms/see-other.ts";
import { setTheme, THEMES } from "#app/visitor/theme-cookie.ts";
import { withBody } from "#http/body.ts";
import { answering, exported } from "#http/route.ts";
import { fromElsewhere, isSameOrigin } from "#http/same-origin.ts";

const ThemeInput = z.object({ theme: z.optional(z.enum(THEMES)) });

/** Keeps the chosen theme, and shows the page again that it was chosen on. A plain form, which works without JavaScript. */
export const POST = exported(
  answering(async (request) => {
    if (!isSameOrigin(request.headers))
      return { status: 403, headers: { "content-type": "text/plain;charset=UTF-8" }, body: `${fromElsewhere()}\n` };
    const { theme } = await withBody(request, { schema: ThemeInput, takesImage: false }, async (raw) => parseInput(ThemeInput, raw));
    if (theme) await setTheme(theme);
    const from = URL.parse(request.headers.get("referer") ?? "");
    return seeOther(innerPath(from && from.pathname + from.search, "/"));
  }),
);

/** A visit by address or back button: GET changes nothing. */
export const GET = exported(async () => seeOther("/"));
