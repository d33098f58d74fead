import { FuturesSession, Session } from 'requests-futures/blocking';

/** The blocking flavor: one request after the other, or futures where several are to be on their way. */
export function run({ urls, concurrency, onAnswer }) {
  if (concurrency === 1) {
    using(new Session(), (session) => {
      for (const url of urls) onAnswer(session.get(url).json());
    });
  } else {
    using(new FuturesSession({ max_workers: concurrency }), (session) => {
      for (const future of urls.map((url) => session.get(url))) onAnswer(future.result().json());
    });
  }
}

function using(session, body) {
  try {
    body(session);
  } finally {
    session.close();
  }
}
