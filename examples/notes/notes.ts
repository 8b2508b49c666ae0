/* The notes of each user, in memory: they are gone when the app ends. */

const store = globalThis as { notes?: Map<string, string[]> };

export function notesOf(user: string): string[] {
  return allNotes().get(user) ?? [];
}

export function addNote(user: string, note: string): void {
  allNotes().set(user, [note, ...notesOf(user)]);
}

function allNotes(): Map<string, string[]> {
  store.notes ??= new Map();
  return store.notes;
}
