import type { Machine } from './machine.ts';
import type { Model } from './model.ts';
import { addTo, type Bytes, type LedgerState } from './model-state.ts';
import { statementOf, tablesOf } from './statements.ts';

type Lines = string[];

/** Holds what the ledger has against the model. What no table of it was written to since is not read again. */
export class Observer {
  readonly #seen = new Map<string, { readonly changes: number; readonly lines: Lines }>();

  /** Lines of only one of the two; '' if there are none. */
  difference(model: Model, machine: Machine): string {
    const wanted = expected(model);
    const found = OBSERVATIONS.flatMap((sql) => this.#linesOf(sql, machine));
    const all = new Set(found);
    if (wanted.length === found.length && wanted.every((line) => all.has(line))) return '';
    return differenceOfLines(wanted.sort(), found.sort());
  }

  #linesOf(sql: string, machine: Machine): Lines {
    const changes = machine.changes(tablesOf(sql));
    const seen = this.#seen.get(sql);
    if (seen?.changes === changes) return seen.lines;
    const lines = statementOf(machine.look, sql, 'column').all() as Lines;
    this.#seen.set(sql, { changes, lines });
    return lines;
  }

  /** Reads everything again. */
  forget(): void {
    this.#seen.clear();
  }
}

/** Everything that the model knows of, as lines: what the ledger should hold. */
function expected({ state }: Model): Lines {
  const { rx, tx } = state.quarantined.reduce(addBytes, { rx: 0n, tx: 0n });
  return [
    `tracking ${state.tracking}`,
    `keys ${state.keys.size}`,
    `quarantined ${state.quarantined.length} ${rx} ${tx}`,
    `decided ${state.quarantined.filter(({ decided }) => decided !== 'open').length}`,
    ...state.entries.map(
      ({ undoes, undone, aside }, i) =>
        `entry ${i + 1} ${undoes === null ? '-' : undoes + 1}${undone ? ' undone' : ''}${aside === null ? '' : ' aside'}`,
    ),
    ...people(state),
    ...marks(state),
    ...bytes(state),
    ...counters(state),
  ];
}

function addBytes(sum: Bytes, { rx, tx }: Bytes): Bytes {
  return { rx: sum.rx + rx, tx: sum.tx + tx };
}

function people({ users, tokens, owners }: LedgerState): Lines {
  const lines = [...users].map(([name, { deleted }]) => `user ${name} ${deleted ? 'deleted' : 'living'}`);
  for (const [token, { user, rotated, released }] of tokens) {
    lines.push(`token ${token} ${user}${rotated ? ' rotated' : ''}${released ? ' released' : ''}`);
  }
  for (const [peer, { user, bindings }] of owners) {
    const had = bindings.map((each) => `${each.user}@${each.fromMs}-${each.toMs ?? ''}`).join(' ');
    lines.push(`peer ${peer} ${user ?? '-'} ${had}`);
  }
  return lines;
}

function marks(state: LedgerState): Lines {
  const planned = state.planned.map(({ atMs, state: is }, i) => `planned ${i + 1} @${atMs} ${is}`);
  const set = state.marks.map(({ atMs, users, half, undone }, i) => {
    const whose = users === 'all' ? 'all' : [...users].sort().join(',');
    return `mark ${i + 1} @${atMs} ${whose} ${half ?? 'both'}${undone ? ' undone' : ''}`;
  });
  return [...set, ...planned];
}

function bytes({ pots }: LedgerState): Lines {
  const sums = new Map<string, { rx: bigint; tx: bigint }>();
  for (const { user, token, peer, mark, inCycle, carriers } of pots) {
    const holder = `${user ?? '-'} ${token ?? '-'} ${peer ?? '-'}`;
    for (const [carrier, moved] of carriers) {
      addTo(sums, `bytes ${holder} mark ${mark} ${inCycle ? 'cycle' : 'history'} ${carrier}`, moved);
    }
  }
  return [...sums].flatMap(([name, { rx, tx }]) => (rx + tx === 0n ? [] : `${name}: ${rx} ${tx}`));
}

function counters({ services, baselines, streams }: LedgerState): Lines {
  const lines = [...services].flatMap(([node, { last }]) =>
    last === null ? [] : [`service ${node} ${last.bootId} ${last.uptimeMs}`],
  );
  for (const service of services.values()) {
    for (const [key, { rx, tx, evidence, ended }] of service.counters) {
      lines.push(`counter ${key} ${rx} ${tx} ${evidence}${ended ? ' ended' : ''}`);
    }
  }
  for (const [key, { rx, tx }] of baselines) lines.push(`baseline ${key} ${rx} ${tx}`);
  for (const { rx, tx, periodEndMs } of streams.values()) lines.push(`stream ${rx} ${tx} ${periodEndMs ?? '-'}`);
  return lines;
}

/** Numbers in the order of ids: an engine may leave some out. */
const numberOf = (table: string, id: string): string => `(SELECT count(*) FROM ${table} n WHERE n.id <= ${id})`;

