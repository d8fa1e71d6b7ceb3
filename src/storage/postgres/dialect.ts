/**
 * Says the shared SQL, which is SQLite's, to PostgreSQL: word by word, knowing nothing of what a statement means. What
 * PostgreSQL lacks and a word cannot tell (sums that fail beyond 63 bits, `json_each`) are functions of Xpert's schema.
 */
export interface Said {
  readonly sql: string;
  readonly parameters: readonly Parameter[];
}

export interface Parameter {
  /** Its name, or its place where they are given one after the other. */
  readonly from: string | number;
  /** Whether it is null is asked, nothing else: the server could not tell its type. */
  readonly isNullAsked: boolean;
}

/** `hasOwnId`: tables that number their rows; what is inserted there tells its id. */
export function toPostgres(sql: string, hasOwnId: (table: string) => boolean): Said {
  let words = wordsOf(sql);
  words = sayConflict(words);
  words = sayCalls(words);
  words = sayJoins(words);
  words = sayWords(words);
  const inserted = words[0] === 'INSERT' ? words[2] : undefined;
  if (inserted !== undefined && hasOwnId(inserted) && !words.includes('RETURNING')) words.push('RETURNING', 'id');
  return number(words);
}

type Words = string[];

const WORD =
  /--[^\n]*|x'[0-9a-fA-F]*'|'(?:[^']|'')*'|"[^"]*"|@\w+|[A-Za-z_]\w*|\d+(?:\.\d+)?(?:e\d+)?|<>|<=|>=|->>|\|\||<<|>>|\S/g;

function wordsOf(sql: string): Words {
  return (sql.match(WORD) ?? []).filter((word) => !word.startsWith('--'));
}

const isIdentifier = (word: string | undefined): boolean => word !== undefined && /^[a-z_]\w*$/.test(word);
const isKeyword = (word: string | undefined): boolean => word !== undefined && /^[A-Z]+$/.test(word);

/** Index of the bracket that closes the one at `open`. */
function closing(words: Words, open: number): number {
  let depth = 0;
  for (let at = open; at < words.length; at++) {
    if (words[at] === '(') depth++;
    else if (words[at] === ')' && --depth === 0) return at;
  }
  throw new Error(`a bracket is not closed: ${words.join(' ')}`);
}

/** `INSERT OR IGNORE`, `INSERT OR REPLACE`, and conflicts without a target: these are of the primary key. */
function sayConflict(words: Words): Words {
  const [insert, or, how] = words;
  if (insert === 'INSERT' && or === 'OR') {
    const plain = ['INSERT', ...words.slice(3)];
    if (how === 'IGNORE') return [...plain, 'ON', 'CONFLICT', 'DO', 'NOTHING'];
    const sets = argumentsOf(plain, 3).map(([column = '']) => [column, '=', 'excluded', '.', column]);
    return [...plain, 'ON', 'CONFLICT', 'ON', 'CONSTRAINT', `${plain[2]}_pkey`, 'DO', 'UPDATE', 'SET', ...joined(sets)];
  }
  const at = words.findIndex((word, i) => word === 'DO' && words[i + 1] === 'UPDATE');
  if (at < 0) return words;
  const table = words[2] as string;
  const target = words[at - 1] === 'CONFLICT' ? ['ON', 'CONSTRAINT', `${table}_pkey`] : [];
  return [...words.slice(0, at), ...target, 'DO', 'UPDATE', 'SET', ...ofTable(words.slice(at + 3), table)];
}

/** Columns on the right of assignments are those of the row that is there; PostgreSQL wants to be told. */
function ofTable(words: Words, table: string): Words {
  let depth = 0;
  let isTarget = true;
  return words.flatMap((word, i) => {
    if (word === '(') depth++;
    if (word === ')') depth--;
    if (depth === 0 && (word === ',' || word === 'RETURNING')) isTarget = true;
    const said = !isTarget && isColumn(words, i) ? [table, '.', word] : [word];
    if (depth === 0 && word === '=') isTarget = false;
    return said;
  });
}

const isColumn = (words: Words, at: number): boolean =>
  isIdentifier(words[at]) && words[at - 1] !== '.' && words[at + 1] !== '.' && words[at + 1] !== '(';

/** Arguments of the call whose bracket opens at `open`. */
function argumentsOf(words: Words, open: number): Words[] {
  const end = closing(words, open);
  const all: Words[] = [[]];
  let depth = 0;
  for (let at = open + 1; at < end; at++) {
    const word = words[at] as string;
    if (word === '(') depth++;
    if (word === ')') depth--;
    if (word === ',' && depth === 0) all.push([]);
    else all.at(-1)?.push(word);
  }
  return all;
}

const joined = (parts: readonly Words[]): Words => parts.flatMap((part, i) => (i === 0 ? part : [',', ...part]));

/** Functions that have another name or form. */
const calls: Readonly<Record<string, (args: Words[]) => Words>> = {
  ifnull: (args) => ['coalesce', '(', ...joined(args), ')'],
  iif: ([condition = [], yes = [], no = []]) => ['CASE', 'WHEN', ...condition, 'THEN', ...yes, 'ELSE', ...no, 'END'],
  char: (args) => ['chr', '(', ...joined(args), ')'],
  json_array: (args) => ['json_build_array', '(', ...joined(args), ')'],
  json_object: (args) => ['json_build_object', '(', ...joined(args), ')', '::', 'text'],
  json_group_array: (args) => ['coalesce', '(', 'json_agg', '(', ...joined(args), ')', '::', 'text', ',', "'[]'", ')'],
  // Of several values; of one they are aggregates, as in SQLite.
  max: (args) => [args.length > 1 ? 'greatest' : 'max', '(', ...joined(args), ')'],
  min: (args) => [args.length > 1 ? 'least' : 'min', '(', ...joined(args), ')'],
};

