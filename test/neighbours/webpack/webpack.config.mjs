export default {
  mode: 'production',
  target: 'node20',
  entry: './lib/main.mjs',
  output: { path: `${import.meta.dirname}/out`, filename: 'main.cjs', chunkFilename: '[name].cjs' },
};
