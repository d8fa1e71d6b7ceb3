import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** In development the panel talks to a running server: `XPERT_DEV_SERVER=http://127.0.0.1:5001 npx vite web`. */
const server = process.env.XPERT_DEV_SERVER ?? 'http://127.0.0.1:5001';

export default defineConfig({
  root: import.meta.dirname,
  // Relative, so that one build works under any path prefix.
  base: './',
  plugins: [react()],
  json: { namedExports: false },
  build: {
    outDir: '../dist/web',
    emptyOutDir: true,
    target: 'es2022',
    sourcemap: false,
    rolldownOptions: {
      output: { chunkFileNames: (chunk) => `assets/${wordsOf(chunk.facadeModuleId) ?? '[name]'}-[hash].js` },
    },
  },
  server: { proxy: { '/api': server, '/healthz': server, '/readyz': server } },
});

/** The words of a feature are named by it and by their language: `nodes.en`. */
function wordsOf(file: string | null | undefined): string | undefined {
  const [, folder, name, language] = file?.match(/([^/]+)\/(strings|said)\.([a-z]+)\.json$/) ?? [];
  if (folder === undefined) return undefined;
  return `${folder === 'i18n' ? (name === 'said' ? 'said' : 'common') : folder}.${language}`;
}
