/** True if a sum left 63 bits: SQLite makes a floating-point number of it, which a STRICT table refuses. */
export function isOutOfRange(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'SQLITE_CONSTRAINT_DATATYPE';
}
