/** Options of `xpert report`: name, value, variable that says the same, meaning. Those that come several times are joined by commas. */
export const REPORT_OPTIONS: readonly (readonly [name: string, value: string, variable: string, meaning: string])[] = [
  ['panel', 'url', 'XPERT_REPORT', 'https://panel.example.com, with a token https://TOKEN@panel.example.com'],
  ['clash', 'url', 'XPERT_REPORT_CLASH', 'Clash API of mihomo or sing-box, for example http://127.0.0.1:9090'],
  ['clash-secret-file', 'file', 'XPERT_REPORT_CLASH_SECRET_FILE', 'its secret'],
  ['xray', 'host:port', 'XPERT_REPORT_XRAY', 'StatsService of a local Xray or V2Ray'],
  ['sing-box', 'host:port', 'XPERT_REPORT_SING_BOX', 'v2ray_api of a local sing-box'],
  ['count', 'what', 'XPERT_REPORT_COUNT', 'of the two: outbounds (default) or users'],
  ['config', 'file', 'XPERT_REPORT_CONFIG', 'configuration of the client program: where its proxies lead'],
  ['server', 'name=host:port/protocol', 'XPERT_REPORT_SERVERS', 'the same by hand'],
  ['user', 'token', 'XPERT_REPORT_USER', 'user_token to report for'],
  ['user-of', 'name=token', 'XPERT_REPORT_USERS', 'user_token of a source address, user of an inbound, or email'],
  ['rest', 'host:port/protocol', 'XPERT_REPORT_REST', 'where bytes went that no counter leads anywhere'],
  ['folder', 'path', 'XPERT_REPORT_DIR', 'what it remembers (default: report)'],
  ['every', 'seconds', 'XPERT_REPORT_EVERY', 'between two reports (default: 60)'],
];
