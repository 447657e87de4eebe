// Package peer is the hand-written handler that the flow in bench/flows is
// measured against: the same checks and the same answer, in plain Go on
// net/http.
package peer

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// Secret signs the requests to /hmac, and is the password of User for those to /basic.
const (
	Secret = "bench-secret-of-some-length"
	User   = "shop"
)

type order struct {
	OrderID  *string `json:"order_id"`
	Customer *string `json:"customer"`
	Items    []struct {
		Qty   float64 `json:"qty"`
		Price float64 `json:"price"`
	} `json:"items"`
}

type answer struct {
	Order   string  `json:"order"`
	Count   int     `json:"count"`
	Total   float64 `json:"total"`
	Message string  `json:"message"`
}

// Handler answers orders at POST /hmac and POST /basic, and what stands beside async flows: it decodes a
// body, answers with 202 and keeps nothing. POST /accepted does no more than that,
// POST /finished computes the sum of the order, and POST /called also sends the sum
// to the server at called. POST /told and GET /hold are for actions to call: the one
// answers at once, the other when its caller has gone.
func Handler(called string) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("POST /hmac", orders(func(r *http.Request, body []byte) bool { return signed(body, r.Header.Get("X-Signature")) }))
	mux.Handle("POST /basic", orders(knownUser))
	mux.Handle("POST /accepted", async(func(context.Context, any) error { return nil }))
	mux.Handle("POST /finished", async(func(_ context.Context, v any) error { _, err := decoded(v).message(); return err }))
	mux.Handle("POST /called", async(newCaller(called).tell))
	mux.HandleFunc("POST /told", told)
	mux.HandleFunc("GET /hold", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	return mux
}

// orders answers an order that a check accepts.
func orders(accepts func(r *http.Request, body []byte) bool) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { serve(w, r, accepts) })
}

func serve(w http.ResponseWriter, r *http.Request, accepts func(*http.Request, []byte) bool) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
	if err != nil {
		http.Error(w, "too large", http.StatusRequestEntityTooLarge)
		return
	}
	if !accepts(r, body) {
		http.Error(w, "unauthorized", http.StatusUnauthorized)
		return
	}
	var o order
	if err := json.Unmarshal(body, &o); err != nil {
		http.Error(w, "malformed", http.StatusBadRequest)
		return
	}
	a, err := o.price()
	if err != nil {
		http.Error(w, err.Error(), http.StatusUnprocessableEntity)
		return
	}
	out, err := json.Marshal(a)
	if err != nil {
		http.Error(w, "internal error", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(out)
}

func told(w http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, http.MaxBytesReader(w, r.Body, 1<<20))
	w.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(w, `{"ok":true}`)
}

func signed(body []byte, signature string) bool {
	given, err := hex.DecodeString(strings.TrimPrefix(signature, "sha256="))
	mac := hmac.New(sha256.New, []byte(Secret))
	mac.Write(body)
	return err == nil && hmac.Equal(given, mac.Sum(nil))
}

// knownUser compares digests, whose length says nothing of the password.
func knownUser(r *http.Request, _ []byte) bool {
	name, password, ok := r.BasicAuth()
	given, want := sha256.Sum256([]byte(name+":"+password)), sha256.Sum256([]byte(User+":"+Secret))
	return ok && subtle.ConstantTimeCompare(given[:], want[:]) == 1
}

func (o order) price() (answer, error) {
	if o.OrderID == nil || o.Customer == nil || len(o.Items) == 0 {
		return answer{}, errors.New("order_id, customer and items are required")
	}
	a := answer{Order: *o.OrderID, Count: len(o.Items), Message: fmt.Sprintf("Order %s of %s is confirmed", *o.OrderID, *o.Customer)}
	for _, i := range o.Items {
		a.Total += i.Qty * i.Price
	}
	return a, nil
}
