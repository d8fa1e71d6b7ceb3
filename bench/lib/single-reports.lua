-- wrk: one report a request, a random user of `users`, an event id of its own. Arguments: users, prefix of the event ids.
local users, prefix, count = 1, "", 0

function init(args)
  users = tonumber(args[1])
  prefix = args[2]
  math.randomseed(tonumber(args[3]))
  wrk.method = "POST"
  wrk.headers["content-type"] = "application/json"
end

function request()
  count = count + 1
  local user = math.random(0, users - 1)
  return wrk.format(nil, nil, nil, string.format(
    '{"user_token":"user-%06d","server":"node%02d.example.net","port":443,"protocol":"vless","bytes_uploaded":%d,"bytes_downloaded":%d,"event_id":"%s-%d"}',
    user, user % 20, math.random(1000, 1000000), math.random(10000, 50000000), prefix, count))
end

function done(summary, latency)
  io.write(string.format('\n{"requests":%d,"micros":%d,"bad":%d,"socketErrors":%d,"p50":%d,"p99":%d,"max":%d}\n',
    summary.requests, summary.duration, summary.errors.status,
    summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout,
    latency:percentile(50), latency:percentile(99), latency.max))
end
