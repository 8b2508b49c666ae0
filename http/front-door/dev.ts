import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { config } from "#accounts/config.ts";
import { mailboxAddress } from "#accounts/emails/mailbox-key.ts";
import { giveUp } from "#http/give-up.ts";
import { disableTelemetry } from "./production.ts";

/* “npm run dev”: Next.js's development server with the service's settings and error messages. */

const { host, port } = await checkSettings().catch(giveUp);
disableTelemetry();
const mailbox = mailboxAddress();
if (mailbox) process.stderr.write(`\nMails: ${mailbox}\n\n`);
const words = ["node_modules/next/dist/bin/next", "dev", "--hostname", host, "--port", String(port)];
const child = spawn(process.execPath, words, { stdio: "inherit" });
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => child.kill(signal));
child.on("exit", (code) => process.exit(code ?? 0));

async function checkSettings() {
  const { host, port } = config();
  const probe = createServer().listen(port, host);
  await once(probe, "listening");
  await new Promise((resolve) => probe.close(resolve));
  return { host, port };
}
