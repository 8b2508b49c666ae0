import type { Operations, Problem, ProblemCode } from "./api.ts";

/** Latchkey refused. Tell refusals apart by `code`. */
export class LatchkeyError<Code extends ProblemCode = ProblemCode> extends Error {
  override readonly name = "LatchkeyError";
  readonly status: number;
  readonly code: Code;
  /** The whole answer, with the wrong fields in `errors`. */
  readonly problem: Problem & { code: Code };
  /** How long to wait before the next try, if Latchkey says so. */
  readonly retryAfterSeconds: number | undefined;

  constructor(problem: Problem & { code: Code }, retryAfterSeconds?: number) {
    super(problem.detail);
    this.status = problem.status;
    this.code = problem.code;
    this.problem = problem;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** No answer came, or one that isn't Latchkey's, such as that of a proxy. Whether a change was made is unknown. */
export class LatchkeyUnavailableError extends Error {
  override readonly name = "LatchkeyUnavailableError";
}

/** The refusal in what an operation threw, with the codes of this operation; undefined if it was something else. */
export function refusalOf<Name extends keyof Operations>(
  _operation: Name,
  error: unknown,
): LatchkeyError<Operations[Name]["code"]> | undefined {
  return error instanceof LatchkeyError ? error : undefined;
}
