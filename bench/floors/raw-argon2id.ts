import { availableParallelism } from "node:os";
import { hash, verify } from "@node-rs/argon2";

/*
 * The floor of log-in and registration: Argon2id with the same parameters on all cores, and nothing else. A message says for
 * how many seconds, and whether to hash or to verify; the answer is the rate.
 */

const PARAMETERS = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1 };
const PASSWORD = "Correct horse 7 battery";
const known = await hash(PASSWORD, PARAMETERS);

process.on("message", async ({ seconds, work }: { seconds: number; work: "hash" | "verify" }) => {
  const startedAt = performance.now();
  let done = 0;
  const loop = async () => {
    while (performance.now() - startedAt < seconds * 1_000) {
      await (work === "hash" ? hash(PASSWORD, PARAMETERS) : verify(known, PASSWORD));
      done++;
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, loop));
  process.send?.({ requests: done, perSecond: (done / (performance.now() - startedAt)) * 1_000 });
});
process.send?.("ready");
