import { type ReactNode, useId } from 'react';
import { useTranslation } from '../i18n/words.tsx';
import { Icon } from './icon.tsx';
import { Modal } from './overlay/modal.tsx';

interface DialogProps {
  readonly title: string;
  readonly open: boolean;
  readonly onClose: () => void;
  readonly wide?: boolean;
  readonly children: ReactNode;
}

/** A sheet over the page; from the bottom on a phone. */
export function Dialog({ open, ...sheet }: DialogProps) {
  return open ? <Sheet {...sheet} /> : null;
}

function Sheet({ title, onClose, wide = false, children }: Omit<DialogProps, 'open'>) {
  const { t } = useTranslation();
  const id = useId();
  return (
    <Modal shade="sheet" className={`card ${wide ? 'wide' : ''}`} labelledBy={id} onClose={onClose}>
      <header>
        <h2 id={id}>{title}</h2>
        <span className="push">
          <button type="button" className="btn quiet icon" aria-label={t('common.close')} onClick={onClose}>
            <Icon name="close" />
          </button>
        </span>
      </header>
      <div className="pad stack">{children}</div>
    </Modal>
  );
}
