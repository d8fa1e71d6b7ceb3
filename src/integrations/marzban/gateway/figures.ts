import type { PanelBooks, UsageBeyond } from '../../../core/gateway/gateway.ts';
import { type Placed, placeJson, type Shape } from '../../../lib/json-picker.ts';
import { NotJson } from '../../../lib/json-text.ts';
import type { Figures } from './touched.ts';

const USER = { username: 'value', used_traffic: 'value', lifetime_used_traffic: 'value' } as const;
const ADMIN = { username: 'value', users_usage: 'value' } as const;
const SHAPES: Readonly<Record<Figures['kind'], Shape>> = {
  users: { users: [USER] },
  user: USER,
  admins: [ADMIN],
  admin: ADMIN,
  'admin-usage': 'value',
};

/** Which of the two goes on top of which field. */
const FIELDS: Readonly<Record<string, keyof UsageBeyond>> = {
  used_traffic: 'shown',
  lifetime_used_traffic: 'ever',
  users_usage: 'shown',
};

type Row = Readonly<Record<string, Placed | undefined>>;
interface Sum {
  readonly place: Placed;
  readonly plus: bigint;
}

/**
 * Puts what the panel does not count on top of the figures in its answer: digits are replaced where they stand, and
 * nothing else. An answer that is not what it should be stays as it is.
 */
export async function withBeyond(body: Buffer, figures: Figures, books: PanelBooks): Promise<Buffer> {
  let placed: unknown;
  try {
    placed = placeJson(body, SHAPES[figures.kind]);
  } catch (error) {
    if (error instanceof NotJson) return body;
    throw error;
  }
  return replaceDigits(body, await sumsOf(placed, figures, books));
}

async function sumsOf(placed: unknown, figures: Figures, books: PanelBooks): Promise<Sum[]> {
  switch (figures.kind) {
    case 'admin-usage': {
      const beyond = placed === undefined ? null : await books.beyondOf(figures.owner);
      return beyond === null ? [] : [{ place: placed as Placed, plus: beyond.shown }];
    }
    case 'admin':
    case 'admins': {
      const rows = rowsIn(placed);
      const names = [...new Set(rows.map(nameOf))];
      const found = await Promise.all(names.map((name) => books.beyondOf(name)));
      return rows.flatMap((row) => sumsOfRow(row, found[names.indexOf(nameOf(row))] ?? undefined));
    }
    default: {
      const rows = rowsIn(figures.kind === 'users' ? (placed as { users?: unknown } | undefined)?.users : placed);
      const beyond = await books.beyond(rows.map(nameOf));
      return rows.flatMap((row) => sumsOfRow(row, beyond.get(nameOf(row))));
    }
  }
}

function rowsIn(placed: unknown): Row[] {
  const rows = (Array.isArray(placed) ? placed : [placed ?? {}]) as Row[];
  return rows.filter((row) => typeof row.username?.value === 'string');
}

function nameOf(row: Row): string {
  return String(row.username?.value);
}

function sumsOfRow(row: Row, beyond: UsageBeyond | undefined): Sum[] {
  if (beyond === undefined) return [];
  return Object.entries(FIELDS).flatMap(([field, which]) => {
    const place = row[field];
    return place === undefined ? [] : [{ place, plus: beyond[which] }];
  });
}

function replaceDigits(body: Buffer, sums: readonly Sum[]): Buffer {
  const parts: Buffer[] = [];
  let at = 0;
  for (const { place, plus } of [...sums].sort((a, b) => a.place.from - b.place.from)) {
    // Usage that is not a whole number of bytes is none that we know how to add to.
    if (typeof place.value !== 'bigint' || plus === 0n) continue;
    parts.push(body.subarray(at, place.from), Buffer.from(String(place.value + plus)));
    at = place.to;
  }
  return parts.length === 0 ? body : Buffer.concat([...parts, body.subarray(at)]);
}
