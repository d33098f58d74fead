/**
 * The data of executors and workers in Redis beside BullMQ's own keys, and the scripts that change it. All times are Redis's own,
 * so that the machines' clocks do not matter.
 *
 * ```
 * <prefix>:<queue>:rf:workers            sorted set: worker id → until when it counts as alive
 * <prefix>:<queue>:rf:<client>:alive     exists while the client is alive
 * <prefix>:<queue>:rf:<client>:claims    hash: call id → its worker, or its fate
 * <prefix>:<queue>:rf:<client>:aborts    hash: call id → the reason to abort it with
 * <prefix>:<queue>:rf:<client>:results   stream: the outcomes of calls for the client; several calls per entry
 * ```
 */

import { KEPT } from './job.js';

/** Values of the `claims` hash. For a running call: `w:`, the id of its worker, `/` and the number of the claim. */
export const Claim = {
  running: 'w:',
  /** Its outcome is in the stream of results, or was. */
  done: 'd',
  /** Aborted before it ran; it never will. */
  aborted: 'a',
  /** Not run, as its client seemed dead. */
  orphan: 'o',
  /** It may have run, but Redis did not take its outcome; followed by Redis's reason. */
  unsent: 'u:',
} as const;

/** The names of the keys of one queue. */
export class Keys {
  readonly workers: string;
  /** The channel that notifies workers of aborts. */
  readonly aborts: string;
  /** BullMQ's own lists and sets of the jobs that may still run. */
  readonly places: readonly string[];
  readonly #base: string;
  readonly #jobs: string;

  constructor(prefix: string, queue: string) {
    this.#jobs = `${prefix}:${queue}:`;
    this.#base = `${this.#jobs}rf:`;
    this.workers = `${this.#base}workers`;
    this.aborts = `${this.#base}aborted`;
    this.places = ['wait', 'paused', 'active', 'delayed', 'prioritized'].map((name) => this.job(name));
  }

  /** BullMQ's own key of a job. */
  job(id: string): string {
    return `${this.#jobs}${id}`;
  }

  /** The keys of one client. */
  of(client: string): { alive: string; claims: string; aborts: string; results: string } {
    const base = `${this.#base}${client}:`;
    return {
      alive: `${base}alive`,
      claims: `${base}claims`,
      aborts: `${base}aborts`,
      results: `${base}results`,
    };
  }
}

const NOW = `
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
`;

