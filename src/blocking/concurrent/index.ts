export * as futures from '../futures/index.js';
