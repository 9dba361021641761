-- wrk -s urls.lua ADDRESS -- FILE: asks for random lines of a file, the same ones in the same order in every run.
local requests, number = {}, 0

function setup(thread)
  thread:set("number", number)
  number = number + 1
end

function init(arguments)
  for line in io.lines(arguments[1]) do requests[#requests + 1] = wrk.format("GET", line) end
  math.randomseed(1234 + number)
end

function request() return requests[math.random(#requests)] end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format("RESULT %f %f %f %f %d\n", summary.requests, summary.duration / 1e6,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    errors.status + errors.read + errors.write + errors.timeout + errors.connect))
end
