import { basename, dirname, join } from 'node:path';

/** Folder of what scripts/build.mjs made. Bundled code lies in it or in its `chunks`; sources lie beside it. */
export const distFolder = findDist(import.meta.dirname);

function findDist(here: string): string {
  if (basename(here) === 'chunks') return dirname(here);
  if (basename(here) === 'app') return join(here, '../../dist');
  return here;
}

export const webRoot = join(distFolder, 'web');
export const agentProgramPath = join(distFolder, 'xpert-agent.mjs');
export const openapiPath = join(distFolder, 'openapi.json');
