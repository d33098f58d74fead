export default {
  ssr: { noExternal: true, target: 'node' },
  build: { rollupOptions: { output: { entryFileNames: '[name].mjs', chunkFileNames: '[name].mjs' } } },
};
