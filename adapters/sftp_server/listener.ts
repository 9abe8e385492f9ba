import { defineListener, type Listening, type ProbeTools } from "../../runtime/contract/adapter.ts";
import type { Probe } from "../../runtime/contract/probe.ts";
import { Door } from "../_kit/limits/door.ts";
import { type openerFaults, openerOf } from "../_kit/files/opener.ts";
import { wordsOf } from "../../runtime/contract/words.ts";
import { Rates } from "../_kit/limits/rate.ts";
import { Seldom } from "../_kit/limits/seldom.ts";
import { Strikes } from "../_kit/limits/strikes.ts";
import { listenCode } from "../_kit/net/faults.ts";
import { hostPort } from "../_kit/net/host_port.ts";
import { netCode } from "../_kit/net/net_codes.ts";
import { folder } from "../_kit/probe/folder.ts";
import { port as portAttempt } from "../_kit/probe/port.ts";
import { probe } from "../_kit/probe/attempts.ts";
import { algorithms } from "../_kit/ssh/algorithms.ts";
import { KEY_TROUBLES, type PrivateKey, readPrivateKey } from "../_kit/ssh/keys.ts";
import { Server, type ServerConfig } from "../_kit/ssh/ssh2.ts";
import { Drawer } from "./_drawer.ts";
import { check, config, errors, type Tools } from "./_listener_spec.ts";
import { SignIn } from "./_sign_in.ts";
import { Visit, type VisitTools } from "./_visit.ts";

/**
 * An SFTP server that partners push files to (SSH: RFC 4251 to 4254; SFTP version 3: draft-ietf-secsh-filexfer-02). Each
 * partner sees a file system of its own that exists only here; what it writes is staged in `folder`, and a file that is
 * whole becomes a message. The request that makes it whole, a close or a rename, is answered only when the channel has
 * the message as its `acknowledge` promises; where it does not take it, the request fails, and the partner knows.
 *
 * Everything else that SSH can do, shells, commands, forwarding, is refused.
 */
export default defineListener({
  name: "sftp_server",
  about: "Takes files that partners push over SFTP, to a server of its own.",
  config,
  errors,
  check,
  probe: probing,
  listen,
});

async function listen(tools: Tools): Promise<Listening> {
  const { world, config: { host, port }, fail } = tools;
  // Read already, which ssh2 takes and its types do not say.
  const hostKeys = hostKeysOf(tools).map(({ key }) => ({ key })) as unknown as ServerConfig["hostKeys"];
  const signIn = new SignIn(tools);
  const drawers = await drawersOf(tools);
  const open = await openerOf({
    ...tools,
    words: wordsOf<"SFTP_SERVER", keyof typeof openerFaults>("SFTP_SERVER", tools),
  });
  const strikes = new Strikes(world.clock);
  const door = new Door("SFTP_SERVER", tools, {
    barred: { strikes, error: (peer) => tools.error("SFTP_SERVER_ADDRESS_BARRED", { peer }) },
  });
  const acceptor = await world.net.listen({ host, port, enter: door.enter }).catch((cause): never =>
    fail(listenCode("SFTP_SERVER", cause), { host, port, reason: netCode(cause) }, cause)
  );

  const stopping = new AbortController();
  const dropped = new AbortController();
  const visits = new Set<Visit>();
  const counts = new Map<string, number>();
  const visitTools: VisitTools = {
    ...tools,
    open,
    rates: new Rates(world.clock, tools.config.messagesPerSecondMax),
    signIn,
    strikes,
    warnings: new Seldom(world.clock),
    stopping: stopping.signal,
    dropped: dropped.signal,
    enter(partner) {
      const count = counts.get(partner) ?? 0;
      if (count >= tools.config.partners[partner].connectionsMax) return undefined;
      counts.set(partner, count + 1);
      const drawer = drawers.get(partner)!;
      void drawer.sweep();
      return drawer;
    },
    leave: (partner) => void counts.set(partner, counts.get(partner)! - 1),
  };

  const server = new Server({
    hostKeys,
    algorithms,
    ident: "mitral",
    keepaliveInterval: KEEP_ALIVE_MS,
  });
  const byNumber = new Map<string, Visit>();
  let number = 0;
  server.on("connection", (client, { ip }) => byNumber.get(ip)?.begin(client));

  const accepting = (async () => {
    for await (const connection of acceptor) {
      const visit = new Visit(connection, visitTools);
      const key = String(++number);
      visits.add(visit);
      byNumber.set(key, visit);
      void visit.done.then(() => {
        visits.delete(visit);
        byNumber.delete(key);
      });
      // ssh2 hands the address of a socket back with the client it makes for it: that is how we know whose it is.
      server.injectSocket(Object.assign(visit.stream, { remoteAddress: key }));
    }
  })();

  return {
    address: hostPort(host, acceptor.port),
    async stop() {
      acceptor.close();
      stopping.abort();
      await accepting;
      await Promise.all([...visits].map((visit) => visit.stop()));
    },
    async [Symbol.asyncDispose]() {
      acceptor.close();
      stopping.abort();
      dropped.abort();
      for (const visit of visits) visit.drop();
      await accepting;
      await Promise.all([...visits].map((visit) => visit.done));
    },
  };
}

/** A peer that is gone without a word is found out within three times as long. */
const KEEP_ALIVE_MS = 30_000;

/** Errors: SFTP_SERVER_KEY_UNUSABLE. */
function hostKeysOf({ config: { hostKey }, fail }: Pick<Tools, "config" | "fail">): readonly PrivateKey[] {
  return hostKey.map((secret, at) => {
    const key = readPrivateKey(secret.reveal());
    if (typeof key !== "string") return key;
    return fail("SFTP_SERVER_KEY_UNUSABLE", { number: at + 1, trouble: KEY_TROUBLES[key] });
  });
}

/** Errors: SFTP_SERVER_FOLDER_UNUSABLE. */
async function drawersOf(tools: Tools): Promise<ReadonlyMap<string, Drawer>> {
  const drawers = Object.keys(tools.config.partners).map((partner) => new Drawer(partner, tools));
  for (const drawer of drawers) {
    await drawer.load().catch((cause): never => {
      const reason = netCode(cause);
      return tools.fail("SFTP_SERVER_FOLDER_UNUSABLE", { reason }, cause);
    });
  }
  return new Map(drawers.map((drawer) => [drawer.partner, drawer]));
}

/** The keys partners are to know, the folder, and the port. */
function probing(tools: ProbeTools<typeof config, keyof typeof errors>): Probe {
  const { world, config: { host, port, folder: path }, error, isRunning } = tools;
  const settings = async () => {
    new SignIn(tools);
    const shown = hostKeysOf(tools).map(({ type, fingerprint }) => `${type} ${fingerprint}`);
    return `this server is known by ${shown.join(" and ")}`;
  };
  const unusable = (cause: unknown) =>
    error("SFTP_SERVER_FOLDER_UNUSABLE", { reason: netCode(cause) }, cause);
  const refused = (cause: unknown) =>
    error(listenCode("SFTP_SERVER", cause), { host, port, reason: netCode(cause) }, cause);
  return probe(tools, [
    {
      step: "settings",
      msMax: 5_000,
      run: settings,
      failed: (cause) => error("SFTP_SERVER_REQUEST_CRASHED", {}, cause),
    },
    ...folder({ world, path, uses: ["write"], isMade: true, failed: unusable }),
    portAttempt({ world, host, port, isRunning, failed: refused }),
  ]);
}
