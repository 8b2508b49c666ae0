import { withinRequest } from "#db/engine.ts";
import { giveUp } from "#http/give-up.ts";
import { log } from "#http/log.ts";
import { readForm } from "./page-refusals.ts";
import type { Station } from "./stations.ts";

/** The last station: Next.js, which answers everything else. */
export async function nextStation(): Promise<Station> {
  const { default: next } = await import("next"); // only after its settings are in the environment
  const app = next({ dev: false, dir: "." });
  await app.prepare().catch(giveUp);
  const handle = app.getRequestHandler();
  return async (request, response) => {
    const whole = await readForm(request, response);
    if (!whole) return true;
    await withinRequest(() =>
      handle(whole, response).catch((error) => {
        log().error({ err: error }, "page failed");
        response.destroy();
      }),
    );
    return true;
  };
}
