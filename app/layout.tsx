import type { Metadata, Viewport } from "next";
import type { ReactNode } from "react";
import "./globals.css";

// No `title` here or on any page: each page renders its own <title>, because a refused form changes it (see form.tsx).
export const metadata: Metadata = { robots: { index: false }, formatDetection: { telephone: false, email: false, address: false } };
export const viewport: Viewport = { colorScheme: "light dark" };

export default function Layout({ children }: { children: ReactNode }) {
  return (
    <html lang="en">
      <body>{children}</body>
    </html>
  );
}
