package arch

import "slices"

// room says what the code of a package may import from this module. Its tests
// may import more; see testsMayNot.
//
// A path is relative to the module. "x/*" means the packages directly below x,
// "x/..." means x and all packages below it.
type room struct {
	path string
	may  []string
	why  string
}

// anything in a room's list stands for every package of the module.
const anything = "..."

// testsMayNot lists what no test outside its own room may import: a test of a
// part that needs the whole program tests the wrong thing.
func testsMayNot() []string {
	return []string{"cmd/...", "bench/...", "examples/..."}
}

// ground lists the packages that know no part of the program. Every package but
// these may import them.
func ground() []string {
	return []string{
		"internal/abandon", "internal/apikey", "internal/backoff", "internal/clock", "internal/cron", "internal/ctytext", "internal/datetime", "internal/duration", "internal/httpserver",
		"internal/clientaddr", "internal/keys",
		"internal/links", "internal/logging", "internal/memlimit", "internal/netname", "internal/parallel", "internal/ranges", "internal/ratelimit", "internal/redact", "internal/richtext",
		"internal/subprocess", "internal/termtext", "internal/trace", "internal/ulid", "internal/urltext", "internal/value",
	}
}

// rooms returns the import table. Imports point down: a package lists only
// packages below it, and a new line needs a reason for that.
func rooms() []room {
	return slices.Concat(groundRooms(), languageRooms(), kindRooms(), storeRooms(), gatewayRooms(), programRooms())
}

func groundRooms() []room {
	return []room{
		{"internal/abandon", []string{"internal/clock"}, "it waits for a computation with a clock"},
		{"internal/apikey", nil, "a key is text and a hash"},
		{"internal/backoff", []string{"internal/clock"}, "it waits between attempts"},
		{"internal/clientaddr", nil, "addresses of clients are texts"},
		{"internal/clock", nil, "time has no dependencies"},
		{"internal/cron", nil, "the ticks of a schedule are arithmetic"},
		{"internal/ctytext", nil, "it makes texts safe for the expression language"},
		{"internal/datetime", nil, "a time is text and a number"},
		{"internal/duration", nil, "a duration is text and a number"},
		{"internal/httpserver", []string{"internal/clientaddr", "internal/clock"}, "both listeners share its limits of time"},
		{"internal/keys", nil, "keys are bytes and files"},
		{"internal/links", []string{"internal/keys"}, "the tokens of links are sealed by a key"},
		{"internal/logging", []string{"internal/termtext"}, "it formats lines and knows no flow"},
		{"internal/memlimit", nil, "it reads the limits of the system"},
		{"internal/netname", nil, "names of hosts and mailboxes are texts"},
		{"internal/parallel", nil, "work on all processors knows no part of it"},
		{"internal/ranges", nil, "ranges of numbers are texts"},
		{"internal/ratelimit", nil, "rates are numbers and times"},
		{"internal/redact", []string{"internal/keys"}, "it hides texts in values, and seals them by a key"},
		{"internal/richtext", nil, "it turns texts into others"},
		{"internal/subprocess", []string{"internal/clock"}, "it runs programs, and knows no flow"},
		{"internal/termtext", nil, "it makes text safe for terminals"},
		{"internal/trace", []string{"internal/clock"}, "spans have times and ids, and know no flow"},
		{"internal/otlp", []string{"internal/clock", "internal/trace", "outbound"}, "it sends spans through the client, and knows no flow"},
		{"internal/ulid", nil, "ids are bytes of time and chance"},
		{"internal/urltext", nil, "it keeps values in their places of a URL, which is text"},
		{"internal/value", []string{"internal/termtext"}, "values are the ground floor"},
		{"internal/body", ground(), "bodies become values, in no flow's terms"},
		{"internal/arch", nil, "it reads the repository and is no part of the program"},
		{"internal/testutil/...", []string{anything}, "tests of any package may use it; the binary may not"},
		{"internal/e2e/...", []string{anything}, "the end-to-end tests run the whole program"},
		{"scripts/...", nil, "scripts read the repository and are no part of the program"},
	}
}

