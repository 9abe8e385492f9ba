/** Parsers of HL7 v2 on npm, each used as its documentation says: from bytes to five values, and to bytes again. */
import { Hl7Message as MedplumMessage } from "@medplum/core";
import StandardMessage from "hl7-standard";
import { Message as NodeMessage } from "node-hl7-client";
import simpleHl7 from "simple-hl7";
import { Hl7Message } from "../../../actors/formats/hl7v2/mod.ts";

/** What all of them can do. */
export interface Parser {
  readonly name: string;
  /** Parses and reads MSH-9.2, MSH-10, PID-3.1, PID-5.2 and OBX-5.1. */
  read(bytes: Uint8Array): readonly (string | undefined)[];
  /** Parses, writes `family` into PID-5.1, and serialises. */
  change(bytes: Uint8Array, family: string): Uint8Array;
}

const decoder = new TextDecoder();
const encoder = new TextEncoder();
const text = (bytes: Uint8Array) => decoder.decode(bytes);

export const mitral: Parser = {
  name: "mitral",
  read(bytes) {
    const message = Hl7Message.parse(bytes);
    return [
      message.get("MSH-9.2"),
      message.get("MSH-10"),
      message.get("PID-3.1"),
      message.get("PID-5.2"),
      message.get("OBX-5.1"),
    ];
  },
  change: (bytes, family) => Hl7Message.parse(bytes).with("PID-5.1", family).toBytes(),
};

const medplum: Parser = {
  name: "@medplum/core",
  read(bytes) {
    const message = MedplumMessage.parse(text(bytes));
    const header = message.getSegment("MSH"), patient = message.getSegment("PID");
    return [
      header?.getComponent(9, 2),
      header?.getComponent(10, 1),
      patient?.getComponent(3, 1),
      patient?.getComponent(5, 2),
      message.getSegment("OBX")?.getComponent(5, 1),
    ];
  },
  change(bytes, family) {
    const message = MedplumMessage.parse(text(bytes));
    message.getSegment("PID")?.setComponent(5, 1, family);
    return encoder.encode(message.toString());
  },
};

const nodeHl7Client: Parser = {
  name: "node-hl7-client",
  read(bytes) {
    const message = new NodeMessage({ text: text(bytes) });
    return ["MSH.9.2", "MSH.10", "PID.3.1", "PID.5.2", "OBX.5.1"].map((path) => `${message.get(path)}`);
  },
  change(bytes, family) {
    const message = new NodeMessage({ text: text(bytes) });
    message.set("PID.5.1", family);
    return encoder.encode(message.toString());
  },
};

/** It counts the fields of MSH from behind the delimiters. */
const simple: Parser = {
  name: "simple-hl7",
  read(bytes) {
    const message = new simpleHl7.Parser().parse(text(bytes));
    const patient = message.getSegment("PID");
    return [
      message.header.getComponent(7, 2),
      message.header.getField(8),
      patient.getComponent(3, 1),
      patient.getComponent(5, 2),
      message.getSegment("OBX").getComponent(5, 1),
    ];
  },
  change(bytes, family) {
    const message = new simpleHl7.Parser().parse(text(bytes));
    const patient = message.getSegment("PID");
    patient.setField(5, [family, patient.getComponent(5, 2)]);
    return encoder.encode(message.toString());
  },
};

const standard: Parser = {
  name: "hl7-standard",
  read(bytes) {
    const message = new StandardMessage(text(bytes));
    message.transform();
    return ["MSH.9.2", "MSH.10", "PID.3.1", "PID.5.2", "OBX.5.1"].map((path) => message.get(path));
  },
  change(bytes, family) {
    const message = new StandardMessage(text(bytes));
    message.transform();
    message.set("PID.5.1", family);
    return encoder.encode(message.build());
  },
};

export const others: readonly Parser[] = [medplum, nodeHl7Client, simple, standard];
