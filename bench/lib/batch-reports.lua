-- wrk: 100 reports a request. The bodies are drawn from a file of prepared ones (one a line), so that making them costs
-- nothing; the Idempotency-Key of each request makes their event ids new. Arguments: file, prefix of the keys, random seed.
local bodies, prefix, count = {}, "", 0

function init(args)
  for line in io.lines(args[1]) do bodies[#bodies + 1] = line end
  prefix = args[2]
  math.randomseed(tonumber(args[3]))
  wrk.method = "POST"
  wrk.headers["content-type"] = "application/json"
end

function request()
  count = count + 1
  wrk.headers["idempotency-key"] = prefix .. "-" .. count
  return wrk.format(nil, nil, nil, bodies[math.random(1, #bodies)])
end

function done(summary, latency)
  io.write(string.format('\n{"requests":%d,"micros":%d,"bad":%d,"socketErrors":%d,"p50":%d,"p99":%d,"max":%d}\n',
    summary.requests, summary.duration, summary.errors.status,
    summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout,
    latency:percentile(50), latency:percentile(99), latency.max))
end
