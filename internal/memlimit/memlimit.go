// Package memlimit finds how much memory the process may use: the limit of its
// control groups in a container, or the memory of the machine.
package memlimit

import (
	"bufio"
	"bytes"
	"io/fs"
	"math"
	"path"
	"strconv"
	"strings"
)

// Unknown is the memory that is assumed on systems that tell none.
const Unknown = 1 << 30

// Available returns the bytes that the process may use, and whether the system
// tells them. root is the root of the file system, from which it reads the files
// of Linux.
func Available(root fs.FS) (n int64, known bool) {
	limit := machine(root)
	groups, err := fs.ReadFile(root, "proc/self/cgroup")
	if err == nil {
		for line := range strings.Lines(string(groups)) {
			limit = min(limit, groupLimit(root, strings.TrimSuffix(line, "\n"), limit))
		}
	}
	if limit == math.MaxInt64 {
		return Unknown, false
	}
	return limit, true
}

// machine returns the memory of the machine, the largest number if it is not
// known.
func machine(root fs.FS) int64 {
	text, err := fs.ReadFile(root, "proc/meminfo")
	if err != nil {
		return math.MaxInt64
	}
	lines := bufio.NewScanner(bytes.NewReader(text))
	for lines.Scan() {
		fields := strings.Fields(lines.Text())
		if len(fields) != 3 || fields[0] != "MemTotal:" {
			continue
		}
		if kib, err := strconv.ParseInt(fields[1], 10, 54); err == nil && kib > 0 {
			return kib << 10
		}
	}
	return math.MaxInt64
}

// groupLimit returns the smallest limit of a control group and the groups around
// it, and otherwise if there is none. A line is "ID:CONTROLLERS:PATH"; version 2
// has no controllers. In a container the path may name a folder of the host, so
// the folders that are missing are passed over.
func groupLimit(root fs.FS, line string, otherwise int64) int64 {
	parts := strings.SplitN(line, ":", 3)
	if len(parts) != 3 {
		return otherwise
	}
	base, file := "sys/fs/cgroup", "memory.max"
	if parts[1] != "" {
		if !strings.Contains(","+parts[1]+",", ",memory,") {
			return otherwise
		}
		base, file = "sys/fs/cgroup/memory", "memory.limit_in_bytes"
	}
	limit := otherwise
	for group := path.Clean("/" + parts[2]); ; group = path.Dir(group) {
		limit = min(limit, readLimit(root, path.Join(base, group, file), otherwise))
		if group == "/" {
			return limit
		}
	}
}

// readLimit reads a limit in bytes. "max" means none, as do a file that is
// missing and a number too large.
func readLimit(root fs.FS, name string, otherwise int64) int64 {
	text, err := fs.ReadFile(root, name)
	if err != nil {
		return otherwise
	}
	n, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64)
	if err != nil || n <= 0 {
		return otherwise
	}
	return n
}
