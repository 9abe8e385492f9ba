/**
 * Begins something for each item, so many of them ahead of whoever asks, and hands out what comes of it in their order.
 * What was begun and is not asked for any more is disposed. `begin` MUST NOT reject.
 */
export async function* ahead<T, R extends AsyncDisposable>(
  items: Iterable<T>,
  atOnce: number,
  begin: (item: T) => Promise<R>,
): AsyncGenerator<R, void, void> {
  const begun: Promise<R>[] = [];
  try {
    for (const item of items) {
      begun.push(begin(item));
      if (begun.length >= atOnce) yield await begun.shift()!;
    }
    while (begun.length > 0) yield await begun.shift()!;
  } finally {
    for (const each of begun) await (await each)[Symbol.asyncDispose]();
  }
}
