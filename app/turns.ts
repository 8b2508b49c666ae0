const MOST_A_TURN = 8;

const waiting: (() => void)[] = [];

/**
 * Waits for a place in one of the next turns of the event loop, a few to each. Whoever registers or logs in
 * by the API waits here first: a crowd of a thousand at once would hold up all token checks until the last of it is refused.
 */
export function turn(): Promise<void> {
  return new Promise((resolve) => {
    if (waiting.push(resolve) === 1) setImmediate(letIn);
  });
}

function letIn(): void {
  for (const enter of waiting.splice(0, MOST_A_TURN)) enter();
  if (waiting.length > 0) setImmediate(letIn);
}
