import { LONGEST_POLL as MOST_SECONDS } from '../limits/index.js';

/**
 * The Redis scripts that count starts for many machines. For each key of a start:
 *
 * ```
 * …:starts    sorted set: ticket → when it was used, or until when it is lent to a process that has yet to use it
 * …:waiting   sorted set: asker → when it should ask again. Earlier askers are served first
 * …:state     hash: `paused` until, `probing` until and `prober`, the ticket of the probe; `period`, the longest of all askers
 * ```
 *
 * Times are microseconds of Redis's own clock, so that the machines' clocks do not matter.
 */

/** Microseconds after which an asker that has not returned loses its place. */
const GRACE = 1_000_000;
/** Microseconds before asking again while others hold unused tickets. */
const SOON = 50_000;
/** Microseconds before asking again while a probe is under way. */
const PROBING = 250_000;
/** Microseconds: no period is longer. */
const LONGEST_PERIOD = 32 * 86_400 * 1_000_000;

/** Microseconds after which every asker returns. */
const LONGEST_POLL = MOST_SECONDS * 1_000_000;

/**
 * `text`: by itself, Lua writes large numbers with 14 digits. `field`: a value beyond `most` was not written by these scripts,
 * or by another clock.
 */
const COMMON = `
local t = redis.call('TIME')
local now = t[1] * 1000000 + t[2]
local function text(number) return string.format('%.0f', number) end
local function field(key, name, most)
  local value = tonumber(redis.call('HGET', key, name) or '')
  if value and value <= most then return value end
end
local function keep(key, microseconds)
  local milliseconds = math.ceil(microseconds / 1000)
  if redis.call('PTTL', key) < milliseconds then redis.call('PEXPIRE', key, text(milliseconds)) end
end
`;

/** The scripts, by the name of the command that each becomes. */
export const limitScripts: Readonly<
  Record<string, { readonly lua: string; readonly numberOfKeys?: number }>
