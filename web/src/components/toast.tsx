import { createContext, type ReactNode, useCallback, useContext, useEffect, useRef, useState } from 'react';
import { useTranslation } from '../i18n/words.tsx';
import { Icon, type IconName } from './icon.tsx';
import { useErrorWords } from './use-error-words.ts';

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
const MOST = 3;

const Context = createContext<(message: ToastMessage) => void>(() => {});

/** Shows what changed, with a way back where there is one. */
export function useToast(): (message: ToastMessage) => void {
  return useContext(Context);
}

export function ToastProvider({ children }: { readonly children: ReactNode }) {
  const { t } = useTranslation();
  const [toasts, setToasts] = useState<readonly (ToastMessage & { id: number })[]>([]);
  const show = useCallback((message: ToastMessage) => {
    setToasts((before) => [...before, { ...message, id: (before.at(-1)?.id ?? 0) + 1 }].slice(-MOST));
  }, []);
  const close = useCallback((id: number) => setToasts((before) => before.filter((toast) => toast.id !== id)), []);
  return (
    <Context.Provider value={show}>
      {children}
      <section className="toasts" aria-label={t('common.messages')} aria-live="polite">
        {toasts.map((toast) => (
          <Toast key={toast.id} toast={toast} onClose={close} />
        ))}
      </section>
    </Context.Provider>
  );
}

interface ToastProps {
  readonly toast: ToastMessage & { readonly id: number };
  readonly onClose: (id: number) => void;
}

function Toast({ toast, onClose }: ToastProps) {
  const { t } = useTranslation();
  const duration = toast.undo || toast.bad ? UNDO_MS : PLAIN_MS;
  const close = useCallback(() => onClose(toast.id), [onClose, toast.id]);
  const pausing = usePausingTimer(duration, close);
  return (
    <div
      className={`toast ${toast.bad ? 'bad' : ''}`}
      role={toast.bad ? 'alert' : 'status'}
      style={{ '--toast-time': `${duration}ms` } as React.CSSProperties}
      {...pausing}
    >
      <Icon name={toast.icon ?? (toast.bad ? 'warn' : 'check')} />
      <span>
        <b>{toast.title}</b> {toast.text}
      </span>
      <span className="push" />
      {toast.undo ? (
        <button
          type="button"
          className="btn quiet"
          onClick={() => {
            close();
            toast.undo?.();
          }}
        >
          {t('common.undo')}
        </button>
      ) : null}
      <button type="button" className="btn quiet icon" aria-label={t('common.close')} onClick={close}>
        <Icon name="close" />
      </button>
    </div>
  );
}

/** Calls `onEnd` after `duration`, but never while somebody points at it or has focus in it. */
function usePausingTimer(duration: number, onEnd: () => void) {
  const left = useRef(duration);
  const [running, setRunning] = useState(true);
  useEffect(() => {
    if (!running) return;
    const started = performance.now();
    const timer = setTimeout(onEnd, left.current);
    return () => {
      clearTimeout(timer);
      left.current -= performance.now() - started;
    };
  }, [running, onEnd]);
  const pause = () => setRunning(false);
  const resume = () => setRunning(true);
  return { onPointerEnter: pause, onPointerLeave: resume, onFocus: pause, onBlur: resume };
}

/** For `onError` of a write: says what the server said. */
export function useErrorToast(): (error: Error) => void {
  const show = useToast();
  const wordsOf = useErrorWords();
  return useCallback(
    (error) => {
      const { message, hint } = wordsOf(error);
      show({ title: message, text: hint ?? undefined, bad: true });
    },
    [show, wordsOf],
  );
}
