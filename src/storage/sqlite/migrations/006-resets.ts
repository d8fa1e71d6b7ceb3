/** Marks on one half of usage, and resets that are planned. */
export const resetsMigration = `
ALTER TABLE reset ADD COLUMN half TEXT CHECK (half IN ('services', 'reports'));

-- half: what was metered on our own VPN services, or what senders reported; a holder has segments apart for each.
ALTER TABLE segment ADD COLUMN half TEXT NOT NULL DEFAULT 'services' CHECK (half IN ('services', 'reports'));
UPDATE segment SET half = 'reports' WHERE token IS NOT NULL;
DROP INDEX segment_own;

-- Own segments that hold bytes of both halves become two.
CREATE TEMP TABLE reported AS
  SELECT DISTINCT t.id AS tally_id, t.segment_id FROM segment g JOIN tally t ON t.segment_id = g.id
  JOIN series s ON s.id = t.series_id JOIN carrier c ON c.id = s.carrier_id
  WHERE g.token IS NULL AND g.peer_id IS NULL AND c.service_id IS NULL;
UPDATE segment SET half = 'reports' WHERE id IN (SELECT segment_id FROM reported)
  AND NOT EXISTS (SELECT 1 FROM tally t WHERE t.segment_id = segment.id AND t.id NOT IN (SELECT tally_id FROM reported));
INSERT INTO segment (user_id, mark, all_mark, hidden, in_cycle, opened_at, half)
  SELECT user_id, mark, all_mark, hidden, in_cycle, opened_at, 'reports' FROM segment
  WHERE half = 'services' AND id IN (SELECT segment_id FROM reported);
UPDATE tally SET segment_id = (
    SELECT r.id FROM segment g JOIN segment r ON r.user_id = g.user_id AND r.mark = g.mark AND r.half = 'reports'
    WHERE g.id = tally.segment_id AND r.token IS NULL AND r.peer_id IS NULL)
  WHERE id IN (SELECT tally_id FROM reported)
    AND segment_id IN (SELECT id FROM segment WHERE half = 'services');
DROP TABLE reported;
CREATE UNIQUE INDEX segment_own ON segment (user_id, mark, half) WHERE token IS NULL AND peer_id IS NULL;

-- reset_id: the mark that it has set. Scope owner: the users that the admin has then.
CREATE TABLE scheduled_reset (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  public_id TEXT NOT NULL UNIQUE,
  scope TEXT NOT NULL CHECK (scope IN ('all', 'owner', 'user')),
  half TEXT CHECK (half IN ('services', 'reports')),
  owner_id TEXT REFERENCES admin (id),
  user_ids TEXT NOT NULL CHECK (json_valid(user_ids)),
  due_at INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  admin_id TEXT,
  reason TEXT,
  cancelled_at INTEGER,
  reset_id INTEGER UNIQUE REFERENCES reset (id),
  CHECK ((scope = 'owner') = (owner_id IS NOT NULL)),
  CHECK (scope <> 'all' OR half IS NULL),
  CHECK (cancelled_at IS NULL OR reset_id IS NULL)
) STRICT;
CREATE INDEX scheduled_reset_due ON scheduled_reset (due_at) WHERE reset_id IS NULL AND cancelled_at IS NULL;
`;
