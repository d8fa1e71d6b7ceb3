import { Dialog as Primitive } from 'radix-ui';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Icon } from './icon.tsx';

interface DialogProps {
  readonly title: string;
  readonly open: boolean;
  readonly onClose: () => void;
  readonly wide?: boolean;
  readonly children: ReactNode;
}

/** A sheet over the page; from the bottom on a phone. */
export function Dialog({ title, open, onClose, wide = false, children }: DialogProps) {
  const { t } = useTranslation();
  return (
    <Primitive.Root open={open} onOpenChange={(next) => (next ? undefined : onClose())}>
      <Primitive.Portal>
        <Primitive.Overlay className="sheet">
          <Primitive.Content
            className={`card ${wide ? 'wide' : ''}`}
            aria-describedby={undefined}
            onOpenAutoFocus={focusFirstField}
          >
            <header>
              <Primitive.Title asChild>
                <h2>{title}</h2>
              </Primitive.Title>
              <span className="push">
                <Primitive.Close className="btn quiet icon" aria-label={t('common.close')}>
                  <Icon name="close" />
                </Primitive.Close>
              </span>
            </header>
            <div className="pad stack">{children}</div>
          </Primitive.Content>
        </Primitive.Overlay>
      </Primitive.Portal>
    </Primitive.Root>
  );
}

/** Whoever opens a form wants to fill it in; without a field the focus goes where it would: to the way out. */
function focusFirstField(event: Event): void {
  const field = (event.target as HTMLElement).querySelector<HTMLElement>('input, textarea, select');
  if (!field) return;
  event.preventDefault();
  field.focus();
}