/** The scripts by command name, each with its number of keys (absent: given at each call). */
export const scripts: Readonly<Record<string, { readonly lua: string; readonly numberOfKeys?: number }>> = {
  /** workers; id, milliseconds */
  rfBeat: {
    numberOfKeys: 1,
    lua: `${NOW}
redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - ${KEPT})
local kept = math.ceil(ARGV[2] + ${KEPT})
-- Another worker may beat more seldom.
if redis.call('PTTL', KEYS[1]) < kept then redis.call('PEXPIRE', KEYS[1], kept) end
return now`,
  },
  /**
   * claims, alive, then the key of each job; a claim, whether orphans run, milliseconds, then the calls in the order of the jobs. Returns
   * for each '' or its existing claim, or x if its job is gone, as a suspended worker may ask for calls that others have run. After a
   * lost answer, ioredis resends the command: repeating the same claim succeeds.
   */
  rfClaim: {
    lua: `
local orphan = ARGV[2] == '0' and redis.call('EXISTS', KEYS[2]) == 0
local own = orphan and '${Claim.orphan}' or ARGV[1]
local allExist = redis.call('EXISTS', unpack(KEYS, 3)) == #KEYS - 2
local answers = redis.call('HMGET', KEYS[1], unpack(ARGV, 4))
local claimed = {}
for i, claim in ipairs(answers) do
  if claim then
    answers[i] = claim == own and not orphan and '' or claim
  elseif allExist or redis.call('EXISTS', KEYS[i + 2]) == 1 then
    claimed[#claimed + 1] = ARGV[i + 3]
    claimed[#claimed + 1] = own
    answers[i] = orphan and own or ''
  else
    answers[i] = 'x'
  end
end
if #claimed > 0 then redis.call('HSET', KEYS[1], unpack(claimed)) end
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return answers`,
  },
  /** claims, results; milliseconds, how many calls, their ids, then the fields of their entry in the stream; see `fieldsOf`. */
  rfFinish: {
    numberOfKeys: 2,
    lua: `
local done = {}
for i = 3, 2 + ARGV[2] do
  done[#done + 1] = ARGV[i]
  done[#done + 1] = '${Claim.done}'
end
redis.call('HSET', KEYS[1], unpack(done))
redis.call('PEXPIRE', KEYS[1], ARGV[1])
redis.call('XADD', KEYS[2], '*', unpack(ARGV, 3 + ARGV[2]))
redis.call('PEXPIRE', KEYS[2], ARGV[1])`,
  },
  /** claims; milliseconds, why, calls. Marks those without an outcome: the claims stay, so that the calls never run again. */
  rfUnsent: {
    numberOfKeys: 1,
    lua: `
for i = 3, #ARGV do
  if redis.call('HGET', KEYS[1], ARGV[i]) ~= '${Claim.done}' then
    -- A full Redis takes a script's HSET only after a write that needs no memory.
    redis.call('HDEL', KEYS[1], ARGV[i])
    redis.call('HSET', KEYS[1], ARGV[i], '${Claim.unsent}' .. ARGV[2])
  end
end
redis.call('PEXPIRE', KEYS[1], ARGV[1])`,
  },
  /** claims, aborts; call, reason, channel, milliseconds. Returns what the claim is now. */
  rfAbort: {
    numberOfKeys: 2,
    lua: `
local claim = redis.call('HGET', KEYS[1], ARGV[1])
if not claim then
  redis.call('HSET', KEYS[1], ARGV[1], '${Claim.aborted}')
  redis.call('PEXPIRE', KEYS[1], ARGV[4])
  return '${Claim.aborted}'
end
if string.sub(claim, 1, 2) == '${Claim.running}' then
  redis.call('HSET', KEYS[2], ARGV[1], ARGV[2])
  redis.call('PEXPIRE', KEYS[2], ARGV[4])
  redis.call('PUBLISH', ARGV[3], ARGV[1])
end
return claim`,
  },
  /**
   * claims, aborts, results, then the key of each job; the last result read, then the calls in the order of the jobs. Deletes the
   * results read, and the calls whose jobs are gone. Returns the others: a remaining job may be given to another worker,
   * which must find its claim.
   */
  rfForget: {
    lua: `
redis.call('XTRIM', KEYS[3], 'MINID', ARGV[1])
redis.call('XDEL', KEYS[3], ARGV[1])
local kept, gone = {}, {}
local allGone = redis.call('EXISTS', unpack(KEYS, 4)) == 0
for i = 2, #ARGV do
  local list = not allGone and redis.call('EXISTS', KEYS[i + 2]) == 1 and kept or gone
  list[#list + 1] = ARGV[i]
end
if #gone > 0 then
  redis.call('HDEL', KEYS[1], unpack(gone))
  redis.call('HDEL', KEYS[2], unpack(gone))
end
return kept`,
  },
  /**
   * claims, workers, then the key of each job; the calls in the same order. Returns how many workers are alive, and for each call: q
   * waiting, r running, l its worker is gone, x unknown; else its claim.
   */
  rfStates: {
    lua: `${NOW}
local states = { redis.call('ZCOUNT', KEYS[2], now, '+inf') }
local stateOf = {}
for i, claim in ipairs(redis.call('HMGET', KEYS[1], unpack(ARGV))) do
  if not claim then
    states[i + 1] = redis.call('EXISTS', KEYS[i + 2]) == 1 and 'q' or 'x'
  elseif string.sub(claim, 1, 2) == '${Claim.running}' then
    local worker = string.match(claim, '^${Claim.running}(.*)/%d+$') or ''
    if not stateOf[worker] then
      local till = redis.call('ZSCORE', KEYS[2], worker)
      stateOf[worker] = till and tonumber(till) > now and 'r' or 'l'
    end
    states[i + 1] = stateOf[worker]
  else
    states[i + 1] = claim
  end
end
return states`,
  },
  /**
   * claims, then BullMQ's places: three lists and two sets; calls. Returns those that have no claim and are in none of the places, as where
   * Redis has evicted a list: no worker will get them. Nothing while a list is long, as reading it would hold up Redis.
   */
  rfUnlisted: {
    numberOfKeys: 6,
    lua: `
local listed = {}
for i = 2, 4 do
  if redis.call('LLEN', KEYS[i]) > 10000 then return {} end
  for _, id in ipairs(redis.call('LRANGE', KEYS[i], 0, -1)) do listed[id] = true end
end
local unlisted = {}
for _, call in ipairs(ARGV) do
  if not (listed[call] or redis.call('HGET', KEYS[1], call) or redis.call('ZSCORE', KEYS[5], call)
    or redis.call('ZSCORE', KEYS[6], call)) then unlisted[#unlisted + 1] = call end
end
return unlisted`,
  },
};
