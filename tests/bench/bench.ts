/** What the rows of the benchmark are run with. */
export interface Bench {
  /** Folder for data; removed afterwards. */
  readonly folder: string;
  /** Messages of one burst at 32 connections. */
  readonly count: number;
  /** How often each case is run, in turn with what it is compared to. */
  readonly rounds: number;
  /** A rough run is wanted. */
  readonly isQuick: boolean;
}
