import { InvalidInput } from '../core/errors.ts';
import type { Integration } from '../core/metering/integration.ts';
import { agent } from '../integrations/agent/integration.ts';
import { declared } from '../integrations/declared/integration.ts';
import { marzban } from '../integrations/marzban/integration.ts';
import { mtproto } from '../integrations/mtproto/integration.ts';
import { openvpn } from '../integrations/openvpn/integration.ts';
import { outline } from '../integrations/outline/integration.ts';
import { remnawave } from '../integrations/remnawave/integration.ts';
import { shadowsocks } from '../integrations/shadowsocks/integration.ts';
import { singBoxSsm } from '../integrations/sing-box-ssm/integration.ts';
import { subscription } from '../integrations/subscription/integration.ts';
import { threeXui } from '../integrations/three-x-ui/integration.ts';
import { wireguard } from '../integrations/wireguard/integration.ts';
import { singBox, v2ray, xray } from '../integrations/xray/integration.ts';

/** Every kind of source that nodes can have: one line each. Agents load this without any database: see store.ts. */
const integrations: readonly Integration[] = [
  wireguard,
  xray,
  v2ray,
  singBox,
  singBoxSsm,
  openvpn,
  shadowsocks,
  mtproto,
  marzban,
  threeXui,
  remnawave,
  outline,
  subscription,
  declared,
  agent,
];

/** @throws InvalidInput naming the kinds there are */
export function integrationOf(kind: string): Integration {
  const integration = integrations.find((candidate) => candidate.kind === kind);
  if (integration !== undefined) return integration;
  const known = integrations.map((candidate) => candidate.kind).join(', ');
  throw new InvalidInput('/kind', `There is no integration "${kind}".`, `Choose one of: ${known}.`, 'unknown-kind');
}
