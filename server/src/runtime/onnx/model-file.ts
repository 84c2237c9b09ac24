import type { TrialInputs } from '@orator/core/models/trial-inputs';

/** A network's file, and how much of it may run at once. */
export interface ModelFile {
  readonly path: string;
  /** What its weights take. */
  readonly bytes: number;
  /** Items that may run as one batch. */
  readonly mostBatch: number;
  /** Without it the network always computes in fp32. */
  readonly half?: HalfTwin;
}

/** The same network in half floats. */
export interface HalfTwin {
  /** Its file, which is written when it is asked for first. @throws {OratorError} `backend/none` where there can be none, `model/…`, `output/…` */
  readonly ready: () => Promise<string>;
  /** What both are fed to compare them. */
  readonly inputs: TrialInputs;
  /** The file for what was found. */
  readonly trials: string;
  /** The file for the places where the network said what it says on the processor. */
  readonly checks: string;
}
