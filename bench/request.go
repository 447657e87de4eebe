package main

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"reflect"
	"time"

	"github.com/webhook-gateway/gateway/bench/peer"
)

// prepare waits for the servers, checks that they give the same answer where
// they are alike, and writes the script for wrk.
func prepare(script string, rows []*row, body []byte, alike bool) error {
	answers := map[*row]any{}
	for _, r := range rows {
		a, err := ask(r.url, body, signature(body))
		if err != nil {
			return fmt.Errorf("asking %s: %w", r.name, err)
		}
		answers[r] = a
	}
	for _, r := range rows {
		if alike && !reflect.DeepEqual(answers[r], answers[r.against]) {
			return fmt.Errorf("%s answers %v, and %s %v", r.name, answers[r], r.against.name, answers[r.against])
		}
	}
	lua := fmt.Sprintf("wrk.method = \"POST\"\nwrk.body = [==[%s]==]\nwrk.headers[\"Content-Type\"] = \"application/json\"\nwrk.headers[\"X-Signature\"] = %q\nwrk.headers[\"Authorization\"] = %q\n",
		body, signature(body), password())
	return os.WriteFile(script, []byte(lua), 0o600)
}

// signature is the header field that proves a body.
func signature(body []byte) string {
	mac := hmac.New(sha256.New, []byte(peer.Secret))
	mac.Write(body)
	return "sha256=" + hex.EncodeToString(mac.Sum(nil))
}

// password is the header field of a user name and a password.
func password() string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(peer.User+":"+peer.Secret))
}

// ask sends the request until the server is up, and returns its JSON.
func ask(url string, body []byte, signature string) (any, error) {
	var last error
	for range 200 {
		req, err := http.NewRequestWithContext(context.Background(), http.MethodPost, url, bytes.NewReader(body))
		if err != nil {
			return nil, err
		}
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("X-Signature", signature)
		req.Header.Set("Authorization", password())
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			last = err
			time.Sleep(50 * time.Millisecond)
			continue
		}
		v, err := answered(resp)
		if resp.StatusCode != http.StatusBadGateway {
			return v, err
		}
		last = err // what the server calls is not up yet
		time.Sleep(50 * time.Millisecond)
	}
	return nil, last
}

func answered(resp *http.Response) (any, error) {
	text, err := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	if err != nil {
		return nil, err
	}
	if resp.StatusCode >= http.StatusMultipleChoices {
		return nil, fmt.Errorf("status %d: %s", resp.StatusCode, text)
	}
	var v any
	if len(text) == 0 {
		return v, nil
	}
	err = json.Unmarshal(text, &v)
	return v, err
}

// callAPI sends a request without a body to the gateway's API, which needs no token on
// loopback.
func callAPI(ctx context.Context, url string) error {
	if url == "" {
		return nil
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, http.NoBody)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("asking %s: %s", url, resp.Status)
	}
	return nil
}
