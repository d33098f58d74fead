import request from 'sync-request';

export function run({ urls, onAnswer }) {
  for (const url of urls) onAnswer(JSON.parse(request('GET', url).getBody('utf8')));
}
