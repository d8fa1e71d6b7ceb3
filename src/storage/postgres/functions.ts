/** What the shared SQL asks for and PostgreSQL does not have, or means otherwise. */
export const functions = `
-- 64 bits, and an error beyond, as in SQLite; the server's own sum of bigint is numeric.
CREATE AGGREGATE sum (bigint) (sfunc = int8pl, stype = bigint, combinefunc = int8pl, parallel = safe);
CREATE FUNCTION add_true (bigint, boolean) RETURNS bigint LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  AS 'SELECT CASE WHEN $2 THEN $1 + 1 ELSE $1 END';
CREATE AGGREGATE sum (boolean) (sfunc = add_true, stype = bigint, initcond = 0);
CREATE FUNCTION add_total (double precision, bigint) RETURNS double precision LANGUAGE sql IMMUTABLE PARALLEL SAFE
  AS 'SELECT $1 + coalesce($2, 0)';
CREATE AGGREGATE total (bigint) (sfunc = add_total, stype = double precision, initcond = 0);

CREATE FUNCTION instr (text, text) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE
  AS 'SELECT strpos($1, $2)::bigint';

CREATE FUNCTION json_valid (text) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  AS 'SELECT $1::json IS NOT NULL';
-- Of lists only. Values are text, also those that are numbers.
CREATE FUNCTION json_each (list text) RETURNS TABLE (key bigint, value text) LANGUAGE sql IMMUTABLE PARALLEL SAFE
  AS 'SELECT n - 1, e FROM json_array_elements_text($1::json) WITH ORDINALITY AS x (e, n)';
CREATE FUNCTION json_each (object text, path text) RETURNS TABLE (key bigint, value text) LANGUAGE sql IMMUTABLE
  PARALLEL SAFE
  AS 'SELECT n - 1, e FROM json_array_elements_text($1::json -> substr($2, 3)) WITH ORDINALITY AS x (e, n)';
CREATE FUNCTION json_member (object text, name text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
  AS 'SELECT $1::json ->> $2';
CREATE OPERATOR ->> (leftarg = text, rightarg = text, function = json_member);

-- Bits are moved by a number of 64 bits, too.
CREATE FUNCTION shift_left (bigint, bigint) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE
  AS 'SELECT $1 << $2::integer';
CREATE OPERATOR << (leftarg = bigint, rightarg = bigint, function = shift_left);
`;
