import type { Spending } from "#accounts/limits/budgets.ts";
import type { Measured } from "#http/metrics/measuring.ts";

/* What a supervisor and the processes that serve tell each other. After an upgrade the supervisor is older than the others. */

/**
 * Of the supervisor: to serve, with the socket to listen on unless this is the first process; to leave, because its successor
 * serves; to stop, with the service; what others have counted; and to say what it has measured.
 */
export type Order = { do: "serve" | "leave" | "stop" | "measure" } | { do: "count"; spent: Spending[] };

/** Of a process: that it serves, with its socket; what it has counted; and what it has measured. */
export type Report = { is: "serving" } | { is: "counting"; spent: Spending[] } | { is: "measured"; figures: Measured };
