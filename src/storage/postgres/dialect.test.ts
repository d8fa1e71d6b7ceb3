import { describe, expect, it } from 'vitest';
import { toPostgres } from './dialect.ts';

const said = (sql: string) => toPostgres(sql, (table) => table === 'gap').sql;

describe('the shared SQL, said to PostgreSQL', () => {
  it('numbers parameters by place, and by name each name once', () => {
    expect(said('SELECT a FROM t WHERE b = ? AND c = ?')).toBe('SELECT a FROM t WHERE b = $1 AND c = $2');
    const named = toPostgres('SELECT @to, @from, @to', () => false);
    expect(named.sql).toBe('SELECT $1 , $2 , $1');
    expect(named.parameters.map(({ from }) => from)).toEqual(['to', 'from']);
  });

  it('asks apart whether a parameter is null: of that alone no type follows', () => {
    const { sql, parameters } = toPostgres('SELECT 1 FROM t WHERE @node IS NULL OR node_id = @node', () => false);
    expect(sql).toBe('SELECT 1 FROM t WHERE $1 OR node_id = $2');
    expect(parameters).toEqual([
      { from: 'node', isNullAsked: true },
      { from: 'node', isNullAsked: false },
    ]);
    expect(said('SELECT ? IS NOT NULL')).toBe('SELECT NOT $1');
  });

  it('leaves texts as they are, whatever stands in them', () => {
    expect(said("SELECT 'a ? IS @b', 'it''s' FROM t")).toBe("SELECT 'a ? IS @b' , 'it''s' FROM t");
  });

  it('keeps capitals of names, and words of its own apart from names', () => {
    expect(said('SELECT u.node_id AS nodeId FROM user u')).toBe('SELECT u . node_id AS "nodeId" FROM "user" u');
  });

  it('names the target of a conflict and whose columns are added to', () => {
    expect(said('INSERT INTO day (day, rx) VALUES (?, ?) ON CONFLICT DO UPDATE SET rx = rx + excluded.rx')).toBe(
      'INSERT INTO day ( day , rx ) VALUES ( $1 , $2 ) ON CONFLICT ON CONSTRAINT day_pkey DO UPDATE SET rx = day . rx + excluded . rx',
    );
    expect(said('INSERT INTO t (a) VALUES (1) ON CONFLICT (a) DO UPDATE SET b = max(b, 2), c = c + 1')).toBe(
      'INSERT INTO t ( a ) VALUES ( 1 ) ON CONFLICT ( a ) DO UPDATE SET b = greatest ( t . b , 2 ) , c = t . c + 1',
    );
  });

  it('ignores and replaces by the primary key', () => {
    expect(said('INSERT OR IGNORE INTO t (a) VALUES (?)')).toBe(
      'INSERT INTO t ( a ) VALUES ( $1 ) ON CONFLICT DO NOTHING',
    );
    expect(said('INSERT OR REPLACE INTO t (a, b) VALUES (?, ?)')).toBe(
      'INSERT INTO t ( a , b ) VALUES ( $1 , $2 ) ON CONFLICT ON CONSTRAINT t_pkey DO UPDATE SET a = excluded . a , b = excluded . b',
    );
  });

  it('asks for the id of a row where the table numbers its rows', () => {
    expect(said('INSERT INTO gap (at) VALUES (?)')).toBe('INSERT INTO gap ( at ) VALUES ( $1 ) RETURNING id');
    expect(said('INSERT INTO gap (at) VALUES (?) RETURNING at')).not.toContain('RETURNING id');
    expect(said('INSERT INTO other (at) VALUES (?)')).not.toContain('RETURNING');
  });

  it('says functions that are called otherwise, also within each other', () => {
    expect(said('SELECT iif(a IS NULL, ifnull(b, 0), max(c, 1)), max(d) FROM t')).toBe(
      'SELECT ( CASE WHEN a IS NULL THEN coalesce ( b , 0 ) ELSE greatest ( c , 1 ) END ) , max ( d ) FROM t',
    );
    expect(said('SELECT json_group_array(json_array(a, b)) FROM t')).toBe(
      "SELECT coalesce ( json_agg ( json_build_array ( a , b ) ) :: text , '[]' ) FROM t",
    );
  });

  it('knows joins that have a condition from those that have none', () => {
    expect(said('SELECT 1 FROM a CROSS JOIN b ON b.x = a.x CROSS JOIN c WHERE c.y = 1')).toBe(
      'SELECT 1 FROM a JOIN b ON b . x = a . x CROSS JOIN c WHERE c . y = 1',
    );
  });

  it('compares what may be null, and leaves hints and limits of SQLite out', () => {
    expect(said('SELECT 1 FROM t WHERE +a IS ? AND b IS NOT @x AND c IS NOT NULL AND d + 1 > 2')).toBe(
      'SELECT 1 FROM t WHERE a IS NOT DISTINCT FROM $1 AND b IS DISTINCT FROM $2 AND c IS NOT NULL AND d + 1 > 2',
    );
    expect(said("SELECT a FROM t WHERE a LIKE 'x%' AND h < x'01' LIMIT -1 OFFSET 3")).toBe(
      "SELECT a FROM t WHERE a ILIKE 'x%' AND h < ('\\x01'::bytea) LIMIT ALL OFFSET 3",
    );
  });
});
