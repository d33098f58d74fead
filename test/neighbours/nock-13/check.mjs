import './lib/nock.mjs';
