/** One or two letters for a name: the first of its first and last part, “MZ” for maximiliane.von-zu. */
export function initialsOf(name: string): string {
  const parts = name.split(/[^\p{L}\p{N}]+/u).filter(Boolean);
  const [first = "", ...more] = parts;
  const last = more.at(-1);
  const letters = last ? [[...first][0], [...last][0]] : [...first].slice(0, 2);
  return letters.join("").toUpperCase();
}
