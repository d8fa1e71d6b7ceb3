const CODES: ReadonlySet<unknown> = new Set(['SQLITE_CONSTRAINT_DATATYPE', '22003']);

/** True if a sum left 63 bits: SQLite makes a floating-point number of it, which a STRICT table refuses. 22003: PostgreSQL. */
export function isOutOfRange(error: unknown): boolean {
  return error instanceof Error && 'code' in error && CODES.has(error.code);
}
