/**
 * The outbox of a mirror of day rows elsewhere. Only PostgreSQL has it, and nothing is written to it unless a mirror is
 * kept: then triggers note what changes day rows that the mirror has (`PostgresOutbox` makes and removes them).
 */
export const historyMirrorMigration = `
-- None or one: the mirror that is kept.
CREATE TABLE history_mirror (
  id bigint PRIMARY KEY CHECK (id = 1),
  -- Of the rows in the mirror that count; those of another life are of a ledger that is gone.
  life bigint NOT NULL,
  incarnation text COLLATE "C" NOT NULL,
  -- Days up to this one are in the mirror or the outbox, and of the next one what is not beyond this tally.
  filled_day bigint NOT NULL,
  filled_tally bigint NOT NULL,
  -- Numbers of the last batch that was cut, and of the last one that the mirror is known to hold, with its seal.
  sealed bigint NOT NULL,
  shipped bigint NOT NULL CHECK (shipped BETWEEN sealed - 1 AND sealed),
  shipped_seal bigint NOT NULL
);

-- What was added to a day row that the mirror has: signed, also of what only changed hands.
CREATE TABLE history_outbox (
  at bigint NOT NULL DEFAULT floor(extract(epoch FROM clock_timestamp()) * 1000),
  day bigint NOT NULL,
  tally_id bigint NOT NULL,
  rx bigint NOT NULL,
  tx bigint NOT NULL,
  undirected bigint NOT NULL,
  markup bigint NOT NULL,
  hours bigint NOT NULL,
  connections bigint NOT NULL,
  -- Rows that came, less those that went.
  present bigint NOT NULL
);

CREATE TABLE history_batch (
  number bigint PRIMARY KEY,
  seal bigint NOT NULL,
  -- When the oldest change in it was made.
  since bigint NOT NULL
);

-- What a batch adds. It is never changed: sent again, it is the same.
CREATE TABLE history_batch_row (
  number bigint NOT NULL,
  day bigint NOT NULL,
  tally_id bigint NOT NULL,
  rx bigint NOT NULL,
  tx bigint NOT NULL,
  undirected bigint NOT NULL,
  markup bigint NOT NULL,
  hours bigint NOT NULL,
  connections bigint NOT NULL,
  present bigint NOT NULL,
  PRIMARY KEY (number, day, tally_id)
);

CREATE FUNCTION note_day_changes () RETURNS trigger LANGUAGE plpgsql AS $note$
BEGIN
  IF TG_OP <> 'INSERT' THEN
    INSERT INTO xpert.history_outbox (day, tally_id, rx, tx, undirected, markup, hours, connections, present)
    SELECT d.day, d.tally_id, -d.rx, -d.tx, -d.undirected, -d.markup, -d.hours, -d.connections, -1
    FROM gone d, xpert.history_mirror m
    WHERE d.day <= m.filled_day OR (d.day = m.filled_day + 1 AND d.tally_id <= m.filled_tally);
  END IF;
  IF TG_OP <> 'DELETE' THEN
    INSERT INTO xpert.history_outbox (day, tally_id, rx, tx, undirected, markup, hours, connections, present)
    SELECT d.day, d.tally_id, d.rx, d.tx, d.undirected, d.markup, d.hours, d.connections, 1
    FROM come d, xpert.history_mirror m
    WHERE d.day <= m.filled_day OR (d.day = m.filled_day + 1 AND d.tally_id <= m.filled_tally);
  END IF;
  RETURN NULL;
END $note$;
`;
