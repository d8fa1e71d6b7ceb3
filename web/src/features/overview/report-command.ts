import { address } from '../../api/client.ts';

/** The report of the documentation, ready to paste: 1 MiB up, 2 MiB down. */
export function reportCommand(needsToken: boolean): string {
  const lines = [
    `curl -X POST '${address('api/xpert/traffic-webhook')}'`,
    ...(needsToken ? [`-H 'Authorization: Bearer INGEST_TOKEN'`] : []),
    `-H 'Content-Type: application/json'`,
    `-d '{"user_token":"test_user","server":"vpn.example.com","port":443,` +
      `\n       "protocol":"vless","bytes_uploaded":1048576,"bytes_downloaded":2097152}'`,
  ];
  return lines.join(' \\\n  ');
}
