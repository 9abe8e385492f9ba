import type { Command } from "commander";
import type { ReplaceableKind } from "../../../trust/key_changes.ts";
import { errors } from "../errors.ts";
import { exitCodes } from "../exit_codes.ts";
import { timeText } from "../figures.ts";
import { addOwnKeysOptions, type OwnKeysOptions, readSealedKeys, writeOwnKeys } from "../own_keys.ts";
import { type AddCommand, examples, type Session } from "../session.ts";
import { integerReader, wordReader } from "../values.ts";

interface RotateOptions extends OwnKeysOptions {
  readonly after: number;
  readonly overlap: number;
  readonly now?: boolean;
  readonly json?: boolean;
}

const KINDS = ["ledger", "wireguard"] as const satisfies readonly ReplaceableKind[];
const DAY_MS = 86_400_000;

/** `mitral keys rotate` */
export const addKeysRotate: AddCommand = (parent, session) => {
  addOwnKeysOptions(parent.command("rotate"))
    .description(
      "make the gateway's next keys, which take over by themselves; the root key stays, and so do those of the ledger " +
        "and for WireGuard unless they are named",
    )
    .argument(
      "[kind]",
      `${KINDS.join(" or ")}: that key alone, at once; where there is none it is added`,
      wordReader("the kind of key", KINDS),
    )
    .option(
      "--after <days>",
      "when they take over: partners need the new public file before",
      integerReader("--after", 0, 365),
      3,
    )
    .option(
      "--overlap <days>",
      "how long the keys before them are good from then on; longer than expiresMs of any channel",
      integerReader("--overlap", 1, 365),
      14,
    )
    .option("--now", "they take over at once, those made before that wait, too")
    .option("--json", "print files, serial and times as JSON")
    .addHelpText(
      "after",
      examples(
        "mitral keys rotate",
        "mitral keys rotate --after 7",
        "mitral keys rotate --now",
        "mitral keys rotate ledger",
      ),
    )
    .action(
      session.act(async (kind: ReplaceableKind | undefined, options: RotateOptions, command: Command) => {
        if (kind) return await replace(kind, options, { command, session });
        const { rotateKeys } = await import("../../../trust/key_changes.ts");
        const own = await readSealedKeys(options, session);
        const nowMs = session.outside.world.clock.nowMs();
        const beginsAtMs = options.now ? nowMs : nowMs + options.after * DAY_MS;
        const rotation = { nowMs, beginsAtMs, overlapMs: options.overlap * DAY_MS };
        const keys = await rotateKeys(own.keys, own.masterKey, rotation);
        const publicPath = await writeOwnKeys({ ...own, keys }, session);
        if (options.json) {
          const { serial } = keys;
          session.printJson({ serial, beginsAtMs, private: own.privatePath, public: publicPath });
        } else {
          session.print(`${session.paint.bold(keys.gateway)} has next keys, from ${timeText(beginsAtMs)} on`);
          const need = beginsAtMs > nowMs
            ? "partners need it before then"
            : "partners refuse us until they have it";
          session.print(`public   ${publicPath}  ${need}`);
          session.print(`private  ${own.privatePath}  a gateway that runs sees it by itself`);
        }
        return exitCodes.ok;
      }),
    );
};

/** There is one such key, and partners go by the one they have the file of: times would say nothing. */
async function replace(
  kind: ReplaceableKind,
  options: RotateOptions,
  { command, session }: { readonly command: Command; readonly session: Session },
) {
  const timed = ["after", "overlap"].find((name) => command.getOptionValueSource(name) === "cli");
  if (timed) {
    errors.fail("CONSOLE_USAGE_WRONG", { reason: `a ${kind} key takes over at once, without --${timed}` });
  }
  const { replaceKey } = await import("../../../trust/key_changes.ts");
  const own = await readSealedKeys(options, session);
  const nowMs = session.outside.world.clock.nowMs();
  const keys = await replaceKey(own.keys, own.masterKey, { kind, nowMs });
  const publicPath = await writeOwnKeys({ ...own, keys }, session);
  const { serial, [kind]: { keyId: kid } = { keyId: "" } } = keys;
  if (options.json) session.printJson({ serial, kind, kid, private: own.privatePath, public: publicPath });
  else {
    session.print(`${session.paint.bold(keys.gateway)} has the ${kind} key ${kid} from now on`);
    session.print(`public   ${publicPath}  partners go by the old one until they have it`);
    session.print(`private  ${own.privatePath}  a gateway that runs sees it by itself`);
    if (kind === "wireguard") {
      session.print("tunnels  have the old key until theirs is written again and they are restarted");
    }
  }
  return exitCodes.ok;
}
