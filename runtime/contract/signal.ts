/**
 * What some work comes to, or `undefined` once the signal is aborted: nobody waits for it any longer, and it ends on
 * its own. Listens and unlistens by hand, so that a signal that outlives much work holds on to none of it.
 */
export function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const stop = () => resolve(undefined);
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
}
