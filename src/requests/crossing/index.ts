/** Imported by whatever makes classes of `requests` cross a thread: the door of `requests`, and so everything that a thread runs. */
import './adapter-copy.js';
import './auth-copy.js';
import './data-copy.js';
import './exceptions.js';
import './functions.js';
import './home-calls.js';
import './limiter.js';
import './request-copy.js';
import './response-copy.js';
import './short-response.js';

export {
  changeCookies,
  cookieChanges,
  copySession,
  forgetState,
  giveBack,
  hasUsualCookies,
  reduceSession,
  rememberedParts,
  type SessionParts,
} from './session-copy.js';
