/** Lets the event loop go round `count` times, so that what was going to happen without time passing happens. */
export async function turns(count = 1): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise<void>((resolve) => setTimeout(resolve, 0));
}

/** True once the promise has settled, looked at after `count` turns of the event loop. */
export async function settles(promise: Promise<unknown>, count = 10): Promise<boolean> {
  let settled = false;
  const note = () => void (settled = true);
  promise.then(note, note);
  for (let turn = 0; turn < count && !settled; turn++) await turns();
  return settled;
}

/** Runs a test's body, and fails where it is stuck: better than a run that hangs without a name. */
export async function unstuck(body: () => Promise<void>, stuckMs = 30_000): Promise<void> {
  const stuck = Promise.withResolvers<void>();
  const timer = setTimeout(() => stuck.reject(new Error("stuck: waits for what does not come")), stuckMs);
  try {
    await Promise.race([body(), stuck.promise]);
  } finally {
    clearTimeout(timer);
  }
}
