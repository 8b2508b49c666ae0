"use client";
import { Trouble } from "#components/trouble.tsx";

/** A page that could not be made: in the layout, with its look. */
export default function Failed({ error, retry }: { error: Error & { digest?: string }; retry: () => void }) {
  return <Trouble digest={error.digest} retry={retry} />;
}
