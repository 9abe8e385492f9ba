/** A channel that takes faxes from a folder. */
export interface FaxChannel {
  /** Settings of the listener `file`. */
  readonly file: string;
  readonly approvals?: number;
}

/** The gateway file of a clinic: admissions by MLLP, which its patient index learns from, and faxes for billing. */
export function faxClinic(
  adt: number,
  billing: number,
  channels: Readonly<Record<string, FaxChannel>>,
): string {
  const faxes = Object.entries(channels).map(([name, { file, approvals = 1 }]) => `
  ${name}:
    listen: { file: { ${file} } }
    parse: { fax: { ocr: wasm, threads: 1, pageMsMax: 300 s } }
    review: { below: 0.95, approvals: ${approvals} }
    transform: [fax_message]
    retry: { firstMs: 20 ms, longestMs: 200 ms }
    send: { billing: { mllp: { host: 127.0.0.1, port: ${billing} } } }`);
  return `
gateway: clinic
patients: { from: [adt] }
channels:
  adt:
    listen: { mllp: { port: ${adt} } }
    parse: hl7v2
    send: { files: { file: { path: ./adt } } }${faxes.join("")}
`;
}

/** Looks into a folder all the time, and takes what is there as it is: who puts PDFs there renames them. */
export const atOnce = (folder: string): string =>
  `path: ./${folder}, pattern: "*.pdf", everyMs: 20 ms, settleMs: 0 ms`;
