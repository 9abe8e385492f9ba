/** Folder the starter's destination writes to, beside the gateway file. */
export const starterOutbox = "outbox";

/** The key its journal is sealed under, beside the gateway file. */
export const starterMasterKey = "master.key";

/** What the schema beside the starter is called; editors find it by the starter's first line. */
export const starterSchema = "gateway.schema.json";

/** The gateway file `mitral init` writes: it runs as it is, on this machine alone. */
export const starter = `# yaml-language-server: $schema=./${starterSchema}
# A Mitral gateway. Check it with "mitral check gateway.yaml", run it with "mitral run gateway.yaml".
gateway: my-gateway

# Where messages are kept until they are delivered, and until 30 days after they were received: journal.keepDays.
# Keep it on a disk that survives a power cut.
data: ./data

# What they are sealed under on that disk. Keep a copy elsewhere, and this one out of backups and version control.
masterKey: ./${starterMasterKey}

# GET /health, /ready and /metrics on this machine; 0 takes any free port.
monitor: { port: 0 }

channels:
  inbox:
    about: HL7 v2 messages by MLLP, each written to a file.
    listen:
      # Without a host it listens on 127.0.0.1: nobody outside this machine can reach it.
      mllp: { port: 2575 }
      # received: the sender gets its acknowledgement once the message is safe on this disk.
      acknowledge: received
    parse: hl7v2

    # What goes on. Take the # away to keep only laboratory results:
    # filter: MSH-9.1 = ORU

    # What changes on the way, one step a line:
    # transform:
    #   - set: { MSH-5: EHR }

    # Each destination has a queue of its own: one that is down holds nobody else up.
    send:
      files:
        file: { path: ./${starterOutbox} }
      # ehr:
      #   mllp: { host: ehr.local, port: 7001 }
`;

/** The tests `mitral init` writes beside it: they pass as they are. */
export const starterTest = `# Tests of the channels in gateway.yaml. Run them with "mitral test gateway.yaml".
channel: inbox

cases:
  - name: a result is taken and written to a file
    input: |
      MSH|^~\\&|LAB|ST E|EHR|ST E|20260101120000||ORU^R01|0001|P|2.5
      PID|1||4711^^^ST E||Doe^Ann
    expect:
      outcome: accepted
      answer: { MSA-1: AA, MSA-2: "0001" }
      files: { MSH-9.1: ORU, PID-5.1: Doe }
`;
