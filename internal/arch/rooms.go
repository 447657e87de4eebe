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

// rooms returns the import table. Imports point down: a package lists only
// what lies below it, and a new line needs a reason that says so.
func rooms() []room {
	language := []string{
		"internal/value", "config/diag", "config/expr/funcs", "config/expr", "config/schema",
	}
	domain := slices.Concat(language, []string{"flow"})
	kinds := slices.Concat(domain, []string{"internal/body", "internal/netname", "outbound"})

	return []room{
		{"internal/value", nil, "values are the ground floor: everything else speaks of them"},
		{"internal/body", []string{"internal/value"}, "forms and XML are read whoever sent them"},
		{"internal/netname", nil, "names of hosts and mail boxes mean the same everywhere"},
		{"outbound", []string{"internal/value"}, "the guarded client knows addresses, not flows"},
		{"internal/testutil", []string{"internal/value"}, "tests of any package use it, so it may know hardly any"},
		{"internal/richtext", nil, "it turns texts into others and knows nothing else"},
		{"internal/testutil/jirad", nil, "it stands in for Jira, whatever is tested with it"},
		{"internal/testutil/slackd", nil, "it stands in for Slack, whatever is tested with it"},
		{"internal/testutil/disktest", nil, "it breaks disks, whatever is on them"},
		{"internal/testutil/dbserver", nil, "it starts any server, and knows no store"},
		{"internal/testutil/postgrestest", []string{"internal/testutil/dbserver"}, "it starts a server, and knows no store"},
		{"internal/testutil/mariadbtest", []string{"internal/testutil/dbserver"}, "it starts a server, and knows no store"},
		{"internal/links", nil, "the tokens of links are made and read where links are known, and nowhere else"},
		{"internal/cron", nil, "when a schedule ticks is arithmetic"},
		{"internal/arch/...", nil, "it reads the repository and is no part of the program"},
		{"scripts", nil, "it holds shell scripts and their tests"},

		{"config/diag", []string{"internal/value"}, "diagnostics are rendered whoever made them"},
		{"config/syntax", nil, "parsing knows nothing of what the words mean"},
		{"config/format", []string{"config/syntax"}, "formatting moves spaces and needs no meaning"},
		{"config/expr/funcs", []string{"internal/value"}, "functions compute values and know no expressions"},
		{"config/expr", language[:3], "expressions know values, not the blocks they stand in"},
		{"config/schema", language[:4], "declarations are decoded before there is a flow"},
		{"flow", language, "the domain knows its language, and no kind, no process, no storage"},

		{"actions", slices.Concat(kinds, []string{"internal/richtext", "auth"}), "an action knows the flow it runs in, not who started it or where runs are kept; it signs as checks verify"},
		{"auth", kinds, "a check knows the request, not the trigger that asks for it"},
		{"triggers/input", kinds, "declared variables are checked the same for each trigger"},
		{"triggers", slices.Concat(kinds, []string{"auth", "triggers/input", "internal/cron", "internal/links"}), "a trigger asks checks to let a request in"},

		{
			"config/load", slices.Concat(domain, []string{"config/syntax", "internal/netname", "outbound", "internal/links"}),
			"loading takes the kinds as an argument, so that a user can bring their own",
		},
		{"store", []string{"internal/value", "internal/netname", "flow"}, "what is kept is runs, whatever engine keeps them"},
		{"store/storetest", []string{"internal/value", "flow", "store"}, "one suite for every engine"},
		{"store/*", []string{"internal/value", "flow", "store"}, "an engine knows the interface it fulfils, no other engine"},
		{
			"gateway", slices.Concat(domain, []string{"config/load", "outbound", "store"}),
			"the process takes a loader function and a store, and knows no kind",
		},
		{"dashboard", []string{"internal/value", "config/diag"}, "pages read through a small interface of their own"},
		{"lsp", slices.Concat(domain, []string{"config/load", "config/syntax", "config/format"}), "an editor asks about files, never about a running process"},
		{"flowtest", slices.Concat(domain, []string{"config/load", "gateway"}), "flow tests send requests through the real endpoints"},

		{"cmd/...", []string{anything}, "cmd wires everything together"},
		{"examples/...", []string{anything}, "an example shows how a user wires a gateway of their own"},
		{"internal/e2e/...", []string{anything}, "end-to-end tests start the whole program"},
		{"internal/testutil/programtest", []string{anything}, "it wires the program as cmd/gateway does"},
		{"bench/...", []string{anything}, "a benchmark measures whatever it likes"},
	}
}
