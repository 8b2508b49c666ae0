import { redirect } from "next/navigation";

/** Leads to an address that has no page: Next.js's own notFound() in a page is an empty document until JavaScript has run. */
export function nothingHere(): never {
  redirect("/not-found/");
}
