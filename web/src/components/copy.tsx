import { useState } from 'react';
import { useTranslation } from '../i18n/words.tsx';
import { copyText } from '../lib/copy.ts';
import { Icon } from './icon.tsx';

const SAID_MS = 1_500;

export function CopyButton({ text, quiet = true }: { readonly text: string; readonly quiet?: boolean }) {
  const { t } = useTranslation();
  const [said, setSaid] = useState<'copied' | 'notCopied' | null>(null);
  const copy = async () => {
    setSaid((await copyText(text)) ? 'copied' : 'notCopied');
    setTimeout(() => setSaid(null), SAID_MS);
  };
  return (
    <button type="button" className={`btn ${quiet ? 'quiet' : ''}`} onClick={() => void copy()}>
      <Icon name={said === 'copied' ? 'check' : 'copy'} />
      <span aria-live="polite">{t(`common.copy.${said ?? 'copy'}`)}</span>
    </button>
  );
}

/** Lines to paste elsewhere, with a button that copies them. */
export function Paste({ lines, label }: { readonly lines: string; readonly label?: string }) {
  return (
    <div className="paste">
      {label ? <span className="sect">{label}</span> : null}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: long lines scroll, also by keyboard */}
      <pre tabIndex={0}>{lines}</pre>
      <CopyButton text={lines} />
    </div>
  );
}
