package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"time"
)

// heapWanted is the file that asks a profiled gateway for a profile of its heap.
const (
	heapWanted  = "heap.wanted"
	heapProfile = "heap.pprof"
)

// writeHeapOnDemand writes what is alive on the heap of this process to a folder, each
// time that another process asks for it there.
func writeHeapOnDemand(dir string) {
	for range time.Tick(50 * time.Millisecond) {
		wanted := filepath.Join(dir, heapWanted)
		if _, err := os.Stat(wanted); err != nil {
			continue
		}
		runtime.GC()
		var text bytes.Buffer
		_ = pprof.Lookup("heap").WriteTo(&text, 0) // a buffer takes all
		_ = os.WriteFile(filepath.Join(dir, heapProfile), text.Bytes(), 0o600)
		_ = os.Remove(wanted) // the profile is complete
	}
}

// awaitHeapProfile has a profiled gateway write what is alive on its heap.
func awaitHeapProfile(dir string) error {
	wanted := filepath.Join(dir, heapWanted)
	if err := os.WriteFile(wanted, nil, 0o600); err != nil {
		return err
	}
	for range 600 {
		if _, err := os.Stat(wanted); errors.Is(err, os.ErrNotExist) {
			return nil
		}
		time.Sleep(50 * time.Millisecond)
	}
	return errors.New("the gateway wrote no profile of its heap")
}
