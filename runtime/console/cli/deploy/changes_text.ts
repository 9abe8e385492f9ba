import { shown } from "../../../config/problem.ts";
import {
  areNone,
  type ChannelChange,
  type GatewayChanges,
  type SettingChange,
} from "../../control/changes.ts";
import { plural } from "../figures.ts";
import type { Paint } from "../paint.ts";
import { plain } from "../plain.ts";

const tones = { added: "good", changed: "warn", removed: "bad" } as const;

/** Changes for people: what needs a restart first, then each channel with its settings. Ends with a newline. */
export function changesText(changes: GatewayChanges, paint: Paint): string {
  if (areNone(changes)) return "nothing differs\n";
  const { gateway, channels } = changes;
  const restart = gateway.length === 0
    ? []
    : [`${paint.bad("needs a restart of the gateway")}`, ...gateway.map((change) => settingLine(change))];
  return [...restart, ...channels.flatMap((channel) => channelLines(channel, paint))].join("\n") + "\n";
}

function channelLines({ channel, what, settings, left }: ChannelChange, paint: Paint): readonly string[] {
  return [
    `channel ${paint.bold(plain(channel))} ${paint[tones[what]](what)}`,
    ...settings.map(settingLine),
    ...left.map(({ destination, queued }) => {
      const where = destination === undefined ? "" : ` for ${plain(destination)}`;
      return `  ${paint.warn(`${plural(queued, "message")}${where} left in the journal`)}`;
    }),
  ];
}

function settingLine({ path, from, to }: SettingChange): string {
  if (from === to) return `  ${plain(path)}: ${value(to)}, whose variables changed`;
  return `  ${plain(path)}: ${value(from)} → ${value(to)}`;
}

function value(text: string | undefined): string {
  return text === undefined ? "(none)" : plain(shown(text));
}
