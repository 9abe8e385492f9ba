import { assertEquals, assertStringIncludes } from "@std/assert";
import { problemsOf } from "./_fixtures.ts";

Deno.test("config: a misspelt key names the one meant, which then does not count as missing", async () => {
  assertEquals(
    await problemsOf(`gatway: st-elsewhere
channels:
  lab:
    listen: { mllp: { prot: 2575 }, aknowledge: received }
    parse: hl7v2
    sned:
      ehr: { mllp: { host: h, port: 1 } }
`),
    [
      "1:1 CONFIG_KEY_UNKNOWN Cannot read the gateway file: no setting is called gatway (did you mean gateway?)",
      "4:23 CONFIG_KEY_UNKNOWN Cannot read channels.lab.listen.mllp: no setting is called prot (did you mean port?)",
      "4:37 CONFIG_KEY_UNKNOWN Cannot read channels.lab.listen: no setting is called aknowledge (did you mean acknowledge?)",
      "6:5 CONFIG_KEY_UNKNOWN Cannot read channels.lab: no setting is called sned (did you mean send?)",
    ],
  );
});

Deno.test("config: the master key lies outside the data folder, by whatever path", async () => {
  const found = (settings: string) =>
    problemsOf(`gateway: lab
channels:
  lab: { listen: { mllp: { port: 2575 } }, parse: hl7v2, send: { ehr: { mllp: { host: h, port: 1 } } } }
${settings}`);
  const rule = "Cannot read masterKey: must lie outside the data folder, whose backups it opens";
  for (const path of ["./data/master.key", "data/a/b.key", "./x/../data/master.key", "./data"]) {
    assertEquals(await found(`masterKey: ${path}`), [`4:12 CONFIG_VALUE_INVALID ${rule}`]);
  }
  for (const path of ["./database/master.key", "../master.key", "/data/master.key", "./..data/master.key"]) {
    assertEquals(await found(`masterKey: ${path}`), []);
  }
  // The default is beside the gateway file.
  const [problem] = await found("data: .");
  assertStringIncludes(problem, "must lie outside the data folder");
});

Deno.test("config: values of the wrong kind or out of range are all reported", async () => {
  assertEquals(
    await problemsOf(`gateway: [a, b]
data: { x: 1 }
drainMsMax: 5 sec
journal: { pendingBytesMax: 64 KB }
monitor: { port: 70000 }
channels:
  lab:
    about: [one, two]
    listen:
      mllp: { port: 0042, frameBytesMax: 1.5, idleMsMax: -1, keepAlive: yes, host: { a: b } }
      acknowledge: recieved
      answerMsMax: 0
    parse: [hl7v2]
    transform: { set: { MSH-5: X } }
    send:
      ehr: { mllp: { host: h, port: 1e3 } }
      web: { https: { servers: https://a, headers: [a] } }
      ftp: { https: { servers: [ftp] } }
    supervise: { restartsMax: 3, crashesMax: 3, backoffMs: 2 min }
    retry: { firstMs: 10 min }
    order: by
`),
    [
      "1:10 CONFIG_VALUE_SPLIT Cannot read gateway: YAML split one text into several (quote text that starts with a bracket)",
      "2:7 CONFIG_VALUE_INVALID Cannot read data: must be a path, not settings",
      "3:13 CONFIG_VALUE_INVALID Cannot read drainMsMax: must be a time such as 500 ms, 5 s, 10 min or 2 h, not 5 sec",
      "4:29 CONFIG_VALUE_INVALID Cannot read journal.pendingBytesMax: must be a size such as 64 kB or 1 MiB, not 64 KB (did you mean 64 kB?)",
      "5:18 CONFIG_VALUE_RANGE Cannot read monitor.port: must be between 0 and 65535, not 70000",
      "8:12 CONFIG_VALUE_SPLIT Cannot read channels.lab.about: YAML split one text into several (quote text that starts with a bracket)",
      "10:21 CONFIG_VALUE_INVALID Cannot read channels.lab.listen.mllp.port: must be a whole number, not 0042",
      "10:42 CONFIG_VALUE_INVALID Cannot read channels.lab.listen.mllp.frameBytesMax: must be a size such as 64 kB or 1 MiB, not 1.5",
      "10:58 CONFIG_VALUE_INVALID Cannot read channels.lab.listen.mllp.idleMsMax: must be a time such as 500 ms, 5 s, 10 min or 2 h, not -1",
      "10:73 CONFIG_VALUE_INVALID Cannot read channels.lab.listen.mllp.keepAlive: must be true or false, not yes",
      "10:84 CONFIG_VALUE_INVALID Cannot read channels.lab.listen.mllp.host: must be text, not settings",
      "11:20 CONFIG_VALUE_INVALID Cannot read channels.lab.listen.acknowledge: must be text that is received, processed, delivered, or from and the name of a destination (did you mean received?)",
      "12:20 CONFIG_VALUE_RANGE Cannot read channels.lab.listen.answerMsMax: must be at least 1, not 0",
      "13:12 CONFIG_VALUE_INVALID Cannot read channels.lab.parse: must be a name, or one name with its settings, not a list",
      "14:16 CONFIG_VALUE_INVALID Cannot read channels.lab.transform: must be a list of transforms, not settings",
      "16:37 CONFIG_VALUE_INVALID Cannot read channels.lab.send.ehr.mllp.port: must be a whole number, not 1e3",
      "17:32 CONFIG_VALUE_INVALID Cannot read channels.lab.send.web.https.servers: must be a list, not text",
      "17:52 CONFIG_VALUE_INVALID Cannot read channels.lab.send.web.https.headers: must be settings, each under its header, not a list",
      "18:33 CONFIG_VALUE_INVALID Cannot read channels.lab.send.ftp.https.servers[0]: must be text that is an http address",
      "19:46 CONFIG_VALUE_INVALID Cannot read channels.lab.supervise.crashesMax: crashesMax (3) must be less than restartsMax (3)",
      "19:60 CONFIG_VALUE_INVALID Cannot read channels.lab.supervise.backoffMs: backoffMs (120000) must not be more than backoffMsMax (30000)",
      "20:23 CONFIG_VALUE_INVALID Cannot read channels.lab.retry.firstMs: firstMs (600000) must not be more than longestMs (300000)",
      "21:12 CONFIG_VALUE_INVALID Cannot read channels.lab.order: must be text that is channel, none, by key, or by and a path such as by PID-3",
    ],
  );
});

