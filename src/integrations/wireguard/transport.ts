import type { NodeOutput } from './output-reader.ts';

/** Gets the node's answer to us. */
export interface Transport {
  /** @throws SourceFailure; the signal's reason when aborted */
  read(signal: AbortSignal): Promise<NodeOutput>;
  /** Idempotent. */
  close(): Promise<void>;
}

/** Asks the node's script to look at access or to change it. */
export interface AccessTransport {
  /** `words` behind `access`; @returns what the script printed. @throws SourceFailure; the signal's reason when aborted */
  ask(words: readonly string[], signal: AbortSignal): Promise<string>;
  /** Idempotent. */
  close(): Promise<void>;
}

/** Most that is taken from one node at once: four times what 100,000 peers print. */
export const MAX_OUTPUT_BYTES = 128 * 1024 * 1024;
