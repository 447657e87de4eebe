package peer

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
)

// async decodes a body, does the work while the caller waits, and answers with
// 202.
func async(work func(context.Context, any) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var v any
		if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20)).Decode(&v); err != nil {
			http.Error(w, "malformed", http.StatusBadRequest)
			return
		}
		if err := work(r.Context(), v); err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		w.WriteHeader(http.StatusAccepted)
	})
}

// decoded is the JSON of an order.
func decoded(v any) orderValue {
	m, _ := v.(map[string]any)
	return m
}

type orderValue map[string]any

// total is the sum of the order.
func (o orderValue) total() (float64, error) {
	items, ok := o["items"].([]any)
	if !ok {
		return 0, errors.New("items is no list")
	}
	var total float64
	for _, v := range items {
		item, _ := v.(map[string]any)
		qty, ok1 := item["qty"].(float64)
		price, ok2 := item["price"].(float64)
		if !ok1 || !ok2 {
			return 0, errors.New("an item has no qty and price")
		}
		total += qty * price
	}
	return total, nil
}

// message is what the flow logs.
func (o orderValue) message() (string, error) {
	total, err := o.total()
	return fmt.Sprintf("order %v: %v", o["order_id"], total), err
}

// caller sends sums of orders to another server.
type caller struct {
	url    string
	client *http.Client
}

// newCaller returns a caller that reuses its connections.
func newCaller(server string) *caller {
	t := &http.Transport{MaxIdleConns: 64, MaxIdleConnsPerHost: 64}
	return &caller{url: server + "/told", client: &http.Client{Transport: t}}
}

func (c *caller) tell(ctx context.Context, v any) error {
	o := decoded(v)
	total, err := o.total()
	if err != nil {
		return err
	}
	body, err := json.Marshal(map[string]any{"order": o["order_id"], "total": total})
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := c.client.Do(req)
	if err != nil {
		return err
	}
	text, err := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	if err != nil {
		return err
	}
	var answer struct {
		OK bool `json:"ok"`
	}
	if err := json.Unmarshal(text, &answer); err != nil {
		return err
	}
	_ = fmt.Sprintf("order %v: %v", o["order_id"], answer.OK) // the line that the flow logs
	return nil
}
