import fetch from 'sync-fetch';

export function run({ urls, onAnswer }) {
  for (const url of urls) onAnswer(fetch(url).json());
}
