import type { Node } from '../../api/types.ts';
import { Hint } from '../../components/answer.tsx';
import { Kpi } from '../../components/kpi.tsx';
import { Bytes, Count, DirectionRate, Rate, TrafficDirections, Unknown } from '../../components/numbers.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { directionsOf } from '../../lib/direction.ts';
import { useFormat } from '../../lib/use-format.ts';

export function NodeFigures({ node }: { readonly node: Node }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { rxBitsPerSecond: rx, txBitsPerSecond: tx } = node;
  const rates = rx === null || tx === null ? null : directionsOf({ rxBytes: rx, txBytes: tx });
  return (
    <section className="kpis four" aria-label={t('nodes.figures')}>
      <Kpi
        label={
          <>
            <i className={`live ${rates ? '' : 'off'}`} />
            {t('nodes.now')}
          </>
        }
        value={rates ? <Rate big value={rates.download + rates.upload} /> : <BigUnknown reason={t('nodes.noRate')} />}
        detail={
          rates ? (
            <>
              <DirectionRate of="download" value={rates.download} />
              <DirectionRate of="upload" value={rates.upload} />
            </>
          ) : (
            t('nodes.noRate')
          )
        }
      />
      <Kpi
        label={t('nodes.today')}
        value={<Bytes big value={node.today.totalBytes} />}
        detail={<TrafficDirections traffic={node.today} />}
      />
      <Kpi
        label={
          <>
            {t('nodes.online')} <Hint>{t('nodes.onlineMeans')}</Hint>
          </>
        }
        value={<Count big value={node.peers.online} of={t('nodes.of', { count: node.peers.total })} />}
        detail={t('nodes.services', { count: node.services.length })}
      />
      <Kpi
        label={
          <>
            {t('nodes.before')} <Hint>{t('nodes.beforeMeans')}</Hint>
          </>
        }
        value={
          node.beforeXpert ? (
            <Bytes big value={node.beforeXpert.totalBytes} />
          ) : (
            <BigUnknown reason={t('nodes.noBaseline')} />
          )
        }
        detail={
          node.countingSince
            ? t('nodes.countingSince', { at: format.instant(node.countingSince) })
            : t('nodes.noBaseline')
        }
      />
    </section>
  );
}

function BigUnknown({ reason }: { readonly reason: string }) {
  return (
    <span className="big">
      <Unknown reason={reason} />
    </span>
  );
}
