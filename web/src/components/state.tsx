import type { ReactNode } from 'react';
import type { NodeState } from '../api/types.ts';
import { useTranslation } from '../i18n/words.tsx';
import { Icon, type IconName } from './icon.tsx';

type Shape = 'up' | 'degraded' | 'down' | 'unknown';

/** A collector that cannot read says nothing about the VPN itself: drawn as unknown, with a word of its own. */
const SHAPES: Readonly<Record<NodeState, Shape>> = {
  up: 'up',
  degraded: 'degraded',
  down: 'down',
  unknown: 'unknown',
  error: 'unknown',
};

interface StateProps {
  readonly of: NodeState;
  /** Other words than the state's own. */
  readonly children?: ReactNode;
  readonly pill?: boolean;
  /** The word stays for readers only; for a matrix whose row says it in words. */
  readonly iconOnly?: boolean;
  readonly title?: string;
}

export function State({ of, children, pill = false, iconOnly = false, title }: StateProps) {
  const { t } = useTranslation();
  const shape = SHAPES[of];
  return (
    <span className={`st ${shape} ${pill ? 'pill' : ''}`} title={title}>
      <Icon name={`st-${shape}` as IconName} />
      <span className={iconOnly ? 'vh' : undefined}>{children ?? t(`common.state.${of}`)}</span>
    </span>
  );
}
