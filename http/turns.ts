const MAX_PER_TURN = 8;

type Waiting = { enter: () => void; share: number };

const waiting: Waiting[] = [];

/**
 * Waits for a place in one of the next turns of the event loop. A turn admits a few bodies, or a single large one. Every body
 * waits here before it is parsed: otherwise a thousand simultaneous log-ins would delay all token checks.
 */
export function turn(place: "shared" | "alone" = "shared"): Promise<void> {
  return new Promise((enter) => {
    if (waiting.push({ enter, share: place === "alone" ? MAX_PER_TURN : 1 }) === 1) setImmediate(letIn);
  });
}

function letIn(): void {
  for (let places = MAX_PER_TURN; places > 0; ) {
    const next = waiting.shift();
    if (!next) return;
    places -= next.share;
    next.enter();
  }
  if (waiting.length > 0) setImmediate(letIn);
}
