/** Modules that have no declarations, or have them elsewhere. */
declare module 'node-fetch/src/index.js' {
  export { default } from 'node-fetch';
}
declare module 'tr46' {
  // eslint-disable-next-line @typescript-eslint/consistent-type-imports -- an ambient module takes no relative import
  const tr46: import('./tr46.js').Tr46;
  export default tr46;
}
declare module 'undici/lib/dispatcher/client.js' {
  export { Client as default } from 'undici';
}
