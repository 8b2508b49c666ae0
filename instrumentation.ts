/**
 * Next.js calls this once before it serves: what the front door prepares must also stand under plain Next.js. There the
 * client's address comes from a channel of Node's, which costs the front door, where it is not needed, 2 % of a token check.
 */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME !== "nodejs") return;
  const [{ prepare }, { stampEveryRequest }, { tidyEveryTarget }, { sendDevelopmentHeaders }] = await Promise.all([
    import("./http/prepare.ts"),
    import("./http/client-address.ts"),
    import("./http/request-target.ts"),
    import("./http/front-door/development-headers.ts"),
  ]);
  if (!(await prepare())) return;
  stampEveryRequest();
  tidyEveryTarget();
  sendDevelopmentHeaders();
}
