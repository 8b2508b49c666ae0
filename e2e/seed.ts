import sharp from "sharp";
import { type Caller, callerFrom, operator } from "#accounts/caller.ts";
import { clock, DAY_MS } from "#accounts/clock.ts";
import { config } from "#accounts/config.ts";
import { UpdateUserInput } from "#accounts/contract/api-schemas.ts";
import { parseInput } from "#accounts/contract/input.ts";
import { LoginInput, RegisterInput } from "#accounts/contract/schemas.ts";
import { isMailOn } from "#accounts/emails/outbox.ts";
import { AccountsError } from "#accounts/errors.ts";
import { countUsers } from "#accounts/operator-lists.ts";
import { changePassword } from "#accounts/passwords/change.ts";
import { logIn } from "#accounts/sessions/log-in.ts";
import { findPageSession } from "#accounts/sessions/sessions.ts";
import { writeUses } from "#accounts/sessions/use.ts";
import { loggedIn, mailedToken } from "#accounts/testing.ts";
import { verifyEmail } from "#accounts/users/email-proof.ts";
import { registerUser, updateUser } from "#accounts/users/users.ts";
import { startDatabase, stopDatabase } from "#db/lifecycle.ts";
import { ADA, GRACE, ZOE } from "#db/people.ts";

/*
 * “npm run seed”: people to try the service with, who have done things in the last weeks. They do them through the domain's
 * own functions, on a clock that is set back.
 */

type Device = { ip: string; userAgent: string };
type Person = { email: string; username: string; password: string };
type Act = [daysAgo: number, person: Person, device: Device, act: (caller: Caller) => Promise<unknown>];

const LAPTOP: Device = { ip: "203.0.113.7", userAgent: "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0" };
const PHONE: Device = {
  ip: "203.0.113.24",
  userAgent:
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1",
};
const OFFICE: Device = {
  ip: "198.51.100.40",
  userAgent: "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36",
};
const SERVER: Device = { ip: "198.51.100.7", userAgent: "curl/8.14.1" };
const STRANGER: Device = { ip: "192.0.2.99", userAgent: "python-requests/2.32.3" };

const GRACES_FIRST_PASSWORD = "Six beetles in 1 relay";

const STORY: Act[] = [
  [21, ADA, LAPTOP, register({ ...ADA, bio: "Mathematician.\nWrote the first program.", image: await portrait("#2a7d6b") })],
  [21, ADA, LAPTOP, signIn(ADA)],
  [21, ADA, LAPTOP, confirmAddress(ADA)],
  [12, GRACE, OFFICE, register({ ...GRACE, password: GRACES_FIRST_PASSWORD, bio: "Wrote the first compiler." })],
  [12, GRACE, OFFICE, signIn({ ...GRACE, password: GRACES_FIRST_PASSWORD })],
  [12, GRACE, OFFICE, confirmAddress(GRACE)],
  [10, ADA, LAPTOP, look],
  [9, ADA, PHONE, signIn(ADA)],
  [6.1, ADA, STRANGER, guess(ADA)],
  [6, ADA, STRANGER, guess(ADA)],
  [5, ZOE, PHONE, register(ZOE)],
  [5, ZOE, PHONE, signIn(ZOE)],
  [4, ADA, SERVER, signIn(ADA, "Build server")],
  [3, GRACE, OFFICE, (caller) => changePassword(caller, { current_password: GRACES_FIRST_PASSWORD, new_password: GRACE.password })],
  [2, ADA, PHONE, change({ contact_information: "Room 5, or by letter" })],
  [1.5, GRACE, LAPTOP, signIn(GRACE)],
  [1, GRACE, LAPTOP, change({ image: await portrait("#7a4b9c") })],
  [0.5, ZOE, OFFICE, guess(ZOE)],
  [0.4, ZOE, OFFICE, signIn(ZOE)],
  [0.2, ADA, LAPTOP, look],
  [0.1, ADA, PHONE, look],
];

const cookies = new Map<string, string>();

await seed().catch((error) => {
  process.stderr.write(`Nothing was seeded. ${error.message}\n`);
  process.exitCode = 1;
});
await stopDatabase();

async function seed(): Promise<void> {
  const { dataDir } = config();
  await startDatabase(config());
  if ((await countUsers(operator)) > 0)
    throw new Error(`The database in ${dataDir} has users already. Delete that folder, or set DATA_DIR to another one.`);
  const startedAt = Date.now();
  for (const [daysAgo, person, device, act] of STORY) {
    clock.now = () => startedAt - daysAgo * DAY_MS;
    await act(await callerOf(person, device));
    await writeUses();
  }
  const lines = [ADA, GRACE, ZOE].map(({ email, password }) => `  ${email.padEnd(20)}${password}`);
  process.stdout.write(`Three people are in ${dataDir}. They sign in with:\n\n${lines.join("\n")}\n`);
}

/** A person at a device, with the session of its browser if there is one. */
async function callerOf(person: Person, device: Device): Promise<Caller> {
  const cookie = cookies.get(key(person, device));
  const found = cookie ? await findPageSession(cookie, device.ip) : null;
  return callerFrom(device.ip, device.userAgent, { ...found, browser: key(person, device) });
}

function key(person: Person, device: Device): string {
  return `${person.username} ${device.ip}`;
}

function register(input: Person & { bio?: string; image?: Blob }) {
  return (caller: Caller) => registerUser(caller, parseInput(RegisterInput, input));
}

/** In a browser, which keeps the cookie; with a name as an API client. */
function signIn({ email, password }: Person, device_name?: string) {
  return async (caller: Caller) => {
    const { token } = await loggedIn(caller, parseInput(LoginInput, { email, password, device_name }), device_name ? "token" : "lasting");
    if (!device_name && caller.browser) cookies.set(caller.browser, token);
  };
}

/** Uses the link that was mailed to a new user, in the user's own session. */
function confirmAddress({ email }: Person) {
  return async (caller: Caller) => {
    if (isMailOn()) await verifyEmail(caller, { token: await mailedToken("verify", email) });
  };
}

/** Tries a wrong password. */
function guess({ email }: Person) {
  return async (caller: Caller) => {
    const refusal = await logIn(caller, parseInput(LoginInput, { email, password: "Summer 2026" })).catch((error) => error);
    if (!(refusal instanceof AccountsError && refusal.code === "invalid_credentials")) throw refusal;
  };
}

function change(input: object) {
  return (caller: Caller) => updateUser(caller, caller.user?.id ?? 0, parseInput(UpdateUserInput, input));
}

/** Looks at a page; the session is in use. */
async function look(): Promise<void> {}

/** A head and shoulders. */
async function portrait(colour: string): Promise<Blob> {
  const figure = `<svg xmlns="http://www.w3.org/2000/svg" width="400" height="400"><rect width="400" height="400" fill="${colour}"/>
    <g fill="#fff" fill-opacity="0.85"><circle cx="200" cy="160" r="75"/><path d="M60 400a140 130 0 0 1 280 0z"/></g></svg>`;
  return new Blob([new Uint8Array(await sharp(Buffer.from(figure)).png().toBuffer())], { type: "image/png" });
}
