import { cloneElement, type HTMLAttributes, type ReactElement, type ReactNode, useId } from 'react';
import { useTranslation } from '../i18n/words.tsx';
import { Icon } from './icon.tsx';
import { Tip } from './overlay/tip.tsx';
import { useTip } from './overlay/use-tip.ts';

interface AnswerProps {
  /** Must be able to take focus. */
  readonly trigger: ReactElement<HTMLAttributes<HTMLElement>>;
  readonly children: ReactNode;
}

/** What stands behind a number or a word: on hover, on focus and on touch. */
export function Answer({ trigger, children }: AnswerProps) {
  const id = useId();
  const { anchor, stay, close, ...opening } = useTip();
  return (
    <>
      {cloneElement(trigger, { ...opening, 'aria-describedby': anchor ? id : undefined })}
      {anchor ? (
        <Tip id={id} anchor={anchor} onStay={stay} onClose={close}>
          {children}
        </Tip>
      ) : null}
    </>
  );
}

/** The question mark of a block: what its numbers mean and how they are counted. */
export function Hint({ children }: { readonly children: ReactNode }) {
  const { t } = useTranslation();
  return (
    <Answer
      trigger={
        <button type="button" className="hint" aria-label={t('common.whatIsThis')}>
          <Icon name="help" />
        </button>
      }
    >
      <p>{children}</p>
    </Answer>
  );
}

/** Facts behind a number, as pairs. */
export function Facts({ facts }: { readonly facts: readonly (readonly [term: string, fact: ReactNode])[] }) {
  return (
    <dl>
      {facts.map(([term, fact]) => (
        <div key={term}>
          <dt>{term}</dt>
          <dd>{fact}</dd>
        </div>
      ))}
    </dl>
  );
}
