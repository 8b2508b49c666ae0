import { redirect } from "next/navigation";

/** Shows “Page not found”. Next.js's notFound() would give an empty document until JavaScript has run. */
export function showNotFound(): never {
  redirect("/not-found/");
}
