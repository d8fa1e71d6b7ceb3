// Runs before the first paint, so that a chosen theme, contrast and direction never flash.
(() => {
  try {
    const root = document.documentElement;
    const theme = localStorage.getItem('xpert.theme');
    if (theme === 'dark' || theme === 'light') root.dataset.theme = theme;
    const contrast = localStorage.getItem('xpert.contrast');
    const wanted = contrast ?? (matchMedia('(prefers-contrast: more)').matches ? 'high' : 'normal');
    if (wanted === 'high') root.dataset.contrast = 'high';
    if (localStorage.getItem('xpert.language') === 'fa') root.dir = 'rtl';
  } catch {
    // Storage is blocked: the system's theme applies.
  }
})();
