"use client";
import { PageError } from "#components/page-error.tsx";

/** Shown inside the layout when a page fails to render. */
export default function Failed({ error, retry }: { error: Error & { digest?: string }; retry: () => void }) {
  return <PageError digest={error.digest} retry={retry} />;
}
