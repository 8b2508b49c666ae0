"use client";
import { useActionState } from "react";
import { signIn } from "../actions.ts";

export function LogInForm({ next }: { next: string }) {
  const [refusal, action] = useActionState(signIn, null);
  return (
    <form action={action}>
      {refusal && <p role="alert">{refusal.message}</p>}
      <input type="hidden" name="next" value={next} />
      {refusal?.challenge ? <SecondFactor challenge={refusal.challenge} /> : <Password email={refusal?.email} />}
      <button type="submit">Sign in</button>
    </form>
  );
}

function Password({ email }: { email: string | undefined }) {
  return (
    <>
      <label>
        Email address
        <input name="email" type="email" autoComplete="username" required defaultValue={email} />
      </label>
      <label>
        Password
        <input name="password" type="password" autoComplete="current-password" required />
      </label>
    </>
  );
}

function SecondFactor({ challenge }: { challenge: string }) {
  return (
    <>
      <input type="hidden" name="challenge" value={challenge} />
      <label>
        Code of your authenticator app, or a recovery code
        <input name="code" autoComplete="one-time-code" required />
      </label>
    </>
  );
}
