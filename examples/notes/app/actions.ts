"use server";
import type { LogInRefusal } from "@latchkey/client/next";
import { revalidatePath } from "next/cache";
import { logIn, logOut, requireUser } from "../auth.ts";
import { addNote } from "../notes.ts";

export async function signIn(_: LogInRefusal | null, form: FormData): Promise<LogInRefusal> {
  return logIn(form);
}

export async function signOut(): Promise<void> {
  await logOut();
}

export async function writeNote(form: FormData): Promise<void> {
  const user = await requireUser("/"); // an action is an address of its own, and checks for itself
  const note = form.get("note");
  if (typeof note === "string" && note.trim()) addNote(user.sub, note.slice(0, 1000));
  revalidatePath("/");
}
