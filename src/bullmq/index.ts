export { encodeCall } from './envelope.js';