/** The same of the file. */
const OBSERVATIONS = [
  `SELECT 'tracking ' || iif(value ->> 'enabled', 'true', 'false') FROM meta WHERE name = 'tracking'`,
  `SELECT 'user ' || name || iif(deleted_at IS NULL, ' living', ' deleted') FROM user`,
  `SELECT 'token ' || token || ' ' || u.name || iif(rotated_at IS NULL, '', ' rotated') ||
     iif(released_at IS NULL, '', ' released') FROM user_token t JOIN user u ON u.id = t.user_id`,
  `SELECT 'peer ' || p.key || ' ' || ifnull((SELECT name FROM user WHERE id = p.user_id), '-') || ' ' ||
     ifnull((SELECT group_concat(name || '@' || from_at || '-' || ifnull(to_at, ''), ' ') FROM
       (SELECT u.name, b.from_at, b.to_at FROM binding b JOIN user u ON u.id = b.user_id
        WHERE b.peer_id = p.id AND b.voided_by IS NULL ORDER BY b.from_at, b.id)), '') FROM peer p`,
  `SELECT 'mark ' || ${numberOf('reset', 'r.id')} || ' @' || r.at || ' ' || iif(r.scope = 'all', 'all', ifnull((SELECT group_concat(name, ',') FROM
     (SELECT u.name FROM reset_target x JOIN user u ON u.id = x.user_id WHERE x.reset_id = r.id ORDER BY u.name)), ''))
     || ' ' || ifnull(r.half, 'both') || iif(r.undone_at IS NULL, '', ' undone') FROM reset r`,
  `SELECT 'planned ' || ${numberOf('scheduled_reset', 's.id')} || ' @' || due_at || ' ' ||
     iif(reset_id IS NOT NULL, 'done', iif(cancelled_at IS NULL, 'waiting', 'cancelled')) FROM scheduled_reset s`,
  `SELECT 'bytes ' || ifnull(u.name, '-') || ' ' || ifnull(g.token, '-') || ' ' || ifnull(p.key, '-') || ' mark ' ||
     ${numberOf('reset', 'g.mark')} || iif(g.in_cycle, ' cycle ', ' history ') || c.server || ':' || c.port || '/' || c.protocol || ': ' ||
     sum(t.rx) || ' ' || sum(t.tx)
   FROM tally t JOIN segment g ON g.id = t.segment_id JOIN series s ON s.id = t.series_id
   JOIN carrier c ON c.id = s.carrier_id LEFT JOIN user u ON u.id = g.user_id LEFT JOIN peer p ON p.id = g.peer_id
   GROUP BY g.user_id, g.token, g.peer_id, g.mark, g.in_cycle, c.server, c.port, c.protocol HAVING sum(t.total) > 0`,
  `SELECT 'service ' || n.name || ' ' || s.last_boot_id || ' ' || s.last_uptime_ms
   FROM vpn_service s JOIN node n ON n.id = s.node_id WHERE s.last_boot_id IS NOT NULL`,
  `SELECT 'counter ' || p.key || ' ' || c.rx || ' ' || c.tx || ' ' || e.text || iif(c.ended, ' ended', '')
   FROM counter c JOIN peer p ON p.id = c.peer_id JOIN evidence e ON e.id = c.start_id`,
  `SELECT 'baseline ' || p.key || ' ' || sum(b.rx) || ' ' || sum(b.tx)
   FROM baseline b JOIN peer p ON p.id = b.peer_id GROUP BY p.id`,
  `SELECT 'stream ' || rx || ' ' || tx || ' ' || ifnull(period_end, '-') FROM stream`,
  `SELECT 'quarantined ' || count(*) || ' ' || ifnull(sum(rx), 0) || ' ' || ifnull(sum(tx), 0) FROM quarantine`,
  `SELECT 'decided ' || count(DISTINCT e.quarantine_id) FROM entry e
   WHERE e.undoes IS NULL AND e.quarantine_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM entry f WHERE f.undoes = e.id)`,
  `SELECT 'entry ' || ${numberOf('entry', 'e.id')} || ' ' || iif(e.undoes IS NULL, '-', ${numberOf('entry', 'e.undoes')}) ||
     iif(EXISTS (SELECT 1 FROM entry f WHERE f.undoes = e.id), ' undone', '') ||
     iif(e.quarantine_id IS NULL, '', ' aside') FROM entry e`,
  `SELECT 'keys ' || count(*) FROM report_key`,
];

/** Lines of only one of two sorted lists; '' if there are none. */
function differenceOfLines(wanted: readonly string[], found: readonly string[]): string {
  const all = new Set(found);
  const inBoth = new Set(wanted.filter((line) => all.has(line)));
  const missing = wanted.filter((line) => !inBoth.has(line)).map((line) => `  missing: ${line}`);
  const tooMuch = found.filter((line) => !inBoth.has(line)).map((line) => `  found:   ${line}`);
  return [...missing, ...tooMuch].slice(0, 20).join('\n');
}
