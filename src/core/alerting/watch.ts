import type { Alert, AlertSeverity, Condition } from './alert.ts';

/** What has to be written down: an alert opens, gets worse, is said in other words, or is over. */
export type AlertStep =
  | { readonly what: 'open' | 'worse' | 'reword'; readonly condition: Condition }
  | { readonly what: 'end'; readonly key: string }
  /** Its mute is over while it lasts: what nobody was told meanwhile is told now. */
  | { readonly what: 'unmuted'; readonly key: string };

/** How long a condition lasts before it is told. What is an error is judged with patience already (three intervals). */
const HOLD_MS: Readonly<Record<AlertSeverity, number>> = { error: 30_000, warning: 120_000, info: 0 };
/** How long it is absent before it is over; also what a start needs until everything was read once. */
const QUIET_MS = 120_000;
/** So many openings within an hour, and it is over only after half an hour of quiet. */
const FLAPS = 3;
const FLAP_WINDOW_MS = 3_600_000;
const FLAPPING_QUIET_MS = 1_800_000;
/** Figures within the words change with every look; so often what is shown follows them. */
const REWORD_MS = 60_000;

interface Track {
  isOpen: boolean;
  level: number;
  code: string;
  severity: AlertSeverity;
  message: string;
  /** When these words were written down; null before this process. */
  saidMs: number | null;
  /** Present without a break since, monotonic; null while absent. */
  presentMs: number | null;
  /** At a higher level than told since. */
  worseMs: number | null;
  absentMs: number | null;
  /** When it opened lately. */
  opens: number[];
}

/** Turns conditions into alerts without flapping. Keeps no clock: instants are monotonic ms. */
export class AlertWatch {
  readonly #tracks = new Map<string, Track>();

  /** `open`: alerts that last from before this process. */
  constructor(open: readonly Pick<Alert, 'key' | 'level' | 'code' | 'severity' | 'message'>[]) {
    for (const { key, level, code, severity, message } of open) {
      this.#tracks.set(key, { ...absent(), isOpen: true, level, code, severity, message });
    }
  }

  /** `isUnknown`: nobody can say at the moment whether what has this key is wrong. */
  look(conditions: readonly Condition[], isUnknown: (key: string) => boolean, nowMs: number): AlertStep[] {
    const steps: AlertStep[] = [];
    const present = new Set<string>();
    for (const condition of conditions) {
      if (present.has(condition.key)) continue;
      present.add(condition.key);
      const step = this.#seen(condition, nowMs);
      if (step !== null) steps.push({ what: step, condition });
    }
    for (const [key, track] of this.#tracks) {
      if (present.has(key)) continue;
      if (isUnknown(key)) track.absentMs = null;
      else if (this.#missed(track, nowMs)) steps.push({ what: 'end', key });
      if (isForgotten(track, nowMs)) this.#tracks.delete(key);
    }
    return steps;
  }

  #seen({ key, severity, level, code, message }: Condition, nowMs: number): 'open' | 'worse' | 'reword' | null {
    const track = this.#tracks.get(key) ?? absent();
    this.#tracks.set(key, track);
    track.presentMs ??= nowMs;
    track.absentMs = null;
    if (!track.isOpen) {
      if (nowMs - track.presentMs < HOLD_MS[severity]) return null;
      track.opens = [...track.opens.filter((at) => nowMs - at < FLAP_WINDOW_MS), nowMs];
      Object.assign(track, { isOpen: true, level, code, severity, message, saidMs: nowMs, worseMs: null });
      return 'open';
    }
    track.worseMs = level > track.level ? (track.worseMs ?? nowMs) : null;
    if (track.worseMs !== null && nowMs - track.worseMs >= HOLD_MS[severity]) {
      Object.assign(track, { level, code, severity, message, saidMs: nowMs, worseMs: null });
      return 'worse';
    }
    if (track.worseMs !== null) return null;
    const isOther = track.code !== code || track.severity !== severity;
    const isStale = track.message !== message && (track.saidMs === null || nowMs - track.saidMs >= REWORD_MS);
    if (!isOther && !isStale) return null;
    Object.assign(track, { code, severity, message, saidMs: nowMs });
    return 'reword';
  }

  /** @returns whether it is over */
  #missed(track: Track, nowMs: number): boolean {
    track.presentMs = null;
    track.worseMs = null;
    track.absentMs ??= nowMs;
    const isFlapping = track.opens.filter((at) => nowMs - at < FLAP_WINDOW_MS).length >= FLAPS;
    if (!track.isOpen || nowMs - track.absentMs < (isFlapping ? FLAPPING_QUIET_MS : QUIET_MS)) return false;
    track.isOpen = false;
    return true;
  }
}

function absent(): Track {
  const said = { level: 0, code: '', severity: 'info', message: '', saidMs: null } as const;
  return { isOpen: false, ...said, presentMs: null, worseMs: null, absentMs: null, opens: [] };
}

function isForgotten({ isOpen, presentMs, opens }: Track, nowMs: number): boolean {
  return !isOpen && presentMs === null && opens.every((at) => nowMs - at >= FLAP_WINDOW_MS);
}
