import { declareErrors } from "../../contract/error.ts";
import type { Clock, World } from "../../contract/world.ts";

/** What a gateway under test cannot do. */
export const errors = declareErrors("rehearsal", {
  REHEARSAL_NETWORK_CLOSED: {
    blame: "operator",
    retry: "later",
    says: "Cannot use network: a gateway under test has none",
  },
  REHEARSAL_DISK_CLOSED: {
    blame: "operator",
    retry: "never",
    says: "Cannot write: a gateway under test only reads",
  },
  REHEARSAL_CASE_ENDLESS: {
    blame: "operator",
    retry: "never",
    says: "Cannot finish case: after {caseMsMax} ms a step still works on its message",
  },
});

/** This machine as a gateway under test sees it: without a network, without a disk to write to, at one moment if need be. */
export function rehearsalWorld({ disk, clock, ...world }: World, nowMs?: number): World {
  const noNetwork = async () => errors.fail("REHEARSAL_NETWORK_CLOSED");
  const noWriting = async () => errors.fail("REHEARSAL_DISK_CLOSED");
  return {
    ...world,
    clock: nowMs === undefined ? clock : standingAt(nowMs, clock),
    net: {
      listen: noNetwork,
      connect: noNetwork,
      serveHttp: noNetwork,
      fetch: noNetwork,
      hangUp: () => {},
      lookup: noNetwork,
      proxyFor: world.net.proxyFor,
      certificatesIn: world.net.certificatesIn,
      misfitOf: world.net.misfitOf,
      listenLocal: noNetwork,
      connectLocal: noNetwork,
    },
    disk: {
      ...disk,
      writeAtomic: noWriting,
      open: noWriting,
      append: noWriting,
      rename: noWriting,
      remove: noWriting,
      // The journal wants its folder, and is in memory.
      makeFolder: async () => {},
    },
  };
}

/** A clock that always shows one time, and measures and waits as the other does. */
function standingAt(nowMs: number, clock: Clock): Clock {
  return {
    nowMs: () => nowMs,
    timeZone: clock.timeZone,
    elapsedMs: () => clock.elapsedMs(),
    sleep: (ms, signal) => clock.sleep(ms, signal),
    turn: () => clock.turn(),
    after: (ms, action) => clock.after(ms, action),
  };
}
