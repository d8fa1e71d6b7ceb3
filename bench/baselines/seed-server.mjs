// Frozen baseline of webhook-seed: the original's way of recording a report. One connection per report, which reads and
// replaces the day's row and commits by itself (its record_traffic_usage of 2026-02), behind a plain HTTP server.
// Usage: node seed-server.mjs DATABASE; prints its port when it listens.
import http from 'node:http';
import Database from 'better-sqlite3';

const file = process.argv[2];
const first = new Database(file);
first.exec(`
  CREATE TABLE IF NOT EXISTS traffic_usage (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    user_token TEXT NOT NULL,
    config_server TEXT NOT NULL,
    config_port INTEGER NOT NULL,
    protocol TEXT NOT NULL,
    bytes_uploaded INTEGER DEFAULT 0,
    bytes_downloaded INTEGER DEFAULT 0,
    date_collected DATE NOT NULL,
    timestamp DATETIME DEFAULT CURRENT_TIMESTAMP,
    UNIQUE(user_token, config_server, config_port, date_collected)
  );
  CREATE INDEX IF NOT EXISTS idx_user_token ON traffic_usage(user_token);
  CREATE INDEX IF NOT EXISTS idx_server_port ON traffic_usage(config_server, config_port);
  CREATE INDEX IF NOT EXISTS idx_timestamp ON traffic_usage(timestamp);`);
first.close();

const upsert = `
  INSERT OR REPLACE INTO traffic_usage
    (user_token, config_server, config_port, protocol, bytes_uploaded, bytes_downloaded, date_collected, timestamp)
  VALUES (@user_token, @server, @port, @protocol,
    COALESCE((SELECT bytes_uploaded FROM traffic_usage WHERE user_token = @user_token AND config_server = @server
      AND config_port = @port AND date_collected = DATE('now')), 0) + @bytes_uploaded,
    COALESCE((SELECT bytes_downloaded FROM traffic_usage WHERE user_token = @user_token AND config_server = @server
      AND config_port = @port AND date_collected = DATE('now')), 0) + @bytes_downloaded,
    DATE('now'), CURRENT_TIMESTAMP)`;

function record(report) {
  const database = new Database(file);
  database.prepare(upsert).run(report);
  database.close();
}

const server = http.createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    record(JSON.parse(Buffer.concat(chunks).toString('utf8')));
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end('{"status":"success","message":"Traffic recorded successfully"}');
  });
});
server.listen(0, '127.0.0.1', () => process.stdout.write(`${server.address().port}\n`));
