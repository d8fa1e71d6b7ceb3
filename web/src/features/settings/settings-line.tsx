import type { ReactNode } from 'react';
import type { Settings } from '../../api/types.ts';
import { useTranslation } from '../../i18n/words.tsx';

interface LineProps {
  readonly name: string;
  readonly what: string;
  readonly children: ReactNode;
}

/** One setting: its name and meaning, then its value or what changes it. */
export function Line({ name, what, children }: LineProps) {
  return (
    <li>
      <div>
        <b>{name}</b>
        <p className="note">{what}</p>
      </div>
      <span className="row2s">{children}</span>
    </li>
  );
}

/** Says that the environment decides this, and by which variable, so that nobody looks for a switch. */
export function Fixed({ settings, variable }: { readonly settings: Settings; readonly variable: string }) {
  const { t } = useTranslation();
  const isSet = settings.fixedByEnvironment.includes(variable);
  return <span className="mut small">{t(isSet ? 'settings.fixed' : 'settings.fixable', { variable })}</span>;
}
