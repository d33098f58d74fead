import './lib/over-undici.mjs';
