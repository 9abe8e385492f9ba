import { Hl7Message } from "mitral";

/** Somebody who does not exist. */
export interface Patient {
  readonly number: string;
  readonly family: string;
  readonly given: string;
  readonly born: string;
  readonly sex: string;
  readonly street: string;
  /** As people write them. */
  readonly phone: string;
  /** As the hospital's gateway is to write it. */
  readonly e164: string;
}

/** Invented people. Their names have five bytes or more, so that none turns up in random bytes by chance. */
export const patients: readonly Patient[] = [
  patient(
    "100417",
    "Müller-Lüdenscheidt",
    "Zoë",
    "19540903",
    "F",
    "12 Rose & Crown Court",
    "(555) 010-0117",
    "+15550100117",
  ),
  patient("100532", "Nguyễn", "Thị Hương", "19881121", "F", "7 Canal St", "555.010.0132", "+15550100132"),
  patient(
    "100688",
    "O'Sullivan",
    "Caoimhín",
    "20190314",
    "M",
    "Flat 3/4, 9 Quay Rd",
    "1-555-010-0188",
    "+15550100188",
  ),
  patient(
    "100790",
    "Łukasiewicz",
    "Grażyna",
    "19610229",
    "F",
    "221 Elm Ave",
    "+1 555 010 0190",
    "+15550100190",
  ),
  patient(
    "100811",
    "山田花子",
    "やまだはなこ",
    "19730707",
    "F",
    "5 Harbour View",
    "5550100111",
    "+15550100111",
  ),
  patient(
    "100923",
    "Jørgensen",
    "Bjørnstjerne",
    "19450508",
    "M",
    "1 Fjord Lane",
    "(555)0100123",
    "+15550100123",
  ),
  patient("101034", "Δημητρίου", "Ελευθέριος", "19991231", "M", "30 Olive Sq", "", ""),
  patient(
    "101145",
    "Adeyemi-Whitcombe",
    "Oluwaseun",
    "19821006",
    "O",
    "77 | Pipe Works",
    "555 010 0145",
    "+15550100145",
  ),
];

/** Types in the order they are sent; a hospital has more results than anything else. */
const sequence = [
  ...["adt_a01", "orm_o01", "oru_r01", "adt_a08", "oru_r01"],
  ...["mdm_t02", "oru_r01", "siu_s12", "dft_p03", "adt_a03"],
] as const;

/** What nobody but the two systems at the ends may read. */
export const secrets: readonly string[] = [
  ...patients.flatMap(({ family, given }) => [family, given]),
  ...["Brandt", "Okafor", "Potassium", "troponin", "900-00-1120"],
];

/** A message on its way, with what the demo has to know of it. */
export interface DemoMessage {
  /** MSH-10, no other message has it. */
  readonly controlId: string;
  /** Which patient it is about, from 0; messages about one patient are sent in order. */
  readonly patient: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Makes messages from the files in `messages/`, each about the next patient, under a control id of its own. */
export class MessageMaker {
  readonly #templates: readonly Hl7Message[];
  readonly #run = Date.now().toString(36).toUpperCase();
  #made = 0;

  private constructor(templates: readonly Hl7Message[]) {
    this.#templates = templates;
  }

  /** Reads the files. */
  static async open(): Promise<MessageMaker> {
    const read = (name: string) => Deno.readFile(new URL(`./messages/${name}.hl7`, import.meta.url));
    const files = await Promise.all(sequence.map(read));
    return new MessageMaker(files.map((file) => Hl7Message.parse(file)));
  }

  /** The next message. */
  next(): DemoMessage {
    const at = this.#made++;
    const patient = at % patients.length;
    // Over the weeks every patient gets every type.
    const template = this.#templates[(at + Math.floor(at / patients.length)) % this.#templates.length];
    const controlId = `${this.#run}-${at + 1}`;
    const message = about(patients[patient], template).with("MSH-10", controlId);
    return { controlId, patient, bytes: message.toBytes() as Uint8Array<ArrayBuffer> };
  }

  /** The next `count` messages. */
  take(count: number): DemoMessage[] {
    return Array.from({ length: count }, () => this.next());
  }
}

function about(
  { number, family, given, born, sex, street, phone }: Patient,
  template: Hl7Message,
): Hl7Message {
  const message = template.with("PID-3.1", number)
    .with("PID-5.1", family).with("PID-5.2", given)
    .with("PID-7", born).with("PID-8", sex)
    .with("PID-11.1", street).with("PID-13.1", phone)
    .with("PID-18.1", `ACC${number}`);
  return message.segments.includes("NK1") ? message.with("NK1-2.1", family) : message;
}

function patient(
  number: string,
  family: string,
  given: string,
  born: string,
  sex: string,
  street: string,
  phone: string,
  e164: string,
): Patient {
  return { number, family, given, born, sex, street, phone, e164 };
}
