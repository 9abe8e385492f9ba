import { join } from "node:path";
import type { Site } from "../_kit/site.ts";
import type { Topology } from "./topology.ts";

/** What is about to happen, and the two gateway files that say so. */
export async function topologyText({ hospital, lab, ports }: Topology): Promise<string> {
  return `
  hospital systems ──MLLP──▶ ${hospital.name} ══sealed, HTTP══▶ ${lab.name} ──MLLP──▶ laboratory system
                       port ${ports.hospital}                 port ${ports.lab}        port ${ports.lis}

${await fileText(hospital)}

${await fileText(lab)}

Keys come from "mitral keys init", sealed under the master key; each gateway has its own and the other's public ones. Both run as processes
of their own, "mitral run FILE". What goes between them passes port ${ports.wire}, where the demo listens in.
`;
}

/** Commands to try on the running gateways, with their real places. `id`: a message in the laboratory's journal. */
export function nextStepsText({ hospital, lab, ports }: Topology, id: string): string {
  const example = join("examples", "hospital_to_lab", "messages", "oru_r01.hl7");
  return `Try, in another terminal:
  deno task mitral status --file ${hospital.file}
  deno task mitral messages list --file ${lab.file} --limit 5
  deno task mitral messages show ${id} --file ${lab.file}
  deno task mitral send 127.0.0.1:${ports.hospital} ${example} --count 100
  curl http://127.0.0.1:${ports.hospitalMonitor}/metrics`;
}

async function fileText({ file }: Site): Promise<string> {
  const lines = (await Deno.readTextFile(file)).trimEnd().split("\n");
  return [file, ...lines.map((line) => `  │ ${line}`)].join("\n");
}
