package main

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"
)

// request is one request and the verdict on it.
type request struct {
	Name     string            `json:"name"`
	Method   string            `json:"method"`
	URL      string            `json:"url"`
	Header   map[string]string `json:"header"` // by canonical name
	Body     string            `json:"body"`
	Now      time.Time         `json:"now"` // when it arrives
	Accepted bool              `json:"accepted"`
}

func (r request) clone() request {
	r.Header = maps.Clone(r.Header)
	return r
}

func (r request) header() http.Header {
	h := http.Header{}
	for name, value := range r.Header {
		h.Set(name, value)
	}
	return h
}

// sender is what a sender documents about its signature.
type sender struct {
	preset   string
	variant  string   // a part of the name of the file, for further ways in which a sender signs
	config   string   // the body of the auth block; %s stands for the secret
	secret   string   // that of the sender
	judgedBy string   // the library; see accepts
	readings []string // of the documentation, without a library

	method, url, body string // of a delivery; empty for a POST of JSON

	// sign adds the signature of a delivery that was made at a time.
	sign func(r *request, secret string, at time.Time)
	// accepts asks the library; nil without one.
	accepts func(r request, secret string) error

	signature string // the header that holds the signature
	signs     []string
	tolerance time.Duration // 0: requests do not expire
	future    bool          // times that are ahead of the clock are accepted
	stamp     func(at time.Time) string
	list      string // the separator, if a request may have several signatures
	unjudged  []string
	fetched   map[string]string

	spoil func(r *request)                           // changes a signature that is in the body
	more  func(genuine request) map[string]variation // further requests
}

// variation is a request and the verdict on it.
type variation struct {
	request  request
	accepted bool
}

func (s sender) fileName() string {
	if s.variant == "" {
		return s.preset
	}
	return s.preset + "-" + s.variant
}

// as returns the sender with another preset or variant.
func (s sender) as(preset, variant string) sender {
	s.preset, s.variant = preset, variant
	return s
}

// judge makes the requests and asks for the verdict on each of them.
func (s sender) judge(now time.Time) (file, error) {
	f := file{Preset: s.preset, Judge: s.judgedBy, Readings: s.readings, Config: s.config, Fetched: s.fetched}
	if strings.Contains(s.config, "%s") {
		f.Config = fmt.Sprintf(s.config, s.secret)
	}
	for _, r := range s.requests(now) {
		if slices.Contains(s.unjudged, r.Name) {
			continue
		}
		if s.accepts != nil {
			if err := s.accepts(r, s.secret); (err == nil) != r.Accepted {
				return f, fmt.Errorf("%s: the library says %v", r.Name, err)
			}
		}
		f.Requests = append(f.Requests, r)
	}
	return f, nil
}

// delivery returns a signed request.
func (s sender) delivery(secret string, at time.Time) request {
	r := request{Method: http.MethodPost, URL: "https://hooks.example.com/in", Header: map[string]string{"Content-Type": "application/json"}, Body: `{"id":"evt_1","text":"Grüße"}`}
	if s.method != "" {
		r.Method = s.method
	}
	if s.url != "" {
		r.URL = s.url
	}
	if s.body != "" {
		r.Body = s.body
	}
	s.sign(&r, secret, at)
	return r
}

// requests returns a genuine delivery and all ways in which one can be wrong, with
// the verdict that the documentation implies.
func (s sender) requests(now time.Time) []request {
	var out []request
	add := func(name string, r request, accepted bool) {
		r.Name, r.Now, r.Accepted = name, now, accepted
		out = append(out, r)
	}
	genuine := s.delivery(s.secret, now)
	add("genuine", genuine, true)
	add("signed with another secret", s.delivery(s.otherSecret(), now), false)
	add("signed with an empty secret", s.delivery("", now), false)
	for _, name := range slices.Sorted(maps.Keys(genuine.Header)) {
		if name == "Content-Type" {
			continue
		}
		r := genuine.clone()
		delete(r.Header, name)
		add("no "+name, r, false)
	}
	r := genuine.clone()
	if s.spoil != nil {
		s.spoil(&r)
	} else {
		r.Header[s.signature] = changeMiddle(r.Header[s.signature])
	}
	add("signature changed", r, false)
	if s.more != nil {
		variations := s.more(genuine)
		for _, name := range slices.Sorted(maps.Keys(variations)) {
			add(name, variations[name].request, variations[name].accepted)
		}
	}
	s.addChangedParts(add, genuine, now)
	s.addTimes(add, now)
	s.addLists(add, genuine, now)
	return out
}

func (s sender) addChangedParts(add func(string, request, bool), genuine request, now time.Time) {
	r := genuine.clone()
	r.Body = changeMiddle(r.Body)
	add("body changed", r, !s.covers("body"))
	r = genuine.clone()
	r.URL += "?x=1"
	add("URL changed", r, !s.covers("url"))
	r = genuine.clone()
	r.Method = http.MethodPut
	add("method changed", r, !s.covers("method"))
	if s.stamp != nil {
		r = genuine.clone()
		for name, value := range r.Header {
			r.Header[name] = strings.ReplaceAll(value, s.stamp(now), s.stamp(now.Add(-time.Second)))
		}
		add("timestamp changed", r, false)
	}
}

func (s sender) addTimes(add func(string, request, bool), now time.Time) {
	if s.stamp == nil && s.tolerance == 0 {
		return
	}
	const long = 48 * time.Hour
	add("very old", s.delivery(s.secret, now.Add(-long)), s.tolerance == 0)
	add("far ahead", s.delivery(s.secret, now.Add(long)), s.tolerance == 0 || s.future)
	if s.tolerance > 0 {
		add("too old", s.delivery(s.secret, now.Add(-s.tolerance-30*time.Second)), false)
		add("old enough", s.delivery(s.secret, now.Add(-s.tolerance/2)), true)
	}
}

// addLists adds requests with several signatures in their header.
func (s sender) addLists(add func(string, request, bool), genuine request, now time.Time) {
	if s.list == "" {
		return
	}
	wrong := s.delivery(s.otherSecret(), now).Header[s.signature]
	right := genuine.Header[s.signature]
	last := func(text string) string { return text[strings.LastIndex(text, s.list)+1:] }
	lists := []struct {
		name, value string
		accepted    bool
	}{
		{"a right and a wrong signature", right + s.list + last(wrong), true},
		{"a wrong and a right signature", wrong + s.list + last(right), true},
		{"two wrong signatures", wrong + s.list + last(wrong), false},
	}
	for _, l := range lists {
		r := genuine.clone()
		r.Header[s.signature] = l.value
		add(l.name, r, l.accepted)
	}
}

func (s sender) covers(part string) bool { return slices.Contains(s.signs, part) }

// otherSecret returns a secret of the same form.
func (s sender) otherSecret() string { return changeMiddle(s.secret) }

// changeMiddle changes a letter or digit in the middle of a text.
func changeMiddle(text string) string {
	b := []byte(text)
	for i := len(b) / 2; i < len(b); i++ {
		switch c := b[i]; {
		case c >= '0' && c <= '9':
			b[i] = '0' + ('9' - c)
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z':
			if b[i]++; c == 'z' || c == 'Z' || c == 'f' || c == 'F' {
				b[i] = c - 1
			}
		default:
			continue
		}
		return string(b)
	}
	return text
}
