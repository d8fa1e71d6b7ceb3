import { type ReactNode, useEffect, useRef } from 'react';
import { Floating } from './floating.tsx';

const GAP = 8;

interface TipProps {
  readonly id: string;
  readonly anchor: HTMLElement;
  readonly onStay: (isOver: boolean) => void;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

/** The answer itself. Escape closes it, and so does a press elsewhere. */
export function Tip({ id, anchor, onStay, onClose, children }: TipProps) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== 'Escape') return;
      event.preventDefault();
      onClose();
    };
    const onPress = ({ target }: Event) => {
      if (target instanceof Node && !box.current?.contains(target) && !anchor.contains(target)) onClose();
    };
    document.addEventListener('keydown', onKey, { capture: true });
    document.addEventListener('pointerdown', onPress, { capture: true });
    return () => {
      document.removeEventListener('keydown', onKey, { capture: true });
      document.removeEventListener('pointerdown', onPress, { capture: true });
    };
  }, [anchor, onClose]);
  return (
    <Floating
      box={box}
      anchor={anchor}
      gap={GAP}
      id={id}
      role="tooltip"
      className="pop"
      onPointerEnter={() => onStay(true)}
      onPointerLeave={() => onStay(false)}
    >
      {children}
    </Floating>
  );
}