function sayCalls(words: Words): Words {
  const said: Words = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at] as string;
    const say = Object.hasOwn(calls, word) && words[at + 1] === '(' ? calls[word] : undefined;
    if (say === undefined) said.push(word);
    else {
      const form = say(argumentsOf(words, at + 1).map(sayCalls));
      // A form that is more than a call stays one value.
      said.push(...(form[0] === 'CASE' ? ['(', ...form, ')'] : form));
      at = closing(words, at + 1);
    }
  }
  return said;
}

/** SQLite's `CROSS JOIN … ON` keeps the order of tables; PostgreSQL plans by itself. */
function sayJoins(words: Words): Words {
  return words.filter((word, at) => word !== 'CROSS' || words[at + 1] !== 'JOIN' || !hasCondition(words, at + 2));
}

function hasCondition(words: Words, from: number): boolean {
  let depth = 0;
  for (let at = from; at < words.length; at++) {
    const word = words[at] as string;
    if (word === '(') depth++;
    if (word === ')' && --depth < 0) return false;
    if (depth > 0) continue;
    if (word === 'ON') return true;
    if (['JOIN', 'CROSS', 'LEFT', 'WHERE', 'GROUP', 'ORDER', 'UNION', 'LIMIT', ','].includes(word)) return false;
  }
  return false;
}

const names: Readonly<Record<string, string>> = {
  ...{ INTEGER: 'bigint', BLOB: 'bytea', REAL: 'double precision' },
  LIKE: 'ILIKE',
  // A word of PostgreSQL's own.
  user: '"user"',
};

function sayWords(words: Words): Words {
  const said: Words = [];
  for (let at = 0; at < words.length; ) {
    const phrase = phrases.find(({ fits }) => fits(words, at));
    if (phrase === undefined) said.push(sayWord(words[at++] as string));
    else {
      said.push(...phrase.said);
      at += phrase.words;
    }
  }
  return said;
}

function sayWord(word: string): string {
  if (Object.hasOwn(names, word)) return names[word] as string;
  if (/^x'/.test(word)) return `('\\x${word.slice(2)}::bytea)`;
  // Capitals of names are kept only between quotes.
  return /^\w+$/.test(word) && /[a-z]/.test(word) && /[A-Z]/.test(word) ? `"${word}"` : word;
}

const isConstant = (word: string | undefined): boolean => word === 'NULL' || word === 'TRUE' || word === 'FALSE';

/** Several words that mean one thing: how many they are, and what is said instead. */
const phrases: readonly {
  readonly words: number;
  readonly said: readonly string[];
  fits(words: Words, at: number): boolean;
}[] = [
  { words: 2, said: ['BEGIN'], fits: (words, at) => words[at] === 'BEGIN' && words[at + 1] === 'IMMEDIATE' },
  // Minus one is no limit.
  { words: 3, said: ['LIMIT', 'ALL'], fits: (words, at) => words[at] === 'LIMIT' && words[at + 1] === '-' },
  {
    words: 2,
    said: ['IS', 'DISTINCT', 'FROM'],
    fits: (words, at) => words[at] === 'IS' && words[at + 1] === 'NOT' && !isConstant(words[at + 2]),
  },
  {
    words: 1,
    said: ['IS', 'NOT', 'DISTINCT', 'FROM'],
    fits: (words, at) => words[at] === 'IS' && words[at + 1] !== 'NOT' && !isConstant(words[at + 1]),
  },
  // A plus before a name keeps SQLite from the column's index.
  {
    words: 1,
    said: [],
    fits: (words, at) => {
      const before = words[at - 1];
      return words[at] === '+' && (before === '(' || before === ',' || isKeyword(before));
    },
  },
];

/** Parameters have numbers; one that is asked for again by its name keeps its own. */
function number(words: Words): Said {
  const parameters: Parameter[] = [];
  const said: Words = [];
  let place = 0;
  for (let at = 0; at < words.length; at++) {
    const word = words[at] as string;
    if (!isParameter(word)) {
      said.push(word);
      continue;
    }
    const from = word === '?' ? place++ : word.slice(1);
    const test = nullTest(words, at + 1);
    const known = parameters.findIndex((each) => each.from === from && each.isNullAsked === test > 0);
    const one = known < 0 ? parameters.push({ from, isNullAsked: test > 0 }) : known + 1;
    said.push(...(test === 3 ? ['NOT'] : []), `$${one}`);
    at += test;
  }
  return { sql: said.join(' '), parameters };
}

const isParameter = (word: string): boolean => word === '?' || /^@\w/.test(word);

/** Words of `IS NULL` or `IS NOT NULL` there; 0 if it is neither. */
function nullTest(words: Words, at: number): 0 | 2 | 3 {
  if (words[at] !== 'IS') return 0;
  if (words[at + 1] === 'NULL') return 2;
  return words[at + 1] === 'NOT' && words[at + 2] === 'NULL' ? 3 : 0;
}
