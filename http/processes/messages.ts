import type { Spending } from "#accounts/limits/budgets.ts";

/* What a supervisor and the processes that serve tell each other. After an upgrade the supervisor is older than the others. */

/**
 * Of the supervisor: to serve, with the socket to listen on unless this is the first process; to leave, because its successor
 * serves; to stop, with the service; and what others have counted.
 */
export type Order = { do: "serve" | "leave" | "stop" } | { do: "count"; spent: Spending[] };

/** Of a process: that it serves, with its socket; and what it has counted. */
export type Report = { is: "serving" } | { is: "counting"; spent: Spending[] };
