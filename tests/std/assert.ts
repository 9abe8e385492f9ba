/** The part of `@std/assert` the tests use, over `node:assert`: same names, same semantics. */
import { deepStrictEqual, notDeepStrictEqual, ok } from "node:assert/strict";

/** Fails unless `condition` is truthy. */
export function assert(condition: unknown, message?: string): asserts condition {
  ok(condition, message);
}

/** Fails unless both are deeply equal. */
export function assertEquals<T>(actual: T, expected: T, message?: string): void {
  deepStrictEqual(actual, expected, message);
}

/** Fails if both are deeply equal. */
export function assertNotEquals<T>(actual: T, expected: T, message?: string): void {
  notDeepStrictEqual(actual, expected, message);
}

/** Fails unless the text contains `expected`. */
export function assertStringIncludes(actual: string, expected: string, message?: string): void {
  ok(actual.includes(expected), message ?? `Expected "${actual}" to contain "${expected}"`);
}

/** Fails unless the text matches. */
export function assertMatch(actual: string, expected: RegExp, message?: string): void {
  ok(expected.test(actual), message ?? `Expected "${actual}" to match ${expected}`);
}

// deno-lint-ignore no-explicit-any
type ErrorClass<E> = new (...args: any[]) => E;

/** Fails unless `fn` throws an instance of `type`; returns it. */
export function assertThrows<E extends Error = Error>(
  fn: () => unknown,
  type: ErrorClass<E> = Error as unknown as ErrorClass<E>,
  messageIncludes = "",
): E {
  let thrown: unknown;
  try {
    fn();
  } catch (error) {
    thrown = error;
  }
  return checked(thrown, type, messageIncludes);
}

/** Fails unless the promise rejects with an instance of `type`; returns it. */
export async function assertRejects<E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  type: ErrorClass<E> = Error as unknown as ErrorClass<E>,
  messageIncludes = "",
): Promise<E> {
  let thrown: unknown;
  try {
    await fn();
  } catch (error) {
    thrown = error;
  }
  return checked(thrown, type, messageIncludes);
}

function checked<E extends Error>(thrown: unknown, type: ErrorClass<E>, messageIncludes: string): E {
  ok(thrown instanceof type, `Expected ${type.name}, got ${thrown}`);
  assertStringIncludes(thrown.message, messageIncludes);
  return thrown;
}
