"use client";
import type { MouseEvent } from "react";
import styles from "./field.module.css";
import { useField } from "./form.tsx";

const PAGE = "/forgot-password/";

/** The link of a sign-in form for those who forgot the password. It takes along the email address that was typed. */
export function ForgotPasswordLink({ name }: { name: string }) {
  const { typed } = useField(name);
  return (
    <a className={styles.after} href={pageFor(typed)} onClick={takeAlong}>
      Forgot your password?
    </a>
  );

  function takeAlong({ currentTarget }: MouseEvent<HTMLAnchorElement>) {
    const field = currentTarget.closest("form")?.elements.namedItem(name);
    if (field instanceof HTMLInputElement) currentTarget.href = pageFor(field.value);
  }
}

const pageFor = (email = "") => (email.includes("@") ? `${PAGE}?${new URLSearchParams({ email: email.trim() })}` : PAGE);
