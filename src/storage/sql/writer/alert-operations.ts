import type { AlertRecord, AlertStore, DeliveryFailure, NewChannel } from '../../../core/alerting/alert-store.ts';
import type { AdminId } from '../../../core/units/ids.ts';
import type { Alerts } from './alerts.ts';
import type { Channels } from './channels.ts';
import { operation } from './operation.ts';

/** Alerts, and the channels where they are told. */
export function alertOperations({ alerts, channels }: { readonly alerts: Alerts; readonly channels: Channels }) {
  return {
    recordAlerts: operation('none', (_now, records: readonly AlertRecord[], at: Date) => alerts.record(records, at)),
    acknowledgeAlert: operation('none', (_now, id: string, at: Date | null, by: AdminId | null) =>
      alerts.acknowledge(id, at, by),
    ),
    setMute: operation('none', (_now, key: string, mute: { until: Date | null } | null, by: AdminId | null) =>
      alerts.setMute(key, mute, by),
    ),
    takeMessage: operation('none', (_now, channelId: string, at: Date, limit: number) =>
      alerts.take(channelId, at, limit),
    ),
    noteDelivered: operation('none', (_now, channelId: string, messageId: string, at: Date) =>
      alerts.delivered(channelId, messageId, at),
    ),
    noteUndelivered: operation('none', (_now, channelId: string, failure: DeliveryFailure) =>
      alerts.failed(channelId, failure),
    ),
    addChannel: operation('none', (_now, channel: NewChannel) => channels.add(channel)),
    updateChannel: operation('none', (_now, id: string, change: Parameters<AlertStore['updateChannel']>[1]) =>
      channels.update(id, change),
    ),
    removeChannel: operation('none', (_now, id: string) => channels.remove(id)),
  };
}
