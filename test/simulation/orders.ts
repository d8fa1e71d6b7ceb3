import type { Action, Answer } from './actions.ts';
import type { Done } from './journal.ts';

/** One action as it was done, or one part of a poll between whose parts others were done. */
export interface Step {
  readonly action: Action;
  /** Null: nobody heard of it. */
  readonly answer: Answer | null;
  /** `rest`: what is left after parts. */
  readonly part: 'whole' | 'rest' | Part;
}

/** So many readings of a poll. */
interface Part {
  readonly units: number;
  readonly isFirst: boolean;
}

export type Answered = readonly [Action, Answer | null];

/**
 * What was done, in its order, by the journal. `answered`: without those that failed with the disk, of which nothing is done; of a
 * poll what was committed of it before.
 */
export function stepsOf(answered: readonly Answered[], journal: readonly Done[]): Step[] {
  const answers = new Map(answered);
  const done = journal.filter(({ action, part }) => part !== 'whole' || answers.has(action));
  const steps: Step[] = [];
  done.forEach(({ action, part }, place) => {
    const parts = steps.filter((step) => step.action === action);
    if (part === 'whole') {
      steps.push({ action, answer: answers.get(action) ?? null, part: parts.length === 0 ? 'whole' : 'rest' });
    } else if (!isAsOne(done, place)) addPart(steps, action, { units: part, isFirst: parts.length === 0 });
  });
  // Refused before the writer was asked: nothing changed.
  const known = new Set(done.map(({ action }) => action));
  const refused = answered.filter(([action, answer]) => answer !== null && !known.has(action));
  return [...steps, ...refused.map(([action, answer]) => ({ action, answer, part: 'whole' }) as const)];
}

function addPart(steps: Step[], action: Action, { units, isFirst }: Part): void {
  const last = steps.at(-1);
  const goesOn = last !== undefined && last.action === action && typeof last.part === 'object';
  if (!goesOn) steps.push({ action, answer: null, part: { units, isFirst } });
  else if (typeof last.part === 'object') {
    steps[steps.length - 1] = { ...last, part: { ...last.part, units: last.part.units + units } };
  }
}

/** The poll came to its end, and nothing was done since its first part that it has to do with. */
function isAsOne(done: readonly Done[], place: number): boolean {
  const { action } = done[place] as Done;
  const first = done.findIndex((each) => each.action === action);
  const end = done.findIndex((each) => each.action === action && each.part === 'whole');
  return (
    end >= 0 && done.slice(first, end).every((each) => each.action === action || MINDS_NO_POLL.has(each.action.kind))
  );
}

const MINDS_NO_POLL: ReadonlySet<Action['kind']> = new Set([
  ...(['reports', 'add-user', 'rotate-token', 'cancel'] as const),
  ...(['failed-poll', 'cleanup', 'cleanup-step', 'billing', 'beat'] as const),
]);

/** Two that were done in another order than they were called in, and must not be; null: there are none. */
export function swapped(called: readonly Action[], journal: readonly Done[]): readonly [Action, Action] | null {
  const done = journal.flatMap(({ action, part }) => (part === 'whole' ? [action] : []));
  for (const [place, later] of done.entries()) {
    for (const earlier of done.slice(0, place)) {
      if (!mayPass(called, earlier, later)) return [earlier, later];
    }
  }
  return null;
}

/** Polls wait apart; reports and what has nothing to do with owners or marks may pass each other. */
function mayPass(called: readonly Action[], first: Action, second: Action): boolean {
  const [from, to] = [called.indexOf(second), called.indexOf(first)];
  if (to < from) return true;
  if ((first.kind === 'poll') !== (second.kind === 'poll')) return true;
  const isOfReports = (first.kind === 'reports') !== (second.kind === 'reports');
  return isOfReports && called.slice(from, to + 1).every(isPassedByReports);
}

/** All orders that keep the order of the polls and that of everything else. */
export function interleavings<T extends readonly [Action, unknown]>(done: readonly T[]): T[][] {
  const merge = (polls: readonly T[], others: readonly T[]): T[][] => {
    const [poll] = polls;
    const [other] = others;
    if (poll === undefined || other === undefined) return [[...others, ...polls]];
    const otherFirst = merge(polls, others.slice(1)).map((rest) => [other, ...rest]);
    return [...otherFirst, ...merge(polls.slice(1), others).map((rest) => [poll, ...rest])];
  };
  const isPoll = ([{ kind }]: T) => kind === 'poll';
  return merge(
    done.filter(isPoll),
    done.filter((each) => !isPoll(each)),
  );
}

/** Reports may be on the disk before what was called ahead of them, where that has nothing to do with owners or marks. */
export function reportsFirst<T extends readonly [Action, unknown]>(done: readonly T[]): T[] {
  const barrier = done.findIndex(([action]) => !isPassedByReports(action));
  const free = barrier < 0 ? done : done.slice(0, barrier);
  const isReports = ([{ kind }]: T) => kind === 'reports';
  const ahead = [...free.filter(isReports), ...free.filter((each) => !isReports(each))];
  const after = done[free.length];
  return after === undefined ? ahead : [...ahead, after, ...reportsFirst(done.slice(free.length + 1))];
}

function isPassedByReports(action: Action): boolean {
  if (action.kind === 'reset') return action.dueMs !== null;
  return ['reports', 'poll', 'failed-poll', 'cancel', 'cleanup', 'cleanup-step', 'beat'].includes(action.kind);
}
