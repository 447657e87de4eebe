package command_test

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// groupVariable names a folder of cgroups in which the tests may make groups. It
// is not needed where the test itself runs in the root of the cgroups.
const groupVariable = "GATEWAY_TEST_CGROUP"

// memoryGroup is a cgroup with a limit of memory: the kernel kills the process
// that exceeds it.
type memoryGroup struct{ folder string }

// newMemoryGroup makes a cgroup with a limit. It returns nil where the machine has
// no cgroups that the test may change.
func newMemoryGroup(t *testing.T, limit int) *memoryGroup {
	t.Helper()
	parent := os.Getenv(groupVariable)
	if parent == "" {
		parent = ownGroup("/")
	}
	if parent == "" {
		return nil
	}
	folder := filepath.Join(parent, "gateway-test-"+strconv.Itoa(os.Getpid()))
	if err := os.Mkdir(folder, 0o700); err != nil {
		return nil
	}
	t.Cleanup(func() { _ = os.Remove(folder) })
	g := &memoryGroup{folder}
	text := strconv.Itoa(limit)
	if !g.write("memory.max", text) && !g.write("memory.limit_in_bytes", text) {
		return nil
	}
	_ = g.write("memory.swap.max", "0") || g.write("memory.memsw.limit_in_bytes", text)
	return g
}

// ownGroup returns the folder of the cgroups whose root the process runs in, ""
// if it runs in another one: that group belongs to whoever made it.
func ownGroup(root string) string {
	text, err := os.ReadFile(filepath.Join(root, "proc/self/cgroup"))
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(text)) {
		fields := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if len(fields) < 3 || fields[2] != "/" {
			continue
		}
		switch {
		case slices.Contains(strings.Split(fields[1], ","), "memory"):
			return filepath.Join(root, "sys/fs/cgroup/memory")
		case fields[1] == "" && hasMemory(root):
			return filepath.Join(root, "sys/fs/cgroup")
		}
	}
	return ""
}

// hasMemory reports whether groups of cgroup v2 have limits of memory.
func hasMemory(root string) bool {
	text, err := os.ReadFile(filepath.Join(root, "sys/fs/cgroup/cgroup.subtree_control"))
	return err == nil && slices.Contains(strings.Fields(string(text)), "memory")
}

// write writes a setting of the group that the kernel has made.
func (g *memoryGroup) write(name, text string) bool {
	f, err := os.OpenFile(filepath.Join(g.folder, name), os.O_WRONLY, 0)
	if err != nil {
		return false
	}
	_, err = f.WriteString(text)
	return f.Close() == nil && err == nil
}

// add moves a process into the group.
func (g *memoryGroup) add(pid int) bool { return g.write("cgroup.procs", strconv.Itoa(pid)) }

// peak returns the most bytes that the group has taken, "?" if the kernel does not
// tell.
func (g *memoryGroup) peak() string {
	for _, name := range []string{"memory.peak", "memory.max_usage_in_bytes"} {
		if text, err := os.ReadFile(filepath.Join(g.folder, name)); err == nil {
			return strings.TrimSpace(string(text))
		}
	}
	return "?"
}

// TestOwnGroup: a test makes groups only where it runs in the root of the cgroups.
func TestOwnGroup(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ groups, control, want string }{
		"version 2":            {"0::/\n", "cpu memory\n", "sys/fs/cgroup"},
		"version 2, no memory": {"0::/\n", "cpu\n", ""},
		"version 2, a service": {"0::/system.slice/x.service\n", "memory\n", ""},
		"version 1":            {"5:cpu:/x\n4:memory:/\n0::/\n", "", "sys/fs/cgroup/memory"},
		"version 1, together":  {"4:cpu,memory:/\n", "", "sys/fs/cgroup/memory"},
		"version 1, a session": {"4:memory:/session/1\n0::/\n", "", ""},
		"no cgroups":           {"", "", ""},
	} {
		root := t.TempDir()
		for path, text := range map[string]string{"proc/self/cgroup": c.groups, "sys/fs/cgroup/cgroup.subtree_control": c.control} {
			if err := os.MkdirAll(filepath.Dir(filepath.Join(root, path)), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(root, path), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		want := c.want
		if want != "" {
			want = filepath.Join(root, want)
		}
		if got := ownGroup(root); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
}
