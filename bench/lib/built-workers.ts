import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './workspace.ts';

/** The store's threads as the built server starts them. */
export const builtWorkers = {
  writer: pathToFileURL(path.join(root, 'dist', 'sqlite-writer.mjs')),
  reader: pathToFileURL(path.join(root, 'dist', 'sqlite-reader.mjs')),
};
