import './shared-tasks.mjs';

export { default } from 'requests-futures/worker';
