/**
 * How a gap begins to say why nothing was asked of the node. It is kept as text; whoever reads another language goes by the
 * code.
 */
export const PAUSE = {
  stopped: { code: 'gap-stopped', message: 'Xpert was not running.' },
  database: { code: 'gap-database', message: 'PostgreSQL could not be reached.' },
  restored: { code: 'gap-restored', message: 'Restored from a backup' },
  trackingOff: { code: 'gap-tracking-off', message: 'Traffic tracking was switched off.' },
  trackingCut: {
    code: 'gap-tracking-cut',
    message: 'Traffic tracking was switched off before the node answered again.',
  },
} as const;

/** Null: the node was asked, and this came back. */
export function codeOfGap(message: string): string | null {
  return Object.values(PAUSE).find((pause) => message.startsWith(pause.message))?.code ?? null;
}