> = {
  /**
   * starts, waiting and state of each key; the number of starts, the prefix of their tickets, asker, lease, then for each key the
   * number of its rates, and count and period of each. Returns how many may start, microseconds before asking
   * again, and whether the one start is a probe.
   */
  rfTake: {
    lua: `${COMMON}
local wanted, base, asker = tonumber(ARGV[1]), ARGV[2], ARGV[3]
local lease = tonumber(ARGV[4])
local room, wait, at = wanted, 0, 5
local gates = {}
for k = 1, #KEYS, 3 do
  local gate = { starts = KEYS[k], waiting = KEYS[k + 1], state = KEYS[k + 2], rates = {}, period = 0 }
  for _ = 1, tonumber(ARGV[at]) do
    local rate = { count = tonumber(ARGV[at + 1]), period = tonumber(ARGV[at + 2]) }
    gate.rates[#gate.rates + 1] = rate
    gate.period = math.max(gate.period, rate.period)
    at = at + 2
  end
  at = at + 1
  gates[#gates + 1] = gate
  local paused = field(gate.state, 'paused', now + ${LONGEST_PERIOD})
  if paused and paused > now then
    room, wait = 0, math.max(wait, paused - now)
  elseif paused then
    local probing = field(gate.state, 'probing', now + lease)
    if probing and probing > now and redis.call('HGET', gate.state, 'prober') ~= base .. '1' then
      room, wait = 0, math.max(wait, ${PROBING})
    else
      room, gate.probes = math.min(room, 1), true
    end
  end
  if #gate.rates > 0 then
    local known = field(gate.state, 'period', ${LONGEST_PERIOD}) or 0
    local longest = math.max(gate.period, known)
    if longest > known then redis.call('HSET', gate.state, 'period', text(longest)) end
    gate.kept = longest + lease
    keep(gate.state, gate.kept)
    redis.call('ZREMRANGEBYSCORE', gate.starts, '-inf', text(now - longest))
    -- Redis's clock was set back, or others have written here.
    for _, ticket in ipairs(redis.call('ZRANGEBYSCORE', gate.starts, '(' .. text(now + lease), '+inf', 'LIMIT', 0, 1000)) do
      redis.call('ZADD', gate.starts, text(now), ticket)
    end
    -- The same question again, as the answer was lost.
    if redis.call('ZSCORE', gate.starts, base .. '1') then
      for i = 1, wanted do redis.call('ZREM', gate.starts, base .. i) end
    end
    redis.call('ZREMRANGEBYSCORE', gate.waiting, '-inf', text(now - ${GRACE}))
    redis.call('ZREMRANGEBYSCORE', gate.waiting, text(now + ${LONGEST_POLL + GRACE}), '+inf')
    local place = redis.call('ZRANK', gate.waiting, asker)
    gate.ahead = place or redis.call('ZCARD', gate.waiting)
    for _, rate in ipairs(gate.rates) do
      rate.used = redis.call('ZCOUNT', gate.starts, '(' .. text(now - rate.period), '+inf')
      room = math.min(room, math.max(0, rate.count - rate.used - gate.ahead))
    end
  end
end
local probes = false
for _, gate in ipairs(gates) do
  local blocked = 0
  for _, rate in ipairs(gate.rates) do
    local needed = rate.used + gate.ahead + room + 1 - rate.count
    if room < wanted and needed > 0 then
      local rounds, nth = math.floor((needed - 1) / rate.count), (needed - 1) % rate.count
      local entry = redis.call('ZRANGEBYSCORE', gate.starts, '(' .. text(now - rate.period), text(now), 'WITHSCORES', 'LIMIT', nth, 1)
      local free = rounds * rate.period + ${SOON}
      if entry[2] then free = entry[2] + (rounds + 1) * rate.period - now end
      blocked = math.max(blocked, free)
    end
  end
  if blocked > 0 then
    redis.call('ZADD', gate.waiting, text(now + math.min(blocked, ${LONGEST_POLL})), asker)
    keep(gate.waiting, ${LONGEST_POLL + GRACE})
    wait = math.max(wait, blocked)
  elseif #gate.rates > 0 then
    redis.call('ZREM', gate.waiting, asker)
  end
  if room > 0 then
    if #gate.rates > 0 then
      for i = 1, room do redis.call('ZADD', gate.starts, text(now + lease), base .. i) end
      keep(gate.starts, gate.kept)
    end
    if gate.probes then
      redis.call('HSET', gate.state, 'probing', text(now + lease), 'prober', base .. '1')
      keep(gate.state, 2 * lease)
      probes = true
    end
  end
end
if room < wanted then wait = math.max(wait, 1000) end
if probes and room < wanted then wait = math.max(wait, ${PROBING}) end
return { room, text(wait), probes and 1 or 0 }`,
  },
  /** starts of each key; the fate of the tickets, lease, the longest period of each key, the tickets */
  rfSettle: {
    lua: `${COMMON}
local use, lease = ARGV[1], tonumber(ARGV[2])
for k, key in ipairs(KEYS) do
  for i = 3 + #KEYS, #ARGV do
    if use == 'unused' then
      redis.call('ZREM', key, ARGV[i])
    else
      redis.call('ZADD', key, text(use == 'used' and now or now + lease), ARGV[i])
    end
  end
  if use ~= 'unused' then keep(key, tonumber(ARGV[2 + k]) + lease) end
end`,
  },
  /** state; microseconds */
  rfPause: {
    numberOfKeys: 1,
    lua: `${COMMON}
local till = math.max(now + tonumber(ARGV[1]), field(KEYS[1], 'paused', now + ${LONGEST_PERIOD}) or 0)
redis.call('HSET', KEYS[1], 'paused', text(till))
redis.call('HDEL', KEYS[1], 'probing', 'prober')
keep(KEYS[1], till - now + 60000000)`,
  },
  /** state; the ticket of a probe, 1 if it succeeded. No effect if another probe has taken over, or there was another pause since. */
  rfProbed: {
    numberOfKeys: 1,
    lua: `
if redis.call('HGET', KEYS[1], 'prober') ~= ARGV[1] then return end
redis.call('HDEL', KEYS[1], 'probing', 'prober')
if ARGV[2] == '1' then redis.call('HDEL', KEYS[1], 'paused') end`,
  },
};