Deno.test("config: a key with nothing behind it lacks its value", async () => {
  assertEquals(
    await problemsOf(`gateway:
data: ""
channels:
  one:
    listen: { mllp: { port: , host: } }
    parse:
    filter:
    transform:
    send: { e: { mllp: } }
`),
    [
      "1:9 CONFIG_VALUE_MISSING Cannot read gateway: its value is missing (give it text)",
      "2:7 CONFIG_VALUE_INVALID Cannot read data: must be a path",
      "5:29 CONFIG_VALUE_MISSING Cannot read channels.one.listen.mllp.port: its value is missing (give it a whole number)",
      "5:37 CONFIG_VALUE_MISSING Cannot read channels.one.listen.mllp.host: its value is missing (give it text)",
      "6:11 CONFIG_VALUE_MISSING Cannot read channels.one.parse: its value is missing (give it a name, or one name with its settings)",
      "7:12 CONFIG_VALUE_MISSING Cannot read channels.one.filter: its value is missing (give it text)",
      "8:15 CONFIG_VALUE_MISSING Cannot read channels.one.transform: its value is missing (give it a list of transforms)",
      "9:18 CONFIG_VALUE_MISSING Cannot read channels.one.send.e.mllp: host is missing (for example host: ehr.local)",
      "9:18 CONFIG_VALUE_MISSING Cannot read channels.one.send.e.mllp: port is missing",
    ],
  );
});

Deno.test("config: a gateway without channels does nothing", async () => {
  assertEquals(await problemsOf("gateway: a\nchannels:\n"), [
    "2:10 CONFIG_VALUE_MISSING Cannot read channels: its value is missing (give it settings, each under the name of a channel)",
  ]);
});

Deno.test("config: a channel needs a listener, a format and a destination", async () => {
  assertEquals(await problemsOf("gateway: a\nchannels:\n  lab: {}\n  two:\n"), [
    "3:3 CONFIG_VALUE_MISSING Cannot read channels.lab: listen is missing",
    "3:3 CONFIG_VALUE_MISSING Cannot read channels.lab: parse is missing",
    "3:3 CONFIG_VALUE_MISSING Cannot read channels.lab: send is missing",
    "4:3 CONFIG_VALUE_MISSING Cannot read channels.two: listen is missing",
    "4:3 CONFIG_VALUE_MISSING Cannot read channels.two: parse is missing",
    "4:3 CONFIG_VALUE_MISSING Cannot read channels.two: send is missing",
  ]);
});

