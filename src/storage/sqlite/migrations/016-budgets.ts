/** What providers include in the price of nodes. */
export const budgetsMigration = `
CREATE TABLE node_budget (
  node_id TEXT PRIMARY KEY REFERENCES node (id),
  bytes INTEGER NOT NULL CHECK (bytes > 0),
  cycle TEXT NOT NULL,
  direction TEXT NOT NULL CHECK (direction IN ('in', 'out', 'both', 'max')),
  price_per_tb REAL CHECK (price_per_tb >= 0),
  currency TEXT
) STRICT, WITHOUT ROWID;
`;
