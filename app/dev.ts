import { spawn } from "node:child_process";
import { config } from "#accounts/config.ts";
import { giveUp } from "./prepare.ts";

/* “npm run dev”: the development server of Next.js, with the settings of the service. */

const { host, port } = readSettings();
const words = ["node_modules/next/dist/bin/next", "dev", "--hostname", host, "--port", String(port)];
const child = spawn(process.execPath, words, { stdio: "inherit" });
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => child.kill(signal));
child.on("exit", (code) => process.exit(code ?? 0));

function readSettings() {
  try {
    return config();
  } catch (error) {
    return giveUp(error);
  }
}
