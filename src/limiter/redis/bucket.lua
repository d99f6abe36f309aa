-- The bucket of one app on one shop: the arithmetic of bucket.ts on Redis's own clock, and the order of the calls that
-- wait in several processes. One call reports ended permits, requests new ones and renews the lease of its process.
-- protocol.ts writes its arguments and reads its reply.
--
-- The key is a hash. Besides its format and the numbers of the bucket it holds one field per process, `p:<id>`: its
-- lease, the number of its last call, points and count of its permits, points spent by all its ended permits, and its
-- ticket (rank of its first waiter, points of all its waiters, end). A process reports absolute numbers, so the next
-- call corrects one that was lost, late or executed twice.

-- The second key is a hash too: what the processes have learned about the costs of operations. `born` identifies its
-- incarnation, `version` counts the samples learned, and each other field is an operation: the version in which it
-- changed, and the last few samples as `estimate:requested`. Its name ends in the number of its format.

-- Raise it when the meaning of a field changes: older versions then leave the key alone.
local format = 1
local key = KEYS[1]
local me = 'p:' .. ARGV[1]
local seq, leaseMs, ttlMs = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local pollMs, trialPollMs, ticketMs = tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])
local agingMs, headroomPart = tonumber(ARGV[10]), tonumber(ARGV[11])
local leaves = ARGV[12] == '1'
local held, heldCount = tonumber(ARGV[13]), tonumber(ARGV[14])
local spentByMe, reportedSpent, owedAtMost = tonumber(ARGV[15]), tonumber(ARGV[16]), tonumber(ARGV[17])
local waitingPoints, endedCount = tonumber(ARGV[18]), tonumber(ARGV[19])
local bornHeard, versionHeard, toldCount = tonumber(ARGV[20]), tonumber(ARGV[21]), tonumber(ARGV[22])
local endedAt, endedWidth, toldWidth, candidateWidth = 23, 7, 3, 4
local toldAt = endedAt + endedCount * endedWidth
local candidatesAt = toldAt + toldCount * toldWidth
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000

