/** A file that is made from a network file. */
export interface Document {
  /** Below the folder of all of them, with `/`: `general/ikev2.md`. */
  readonly path: string;
  readonly text: string;
}

/** What people have to look at: shown with the documents, and in the first of them. */
export interface Remark {
  /** The partner it is about, by its name in the network file; left out where it is about our own site. */
  readonly partner?: string;
  readonly says: string;
}

/** What documents are made with beside the network file. */
export interface RenderTools {
  /** Public keys of gateways for WireGuard, in base64, where their own files have them. */
  readonly wireguard: {
    readonly us?: string;
    /** By the partner's name in the network file. */
    readonly partners: Readonly<Record<string, string>>;
  };
}
