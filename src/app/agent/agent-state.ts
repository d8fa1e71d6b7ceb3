import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { ExpectedError } from '../../core/errors.ts';

/** What the agent remembers beside its spool. All of it can be asked of the panel again, but for the incarnation. */
export interface AgentMemory {
  readonly incarnation: string;
  /** The node that the spool belongs to; null until the panel told it. */
  readonly nodeId: string | null;
  /** Last sequence that the panel acknowledged. */
  readonly acknowledged: number;
  readonly intervalMs: number;
  /**
   * Period of tracking that the panel told last; 0 = the first, or none was told yet. Undefined: the panel, or the agent that
   * wrote this, was of a version that knew of none.
   */
  readonly trackingPeriod: number | undefined;
}

/** Null if there is none yet. @throws ExpectedError `agent-state-unusable` */
export function readAgentMemory(path: string): AgentMemory | null {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw unusable(path, error);
  }
  try {
    const { incarnation, nodeId, acknowledged, intervalMs, trackingPeriod } = JSON.parse(text) as AgentMemory;
    if (typeof incarnation !== 'string' || !Number.isSafeInteger(acknowledged) || !(intervalMs >= 1000))
      throw new Error('a member is missing');
    return { incarnation, nodeId, acknowledged, intervalMs, trackingPeriod };
  } catch (error) {
    throw unusable(path, error);
  }
}

/** Written beside and moved into place: never half there. @throws the system's error, for example ENOSPC */
export function writeAgentMemory(path: string, memory: AgentMemory): void {
  const beside = `${path}.new`;
  const file = openSync(beside, 'w', 0o600);
  try {
    writeSync(file, JSON.stringify(memory));
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(beside, path);
}

function unusable(path: string, cause: unknown): ExpectedError {
  return new ExpectedError('agent-state-unusable', `${path} cannot be read: ${String(cause)}.`, {
    hint: 'Make it readable, or remove its whole folder: the agent then begins anew, and nothing is counted twice.',
    cause,
  });
}
