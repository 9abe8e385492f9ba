/** Requests written by hand, most of them wrong. */

/** The head of a request without its length. */
export const head = "POST /in HTTP/1.1\r\nHost: lab.example\r\nContent-Type: application/hl7-v2\r\n";
export const chunked = "Transfer-Encoding: chunked\r\n";

/** A request with a length, its own where left out. */
export function sized(body: string, length: number | string = body.length): string {
  return `${head}Content-Length: ${length}\r\n\r\n${body}`;
}

/** A body as one chunk, with a size that is its own where left out. */
export function inChunks(body: string, size = body.length.toString(16)): string {
  return `${size}\r\n${body}\r\n0\r\n\r\n`;
}

/** Requests that somebody in front of us may read as another number of requests, or as others, than we do. */
export const smuggled: Readonly<Record<string, (inner: string) => string>> = {
  "a length beside chunks": (inner) => `${head}${chunked}Content-Length: 5\r\n\r\n0\r\n\r\n${inner}`,
  "chunks after a length": (inner) => `${head}Content-Length: 5\r\n${chunked}\r\n0\r\n\r\n${inner}`,
  "two lengths": (inner) => `${head}Content-Length: 0\r\nContent-Length: ${inner.length}\r\n\r\n${inner}`,
  "the same length twice": (inner) => `${head}Content-Length: 0\r\nContent-Length: 0\r\n\r\n${inner}`,
  "a list of lengths": (inner) => sized(inner, "0, 0"),
  "a length with a sign": (inner) => sized(inner, "+0"),
  "a negative length": (inner) => sized(inner, -1),
  "a length in hexadecimal": (inner) => sized(inner, "0x0"),
  "a length beyond all numbers": (inner) => sized(inner, "99999999999999999999"),
  "an empty length": (inner) => sized(inner, ""),
  "a blank before the colon": (inner) => `${head}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n${inner}`,
  "a tab in front of chunked": (inner) => `${head}Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n${inner}`,
  "chunked, folded": (inner) => `${head}Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n${inner}`,
  "a folded header": (inner) => `${head}X-A: b\r\n c\r\nContent-Length: 0\r\n\r\n${inner}`,
  "another coding": (inner) => `${head}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n${inner}`,
  "a coding that is not undone": (inner) =>
    `${head}Transfer-Encoding: gzip, chunked\r\n\r\n${inChunks("x")}${inner}`,
  "chunked twice": (inner) => `${head}${chunked}${chunked}\r\n0\r\n\r\n${inner}`,
  "chunks in HTTP/1.0": (inner) => `${head.replace("1.1", "1.0")}${chunked}\r\n${inChunks("x")}${inner}`,
  "lines that end in LF": (inner) => sized(inner, 0).replaceAll("\r\n", "\n"),
  "one line that ends in LF": (inner) => `${head}X-A: b\nContent-Length: 0\r\n\r\n${inner}`,
  "CR within a header": (inner) => `${head}X-A: b\rContent-Length: 0\r\n\r\n${inner}`,
  "NUL within a header": (inner) => `${head}X-A: b\0c\r\nContent-Length: 0\r\n\r\n${inner}`,
  "a blank in a name": (inner) => `${head}Content Length: 0\r\n\r\n${inner}`,
  "another host in the target": (inner) => sized(inner, 0).replace("/in", "http://evil.example/in"),
  "a way up in the path": (inner) => sized(inner, 0).replace("/in", "/open/../in"),
  "a way up in the path, encoded": (inner) => sized(inner, 0).replace("/in", "/open/%2e%2E/in"),
  "a backslash in the path": (inner) => sized(inner, 0).replace("/in", "/open\\..\\in"),
  "a fragment": (inner) => sized(inner, 0).replace("/in", "/in#/open"),
  "two hosts": (inner) => `${head}Host: evil.example\r\nContent-Length: 0\r\n\r\n${inner}`,
  "no host": (inner) => sized(inner, 0).replace("Host: lab.example\r\n", ""),
  "LF within the extension of a chunk": (inner) => `${head}${chunked}\r\n${inChunks("x", "1;a\nb")}${inner}`,
  "chunks that end in LF": (inner) =>
    `${head}${chunked}\r\n${inChunks("x").replaceAll("\r\n", "\n")}${inner}`,
  "a chunk longer than it says": (inner) => `${head}${chunked}\r\n${inChunks("xxxxx", "1")}${inner}`,
  "a chunk of a negative size": (inner) => `${head}${chunked}\r\n${inChunks("x", "-1")}${inner}`,
  "a chunk beyond all numbers": (inner) =>
    `${head}${chunked}\r\n${inChunks("x", "fffffffffffffffff")}${inner}`,
  "a length behind the chunks": (inner) =>
    `${head}${chunked}\r\n1\r\nx\r\n0\r\nContent-Length: 5\r\n\r\n${inner}`,
  "HTTP/0.9": (inner) => `POST /in\r\n\r\n${inner}`,
  "HTTP/2": (inner) => `PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n${inner}`,
  "CONNECT": (inner) => `CONNECT evil.example:80 HTTP/1.1\r\nHost: evil.example\r\n\r\n${inner}`,
  "TRACE": (inner) => `TRACE /in HTTP/1.1\r\nHost: lab.example\r\n\r\n${inner}`,
};
