package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// file is the vector file of a preset.
type file struct {
	Preset   string   `json:"preset"`
	Judge    string   `json:"judge,omitempty"`    // the library that judged each request
	Readings []string `json:"readings,omitempty"` // two independent ones of the documentation
	Config   string   `json:"config"`             // the body of the auth block
	// Fetched has the texts of the URLs that the check fetches.
	Fetched  map[string]string `json:"fetched,omitempty"`
	Requests []request         `json:"requests"`
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "use: judge FOLDER")
		os.Exit(2)
	}
	now := time.Now().Truncate(time.Second).UTC()
	failed := false
	for _, s := range senders() {
		f, err := s.judge(now)
		if err == nil {
			err = write(filepath.Join(os.Args[1], s.fileName()+".json"), f)
		}
		if err != nil {
			fmt.Fprintf(os.Stderr, "%s: %v\n", s.fileName(), err)
			failed = true
		}
	}
	if failed {
		os.Exit(1)
	}
}

func senders() []sender {
	return slices.Concat(librarySenders(), documentedSenders(), urlSenders(), tokenSenders(), variants(), inBodySenders(), certificateSenders(), joseSenders())
}

func write(path string, f file) error {
	text, err := json.MarshalIndent(f, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(text, '\n'), 0o644)
}
