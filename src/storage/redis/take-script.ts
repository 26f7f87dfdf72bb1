/**
 * Many takes, one after another, in one atomic step: what `levelAt`, `meteredFrom` and `decideTake` of budget/decide do, in the same
 * order of operations on the same doubles, so that the two agree to the last bit.
 *
 * KEYS: the meters. ARGV[1]: the takes in one JSON array of numbers, each `now, cost, count` and `count` times `index of the key, limit,
 * windowMs`. ARGV[2]: whose clock, "server" or "caller". Answers with one JSON array: for each take 1 or 0 (allowed or not) and the level
 * of each bucket before it; `null` for a level where the key holds what is no meter.
 *
 * A meter is two doubles, `at` and `level`: 16 bytes, exact, and a fifth less work than text. It expires when it tells no more than a
 * missing one: it is empty a window after its last change, and kept for one more against a clock that is set back.
 *
 * Nothing may fail after the first write, as Redis takes none back.
 */
export const TAKE_SCRIPT = `
local call, format, pack, unpack = redis.call, string.format, struct.pack, struct.unpack

local takes = cjson.decode(ARGV[1])
local clock
if ARGV[2] == "server" then
  local time = call("TIME")
  clock = time[1] * 1000 + math.floor(time[2] / 1000)
end

local at, level = {}, {}
for index, key in ipairs(KEYS) do
  local meter = redis.pcall("GET", key)
  if type(meter) == "string" and #meter == 16 then
    at[index], level[index] = unpack(">dd", meter)
  elseif meter then
    at[index], level[index] = 0, 0 / 0
  end
end

local expires, levels, answer, length = {}, {}, {}, 0
local first, last = 1, #takes
while first <= last do
  local now, cost = clock or takes[first], takes[first + 1]
  local bucket, final = first + 3, first + 2 + 3 * takes[first + 2]
  length = length + 1
  local verdict, fits = length, true
  answer[verdict] = "1"
  for place = bucket, final, 3 do
    local index, limit, window = takes[place], takes[place + 1], takes[place + 2]
    local spent, from = level[index] or 0, at[index] or now
    if from - now >= window then
      from = now
      at[index], expires[index] = now, 2 * window
    end
    if spent > limit then spent = limit end
    if now > from then
      spent = spent - (now - from) * limit / window
      if spent < 0 then spent = 0 end
    end
    levels[place] = spent
    length = length + 1
    answer[length] = spent == 0 and "0" or spent == spent and format("%.17g", spent) or "null"
    if not (spent + cost <= limit + 1e-6) then fits = false end
  end
  if fits then
    for place = bucket, final, 3 do
      local index = takes[place]
      local from = at[index] or now
      if from < now then from = now end
      at[index], level[index] = from, levels[place] + cost
      expires[index] = from - now + 2 * takes[place + 2]
    end
  else
    answer[verdict] = "0"
  end
  first = final + 1
end

local texts = {}
for index, expiry in pairs(expires) do
  local text = texts[expiry]
  if not text then
    text = format("%.0f", math.max(1, math.min(math.ceil(expiry), 1e15)))
    texts[expiry] = text
  end
  call("SET", KEYS[index], pack(">dd", at[index], level[index]), "PX", text)
end
return "[" .. table.concat(answer, ",") .. "]"
`;
