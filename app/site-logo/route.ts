import { HttpError } from "#http/problem.ts";
import { answering, exported } from "#http/route.ts";
import { siteLogo } from "#http/site-logo.ts";

/** The operator's logo. */
export const GET = exported(
  answering(() => {
    const logo = siteLogo();
    if (!logo) throw new HttpError("not_found");
    return { status: 200, headers: { "content-type": logo.type, "cache-control": "public, max-age=86400" }, body: logo.bytes };
  }),
);
