import { operator } from "#accounts/caller.ts";
import { config } from "#accounts/config.ts";
import { DELIVERY_FAILURES, DeliveryError } from "#accounts/emails/delivery-error.ts";
import { sendTestEmail } from "#accounts/emails/test-email.ts";
import { type Answer, type Command, CommandError, type Given, textOption } from "./command.ts";

/** Whether mails can be sent, and if not, why. */
export const doctorCommands: Record<string, Command> = {
  doctor: {
    summary: "Send a test mail, and say what is wrong if that fails.",
    options: { to: { value: "ADDRESS", help: "the recipient (default SUPPORT_EMAIL)" } },
    run: examine,
  },
};

const WITHOUT_SERVER = {
  kept: "There is no mail server (SMTP_URL). Because PUBLIC_URL is this machine itself, mails are kept, and read at /mail/.",
  off: "There is no mail server (SMTP_URL), so mail is off: passwords can’t be reset and addresses can’t be confirmed.",
};

async function examine(given: Given): Promise<Answer> {
  const { mail, supportEmail, mailFrom } = config();
  if (mail !== "smtp") return { json: { mail, sent: false }, text: WITHOUT_SERVER[mail] };
  const to = textOption(given, "to") ?? supportEmail;
  if (!to) throw new CommandError("Name an address of yours with --to, which gets a test mail.");
  try {
    await sendTestEmail(operator, to);
  } catch (error) {
    if (error instanceof DeliveryError) throw new CommandError(`${DELIVERY_FAILURES[error.failure]} (${error.message})`);
    throw error;
  }
  return {
    json: { mail, sent: true, to },
    text: `The mail server accepted a test mail from ${mailFrom.address} to ${to}. Look whether it arrives.`,
  };
}
