import { requireUser } from "../auth.ts";
import { notesOf } from "../notes.ts";
import { signOut, writeNote } from "./actions.ts";

export default async function NotesPage() {
  const user = await requireUser("/");
  return (
    <>
      <h1>Notes of {user.username}</h1>
      <form action={writeNote}>
        <label>
          New note
          <textarea name="note" maxLength={1000} required />
        </label>
        <button type="submit">Save note</button>
      </form>
      <ul>
        {notesOf(user.sub).map((note, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: notes are never moved
          <li key={at}>{note}</li>
        ))}
      </ul>
      <form action={signOut}>
        <button type="submit">Sign out</button>
      </form>
    </>
  );
}
