/** How long something that is waited for may take. */
const waitMsMax = 30_000;

/** A promise that rejects when what is waited for is late, until it is disposed of. */
export function lateness(says: string): Disposable & { readonly promise: Promise<never> } {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`${says} after ${waitMsMax} ms`)), waitMsMax);
  return { promise, [Symbol.dispose]: () => clearTimeout(timer) };
}
