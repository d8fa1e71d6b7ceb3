// Runs before the first paint, so that a chosen theme, contrast and direction never flash.
(() => {
  const root = document.documentElement;
  let kept = {};
  try {
    kept = localStorage;
  } catch {
    // Storage is blocked: the system's theme applies.
  }
  const theme = kept['xpert.theme'];
  const system = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
  root.dataset.theme = theme === 'dark' || theme === 'light' ? theme : system;
  const contrast = kept['xpert.contrast'];
  const wanted = contrast ?? (matchMedia('(prefers-contrast: more)').matches ? 'high' : 'normal');
  if (wanted === 'high') root.dataset.contrast = 'high';
  if (kept['xpert.language'] === 'fa') root.dir = 'rtl';
})();
