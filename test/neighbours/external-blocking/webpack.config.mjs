export default {
  mode: 'production',
  target: 'node20',
  entry: './main.mjs',
  experiments: { outputModule: true },
  externals: [/^requests-futures(\/|$)/],
  externalsType: 'module',
  output: { path: `${import.meta.dirname}/out`, filename: 'webpack.mjs', module: true },
};
