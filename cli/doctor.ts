import { operator } from "#accounts/caller.ts";
import { config } from "#accounts/config.ts";
import { examine } from "#accounts/doctor/doctor.ts";
import { type Answer, type Command, type Given, openAccounts, textOption } from "./command.ts";

const WIDTHS = { state: 8, check: 12 };

export const doctorCommands: Record<string, Command> = {
  doctor: {
    summary: "Check database, clock, disk, permissions, proxies, backups and mail, and say what to do.",
    options: { to: { value: "ADDRESS", help: "who gets a test mail (default SUPPORT_EMAIL)" } },
    examples: ["doctor --to you@example.org", "doctor --json"],
    run: showFindings,
  },
};

async function showFindings(given: Given): Promise<Answer> {
  await openAccounts();
  const findings = await examine(operator, textOption(given, "to") ?? config().supportEmail);
  const failed = findings.filter(({ state }) => state === "failed").length;
  const lines = findings.map(({ check, state, text }) => `${state.padEnd(WIDTHS.state)} ${check.padEnd(WIDTHS.check)} ${text}`);
  return {
    json: { findings, failed },
    text: lines.join("\n"),
    ...(failed > 0 && { complaint: `To be mended: ${failed}.` }),
  };
}