func languageRooms() []room {
	return []room{
		{"config/diag", ground(), "findings are rendered for every part of the language"},
		{"config/syntax", ground(), "parsing knows no meaning of words"},
		{"config/format", with("config/syntax"), "formatting moves spaces and needs no meaning"},
		{"config/literal", nil, "it writes plain values in the words of the language"},
		{"config/starter", with("config/format", "config/syntax"), "it writes files, and takes the blocks of kinds from their examples"},
		{"config/expr/funcs", ground(), "functions compute values and know no expressions"},
		{"config/expr/jq", []string{"internal/datetime", "internal/value"}, "jq programs compute values and know no expressions"},
		{"config/expr", with("config/diag", "config/expr/funcs", "config/expr/jq"), "expressions know values, not the blocks around them"},
		{"config/schema", with("config/diag", "config/expr"), "declarations are decoded before there is a flow"},
		{"flow", with("config/diag", "config/expr", "config/expr/funcs", "config/schema"), "the engine knows its language, and no kind, no process, no storage"},
		{"flow/sensitivity", with("config/diag", "config/expr", "flow"), "it follows sensitive values through compiled flows"},
		{"flow/outline", with("config/syntax", "flow"), "it joins compiled flows to the text of their files"},
		{"flow/explain", with("flow", "flow/outline"), "it describes flows, and knows no page"},
		{"flow/graph", with("flow", "flow/outline"), "it draws flows, and knows no page"},
		{"internal/problem", with("flow"), "it writes the problems of flows as HTTP responses"},
		{"config/load", with("config/diag", "config/expr", "config/expr/funcs", "config/schema", "config/syntax", "flow", "flow/sensitivity", "outbound"), "loading takes the kinds as an argument, so that a user can bring more"},
	}
}

func kindRooms() []room {
	language := with("config/diag", "config/expr", "config/schema", "flow")
	return []room{
		{"outbound", slices.Concat(ground(), []string{"internal/body"}), "the guarded client knows addresses, not flows; answers are compressed as bodies are"},
		{"auth", slices.Concat(language, []string{"outbound"}), "a check knows the request, not the trigger that asks for it; it fetches certificates through the guard"},
		{"auth/challenge", slices.Concat(language, []string{"auth", "outbound"}), "a challenge knows the request and its check, not the trigger; it confirms subscriptions through the guard"},
		{"triggers/input/infer", with("config/format", "config/literal", "internal/body", "triggers/input"), "variables are inferred from decoded requests, in the words of the language"},
		{"triggers/input", language, "declared variables serve every kind of trigger"},
		{"triggers", slices.Concat(language, []string{"auth", "auth/challenge", "internal/body", "triggers/input"}), "a trigger asks checks to let a request in"},
		{"actions/local", language, "files and commands of the machine need no client"},
		{"actions/web", slices.Concat(language, []string{"auth", "internal/body", "outbound"}), "it owns the client and the TLS settings of connections, and signs as checks verify"},
		{"actions/*", slices.Concat(language, []string{"actions/local", "actions/web", "internal/body", "outbound"}), "an action knows the flow that it runs in, not the trigger or the store"},
		{"actions", slices.Concat(language, []string{"actions/*"}), "it lists the kinds"},
	}
}

func storeRooms() []room {
	return []room{
		{"store", with("flow"), "runs are stored, in any engine"},
		{"store/batch", with("store"), "group commit serves every engine"},
		{"store/erase", with("store"), "erasure serves every engine"},
		{"store/outcomes", with("store"), "packed outcomes serve every engine"},
		{"store/packedsteps", with("flow", "store"), "packed steps serve every engine"},
		{"store/storetest", with("flow", "store", "store/erase", "store/outcomes"), "one suite for every engine"},
		{"store/*", with("flow", "store", "store/batch", "store/erase", "store/outcomes", "store/packedsteps"), "an engine fulfils the contract and knows no other engine"},
	}
}

