import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import type { SourceFailure } from '../../core/errors.ts';
import type { Clock } from '../../core/units/clock.ts';
import { failure, garbled, tooLarge } from './failures.ts';
import { LineSplitter, LineTooLong } from './lines.ts';
import { type Status, StatusParser } from './status-parser.ts';

const MAX_FILE_BYTES = 64 * 1024 * 1024;
const CHUNK_BYTES = 128 * 1024;
const DEFAULT_MAX_AGE_SECONDS = 300;
/** The server's clock may be ahead of ours by this much before its own time is not believed. */
const MAX_AHEAD_MS = 60_000;

export interface StatusFile {
  readonly status: Status;
  /** Instant of the values: the server's own where it is told and plausible, else the file's. */
  readonly takenAt: Date;
}

/** Reads what `--status FILE` writes. The file is written in place: one that is being written has no end yet. */
export async function readStatusFile(
  path: string,
  maxAgeSeconds: number | undefined,
  clock: Clock,
  signal: AbortSignal,
): Promise<StatusFile> {
  signal.throwIfAborted();
  // A pipe would keep us waiting for its writer.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch((error: NodeJS.ErrnoException) => {
    throw notOpened(path, error);
  });
  try {
    const stats = await file.stat();
    if (!stats.isFile()) throw failure('file-unreadable', `${path} is not a file.`, 'Give the path of the file.');
    if (stats.size > MAX_FILE_BYTES) throw tooLarge(MAX_FILE_BYTES);
    const status = await parse(file, signal);
    const isPlausible = status.at !== null && status.at.getTime() <= clock.now().getTime() + MAX_AHEAD_MS;
    const takenAt = isPlausible && status.at !== null ? status.at : stats.mtime;
    checkAge(path, takenAt, (maxAgeSeconds ?? DEFAULT_MAX_AGE_SECONDS) * 1000, clock);
    return { status, takenAt };
  } finally {
    await file.close();
  }
}

async function parse(file: FileHandle, signal: AbortSignal): Promise<Status> {
  const parser = new StatusParser();
  const lines = new LineSplitter();
  try {
    for await (const chunk of file.createReadStream({ highWaterMark: CHUNK_BYTES, autoClose: false, signal })) {
      lines.push(chunk as Buffer, (line) => parser.line(line));
    }
  } catch (error) {
    if (error instanceof LineTooLong) throw garbled('it has a line without an end');
    throw signal.aborted ? signal.reason : error;
  }
  return parser.finish();
}

function checkAge(path: string, takenAt: Date, maxAgeMs: number, clock: Clock): void {
  const ageMs = clock.now().getTime() - takenAt.getTime();
  if (ageMs <= maxAgeMs) return;
  throw failure(
    'file-stale',
    `${path} was written ${Math.round(ageMs / 1000)} s ago (at most ${maxAgeMs / 1000} s are allowed).`,
    'OpenVPN does not run, its clock is behind, or it writes the file less often: "status FILE 30" in its configuration.',
    [`ls -l --time-style=full-iso ${path}`, 'systemctl status "openvpn*"'],
  );
}

function notOpened(path: string, { code = 'unknown' }: NodeJS.ErrnoException): SourceFailure {
  if (code === 'ENOENT') {
    return failure(
      'file-missing',
      `There is no file ${path}.`,
      'Add "status FILE 30" to the configuration of the server.',
      ['grep -rn "^status" /etc/openvpn'],
    );
  }
  return failure('file-unreadable', `${path} cannot be read: ${code}.`, 'Let the user of Xpert read it.', [
    `ls -l ${path}`,
  ]);
}
