import { useQuery } from '@tanstack/react-query';
import { nodeHealthQuery } from '../api/resources.ts';
import { useTranslation } from '../i18n/words.tsx';
import { useFormat } from '../lib/use-format.ts';
import { Unknown } from './numbers.tsx';
import { UptimeStrip } from './uptime-strip.tsx';

/** Ninety days of a node in a table of nodes: a bar a day, and the part of the known time in which it answered. */
export function UptimeCells({ nodeId }: { readonly nodeId: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const health = useQuery(nodeHealthQuery(nodeId)).data;
  return (
    <>
      <td className="hide-m strip-col">{health ? <UptimeStrip health={health} /> : null}</td>
      <td className="r hide-m">
        {health && health.uptime !== null ? (
          <span className="num">
            {format.share(health.uptime)}
            <span className="u">%</span>
          </span>
        ) : (
          <Unknown reason={t('common.uptime.nothingKnown')} />
        )}
      </td>
    </>
  );
}
