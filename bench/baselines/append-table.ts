import type { Database, Statement } from 'better-sqlite3';

/**
 * Frozen baseline of query and size: one row per report in a table with the seed's columns and indexes (without its
 * UNIQUE, which one row per report would break). Rows come in the order of time, so the indexes grow as they would live.
 */
export const appendTable = `
  CREATE TABLE traffic_usage (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    user_token TEXT NOT NULL,
    config_server TEXT NOT NULL,
    config_port INTEGER NOT NULL,
    protocol TEXT NOT NULL,
    bytes_uploaded INTEGER DEFAULT 0,
    bytes_downloaded INTEGER DEFAULT 0,
    date_collected DATE NOT NULL,
    timestamp DATETIME DEFAULT CURRENT_TIMESTAMP
  );
  CREATE INDEX idx_user_token ON traffic_usage(user_token);
  CREATE INDEX idx_server_port ON traffic_usage(config_server, config_port);
  CREATE INDEX idx_timestamp ON traffic_usage(timestamp);`;

export function prepareInsert(database: Database): Statement {
  return database.prepare(`
    INSERT INTO traffic_usage
      (user_token, config_server, config_port, protocol, bytes_uploaded, bytes_downloaded, date_collected, timestamp)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)`);
}

/** The statements of the seed's statistics (its get_global_stats and get_user_traffic_stats) and its list of users. */
export const appendQueries = {
  globalTotals: `
    SELECT COUNT(DISTINCT user_token) AS users, COUNT(DISTINCT config_server || ':' || config_port) AS servers,
      SUM(bytes_uploaded + bytes_downloaded) AS bytes, COUNT(*) AS connections, COUNT(DISTINCT protocol) AS protocols
    FROM traffic_usage WHERE timestamp >= @since`,
  userDays: `
    SELECT config_server, config_port, protocol, SUM(bytes_uploaded) AS up, SUM(bytes_downloaded) AS down,
      SUM(bytes_uploaded + bytes_downloaded) AS bytes, COUNT(*) AS connections, MAX(timestamp) AS last_used
    FROM traffic_usage WHERE user_token = @token AND timestamp >= @since
    GROUP BY config_server, config_port, protocol ORDER BY down DESC`,
  topUsers: `
    SELECT user_token, SUM(bytes_uploaded + bytes_downloaded) AS bytes
    FROM traffic_usage WHERE timestamp >= @since
    GROUP BY user_token ORDER BY bytes DESC LIMIT 20`,
} as const;
