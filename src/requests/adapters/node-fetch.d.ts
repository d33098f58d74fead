declare module 'node-fetch/src/index.js' {
  export { default } from 'node-fetch';
}
