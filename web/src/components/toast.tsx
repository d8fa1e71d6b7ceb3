import { Toast as Primitive } from 'radix-ui';
import { createContext, type ReactNode, useCallback, useContext, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Icon, type IconName } from './icon.tsx';

export interface ToastMessage {
  readonly title: string;
  readonly text?: string | undefined;
  readonly icon?: IconName;
  readonly bad?: boolean;
  /** Takes back what was done; offered as long as the toast stays. */
  readonly undo?: () => void;
}

/** How long a toast stays: long enough to undo (`--undo` in the tokens), shorter where there is nothing to. */
const UNDO_MS = 10_000;
const PLAIN_MS = 5_000;

const Context = createContext<(message: ToastMessage) => void>(() => {});

/** Shows what changed, with a way back where there is one. */
export function useToast(): (message: ToastMessage) => void {
  return useContext(Context);
}

export function ToastProvider({ children }: { readonly children: ReactNode }) {
  const { t } = useTranslation();
  const [toasts, setToasts] = useState<readonly (ToastMessage & { id: number })[]>([]);
  const show = useCallback((message: ToastMessage) => {
    setToasts((before) => [...before.slice(-2), { ...message, id: (before.at(-1)?.id ?? 0) + 1 }]);
  }, []);
  const close = (id: number) => setToasts((before) => before.filter((toast) => toast.id !== id));
  return (
    <Context.Provider value={show}>
      <Primitive.Provider label={t('common.notification')} swipeDirection="down">
        {children}
        {toasts.map((toast) => (
          <ToastView key={toast.id} toast={toast} onClose={() => close(toast.id)} />
        ))}
        <Primitive.Viewport className="toasts" label={t('common.notifications')} />
      </Primitive.Provider>
    </Context.Provider>
  );
}

function ToastView({ toast, onClose }: { readonly toast: ToastMessage; readonly onClose: () => void }) {
  const { t } = useTranslation();
  const duration = useMemo(() => (toast.undo || toast.bad ? UNDO_MS : PLAIN_MS), [toast]);
  return (
    <Primitive.Root
      className={`toast ${toast.bad ? 'bad' : ''}`}
      duration={duration}
      style={{ '--toast-time': `${duration}ms` } as React.CSSProperties}
      onOpenChange={(open) => (open ? undefined : onClose())}
    >
      <Icon name={toast.icon ?? (toast.bad ? 'warn' : 'check')} />
      <span>
        <Primitive.Title asChild>
          <b>{toast.title}</b>
        </Primitive.Title>{' '}
        {toast.text ? <Primitive.Description asChild>{<span>{toast.text}</span>}</Primitive.Description> : null}
      </span>
      <span className="push" />
      {toast.undo ? (
        <Primitive.Action asChild altText={t('common.undo')}>
          <button type="button" className="btn quiet" onClick={toast.undo}>
            {t('common.undo')}
          </button>
        </Primitive.Action>
      ) : null}
      <Primitive.Close asChild>
        <button type="button" className="btn quiet icon" aria-label={t('common.close')}>
          <Icon name="close" />
        </button>
      </Primitive.Close>
    </Primitive.Root>
  );
}

/** For `onError` of a write: says what the server said. */
export function useErrorToast(): (error: Error) => void {
  const show = useToast();
  return useCallback(
    (error) => {
      const hint = 'hint' in error && typeof error.hint === 'string' ? error.hint : undefined;
      show({ title: error.message, text: hint, bad: true });
    },
    [show],
  );
}
