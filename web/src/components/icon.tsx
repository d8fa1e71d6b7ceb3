import type { ReactNode } from 'react';

/** Every drawing of the panel, on a grid of 16 (states 14, arrows 12). Lines only; states are solid shapes. */
const DRAWINGS = {
  overview: { box: 16, shapes: <path d="M2.5 2.5h4.5v6H2.5zM9 2.5h4.5v3.5H9zM9 8.5h4.5v5H9zM2.5 11h4.5v2.5H2.5z" /> },
  traffic: { box: 16, shapes: <path d="M5 13V3M2.5 5.5 5 3l2.5 2.5M11 3v10m-2.5-2.5L11 13l2.5-2.5" /> },
  users: {
    box: 16,
    shapes: (
      <>
        <circle cx="6" cy="5.5" r="2.5" />
        <path d="M1.5 13c.4-2.5 2.2-3.8 4.5-3.8s4.1 1.3 4.5 3.8M10.8 3.2a2.5 2.5 0 0 1 0 4.6M12.3 9.6c1.2.6 2 1.8 2.2 3.4" />
      </>
    ),
  },
  nodes: {
    box: 16,
    shapes: (
      <>
        <rect x="2" y="2.5" width="12" height="4.5" rx="1.2" />
        <rect x="2" y="9" width="12" height="4.5" rx="1.2" />
        <path d="M4.5 4.75h.01M4.5 11.25h.01M7 4.75h4.5M7 11.25h4.5" />
      </>
    ),
  },
  services: {
    box: 16,
    shapes: (
      <>
        <path d="M8 1.8 13.5 4v4c0 3.2-2.3 5.3-5.5 6.3C4.8 13.3 2.5 11.2 2.5 8V4z" />
        <path d="m5.8 8 1.6 1.6 2.9-3.2" />
      </>
    ),
  },
  alerts: { box: 16, shapes: <path d="M4 7a4 4 0 0 1 8 0c0 3 1.3 4 1.3 4H2.7S4 10 4 7zM6.7 13.5h2.6" /> },
  settings: {
    box: 16,
    shapes: (
      <>
        <path d="M2 5h6M12 5h2M2 11h2M8 11h6" />
        <circle cx="10" cy="5" r="1.8" />
        <circle cx="6" cy="11" r="1.8" />
      </>
    ),
  },
  search: {
    box: 16,
    shapes: (
      <>
        <circle cx="7" cy="7" r="4.3" />
        <path d="m10.3 10.3 3.2 3.2" />
      </>
    ),
  },
  theme: {
    box: 16,
    shapes: (
      <>
        <circle cx="8" cy="8" r="5.5" />
        <path d="M8 2.5v11a5.5 5.5 0 0 0 0-11z" fill="currentColor" />
      </>
    ),
  },
  menu: { box: 16, shapes: <path d="M2 4h12M2 8h12M2 12h12" /> },
  chev: { box: 16, shapes: <path d="m6 4 4 4-4 4" /> },
  caret: { box: 16, shapes: <path d="m4.5 6.5 3.5 3.5 3.5-3.5" /> },
  'down-a': { box: 12, shapes: <path d="M6 2v8M2.8 6.8 6 10l3.2-3.2" /> },
  'up-a': { box: 12, shapes: <path d="M6 10V2M2.8 5.2 6 2l3.2 3.2" /> },
  'st-up': {
    box: 14,
    shapes: (
      <>
        <circle cx="7" cy="7" r="6" fill="currentColor" stroke="none" />
        <path d="m4.4 7.2 1.8 1.8 3.4-3.8" className="i-cut" />
      </>
    ),
  },
  'st-degraded': {
    box: 14,
    shapes: (
      <>
        <path d="M7 1.2 13.2 12.3H.8z" fill="currentColor" stroke="currentColor" strokeWidth="1" />
        <path d="M7 5.2v3.3M7 10.4v.01" className="i-cut" />
      </>
    ),
  },
  'st-down': {
    box: 14,
    shapes: (
      <>
        <rect x="1" y="1" width="12" height="12" rx="2.5" fill="currentColor" stroke="none" />
        <path d="m4.7 4.7 4.6 4.6m0-4.6L4.7 9.3" className="i-cut" />
      </>
    ),
  },
  'st-unknown': {
    box: 14,
    shapes: (
      <>
        <circle cx="7" cy="7" r="5.6" strokeDasharray="2.2 1.8" />
        <path d="M5.5 5.6c0-1 .7-1.6 1.6-1.6s1.5.6 1.5 1.4c0 1.1-1.5 1.2-1.5 2.3M7.1 9.8v.01" strokeWidth="1.3" />
      </>
    ),
  },
  reset: { box: 16, shapes: <path d="M3 8a5 5 0 1 0 1.6-3.7M3 2.5v2.8h2.8" /> },
  gap: { box: 16, shapes: <path d="M1.5 8h3.5M11 8h3.5M5 4.5v7M11 4.5v7" /> },
  clock: {
    box: 16,
    shapes: (
      <>
        <circle cx="8" cy="8" r="5.5" />
        <path d="M8 4.8V8l2.2 1.5" />
      </>
    ),
  },
  plus: { box: 16, shapes: <path d="M8 3v10M3 8h10" /> },
  link: {
    box: 16,
    shapes: (
      <path d="M6.5 9.5a2.6 2.6 0 0 0 3.7 0l2.3-2.3a2.6 2.6 0 0 0-3.7-3.7l-.8.8M9.5 6.5a2.6 2.6 0 0 0-3.7 0L3.5 8.8a2.6 2.6 0 0 0 3.7 3.7l.8-.8" />
    ),
  },
  more: { box: 16, shapes: <path d="M3.5 8h.01M8 8h.01M12.5 8h.01" strokeWidth="2.2" /> },
  copy: {
    box: 16,
    shapes: (
      <>
        <rect x="5.5" y="5.5" width="8" height="8" rx="1.5" />
        <path d="M10.5 3.5a1 1 0 0 0-1-1h-6a1 1 0 0 0-1 1v6a1 1 0 0 0 1 1" />
      </>
    ),
  },
  export: { box: 16, shapes: <path d="M8 2.5v7.5M5 7l3 3 3-3M2.5 13.5h11" /> },
  limit: { box: 16, shapes: <path d="M2.5 12a5.5 5.5 0 1 1 11 0M8 12l2.5-3.5" /> },
  bars: { box: 16, shapes: <path d="M3 13V8M8 13V3M13 13V6" /> },
  rows: { box: 16, shapes: <path d="M2.5 4h11M2.5 8h11M2.5 12h11" /> },
  phone: {
    box: 16,
    shapes: (
      <>
        <rect x="4.5" y="1.5" width="7" height="13" rx="1.5" />
        <path d="M7.5 12.3h1" />
      </>
    ),
  },
  laptop: {
    box: 16,
    shapes: (
      <>
        <rect x="3" y="3" width="10" height="7.5" rx="1" />
        <path d="M1.5 13h13" />
      </>
    ),
  },
  close: { box: 16, shapes: <path d="m4 4 8 8m0-8-8 8" /> },
  edit: { box: 16, shapes: <path d="M10.8 2.8 13.2 5.2 5.6 12.8 2.7 13.3 3.2 10.4z" /> },
  warn: { box: 16, shapes: <path d="M8 2.5 14.2 13.3H1.8zM8 6.5v3.2M8 11.5v.01" /> },
  help: {
    box: 16,
    shapes: (
      <>
        <circle cx="8" cy="8" r="5.5" />
        <path d="M6.4 6.5c0-1 .7-1.7 1.7-1.7s1.6.7 1.6 1.5c0 1.2-1.6 1.3-1.6 2.5M8.1 11v.01" />
      </>
    ),
  },
  check: { box: 16, shapes: <path d="m3.5 8.5 3 3 6-7" /> },
  key: {
    box: 16,
    shapes: (
      <>
        <circle cx="5" cy="11" r="2.5" />
        <path d="m6.8 9.2 6-6M10.5 5.5l2 2" />
      </>
    ),
  },
  trash: { box: 16, shapes: <path d="M3 4.5h10M6.5 4.5V3h3v1.5M4.5 4.5l.6 8.5h5.8l.6-8.5M7 7v3.5M9 7v3.5" /> },
  claim: {
    box: 16,
    shapes: (
      <>
        <circle cx="6.5" cy="5.5" r="2.5" />
        <path d="M2 13c.4-2.5 2.2-3.8 4.5-3.8.9 0 1.7.2 2.4.6M12 9.5v5M9.5 12h5" />
      </>
    ),
  },
  server: {
    box: 16,
    shapes: (
      <>
        <rect x="2" y="5" width="12" height="6" rx="1.2" />
        <path d="M4.5 8h.01M7 8h4.5" />
      </>
    ),
  },
  out: { box: 16, shapes: <path d="M6.5 2.5h-4v11h4M10 5l3 3-3 3M13 8H6" /> },
} as const satisfies Record<string, { readonly box: number; readonly shapes: ReactNode }>;

export type IconName = keyof typeof DRAWINGS;

/** Decoration only: a word or an `aria-label` stands beside it. */
export function Icon({ name, className = '' }: { readonly name: IconName; readonly className?: string }) {
  const { box, shapes } = DRAWINGS[name];
  return (
    <svg className={`i ${className}`} viewBox={`0 0 ${box} ${box}`} aria-hidden="true">
      {shapes}
    </svg>
  );
}

export function Logo() {
  return (
    <svg viewBox="0 0 20 20" aria-hidden="true">
      <rect width="20" height="20" rx="5" style={{ fill: 'var(--ink)' }} />
      <path
        d="M5.5 12.5V7m0 5.5-1.9-1.9m1.9 1.9 1.9-1.9M14.5 7.5V13m0-5.5-1.9 1.9m1.9-1.9 1.9 1.9M9 6.5h2M9 10h2M9 13.5h2"
        style={{ stroke: 'var(--canvas)' }}
        strokeWidth="1.4"
        fill="none"
        strokeLinecap="round"
      />
    </svg>
  );
}
