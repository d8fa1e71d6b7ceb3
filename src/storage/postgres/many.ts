/** What is known of a list of values: all of them may be null, and then its type is not known. */
export type Column = 'values' | 'nulls';

/**
 * A statement that writes one row, said so that it writes one for each of several lists: the words `VALUES ($1, …)` become
 * rows of lists.
 */
export function insertOfColumns(sql: string, columns: readonly Column[]): string {
  const { lists, names, value } = given(columns);
  const row = / VALUES \( \$1(?: , \$\d+)* \)/;
  if (!row.test(sql)) throw new Error(`no list of parameters alone: ${sql}`);
  const values = columns.map((_, i) => value(i + 1)).join(', ');
  const rows = ` SELECT ${values} FROM unnest(${lists}) AS given (${names})`;
  // Nobody asks for the ids of many.
  return sql.replace(row, () => rows).replace(/ RETURNING id$/, '');
}

/**
 * A statement that asks, said so that it asks for each of several lists of parameters: rows come with the number (from 1) of
 * those that they are of. LIMIT and OFFSET keep the server from joining it in another way than one by one, with an index.
 */
export function selectForEach(sql: string, columns: readonly Column[], count: number, which: 'first' | 'all'): string {
  const { lists, names, value } = given(columns);
  const own = sql.replace(/\$(\d+)/g, (_, number) => value(Number(number)));
  const from =
    lists === ''
      ? `generate_series(1, ${count}) AS given (n)`
      : `unnest(${lists}) WITH ORDINALITY AS given (${names}, n)`;
  const end = which === 'first' ? 'LIMIT 1' : 'OFFSET 0';
  return `SELECT given.n, found.* FROM ${from} CROSS JOIN LATERAL (SELECT * FROM (${own}) AS asked ${end}) AS found`;
}

/** Lists that have a type are parameters, and columns of `given`; a null stands for the others. */
function given(columns: readonly Column[]) {
  const known = columns.flatMap((column, i) => (column === 'values' ? [i + 1] : []));
  return {
    lists: known.map((_, i) => `$${i + 1}`).join(', '),
    names: known.map((number) => `p${number}`).join(', '),
    value: (number: number) => (columns[number - 1] === 'nulls' ? 'NULL' : `given.p${number}`),
  };
}
