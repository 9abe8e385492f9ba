import { readQuestionnaire } from "../../../runtime/network/read_questionnaire.ts";
import type { Questionnaire } from "../../../runtime/network/questionnaire.ts";
import { renderNetwork } from "../../../runtime/network/render.ts";
import { denoWorld } from "../../../runtime/world/deno_world.ts";
import { assertEquals } from "@std/assert";

/** What a network file says, or what is wrong with it: `LINE:COLUMN CODE message`. */
export async function problemsOf(text: string): Promise<readonly string[]> {
  const { problems } = await readQuestionnaire(text, { file: "network.yaml", disk: denoWorld.disk });
  return problems.map(({ line, column, code, message }) => `${line}:${column} ${code} ${message}`);
}

/** A network file without problems. */
export async function questionnaireOf(text: string): Promise<Questionnaire> {
  const { questionnaire, problems } = await readQuestionnaire(text, {
    file: "network.yaml",
    disk: denoWorld.disk,
  });
  assertEquals(problems, []);
  return questionnaire!;
}

/** The documents of a network file, by path. */
export async function documentsOf(text: string): Promise<ReadonlyMap<string, string>> {
  const { documents } = renderNetwork(await questionnaireOf(text), { wireguard: { partners: {} } });
  return new Map(documents.map(({ path, text }) => [path, text]));
}

/** What is wrong with a network file, each without its place. */
export async function rulesBroken(text: string): Promise<readonly string[]> {
  return (await problemsOf(text)).map((problem) => problem.replace(/^.*?: /, ""));
}

/** Two hospitals with an IKEv2 tunnel between them; the addresses of their devices are for documentation (RFC 5737). */
export function twoHospitals(
  { ours = "strongswan", theirs = "strongswan", networks = "10.7.0.0/24", gateway = "10.7.0.9", more = "" } =
    {},
): string {
  return `us:
  name: St. Elsewhere
  gateway: { address: 10.1.20.5 }
  networks: [10.1.20.0/24]
  vpn: { vendor: ${ours}, address: 192.0.2.1, id: vpn.st-elsewhere.example }
  firewall: { tcpIdleMs: 30 min, udpIdleMs: 60 s }
partners:
  general:
    name: General Hospital
    gateway: { address: ${gateway} }
    networks: [${networks}]
    vpn: { vendor: ${theirs}, address: 192.0.2.2, id: vpn.general.example }
    firewall: { tcpIdleMs: 1 h, udpIdleMs: 90 s }
    transport: ikev2
    connections:
      orders: { from: us, protocol: mllp, port: 2575, purpose: laboratory orders }
      results: { from: them, protocol: mllp, port: 2576, purpose: laboratory results }
${more}`;
}
