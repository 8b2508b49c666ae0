const WORD = /^--process=(\d+)$/;

/** The word of the command line that tells a process its number. */
export const wordOf = (number: number): string => `--process=${number}`;

/** The number of this process among those that a supervisor started, from 1; null if it serves alone. */
export function processNumber(): number | null {
  const found = process.argv.map((word) => WORD.exec(word)?.[1]).find(Boolean);
  return found ? Number(found) : null;
}

/** Whether this process purges, watches the files and warns: of several only the first one. */
export const doesRoutine = (): boolean => (processNumber() ?? 1) === 1;
