import { HARRecorder } from 'requests-futures';
import { run as runPlain } from './requests-futures.mjs';

/** The same session while every request is written down for an HTTP Archive. */
export async function run(options) {
  const recorder = new HARRecorder().start();
  await runPlain(options);
  recorder.stop();
  const { length } = recorder.har.log.entries;
  if (length < options.urls.length) throw new Error(`${length} entries of ${options.urls.length} requests`);
}