Deno.test("config: secrets that are written out or lead nowhere are reported without them", async () => {
  assertEquals(
    await problemsOf(`gateway: a
channels:
  lab:
    listen:
      mllp:
        port: 1
        tls: { certificate: ./pki/nothing.pem, key: canary-literal }
    parse: hl7v2
    send:
      a: { https: { servers: ["https://user:canary-in-url@a", canary-server], token: secret:nothing } }
      b: { https: { servers: ["https://a"], token: env:NOTHING } }
      c: { https: { servers: ["https://a"], token: file:./nothing.txt } }
      d: { https: { servers: ["https://a"], token: [canary-listed] } }
      e: { https: { servers: ["https://a"], token: canary-one,canary-two } }
      f: { https: { servers: ["https://a"], token: canary one, canary-rest } }
      g: { https: { servers: ["https://a"], token: secret:../up, tokn: canary-misspelt } }
`),
    [
      "7:29 CONFIG_PATH_MISSING Cannot read channels.lab.listen.mllp.tls.certificate: no file at /gateway/pki/nothing.pem",
      "7:53 CONFIG_SECRET_LITERAL Cannot read channels.lab.listen.mllp.tls.key: a secret must be a reference, not the secret itself (write secret:NAME and put the text into secrets/NAME, or use env:NAME or file:PATH)",
      "10:63 CONFIG_VALUE_INVALID Cannot read channels.lab.send.a.https.servers[1]: must be text that is an http address",
      "10:86 CONFIG_SECRET_MISSING Cannot read channels.lab.send.a.https.token: secret:nothing gives no secret, there is no file /gateway/secrets/nothing",
      "11:52 CONFIG_SECRET_MISSING Cannot read channels.lab.send.b.https.token: env:NOTHING gives no secret, the environment variable is not set",
      "12:52 CONFIG_SECRET_MISSING Cannot read channels.lab.send.c.https.token: file:./nothing.txt gives no secret, there is no file /gateway/nothing.txt",
      "13:52 CONFIG_VALUE_INVALID Cannot read channels.lab.send.d.https.token: must be a reference to a secret, not a list",
      "14:52 CONFIG_SECRET_LITERAL Cannot read channels.lab.send.e.https.token: a secret must be a reference, not the secret itself (write secret:NAME and put the text into secrets/NAME, or use env:NAME or file:PATH)",
      "14:63 CONFIG_VALUE_SPLIT Cannot read channels.lab.send.e.https: YAML split one text into several (quote text that has a comma)",
      "15:52 CONFIG_SECRET_LITERAL Cannot read channels.lab.send.f.https.token: a secret must be a reference, not the secret itself (write secret:NAME and put the text into secrets/NAME, or use env:NAME or file:PATH)",
      "15:64 CONFIG_VALUE_SPLIT Cannot read channels.lab.send.f.https: YAML split one text into several (quote text that has a comma)",
      "16:52 CONFIG_SECRET_LITERAL Cannot read channels.lab.send.g.https.token: a secret must be a reference, not the secret itself (write secret:NAME and put the text into secrets/NAME, or use env:NAME or file:PATH)",
      "16:66 CONFIG_KEY_UNKNOWN Cannot read channels.lab.send.g.https: no setting is called tokn (did you mean token?)",
    ],
  );
});

Deno.test("config: partners must be listed, and keys must be there to seal", async () => {
  assertEquals(
    await problemsOf(`gateway: a
partners:
  state-registry: ./partners/registry.json
  lab: ./partners/nothing.json
  radiology: { certificates: ./partners/nothing.pem }
channels:
  one:
    listen: { mllp: { port: 1 } }
    decrypt: { from: [state-registry, state-registri, lab, lab] }
    parse: hl7v2
    send: { ehr: { mllp: { host: h, port: 1 }, encrypt: { to: labb } } }
`),
    [
      "4:8 CONFIG_PATH_MISSING Cannot read partners.lab: no file at /gateway/partners/nothing.json",
      "5:30 CONFIG_PATH_MISSING Cannot read partners.radiology.certificates: no file at /gateway/partners/nothing.pem",
      "9:5 CONFIG_VALUE_MISSING Cannot read channels.one.decrypt: keys is missing (name the gateway's own keys at the top of the file: keys: FILE)",
      "9:39 CONFIG_PARTNER_UNKNOWN Cannot read channels.one.decrypt.from[1]: no partner is called state-registri (did you mean state-registry?)",
      "9:60 CONFIG_VALUE_INVALID Cannot read channels.one.decrypt.from[3]: lab is listed twice",
      "11:63 CONFIG_PARTNER_UNKNOWN Cannot read channels.one.send.ehr.encrypt.to: no partner is called labb (did you mean lab?)",
    ],
  );
});

