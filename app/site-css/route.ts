import { HttpError } from "#http/problem.ts";
import { answering, exported } from "#http/route.ts";
import { staticHeaders } from "#http/security-headers.ts";
import { siteStyles } from "../site/site.ts";

/** The operator's colour as a style sheet: an inline one would need a weaker Content-Security-Policy. Its address changes with it. */
export const GET = exported(
  answering(() => {
    const styles = siteStyles();
    if (!styles) throw new HttpError("not_found");
    const headers = { "content-type": "text/css; charset=utf-8", "cache-control": "public, max-age=31536000, immutable" };
    return { status: 200, headers: { ...staticHeaders(), ...headers }, body: styles.css };
  }),
);
