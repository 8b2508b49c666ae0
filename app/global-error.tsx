"use client";
import { PageError } from "#components/page-error.tsx";
import "./globals.css";

/** Shown when the layout itself fails to render. Next.js's own page has inline styles, which our Content-Security-Policy blocks. */
export default function Failed({ error, retry }: { error: Error & { digest?: string }; retry: () => void }) {
  return (
    <html lang="en">
      <body>
        <PageError digest={error.digest} retry={retry} />
      </body>
    </html>
  );
}
