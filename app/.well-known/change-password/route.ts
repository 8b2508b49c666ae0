import { config } from "#accounts/config.ts";

/** Where password managers look for the way to change a password (W3C, A Well-Known URL for Changing Passwords). */
export const GET = () => new Response(null, { status: 307, headers: { location: `${config().publicUrl}/security/` } });
