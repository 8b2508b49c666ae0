"use client";
import type { ReactNode } from "react";
import { ActionForm } from "./action-form.tsx";
import type { FormAction } from "./form-state.ts";
import { useCleanAddress } from "./link-token.tsx";

type Props = {
  action: FormAction<"visitor">;
  token: string;
  pendingText: string;
  look?: "primary" | "secondary" | "danger";
  children: ReactNode;
};

/** A button that uses a mailed link. */
export function LinkForm({ action, token, pendingText, look = "primary", children }: Props) {
  useCleanAddress();
  return (
    <ActionForm action={action} fields={{ token }} pendingText={pendingText} look={look}>
      {children}
    </ActionForm>
  );
}
