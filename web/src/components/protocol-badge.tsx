const NAMES: Readonly<Record<string, string>> = {
  wireguard: 'WireGuard',
  xray: 'Xray, V2Ray',
  'sing-box': 'sing-box',
  'sing-box-ssm': 'sing-box, ssm-api',
  amneziawg: 'AmneziaWG',
  vless: 'VLESS',
  vmess: 'VMess',
  trojan: 'Trojan',
  shadowsocks: 'Shadowsocks',
  ss: 'Shadowsocks',
  mtproto: 'MTProto',
  openvpn: 'OpenVPN',
  hysteria2: 'Hysteria2',
  tuic: 'TUIC',
  outline: 'Outline',
  marzban: 'Marzban',
  '3x-ui': '3x-ui',
  remnawave: 'Remnawave',
};

/** Proper names of protocols; what is not known here is shown as it came. */
export function protocolName(protocol: string): string {
  return NAMES[protocol.toLowerCase()] ?? protocol;
}

/** Null: the service of this peer is gone, and its kind with it. */
export function ProtocolBadge({ protocol }: { readonly protocol: string | null }) {
  if (protocol === null) return null;
  return <span className="badge">{protocolName(protocol)}</span>;
}
