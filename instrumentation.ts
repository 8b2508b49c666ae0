/**
 * Next.js calls this once before it serves. Under plain Next.js it does what the front door does: prepares the process, and sets
 * the client's address, through a diagnostics channel of Node. The front door doesn't use the channel, which costs 2 % of a token check (measured).
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
