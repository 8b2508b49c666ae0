"use client";
import { useEffect } from "react";

/** Tells the server the reader's time zone, if it isn't the one that the page was written in. The next page is. */
export function TellZone({ known }: { known: string }) {
  useEffect(() => {
    const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
    if (!timeZone || timeZone === known) return;
    void fetch("/zone/", { method: "POST", body: new URLSearchParams({ zone: timeZone }) }).catch(() => {});
  }, [known]);
  return null;
}
