/**
 * Readings of one service, column by column: as a message between threads that takes a small part of the time of as many
 * objects, and each reading is made when somebody comes to it. A column is null where no reading has the field.
 */
export interface ReadingColumns {
  readonly keys: TextColumn;
  /** Two per reading: rx and tx, or the total and 0 where `isDirected` is 0. Counters have up to 64 bits. */
  readonly bytes: BigUint64Array;
  readonly isDirected: Uint8Array;
  readonly connections: TextColumn | null;
  /** 1 where a connection is over. */
  readonly isOver: Uint8Array | null;
  /** 1 where the source lets a peer through, 2 where its access is off there, 0 where it does not tell. */
  readonly isOff: Uint8Array | null;
  readonly names: TextColumn | null;
  readonly endpoints: TextColumn | null;
  /** Addresses of one peer, separated by line ends. */
  readonly allowedIps: TextColumn | null;
  /** Instants in ms since 1970; NaN = absent. */
  readonly startedAt: Float64Array | null;
  readonly lastHandshakeAt: Float64Array | null;
}

/** All texts of a column as one string, so that neither a message nor the collection of garbage sees each of them. */
export interface TextColumn {
  readonly text: string;
  /** Where each ends; the next begins there. Absent: the complement of that, a negative number. */
  readonly ends: Int32Array;
}

/** Null if all of them are absent. */
export function textColumn(texts: readonly (string | undefined)[]): TextColumn | null {
  const there: string[] = [];
  const ends = new Int32Array(texts.length);
  let end = 0;
  for (let place = 0; place < texts.length; place++) {
    const text = texts[place];
    if (text !== undefined) there.push(text);
    end += text?.length ?? 0;
    ends[place] = text === undefined ? ~end : end;
  }
  return there.length === 0 ? null : { text: there.join(''), ends };
}

/** A slice, which keeps the whole column in memory. */
export function textAt(column: TextColumn | null, place: number): string | undefined {
  if (column === null) return undefined;
  const end = column.ends[place] as number;
  return end < 0 ? undefined : column.text.slice(place === 0 ? 0 : endAt(column, place - 1), end);
}

function endAt({ ends }: TextColumn, place: number): number {
  const end = ends[place] as number;
  return end < 0 ? ~end : end;
}
