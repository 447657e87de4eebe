package arch

import "slices"

// ban says that something of another package has its own place in this module.
// A ban holds for code, not for tests.
type ban struct {
	// pkg is the import path of what is banned, with what lies below it.
	pkg string
	// names lists what is banned of it; none: to import it at all.
	names []string
	// only lists where it is allowed, as patterns of room.
	only []string
	// in, if given, limits the ban to these places.
	in  []string
	why string
}

// module is the import path of this module, which bans on its own packages
// begin with.
const module = "github.com/webhook-gateway/gateway"

// bans returns the whole table.
func bans() []ban {
	return slices.Concat(wiringBans(), stateBans(), testBans())
}

// programs are the packages that wire things and talk to the system.
func programs(more ...string) []string {
	return append([]string{"cmd/...", "bench/...", "examples/..."}, more...)
}

// pure are the packages that only compute: what validates a flow runs in an
// editor, on every keystroke.
func pure() []string {
	return []string{"internal/value", "config/...", "flow"}
}

// wiringBans keep what a process has only one of, and the way out of it, where
// they are handed down from.
func wiringBans() []ban {
	return []ban{
		{
			pkg: "github.com/spf13/cobra", only: programs(),
			why: "commands and flags belong to cmd",
		},
		{
			pkg: "flag", only: programs("internal/testutil"),
			why: "flags are read in cmd and handed down as values; only tests share one, -update",
		},
		{
			pkg: "os", names: []string{"Args", "Getenv", "LookupEnv", "Environ", "ExpandEnv", "Setenv", "Unsetenv", "Clearenv"},
			only: programs("internal/testutil/..."), // whether a missing server is a failure, CI tells
			why:  "arguments and environment are read in cmd and handed down as values or as a look-up function",
		},
		{
			pkg: "os", names: []string{"Stdin", "Stdout", "Stderr", "Exit"},
			only: programs(),
			why:  "readers and writers are handed down, and only a program ends itself",
		},
		{
			pkg: "os",
			names: []string{
				"Open", "OpenFile", "OpenRoot", "OpenInRoot", "Create", "CreateTemp", "ReadFile", "WriteFile", "ReadDir", "DirFS",
				"Stat", "Lstat", "Readlink", "Getwd", "Chdir", "Mkdir", "MkdirAll", "MkdirTemp", "Remove", "RemoveAll", "Rename",
			},
			in:  pure(),
			why: "loading and checking read an fs.FS and touch nothing outside it",
		},
		{
			pkg: "os/exec", in: pure(),
			why: "loading and checking start nothing",
		},
		{
			pkg: "net/http", names: []string{"Get", "Head", "Post", "PostForm", "DefaultClient", "DefaultTransport", "Transport"},
			only: programs("outbound", "internal/testutil"),
			why:  "requests go out through outbound, which guards private addresses",
		},
		{
			pkg: "net", names: []string{"Dial", "DialTimeout", "DialTCP", "DialUDP", "DialUnix", "Dialer"},
			only: programs("outbound", "internal/testutil"),
			why:  "connections go out through outbound, which guards private addresses",
		},
	}
}

// stateBans keep out the package-level state of others, and waiting that
// nothing can end.
func stateBans() []ban {
	return []ban{
		{
			pkg: "net/http", names: []string{"Handle", "HandleFunc", "DefaultServeMux"},
			why: "the default mux is global state; make a mux",
		},
		{
			pkg: "github.com/prometheus/client_golang/prometheus/promauto",
			why: "it registers globally; register with the registry that was handed down",
		},
		{
			pkg:   "github.com/prometheus/client_golang/prometheus",
			names: []string{"Register", "MustRegister", "Unregister", "DefaultRegisterer", "DefaultGatherer"},
			why:   "the default registry is global state; use the one that was handed down",
		},
		{
			pkg: "go.uber.org/zap", names: []string{"L", "S", "ReplaceGlobals", "RedirectStdLog"},
			why: "the global logger is global state; use the one that was handed down",
		},
		{
			pkg: "time", names: []string{"Sleep"}, only: []string{"bench/..."},
			why: "a sleep outlives its context; wait on a timer and the context's end",
		},
	}
}

// testBans keep what is for tests out of the binary.
func testBans() []ban {
	return []ban{
		{
			pkg: "testing", only: []string{"internal/testutil/...", "store/storetest", "bench/..."},
			why: "it is for tests and has no place in the binary",
		},
		{
			pkg: module + "/internal/testutil", only: []string{"store/storetest", "bench/..."},
			why: "it is for tests and has no place in the binary",
		},
	}
}

// appliesTo tells whether the ban holds for the package.
func (b ban) appliesTo(path string) bool {
	return !matchesAny(b.only, path) && (len(b.in) == 0 || matchesAny(b.in, path))
}
