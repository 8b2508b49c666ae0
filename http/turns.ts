const MAX_PER_TURN = 8;

type Waiting = { enter: () => void; share: number };

const waiting: Waiting[] = [];

/**
 * Waits for a place in one of the next turns of the event loop, a few to each; megabytes to parse get a turn alone.
 * Every body waits here before it is parsed: a thousand log-ins at once would hold up all token checks until the last of
 * them is refused.
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
