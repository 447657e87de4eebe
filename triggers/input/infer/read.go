package infer

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/webhook-gateway/gateway/internal/value"
)

// The bounds of what is read.
const (
	// MaxInput is the size of one input in bytes.
	MaxInput = 64 << 20
	// MaxSamples is the number of samples.
	MaxSamples = 10_000
)

// Options say how to read samples.
type Options struct {
	// Each takes the elements of a JSON array as samples. Otherwise an array is one
	// sample.
	Each bool
	// URL selects the requests of a HAR file whose URL contains it.
	URL string
	// ReadFile reads a file that a curl command names. Nil refuses such a command.
	ReadFile func(name string) ([]byte, error)
}

// Read returns the samples of a text: a curl command, a URL, a HAR file, a run as
// `gateway runs show --json` prints it, or JSON bodies, one after another.
func Read(text []byte, o Options) ([]Sample, error) {
	if len(text) > MaxInput {
		return nil, fmt.Errorf("it is larger than %d MiB", MaxInput>>20)
	}
	text = bytes.TrimSpace(bytes.TrimPrefix(text, []byte("\ufeff")))
	switch {
	case len(text) == 0:
		return nil, errors.New("it is empty")
	case isCurl(text):
		return asOne(readCurl(string(text), o.ReadFile))
	case isURL(text):
		return asOne(request{method: http.MethodGet, url: string(text)}.sample())
	}
	var out []Sample
	d := json.NewDecoder(bytes.NewReader(text))
	for {
		var raw json.RawMessage
		if err := d.Decode(&raw); errors.Is(err, io.EOF) {
			return out, nil
		} else if err != nil {
			return nil, explainJSON(text, len(out))
		}
		found, err := readJSON(raw, o)
		if err != nil {
			return nil, err
		}
		if out = append(out, found...); len(out) > MaxSamples {
			return nil, fmt.Errorf("it has more than %d samples", MaxSamples)
		}
	}
}

func asOne(s Sample, err error) ([]Sample, error) {
	if err != nil {
		return nil, err
	}
	return []Sample{s}, nil
}

// IsRequest reports whether a text is a curl command or a URL rather than the name
// of a file.
func IsRequest(text string) bool {
	return isCurl([]byte(text)) || strings.Contains(text, "://") && isURL([]byte(text))
}

// isURL reports whether the text is one URL or path with a query.
func isURL(text []byte) bool {
	if bytes.ContainsAny(text, " \t\r\n") {
		return false
	}
	lower := bytes.ToLower(text)
	return bytes.HasPrefix(lower, []byte("http://")) || bytes.HasPrefix(lower, []byte("https://")) || text[0] == '/'
}

// explainJSON returns the mistake of a text that is none of the known kinds.
func explainJSON(text []byte, read int) error {
	if _, err := value.Decode(text, value.Limits{}); read == 0 && err != nil {
		return fmt.Errorf("it is no URL, no curl command and no JSON: %w", err)
	}
	return fmt.Errorf("after %d JSON values comes something else", read)
}

