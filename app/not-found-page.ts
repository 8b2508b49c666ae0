import { redirect } from "next/navigation";
import { AccountsError } from "#accounts/errors.ts";

/** Shows “Page not found”. Next.js's notFound() would give an empty document until JavaScript has run. */
export function showNotFound(): never {
  redirect("/not-found/");
}

/** What was asked for, or “Page not found” if the domain says `not_found`. */
export async function orNotFound<T>(asked: Promise<T>): Promise<T> {
  return asked.catch((error) => {
    if (error instanceof AccountsError && error.code === "not_found") showNotFound();
    throw error;
  });
}
