package main

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"time"
)

// attack is what others do while good requests are sent. run returns when the
// context has ended, with the number of requests or connections that it made.
type attack struct {
	name string
	run  func(ctx context.Context, at string) int
}

const noAttack = "none"

func attacks() []attack {
	return []attack{
		{noAttack, func(ctx context.Context, _ string) int { <-ctx.Done(); return 0 }},
		{"2000 connections with slow headers", func(ctx context.Context, at string) int { return holdConnections(ctx, at, "127.0.0.2", 2000) }},
		{"bad signatures", func(ctx context.Context, at string) int { return floodRequests(ctx, at, "127.0.0.3", "/orders") }},
		{"unknown paths", func(ctx context.Context, at string) int { return floodRequests(ctx, at, "127.0.0.4", "/nowhere") }},
		{"5000 connections of one address", func(ctx context.Context, at string) int { return holdConnections(ctx, at, "127.0.0.5", 5000) }},
	}
}

// goodCalls is what the callers of good requests have seen.
type goodCalls struct {
	Count, Failed int
	P50, P99      float64 // milliseconds
}

// playPart is what a process of its own does during a flood: "good" sends good
// requests, and the name of an attack attacks. It prints its result as JSON.
func playPart(name, at string, seconds int) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Duration(seconds)*time.Second)
	defer cancel()
	if name == "good" {
		return json.NewEncoder(os.Stdout).Encode(sendGood(ctx, at))
	}
	for _, a := range attacks() {
		if a.name == name {
			return json.NewEncoder(os.Stdout).Encode(a.run(ctx, at))
		}
	}
	return fmt.Errorf("there is no attack %q", name)
}

// startPart starts a process that plays a part. The result is decoded when await
// returns.
func startPart(name, at string, seconds int, result any) (await func() error, err error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	var out strings.Builder
	c := exec.CommandContext(context.Background(), self, "-flood-part", name, "-flood-at", at, "-seconds", fmt.Sprint(seconds)) //nolint:gosec // our own command
	c.Stdout, c.Stderr = &out, os.Stderr
	if err := c.Start(); err != nil {
		return nil, err
	}
	return func() error {
		if err := c.Wait(); err != nil {
			return fmt.Errorf("the process %q: %w", name, err)
		}
		return json.Unmarshal([]byte(out.String()), result)
	}, nil
}

// sendGood sends signed requests until the context ends.
func sendGood(ctx context.Context, at string) goodCalls {
	mac := hmac.New(sha256.New, []byte(floodSecret))
	mac.Write([]byte(floodBody))
	signature := hex.EncodeToString(mac.Sum(nil))
	var group sync.WaitGroup
	var mu sync.Mutex
	var took []time.Duration
	failed := 0
	for range goodCallers {
		group.Go(func() {
			client := &http.Client{Transport: &http.Transport{}}
			defer client.CloseIdleConnections()
			for ctx.Err() == nil {
				began := time.Now()
				status, err := post(ctx, client, "http://"+at+"/orders", signature)
				if ctx.Err() != nil {
					return
				}
				mu.Lock()
				if err != nil || status != http.StatusOK {
					failed++
				}
				took = append(took, time.Since(began))
				mu.Unlock()
			}
		})
	}
	group.Wait()
	slices.Sort(took)
	percentile := func(p int) float64 {
		if len(took) == 0 {
			return 0
		}
		return float64(took[len(took)*p/100].Microseconds()) / 1000
	}
	return goodCalls{Count: len(took), Failed: failed, P50: percentile(50), P99: percentile(99)}
}
