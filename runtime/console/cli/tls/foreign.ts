/** What speaks where TLS was asked for, by the first bytes it says. */
export function protocolOf(bytes: Uint8Array): string | undefined {
  const text = new TextDecoder("latin1").decode(bytes);
  return SPEAKERS.find(({ begins }) => begins.test(text))?.is;
}

const SPEAKERS: readonly { readonly begins: RegExp; readonly is: string }[] = [
  { begins: /^HTTP\//, is: "plain HTTP" },
  { begins: /^\s*<(!doctype|html)/i, is: "plain HTTP" },
  { begins: /^SSH-/, is: "SSH" },
  { begins: /^220[ -].*(smtp|mail)/i, is: "SMTP" },
  { begins: /^220[ -]/, is: "FTP or SMTP" },
  { begins: /^(\+OK|\* OK)/, is: "POP3 or IMAP" },
  // deno-lint-ignore no-control-regex -- VT starts a frame
  { begins: /^\x0b/, is: "MLLP without TLS" },
  { begins: /^MSH\|/, is: "HL7 without MLLP and TLS" },
  { begins: /^(ISA|UNA|UNB)/, is: "EDI" },
  // deno-lint-ignore no-control-regex -- the length of an error packet, and its number
  { begins: /^.\x00\x00[\x00\x01]/s, is: "MySQL" },
];
