import { findAvatar } from "#accounts/avatars.ts";
import { answering, route, web } from "../../endpoint.ts";
import { DoorError } from "../../problem.ts";
import { pictureHeaders } from "../../security-headers.ts";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = route({
  GET: answering(async (_, requestId, context) => {
    const hash = String((await context?.params)?.name).match(/^([0-9a-f]{64})\.webp$/)?.[1];
    const bytes = hash && findAvatar(hash);
    if (!bytes) throw new DoorError("not_found");
    const headers = {
      "content-type": "image/webp",
      "content-disposition": `inline; filename="${hash}.webp"`, // never a name that somebody sent
      "cache-control": "public, max-age=31536000, immutable",
      etag: `"${hash}"`,
    };
    return new web.Response(new Uint8Array(bytes), { headers: { ...headers, ...pictureHeaders(), "x-request-id": requestId } });
  }),
});
