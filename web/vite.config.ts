import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** In development the panel talks to a running server: `XPERT_DEV_SERVER=http://127.0.0.1:5001 npx vite web`. */
const server = process.env.XPERT_DEV_SERVER ?? 'http://127.0.0.1:5001';

export default defineConfig({
  root: import.meta.dirname,
  // Relative, so that one build works under any path prefix.
  base: './',
  plugins: [react()],
  build: { outDir: '../dist/web', emptyOutDir: true, target: 'es2022', sourcemap: false },
  server: { proxy: { '/api': server, '/healthz': server, '/readyz': server } },
});
