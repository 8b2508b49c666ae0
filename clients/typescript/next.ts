import { cookies, headers } from "next/headers.js";
import { redirect } from "next/navigation.js";
import { type NextRequest, NextResponse } from "next/server.js";
import { cache } from "react";
import { createClient, type LatchkeyClient } from "./client.ts";
import { LatchkeyError } from "./errors.ts";
import { createVerifier, type Identity, type Verifier } from "./verifier.ts";

const COOKIE = "__Host-latchkey"; // browsers accept it only from the app itself, over TLS or loopback
const ATTRIBUTES = { httpOnly: true, secure: true, sameSite: "lax", path: "/" } as const;

export type { Identity } from "./verifier.ts";

export type AuthOptions = {
  /** Where Latchkey is, as in `https://accounts.example.org`. */
  url: string;
  /** A service key with the rights `introspect` and `read_events`. */
  serviceKey: string;
  /** The app's name, which users see in Latchkey's list of their sessions. */
  name: string;
  /** The app's page with the form that calls `logIn`. */
  logInPath: string;
  /**
   * Whether Latchkey is told the address of whoever signs in, as the header `X-Forwarded-For` has it. Only behind a proxy that sets
   * this header, and if the app's own address is among Latchkey's TRUSTED_PROXIES.
   */
  behindProxy?: boolean;
};

/** What to show beside the form when Latchkey refuses a log-in. */
export type LogInRefusal = {
  code: LatchkeyError["code"];
  /** For people. */
  message: string;
  /** What is wrong with single fields, for people. */
  fields: Record<string, string>;
  /** What was typed, to be shown again. */
  email: string;
  /** The password was right: ask for a `code`, and send it with this as the field `challenge`. */
  challenge: string | undefined;
};

export type Auth = {
  /** Who is asking; null for a visitor. This is the check: call it wherever something is shown or done for a user. */
  currentUser(): Promise<Identity | null>;
  /** As `currentUser`, but visitors are sent to the log-in page, and then back to `path`. */
  requireUser(path?: string): Promise<Identity>;
  /**
   * Logs in with the fields `email` and `password` of a form, keeps the token in a cookie that no script can read, and redirects to
   * the path in the field `next`, or to the home page. Returns why Latchkey refuses, or that a second factor is needed: then the
   * form is sent again with the fields `challenge` and `code`. Call it in a server action.
   */
  logIn(form: FormData): Promise<LogInRefusal>;
  /** Ends the session, and redirects to the log-in page. Call it in a server action. */
  logOut(): Promise<never>;
  /**
   * For `proxy.ts`: sends visitors to the log-in page early. It only looks whether there is a cookie, so it is never the check: a
   * cookie may hold anything.
   */
  proxy(request: NextRequest): NextResponse;
};

/** Sign-in with Latchkey for a Next.js app. */
export function createAuth({ url, serviceKey, name, logInPath, behindProxy = false }: AuthOptions): Auth {
  const tokenOf = async () => (await cookies()).get(COOKIE)?.value;

  const currentUser = cache(async () => verifierFor(url, serviceKey).verify(await tokenOf()));

  const logInAddress = (path: string) => `${logInPath}?${new URLSearchParams({ next: path })}`;

  return {
    currentUser,

    async requireUser(path = "/") {
      return (await currentUser()) ?? redirect(logInAddress(path));
    },

    async logIn(form) {
      const sent = await headers();
      const forwarded = behindProxy ? sent.get("x-forwarded-for") : null;
      const client = createClient({
        url,
        headers: { "user-agent": sent.get("user-agent") ?? "", ...(forwarded && { "x-forwarded-for": forwarded }) },
      });
      try {
        const { token, session } = await (form.has("challenge") ? finish(client, form) : begin(client, form, name));
        (await cookies()).set(COOKIE, token, { ...ATTRIBUTES, expires: new Date(session.ends_at_latest) });
      } catch (error) {
        if (error instanceof LatchkeyError) return refusal(error, form);
        throw error;
      }
      redirect(innerPath(text(form, "next")));
    },

    async logOut() {
      const token = await tokenOf();
      try {
        if (token) await createClient({ url, token }).logOut();
      } catch (error) {
        if (!(error instanceof LatchkeyError && error.status === 401)) throw error; // it hasn't ended: the user has to try again
      }
      (await cookies()).delete({ name: COOKIE, ...ATTRIBUTES });
      redirect(logInPath);
    },

    proxy({ nextUrl, cookies, url: address }) {
      if (cookies.has(COOKIE) || nextUrl.pathname === logInPath) return NextResponse.next();
      return NextResponse.redirect(new URL(logInAddress(nextUrl.pathname + nextUrl.search), address));
    },
  };
}

const VERIFIERS = Symbol.for("latchkey.verifiers");

/** One for the whole process, though Next.js may load this file several times. */
function verifierFor(url: string, serviceKey: string): Verifier {
  const store = globalThis as { [VERIFIERS]?: Map<string, Verifier> };
  const verifiers = store[VERIFIERS] ?? new Map<string, Verifier>();
  store[VERIFIERS] = verifiers;
  const key = `${url} ${serviceKey}`;
  const verifier = verifiers.get(key) ?? createVerifier({ url, serviceKey });
  verifiers.set(key, verifier);
  return verifier;
}

function text(form: FormData, field: string): string {
  const value = form.get(field);
  return typeof value === "string" ? value : "";
}

const begin = (client: LatchkeyClient, form: FormData, name: string) =>
  client.logIn({ email: text(form, "email"), password: text(form, "password"), device_name: name });

/** A code of six digits is the authenticator app's; any other is a recovery code. */
function finish(client: LatchkeyClient, form: FormData) {
  const code = text(form, "code").replaceAll(/\s/g, "");
  const challenge = text(form, "challenge");
  return client.finishLogIn(/^\d{6}$/.test(code) ? { challenge, code } : { challenge, recovery_code: text(form, "code").trim() });
}

function refusal({ code, problem }: LatchkeyError, form: FormData): LogInRefusal {
  const fields = (problem.errors ?? []).map(({ pointer, detail }) => [pointer.slice("#/".length), detail]);
  const again = code === "invalid_challenge" ? undefined : text(form, "challenge") || undefined;
  const challenge = code === "second_factor_required" ? problem.challenge : again;
  return { code, message: problem.detail, fields: Object.fromEntries(fields), email: text(form, "email"), challenge };
}

/** Only a path of this app: an address of another site would make the log-in page a way to lead people there. */
function innerPath(path: string): string {
  const here = "http://here.invalid";
  if (!/^\/(?![/\\])/.test(path) || !URL.canParse(path, here)) return "/";
  const { origin, pathname, search } = new URL(path, here);
  return origin === here && !/^\/[/\\]/.test(pathname) ? pathname + search : "/";
}
