/** What a refused form comes back with. It is written into the page, so no secret may ever be in it. */
export type FormState = {
  /** What is wrong with the whole. */
  message?: string;
  /** What is wrong with which field, in the order of the form's schema. */
  errors: { field: string; code: string; detail: string }[];
  /** What was typed, without secrets. */
  values: Record<string, string>;
  /** A file was sent: browsers cannot be given it back. */
  fileSent?: boolean;
  /** Seconds until another try makes sense. */
  retryAfterSeconds?: number;
  /** Done: where to go now. Only with JavaScript; without it the answer is a redirect. */
  target?: string;
};

export type FormAction = (before: FormState, form: FormData) => Promise<FormState>;

/** A form that has not been sent. */
export const untouched: FormState = { errors: [], values: {} };

/** "Try again in about 3 minutes." */
export function retryAdvice(seconds: number | undefined): string {
  if (!seconds) return "";
  const [count, unit] =
    seconds < 60 ? [seconds, "second"] : seconds < 3_600 ? [Math.ceil(seconds / 60), "minute"] : [Math.ceil(seconds / 3_600), "hour"];
  return `Try again in ${unit === "second" ? "" : "about "}${count} ${unit}${count === 1 ? "" : "s"}.`;
}
