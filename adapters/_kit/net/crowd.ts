import type { Connection } from "../../../runtime/contract/world.ts";
import { Door, type DoorTools } from "../limits/door.ts";
import { Places } from "../limits/places.ts";
import type { Begin, Enter, Session } from "./reception.ts";

/** What a session asks for its place. */
export interface Placing<S extends Session> {
  /** Asked once, when the peer speaks; false where no place is left for another one that does. */
  admit(session: S): boolean;
  /** Told of a peer that spoke, or was silent, where no place was left: its session was dropped as `full`. */
  turnedAway(peer: string): void;
}

/** How peers are let in, and served. */
export interface Welcome {
  readonly enter: Enter;
  readonly begin: Begin;
}

/**
 * Lets peers in that call, as far as there are places; only who has spoken takes one. `serving` makes what serves a
 * connection. `owner`: the adapter's name in capitals.
 */
export function welcomeCallers<const Owner extends string, S extends Session>(
  owner: Owner,
  tools: DoorTools<Owner>,
  serving: (placing: Placing<S>) => (connection: Connection) => S,
): Welcome {
  const places = new Places<S>(tools.config.connectionsMax);
  const door = new Door(owner, tools, { openMax: places.openMax });
  const turnedAway = (peer: string) => door.turnAway("connections", peer);
  const serve = serving({ admit: (session) => places.speak(session), turnedAway });
  return {
    enter: door.enter,
    begin(connection) {
      if (places.areTaken) {
        turnedAway(connection.peer);
        connection.close();
        return undefined;
      }
      const session = serve(connection);
      places.enter(session)?.drop("full");
      void session.done.then(() => places.leave(session));
      return session;
    },
  };
}

/** Serves the one peer that we call. */
export function welcomeCalled<S extends Session>(
  serving: (placing: Placing<S>) => (connection: Connection) => S,
): Welcome {
  return { enter: () => undefined, begin: serving({ admit: () => true, turnedAway() {} }) };
}
