import { findAvatar } from "#accounts/users/avatars.ts";
import { api } from "#http/api.ts";
import { HttpError } from "#http/problem.ts";
import { answering, route } from "#http/route.ts";
import { pictureHeaders } from "#http/security-headers.ts";

const GONE = "There is no picture at this address. Its user may have changed or removed it.";

const handler = answering(async (request, requestId, context) => {
  const hash = String((await context.params)?.name).match(/^([0-9a-f]{64})\.webp$/)?.[1];
  const bytes = hash && (await findAvatar(hash));
  if (!bytes) throw new HttpError("not_found", { detail: GONE });
  const etag = `"${hash}"`;
  const headers = { ...pictureHeaders(), "cache-control": "public, max-age=31536000, immutable", etag, "x-request-id": requestId };
  if (isCurrent(request.headers.get("if-none-match"), etag)) return { status: 304, headers, body: null };
  const content = {
    "content-type": "image/webp",
    "content-disposition": `inline; filename="${hash}.webp"`, // never a name sent by a client
  };
  return { status: 200, headers: { ...headers, ...content }, body: new Uint8Array(bytes) };
});

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = route({ method: api.avatar.method, handler });

/** Whether the client's copy is current (RFC 9110 13.1.2: weak comparison, a list, or "*"). */
function isCurrent(ifNoneMatch: string | null, etag: string): boolean {
  const known = ifNoneMatch?.split(",").map((tag) => tag.trim().replace(/^W\//, "")) ?? [];
  return known.includes(etag) || known.includes("*");
}
