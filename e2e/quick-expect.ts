import { expect } from "@playwright/test";

/*
 * What is checked of every answer. Playwright notes each `expect` with its stack, which takes a third of the processor time of
 * the API's specs; so only what is wrong goes through it.
 */

export function expectSame(actual: unknown, wanted: unknown, what: string): void {
  if (!Object.is(actual, wanted)) expect(actual, what).toBe(wanted);
}

export function expectMatch(actual: unknown, pattern: RegExp, what: string): void {
  if (typeof actual !== "string" || !pattern.test(actual)) expect(actual, what).toMatch(pattern);
}