Deno.test("config: two listeners at one port are reported where their hosts meet", async () => {
  assertEquals(
    await problemsOf(`gateway: a
monitor: { port: 2577 }
channels:
  one: { listen: { mllp: { port: 2575 } }, parse: hl7v2, send: { e: { mllp: { host: h, port: 1 } } } }
  two: { listen: { mllp: { port: 2575, host: 127.0.0.1 } }, parse: hl7v2, send: { e: { mllp: { host: h, port: 1 } } } }
  three: { listen: { mllp: { port: 2576, host: 127.0.0.1 } }, parse: hl7v2, send: { e: { mllp: { host: h, port: 1 } } } }
  four: { listen: { mllp: { port: 2576, host: 127.0.0.2 } }, parse: hl7v2, send: { e: { mllp: { host: h, port: 1 } } } }
  five: { listen: { mllp: { port: 2576, host: localhost } }, parse: hl7v2, send: { e: { mllp: { host: h, port: 1 } } } }
  six: { listen: { mllp: { port: 2577 } }, parse: hl7v2, send: { e: { mllp: { host: h, port: 1 } } } }
  seven: { listen: { mllp: { port: 0 } }, parse: hl7v2, send: { e: { mllp: { host: h, port: 1 } } } }
  eight: { listen: { mllp: { port: 0 } }, parse: hl7v2, send: { e: { mllp: { host: h, port: 1 } } } }
`),
    [
      "5:34 CONFIG_PORT_TAKEN Cannot listen on port 2575: channel one listens there",
      "8:35 CONFIG_PORT_TAKEN Cannot listen on port 2576: channel three listens there",
      "9:34 CONFIG_PORT_TAKEN Cannot listen on port 2577: monitor listens there",
    ],
  );
});

Deno.test("config: names must fit into metrics and file names", async () => {
  assertEquals(
    await problemsOf(`gateway: st elsewhere
partners: { "bad name": ./partners/lab.json, partners: ./partners/lab.json }
channels:
  "lab results":
    listen: { mllp: { port: 0 } }
    parse: hl7v2
    send:
      ../etc: { mllp: { host: h, port: 1 } }
`),
    [
      "1:10 CONFIG_VALUE_INVALID Cannot read gateway: must be text that has up to 63 letters, digits, dots, dashes and underscores, a letter or digit first",
      "2:13 CONFIG_NAME_INVALID Cannot use bad name as a name: a name has up to 63 letters, digits, dots, dashes and underscores, a letter or digit first",
      "2:46 CONFIG_NAME_INVALID Cannot use partners as a name: that word stands for all partners",
      "4:3 CONFIG_NAME_INVALID Cannot use lab results as a name: a name has up to 63 letters, digits, dots, dashes and underscores, a letter or digit first",
      "8:7 CONFIG_NAME_INVALID Cannot use ../etc as a name: a name has up to 63 letters, digits, dots, dashes and underscores, a letter or digit first",
    ],
  );
});

Deno.test("config: a destination's retry is checked with what its channel says", async () => {
  assertEquals(
    await problemsOf(`gateway: a
channels:
  one:
    listen: { mllp: { port: 0 } }
    parse: hl7v2
    retry: { firstMs: 10 s, longestMs: 20 s }
    send:
      a: { mllp: { host: h, port: 1 }, retry: { firstMs: 30 s } }
      b: { mllp: { host: h, port: 1 }, retry: { longestMs: 5 s } }
      c: { mllp: { host: h, port: 1 }, retry: { firstMs: 30 s, longestMs: 30 s } }
`),
    [
      "8:58 CONFIG_VALUE_INVALID Cannot read channels.one.send.a.retry.firstMs: firstMs (30000) must not be more than longestMs (20000)",
      "9:47 CONFIG_VALUE_INVALID Cannot read channels.one.send.b.retry: firstMs (10000) must not be more than longestMs (5000)",
    ],
  );
});
