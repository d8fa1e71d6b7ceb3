import type { ServiceReading } from '../../core/metering/collector.ts';
import { directed, type Traffic } from '../../core/units/bytes.ts';
import type { Interface } from './script-output.ts';

/**
 * What a peer's counter holds beyond the packet inside: 16 bytes of header and 16 of authentication tag
 * (wireguard-go device/noise-protocol.go MessageTransportSize), and up to 15 of padding (PaddingMultiple 16).
 */
const HEADER = { least: 32n, most: 47n };

/** AmneziaWG may put junk before every packet (S4, up to 32 bytes). */
const AMNEZIA_JUNK = 32n;

/**
 * Daemons of today hand the kernel packets of up to 64 KiB that travel in many pieces, each with headers inside and
 * outside: (47 + 60) of 1280 bytes.
 */
const SHARE_OF_BUNDLES = 12n;

/**
 * The interface's own counters, with the bounds of what its peers count beyond them. The kernel's interface counts what
 * its peers count, in rx to the byte (drivers/net/wireguard/receive.c update_rx_stats()), in tx less the header of each
 * packet; a daemon's is a tun, which sees only the packets inside.
 */
export function ownOf({ own, tool }: Interface): Pick<ServiceReading, 'own' | 'ownHeaders'> {
  if (own === null) return {};
  const most = HEADER.most + (tool === 'awg' ? AMNEZIA_JUNK : 0n);
  const perPacket = (bytes: bigint): Traffic => directed(own.rxPackets * bytes, own.txPackets * bytes);
  const atMost = perPacket(most);
  if (!own.isTun) return { own: own.traffic, ownHeaders: { least: perPacket(0n), most: atMost } };
  const bundled = directed(
    (atMost.rx ?? 0n) + (own.traffic.rx ?? 0n) / SHARE_OF_BUNDLES,
    (atMost.tx ?? 0n) + (own.traffic.tx ?? 0n) / SHARE_OF_BUNDLES,
  );
  return { own: own.traffic, ownHeaders: { least: perPacket(HEADER.least), most: bundled } };
}
