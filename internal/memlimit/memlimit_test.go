package memlimit_test

import (
	"testing"
	"testing/fstest"

	"github.com/webhook-gateway/gateway/internal/memlimit"
)

func TestAvailable(t *testing.T) {
	t.Parallel()
	const machine = "MemTotal:       16384000 kB\nMemFree:  1 kB\n"
	for _, c := range []struct {
		name  string
		files map[string]string
		want  int64
	}{
		{"no file", nil, memlimit.Unknown},
		{"machine", map[string]string{"proc/meminfo": machine}, 16384000 << 10},
		{"machine, malformed", map[string]string{"proc/meminfo": "MemTotal: many kB\n"}, memlimit.Unknown},
		{"version 2", map[string]string{
			"proc/meminfo": machine, "proc/self/cgroup": "0::/\n", "sys/fs/cgroup/memory.max": "268435456\n",
		}, 256 << 20},
		{"version 2, without a limit", map[string]string{
			"proc/meminfo": machine, "proc/self/cgroup": "0::/\n", "sys/fs/cgroup/memory.max": "max\n",
		}, 16384000 << 10},
		{"version 2, the limit of the group around", map[string]string{
			"proc/meminfo": machine, "proc/self/cgroup": "0::/pods/a/b\n",
			"sys/fs/cgroup/pods/memory.max": "536870912\n", "sys/fs/cgroup/pods/a/memory.max": "134217728\n", "sys/fs/cgroup/pods/a/b/memory.max": "max\n",
		}, 128 << 20},
		{"version 1", map[string]string{
			"proc/meminfo": machine, "proc/self/cgroup": "9:cpu,cpuacct:/x\n4:memory:/docker/1\n0::/\n",
			"sys/fs/cgroup/memory/docker/1/memory.limit_in_bytes": "100000000\n", "sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
		}, 100_000_000},
		{"version 1, path of the host", map[string]string{
			"proc/meminfo": machine, "proc/self/cgroup": "4:memory:/docker/1\n", "sys/fs/cgroup/memory/memory.limit_in_bytes": "200000000\n",
		}, 200_000_000},
		{"above the machine", map[string]string{
			"proc/meminfo": machine, "proc/self/cgroup": "0::/\n", "sys/fs/cgroup/memory.max": "9223372036854771712\n",
		}, 16384000 << 10},
		{"malformed", map[string]string{"proc/meminfo": machine, "proc/self/cgroup": "x\n0::/../..\n", "sys/fs/cgroup/memory.max": "-5\n"}, 16384000 << 10},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			files := fstest.MapFS{}
			for name, text := range c.files {
				files[name] = &fstest.MapFile{Data: []byte(text)}
			}
			got, known := memlimit.Available(files)
			if got != c.want || known == (got == memlimit.Unknown) {
				t.Errorf("%d, known %t, want %d", got, known, c.want)
			}
		})
	}
}
