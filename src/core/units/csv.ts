/**
 * A cell of RFC 4180. Spreadsheets run what begins like a formula, so text that does gets an apostrophe in front (OWASP, CSV
 * injection); numbers are numbers.
 */
export function csvCell(value: string | bigint | number | null): string {
  if (value === null) return '';
  if (typeof value !== 'string') return String(value);
  const text = FORMULA.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Also after spaces, and in the full width of East Asian keyboards. */
const FORMULA = /^\s*[=+\-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20]/;

/**
 * Rows of cells as RFC 4180 has them, with any line end; an apostrophe that `csvCell` put in front is taken off again.
 * @returns null where a quote is not closed
 */
export function parseCsv(text: string): string[][] | null {
  const rows: string[][] = [];
  let row: string[] = [];
  const cells = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/gy;
  const body = text.replace(/^\uFEFF/, '');
  while (cells.lastIndex < body.length) {
    const match = cells.exec(body);
    if (match === null) return null;
    const [, quoted, plain = '', end] = match;
    row.push(withoutApostrophe(quoted === undefined ? plain : quoted.replaceAll('""', '"')));
    if (end === ',') {
      if (cells.lastIndex === body.length) row.push('');
      else continue;
    }
    rows.push(row);
    row = [];
  }
  if (row.length > 0) rows.push(row);
  return rows;
}

function withoutApostrophe(cell: string): string {
  return cell.startsWith("'") && FORMULA.test(cell.slice(1)) ? cell.slice(1) : cell;
}
