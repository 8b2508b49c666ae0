import type { User } from "#accounts/caller.ts";
import { needsSecondFactor } from "#accounts/factors/factors.ts";
import { hasPassword } from "#accounts/passwords/passwords.ts";
import buttons from "#components/button.module.css";
import panel from "#components/panel.module.css";
import text from "#components/text.module.css";
import styles from "./overview.module.css";

const FEW_CODES = 3;

type Part = { name: string; says: string; isGood: boolean; href: string; action: string };
type Step = { says: string; href: string; action: string };

/** How safe the account is, at a glance, and what to do next about it. */
export function Overview({ user, devices }: { user: User; devices: number }) {
  const next = nextStep(user);
  return (
    <section className={panel.panel} aria-labelledby="overview-title">
      <div className={panel.head}>
        <h2 id="overview-title">{next ? next.says : "Your account is well protected."}</h2>
        {next && (
          <p>
            <a className={buttons.primary} href={next.href}>
              {next.action}
            </a>
          </p>
        )}
      </div>
      <ul className={styles.parts}>
        {partsOf(user, devices).map(({ name, says, isGood, href, action }) => (
          <li key={name} className={styles.part}>
            <span className={isGood ? styles.good : styles.open} aria-hidden="true">
              {isGood ? "✓" : "–"}
            </span>
            <div>
              <h3>{name}</h3>
              <p className={text.small}>{says}</p>
            </div>
            <a href={href}>
              {action}
              <span className={text.hidden}>: {name}</span>
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** The step that gains most, first what somebody could be locked out by. */
function nextStep(user: User): Step | null {
  const { recoveryCodesLeft: left, passkeys } = user;
  if (needsSecondFactor(user) && hasPassword(user) && left < FEW_CODES) {
    const says =
      left === 0 ? "You have no recovery codes: without your phone or passkey you’d be locked out." : `Only ${left} recovery codes left.`;
    return { says, href: "/security/two-step/recovery-codes/", action: "Get recovery codes" };
  }
  if (!needsSecondFactor(user))
    return {
      says: "Whoever learns your password can sign in. Add a second step.",
      href: "/security/two-step/",
      action: "Set up two-step verification",
    };
  if (passkeys === 1 && !hasPassword(user))
    return {
      says: "Your one passkey is your only way in. Add a second one, or set a password.",
      href: "/security/passkeys/",
      action: "Add a passkey",
    };
  return null;
}

function partsOf(user: User, devices: number): Part[] {
  const { totpSince, passkeys, recoveryCodesLeft: left } = user;
  const has = hasPassword(user);
  const codes = needsSecondFactor(user) ? `, ${left} recovery ${left === 1 ? "code" : "codes"} left` : "";
  return [
    {
      name: "Password",
      says: has ? "You can sign in with it." : "None: you sign in with a passkey.",
      isGood: true,
      href: "#password",
      action: has ? "Change" : "Set",
    },
    {
      name: "Two-step verification",
      says: totpSince !== null ? `On, with an authenticator app${codes}.` : passkeys > 0 ? `On, with a passkey${codes}.` : "Off.",
      isGood: needsSecondFactor(user),
      href: "/security/two-step/",
      action: needsSecondFactor(user) ? "Manage" : "Set up",
    },
    {
      name: "Passkeys",
      says: passkeys === 0 ? "None yet." : passkeys === 1 ? "One." : `${passkeys}.`,
      isGood: passkeys > 0,
      href: "/security/passkeys/",
      action: passkeys > 0 ? "Manage" : "Add",
    },
    {
      name: "Devices",
      says: devices === 1 ? "You’re signed in only here." : `You’re signed in on ${devices} devices.`,
      isGood: true,
      href: "/sessions/",
      action: "See",
    },
  ];
}