func gatewayRooms() []room {
	below := func(more ...string) []string {
		return append(with("config/load", "flow", "internal/problem", "store"), more...)
	}
	return []room{
		{"gateway/acme", with("outbound", "store"), "it obtains certificates and keeps them in a shared store, and knows no request"},
		{"gateway/telemetry", below("internal/otlp"), "metrics and log lines are counted for every part of the process"},
		{"gateway/snapshot", below("gateway/telemetry"), "a configuration in service knows its endpoints, not their requests"},
		{"gateway/run", below("gateway/telemetry", "gateway/snapshot"), "it belongs to one run, sync or async"},
		{"gateway/history", below("gateway/telemetry", "gateway/run", "store/erase"), "it records runs and erases addresses"},
		{"gateway/keyring", below("gateway/telemetry"), "it finds the keys of callers, and knows no request"},
		{"gateway/handshake", below("gateway/telemetry"), "it keeps the secrets of handshakes, and knows no request"},
		{"gateway/services", below("gateway/snapshot", "gateway/run"), "actions reach contacts, keys and other flows through it"},
		{"gateway/worker", below("gateway/snapshot", "gateway/run", "gateway/history", "gateway/services"), "it executes stored runs"},
		{"gateway/endpoint", below("gateway/telemetry", "gateway/snapshot", "gateway/run", "gateway/history", "gateway/keyring", "gateway/handshake", "gateway/services", "gateway/worker"), "it serves requests"},
		{"gateway/failures", below("gateway/snapshot", "gateway/run", "gateway/services"), "it starts the runs of flows that watch failures"},
		{"gateway/schedule", below("gateway/snapshot", "gateway/run", "gateway/services"), "it starts the runs of schedules"},
		{"gateway/watch", below(), "it tells that files changed, and knows no flow in service"},
		{"gateway", below("config/diag", "internal/otlp", "outbound", "gateway/acme", "gateway/telemetry", "gateway/snapshot", "gateway/run", "gateway/history", "gateway/keyring", "gateway/handshake", "gateway/services", "gateway/worker", "gateway/endpoint", "gateway/failures", "gateway/schedule", "gateway/watch"), "the process takes a loader and a store, and knows no kind"},
	}
}

func programRooms() []room {
	return []room{
		{"admin/ops", with("config/diag", "flow", "flow/graph", "flow/outline", "gateway", "gateway/run", "gateway/services", "gateway/snapshot", "gateway/telemetry", "store"), "it decides what operators may do and see"},
		{"admin/api/client", with("admin/api", "admin/ops", "internal/problem"), "commands call the API through it"},
		{"admin/api", with("admin/ops", "config/diag", "flow", "internal/problem", "store"), "routes are a thin face over the operator service"},
		{"admin/dryrun", with("admin/ops", "config/diag", "config/literal", "config/load", "flow", "flowtest", "flowtest/fromrun"), "dry runs of operators use the machinery of tests, which the operator service and the pages need not know"},
		{"admin/dashboard", with("admin/ops", "flow/graph", "store"), "pages are a thin face over the operator service"},
		{"admin/session", with("store"), "it knows who is signed in, and no route; the store keeps who signed out"},
		{"admin", with("admin/session", "admin/api", "admin/dashboard", "admin/ops", "flow", "internal/problem"), "it serves the routes and guards them by a token"},
		{"flowtest", with("internal/body", "config/diag", "config/expr", "config/expr/funcs", "config/literal", "config/load", "config/schema", "config/syntax", "flow", "gateway", "gateway/services", "gateway/snapshot", "store", "store/*"), "it runs whole gateways, takes the kinds as an argument, and decodes the bodies that actions send"},
		{"flowtest/fromrun", with("config/format", "config/literal", "config/schema", "flow", "flowtest", "internal/redact"), "it writes tests as text, from the JSON of runs"},
		{"flowtest/coverage", with("flow", "flow/outline", "flowtest"), "it watches tests, and joins what they reach to the text of the files"},
		{"cmd/...", []string{anything}, "cmd wires the program together"},
		{"examples/...", []string{anything}, "an example shows how a user wires a gateway of their own"},
		{"bench/...", []string{anything}, "a benchmark may measure any part"},
	}
}

// with returns the ground packages and some more.
func with(more ...string) []string { return append(ground(), more...) }