local function isNumber(value) return value ~= nil and value == value and math.abs(value) < 1e16 end
local b, processes = {}, {}
local fields = redis.call('HGETALL', key)
local isDamaged = false
for i = 1, #fields, 2 do
  local name, value = fields[i], fields[i + 1]
  if string.sub(name, 1, 2) == 'p:' then
    local parts = {}
    for part in string.gmatch(value, '%S+') do parts[#parts + 1] = tonumber(part) end
    for part = 1, 8 do isDamaged = isDamaged or not isNumber(parts[part]) end
    processes[name] = {
      lease = parts[1], seq = parts[2], points = parts[3], count = parts[4],
      spent = parts[5], rank = parts[6], waiting = parts[7], till = parts[8],
    }
  else
    b[name] = tonumber(value)
  end
end
if b.format and b.format > format then return 'newer ' .. b.format end
for _, name in ipairs({ 'max', 'rate', 'level', 'reserved', 'inFlight', 'spent', 'confirmed', 'trial', 'at', 'epoch', 'seen' }) do
  isDamaged = isDamaged or not isNumber(b[name])
end
isDamaged = #fields > 0 and (isDamaged or b.max < 1 or b.rate <= 0)
if isDamaged or #fields == 0 or b.format ~= format then
  -- The reports of the processes are enough to start again.
  if #fields > 0 then redis.call('DEL', key) end
  local max = tonumber(ARGV[8])
  processes = {}
  b = { max = max, rate = tonumber(ARGV[9]), level = max, reserved = 0, inFlight = 0, spent = 0,
    confirmed = 0, blind = 0, trial = 0, at = now, epoch = now, seen = 0 }
end

-- Whether a moment is in the future, and not left over from before the clock was set back.
local function isAhead(atMs, atMostMs) return atMs > now and atMs <= now + atMostMs end
local hourMs = 3600000
-- The same as in bucket.ts.
local slowestRate, smallestShop, smallestSize = 1, 1000, 1
-- One odd response must not overdraw a bucket by more than its size.
local function capLevel() b.level = math.max(-b.max, math.min(b.level, b.max - b.reserved)) end
local function take(points, count)
  b.inFlight = math.max(0, b.inFlight + count)
  -- Removes rounding errors.
  b.reserved = b.inFlight == 0 and 0 or math.max(0, b.reserved + points)
end

local elapsed = now - b.at
b.at, b.seen = now, math.min(b.seen, now)
if elapsed > 0 then
  b.level = b.level + elapsed * b.rate / 1000
  capLevel()
end

local mine = processes[me]
if mine and seq < mine.seq then return '' end
local isReplay = mine ~= nil and seq == mine.seq

local tickets, living = {}, 1
for name, process in pairs(processes) do
  if name ~= me then
    if isAhead(process.lease, hourMs) then
      living = living + 1
      if isAhead(process.till, 2 * ticketMs) then tickets[#tickets + 1] = { name = name, rank = process.rank, waiting = process.waiting } end
    else
      -- It may have sent its calls, so their points count as spent.
      take(-process.points, -process.count)
      b.spent = b.spent + process.points
      b.trial = 0
      capLevel()
      redis.call('HDEL', key, name)
    end
  end
end

-- The points of this process before the permits below ended.
local endedPoints, endedSpent = 0, 0
if isReplay then endedCount = 0 end
for i = 0, endedCount - 1 do
  endedPoints = endedPoints + tonumber(ARGV[endedAt + i * endedWidth])
  endedSpent = endedSpent + tonumber(ARGV[endedAt + i * endedWidth + 1])
end
local before = mine or { points = 0, count = 0, spent = reportedSpent }
local moved, movedCount = held + endedPoints - before.points, heldCount + endedCount - before.count
if movedCount ~= 0 or math.abs(moved) > 1e-6 then
  take(moved, movedCount)
  b.level = b.level - moved
  if movedCount < 0 then b.trial = 0 end
end
local owed = math.min(spentByMe - endedSpent - before.spent, owedAtMost)
if owed > 0 then
  b.spent = b.spent + owed
  b.level = b.level - owed
end
capLevel()

for i = 0, endedCount - 1 do
  local at = endedAt + i * endedWidth
  local points, spent, spentBefore, epoch = tonumber(ARGV[at]), tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2]), tonumber(ARGV[at + 3])
  local max, rate, current = tonumber(ARGV[at + 4]), tonumber(ARGV[at + 5]), tonumber(ARGV[at + 6])
  take(-points, -1)
  if epoch == b.epoch then
    b.trial = 0
    -- It may have ended without numbers: the other calls stop waiting for them.
    b.blind = 1
  end
  local spentByOthers = b.spent - (epoch == b.epoch and spentBefore or 0)
  local isSize = max and max >= smallestSize and rate
  -- A call is charged at most the bucket's size above its reservation.
  spent = math.min(spent, points + math.max(b.max, isSize and max or 0))
  b.spent = b.spent + spent
  b.level = b.level + points - spent
  if isSize then
    b.confirmed = (max >= b.max or max >= smallestShop) and 1 or 0
    b.max = max
    if rate >= slowestRate then b.rate = rate end
  end
  if current then
    local upper = math.min(current, b.max)
    b.level = math.min(upper, math.max(upper - b.reserved - spentByOthers, b.level))
  end
  capLevel()
end

local function msUntil(points)
  if points <= b.level then return 0 end
  if points > b.max - b.reserved then return math.huge end
  return (points - b.level) * 1000 / b.rate
end
local function waitOf(points, isBackground, since)
  -- Nothing is known about the bucket: one call goes ahead, even if permits are out from before Redis lost it.
  if b.confirmed == 0 and b.blind ~= 1 and isAhead(b.trial, 2 * leaseMs) then return math.huge end
  local yields = isBackground and math.min(b.seen + 60000, since + agingMs) - now or 0
  if yields <= 0 then return msUntil(points) end
  return math.min(msUntil(points + b.max * headroomPart), math.max(yields, msUntil(points)))
end

local granted, grantedPoints, wait, ahead, rank, till = 0, 0, 0, 0, 0, 0
for at = candidatesAt, #ARGV, candidateWidth do
  if ARGV[at] == '0' then b.seen = math.max(b.seen, now - tonumber(ARGV[at + 2])) end
