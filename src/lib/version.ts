/** Set by scripts/build.mjs from package.json. */
declare const XPERT_VERSION: string | undefined;

export const version = typeof XPERT_VERSION === 'string' ? XPERT_VERSION : '0.0.0-unbuilt';
