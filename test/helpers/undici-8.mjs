/**
 * Loaded before anything else (`node --import`), this gives undici 8 to whatever imports undici, here and in the threads and
 * processes that are started. It needs Node 22.19, as undici 8 does.
 */
import { registerHooks } from 'node:module';

registerHooks({
  resolve(specifier, context, nextResolve) {
    const found = nextResolve(specifier, context);
    return { ...found, url: found.url.replace('/node_modules/undici/', '/node_modules/undici8/') };
  },
});