end
for at = candidatesAt, #ARGV, candidateWidth do
  local isBackground, since, cost = ARGV[at] == '1', now - tonumber(ARGV[at + 1]), tonumber(ARGV[at + 3])
  if b.confirmed == 1 and cost > b.max then break end
  local points = math.min(cost, b.max)
  rank = since + (isBackground and agingMs or 0)
  ahead = 0
  for _, ticket in ipairs(tickets) do
    if ticket.rank < rank or (ticket.rank == rank and ticket.name < me) then ahead = ahead + ticket.waiting end
  end
  -- Keeps the points of the calls in other processes that are ahead of this one.
  wait = waitOf(points + ahead, isBackground, since)
  if wait > 0 then
    wait = math.min(wait, (b.confirmed == 1 or b.blind == 1) and pollMs or trialPollMs)
    till = now + ticketMs
    break
  end
  take(points, 1)
  if b.confirmed == 0 then b.trial = now + leaseMs end
  b.level = b.level - points
  granted = granted + 1
  grantedPoints = grantedPoints + points
end

if leaves then
  redis.call('HDEL', key, me)
else
  redis.call('HSET', key, me, string.format('%.17g %.17g %.17g %.17g %.17g %.17g %.17g %.17g',
    now + leaseMs, seq, held + grantedPoints, heldCount + granted, spentByMe, rank, waitingPoints - grantedPoints, till))
end
redis.call('HSET', key, 'format', format, 'max', b.max, 'rate', b.rate, 'level', b.level, 'reserved', b.reserved,
  'inFlight', b.inFlight, 'spent', b.spent, 'confirmed', b.confirmed,
  'blind', b.blind or 0, 'trial', b.trial, 'at', b.at, 'epoch', b.epoch, 'seen', b.seen)
redis.call('PEXPIRE', key, ttlMs)
local reply = string.format('%.17g %d %.17g %.17g %.17g %.17g %.17g %d %.17g %d %d %.17g %d',
  b.epoch, granted, wait, b.level, b.max, b.rate, b.reserved, b.inFlight, b.spent, b.confirmed, living, ahead, isDamaged and 1 or 0)

local costsKey, costsTtlMs, mostOperations, samplesKept = KEYS[2], 7 * 24 * hourMs, 500, 5

-- Values of other programs are left alone. `nil` if there are no costs, or none that can be read.
local function costsHead()
  local head = redis.pcall('HMGET', costsKey, 'born', 'version')
  if head.err then return nil, nil, true end
  local born, version = tonumber(head[1]), tonumber(head[2])
  if not (born and version and born == born and version >= 0 and version < 2 ^ 52) then return nil, nil, false end
  return born, version, false
end
-- All operations, as `{ name, version, samples }`.
local function operations()
  local all, read = {}, redis.call('HGETALL', costsKey)
  for i = 1, #read, 2 do
    local changed, samples = string.match(read[i + 1], '^(%d+) (%S.*)$')
    if changed then all[#all + 1] = { read[i], tonumber(changed), samples } end
  end
  return all
end
local function learn(name, sample, version)
  local samples = {}
  for one in string.gmatch(string.match(redis.call('HGET', costsKey, name) or '', '^%d+ (%S.*)$') or '', '%S+') do
    if one == sample then return version end
    samples[#samples + 1] = one
  end
  samples[#samples + 1] = sample
  while #samples > samplesKept do table.remove(samples, 1) end
  redis.call('HSET', costsKey, name, string.format('%d %s', version + 1, table.concat(samples, ' ')))
  return version + 1
end

local born, version, isForeign = costsHead()
if isForeign then return reply end
if (not born or redis.call('HLEN', costsKey) > 2 * mostOperations) and (toldCount > 0 or born) then
  redis.call('DEL', costsKey)
  born, version = math.floor(now), 0
  redis.call('HSET', costsKey, 'born', born, 'version', 0)
end
if not born then return reply end
local before = version
for i = 0, toldCount - 1 do
  local at = toldAt + i * toldWidth
  version = learn(ARGV[at], ARGV[at + 1] .. ':' .. ARGV[at + 2], version)
end
if version > before then
  redis.call('HSET', costsKey, 'version', version)
  if redis.call('HLEN', costsKey) > mostOperations + 2 then
    local all = operations()
    table.sort(all, function(one, other) return one[2] < other[2] end)
    for i = 1, #all - mostOperations * 0.9 do redis.call('HDEL', costsKey, all[i][1]) end
  end
end
redis.call('PEXPIRE', costsKey, costsTtlMs)
local heard = born == bornHeard and versionHeard or 0
local lines = { reply, string.format('%.17g %d', born, version) }
if version > heard then
  for _, one in ipairs(operations()) do
    if one[2] > heard then lines[#lines + 1] = one[1] .. ' ' .. one[3] end
  end
end
return table.concat(lines, '\n')
