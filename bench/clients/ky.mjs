import ky from 'ky';
import { limited } from '../lib/limited.mjs';

export async function run({ urls, concurrency, onAnswer }) {
  await limited((url) => ky.get(url).json(), urls, concurrency, onAnswer);
}
