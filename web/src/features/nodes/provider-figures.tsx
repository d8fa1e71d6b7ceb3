import { useState } from 'react';
import { useIsOwner } from '../../api/session.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { State } from '../../components/state.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { useFormat } from '../../lib/use-format.ts';
import { instantAt } from '../../lib/zone.ts';
import { FigureForm } from './figure-form.tsx';
import { type ProviderFigure, useRemoveFigure } from './figures-api.ts';

const SHAPES = { ok: 'up', off: 'degraded', unknown: 'unknown' } as const;

/** What the node's provider says it carried, against the network card. */
export function ProviderFigures({
  nodeId,
  figures,
}: {
  readonly nodeId: string;
  readonly figures: readonly ProviderFigure[];
}) {
  return (
    <ul className="settings-list">
      {figures.map((figure) => (
        <Figure key={figure.id} nodeId={nodeId} figure={figure} />
      ))}
    </ul>
  );
}

function Figure({ nodeId, figure }: { readonly nodeId: string; readonly figure: ProviderFigure }) {
  const { t } = useTranslation();
  const format = useFormat();
  const owner = useIsOwner();
  const remove = useRemoveFigure(nodeId);
  const { firstDay, lastDay, direction, bytes, cardBytes, note, status } = figure;
  const days = [firstDay, lastDay].map((date) => format.day(instantAt(`${date}T12:00`, format.timeZone)));
  const period = firstDay === lastDay ? days[0] : days.join(' – ');
  const card =
    cardBytes === null || status === 'unknown'
      ? t('nodes.bill.cardUnknown')
      : t('nodes.bill.card', { bytes: format.bytesText(cardBytes) });
  return (
    <li>
      <div>
        <b>
          {period} · {t(`nodes.budget.direction.${direction}`)} · {format.bytesText(bytes)}
        </b>
        <p className="note">{[card, note].filter(Boolean).join(' · ')}</p>
      </div>
      <span className="row2s">
        <State of={SHAPES[status]}>{t(`nodes.matches.${status}`)}</State>
        {owner ? (
          <button
            type="button"
            className="btn quiet"
            disabled={remove.isPending}
            onClick={() => remove.mutate(figure.id)}
          >
            {t('nodes.bill.remove')}
          </button>
        ) : null}
      </span>
    </li>
  );
}

/** Opens what such a figure is told in. */
export function TellFigure({ nodeId }: { readonly nodeId: string }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const close = () => setOpen(false);
  return (
    <>
      <button type="button" className="btn quiet" onClick={() => setOpen(true)}>
        {t('nodes.bill.tell')}
      </button>
      <Dialog title={t('nodes.bill.title')} open={open} onClose={close}>
        <p className="row-text">{t('nodes.bill.means')}</p>
        <FigureForm nodeId={nodeId} onDone={close} />
      </Dialog>
    </>
  );
}
