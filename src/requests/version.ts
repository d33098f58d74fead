/** The version of this package; a test holds it equal to package.json's. */
export const VERSION = '0.1.0';

/** The same, under the name that Python's packages have for it. */
export const __version__: string = VERSION;