// readJSON returns the samples of one JSON value.
func readJSON(raw json.RawMessage, o Options) ([]Sample, error) {
	if raw[0] == '{' {
		var known struct {
			Log     *harLog
			Request *storedRequest
			Steps   *json.RawMessage
			State   *json.RawMessage
		}
		if json.Unmarshal(raw, &known) == nil {
			switch {
			case known.Log != nil && known.Log.Entries != nil:
				return readHAR(known.Log, o)
			case known.Steps != nil && known.State != nil && known.Request != nil && known.Request.Method != "":
				return asOne(known.Request.sample())
			case known.Steps != nil && known.State != nil:
				return nil, errors.New("no request started this run")
			}
		}
	}
	if raw[0] != '[' || !o.Each {
		return asOne(jsonSample(raw))
	}
	var elements []json.RawMessage
	if err := json.Unmarshal(raw, &elements); err != nil {
		return nil, err
	}
	out := make([]Sample, 0, min(len(elements), MaxSamples+1))
	for _, e := range elements[:min(len(elements), MaxSamples+1)] {
		s, err := jsonSample(e)
		if err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, nil
}

// storedRequest is the request of a stored run, as the admin API shows it.
type storedRequest struct {
	Method   string
	URL      string
	Headers  map[string][]string
	Body     json.RawMessage
	Encoding string `json:"body_encoding"`
	Cut      bool   `json:"body_cut"`
}

func (r *storedRequest) sample() (Sample, error) {
	if r.Cut {
		return Sample{}, errors.New("the history holds only the first part of the body of this run")
	}
	out := request{method: r.Method, url: r.URL, header: http.Header(r.Headers)}
	if out.header == nil {
		out.header = http.Header{}
	}
	switch r.Encoding {
	case "json":
		out.body = r.Body
	case "text":
		var text string
		if err := json.Unmarshal(r.Body, &text); err != nil {
			return Sample{}, fmt.Errorf("reading the body of the run: %w", err)
		}
		out.body = []byte(text)
	case "base64":
		if err := json.Unmarshal(r.Body, &out.body); err != nil {
			return Sample{}, fmt.Errorf("reading the body of the run: %w", err)
		}
	}
	return out.sample()
}

// harLog is the part of a HAR file that is read.
type harLog struct{ Entries []harEntry }

type harEntry struct{ Request harRequest }

type harRequest struct {
	Method   string
	URL      string
	Headers  []harField
	PostData *struct {
		MimeType string
		Text     string
		Encoding string
		Params   []harField
	}
}

type harField struct{ Name, Value, FileName string }

// readHAR returns the requests of a HAR file. They must go to one address: samples
// of several endpoints have no common variables.
func readHAR(log *harLog, o Options) ([]Sample, error) {
	var out []Sample
	var addresses []string
	for i := range log.Entries {
		r := &log.Entries[i].Request
		address, _, _ := strings.Cut(r.URL, "?")
		if r.Method == http.MethodOptions || !strings.Contains(r.URL, o.URL) {
			continue
		}
		if address = r.Method + " " + address; !slices.Contains(addresses, address) {
			addresses = append(addresses, address)
		}
		s, err := r.request().sample()
		if err != nil {
			return nil, fmt.Errorf("request %d of the HAR file: %w", i+1, err)
		}
		if out = append(out, s); len(out) > MaxSamples {
			return nil, fmt.Errorf("it has more than %d requests", MaxSamples)
		}
	}
	switch {
	case len(out) == 0 && o.URL != "":
		return nil, fmt.Errorf("no request of the HAR file has %q in its URL", o.URL)
	case len(out) == 0:
		return nil, errors.New("the HAR file has no request")
	case len(addresses) > 1:
		return nil, fmt.Errorf("the HAR file has requests to %d addresses; select one by a part of its URL: %s", len(addresses), listSome(addresses))
	}
	return out, nil
}

// maxListed is the number of addresses that a message lists.
const maxListed = 10

func listSome(texts []string) string {
	if len(texts) > maxListed {
		texts = append(slices.Clone(texts[:maxListed]), "…")
	}
	return strings.Join(texts, ", ")
}

func (r *harRequest) request() request {
	out := request{method: r.Method, url: r.URL, header: http.Header{}}
	for _, h := range r.Headers {
		out.header.Add(h.Name, h.Value)
	}
	if r.PostData == nil {
		return out
	}
	if out.header.Get("Content-Type") == "" {
		out.header.Set("Content-Type", r.PostData.MimeType)
	}
	out.body = []byte(r.PostData.Text)
	if plain, err := value.DecodeBase64(r.PostData.Text); r.PostData.Encoding == "base64" && err == nil {
		out.body = plain
	}
	// Browsers leave the bytes of a form with files out of the file.
	if len(out.body) == 0 || strings.HasPrefix(r.PostData.MimeType, "multipart/") {
		out.setParams(r.PostData.MimeType, r.PostData.Params)
	}
	return out
}

func (r *request) setParams(media string, params []harField) {
	if len(params) == 0 {
		return
	}
	fields := make([]field, len(params))
	for i, p := range params {
		fields[i] = field{p.Name, p.Value, p.FileName != ""}
	}
	if strings.HasPrefix(media, "multipart/") {
		r.form = formValues(fields)
		return
	}
	r.body = []byte(encodeFields(fields))
}
