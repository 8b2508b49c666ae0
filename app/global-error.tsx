"use client";
import { Trouble } from "#components/trouble.tsx";
import "./globals.css";

/** When even the layout could not be made. Replaces Next.js's own page, whose inline styles our policy refuses. */
export default function Failed({ error, retry }: { error: Error & { digest?: string }; retry: () => void }) {
  return (
    <html lang="en">
      <body>
        <Trouble digest={error.digest} retry={retry} />
      </body>
    </html>
  );
}
