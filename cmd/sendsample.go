package cmd

import (
	"errors"
	"fmt"
	"io/fs"
	"mime"
	"net"
	"net/http"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/webhook-gateway/gateway/config/load"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/gateway/snapshot"
)

// sampleFlags say which request to make of a flow.
type sampleFlags struct {
	file, json, method, url string
	headers, query, path    []string
}

// build returns the request and its URL, without credentials.
func (s *sampleFlags) build(c *command, f *flow.Flow, loaded *load.Config, data string) (*flow.Sample, string, error) {
	h := f.Parts.HTTP
	if h == nil {
		return nil, "", fmt.Errorf("flow %q is started by the trigger %q, not by requests; \"gateway trigger\" starts it", f.Name, f.Kind)
	}
	out := &flow.Sample{Method: h.Route.Methods[0], Header: http.Header{}, Query: url.Values{}, Now: c.clock.Now()}
	if s.method != "" {
		out.Method = strings.ToUpper(s.method)
	}
	values := map[string]string{}
	if err := s.fill(out, f, values); err != nil {
		return nil, "", err
	}
	if err := s.addParameters(out, values); err != nil {
		return nil, "", err
	}
	base, pattern, err := s.address(c, f, loaded, data)
	if err != nil {
		return nil, "", err
	}
	out.URI = fillPath(pattern, values)
	if len(out.Query) > 0 {
		out.URI += "?" + out.Query.Encode()
	}
	public := ""
	c.setFromEnv(&public, "GATEWAY_PUBLIC_URL")
	out.BaseURL = strings.TrimRight(first(public, loaded.Gateway.PublicURL, base), "/")
	return out, base, nil
}

// fill sets the body: that of a flag, of the samples folder of the flow, or one made
// from the variables.
func (s *sampleFlags) fill(out *flow.Sample, f *flow.Flow, values map[string]string) error {
	if h := f.Parts.HTTP; h.Example != nil {
		if err := h.Example(out, values); err != nil {
			return err
		}
	}
	if s.json != "" {
		out.Body = []byte(s.json)
		out.Header.Set("Content-Type", "application/json")
		return nil
	}
	name := s.file
	if name == "" {
		name = defaultSample(f)
	}
	if name == "" || s.file == "" && (out.Method == http.MethodGet || out.Method == http.MethodHead) {
		return nil
	}
	body, err := readSampleFile(name)
	if err != nil {
		return err
	}
	out.Body = body
	out.Header.Set("Content-Type", sampleType(name, out.Header.Get("Content-Type")))
	return nil
}

// defaultSample returns a file of the folder samples beside the flow file: that with
// the name of the flow, or the only one; "" for none.
func defaultSample(f *flow.Flow) string {
	dir := filepath.Join(filepath.Dir(filepath.FromSlash(f.Range.Filename)), "samples")
	entries, err := os.ReadDir(dir)
	if err != nil {
		return ""
	}
	var names []string
	for _, e := range entries {
		if e.Type().IsRegular() && !strings.HasPrefix(e.Name(), ".") {
			names = append(names, e.Name())
		}
	}
	for _, name := range names {
		if strings.TrimSuffix(name, filepath.Ext(name)) == f.Name {
			return filepath.Join(dir, name)
		}
	}
	if len(names) == 1 {
		return filepath.Join(dir, names[0])
	}
	return ""
}

// sampleType returns the content type of a file. A text is of the type that the flow
// takes, if that is a form.
func sampleType(name, example string) string {
	switch strings.ToLower(filepath.Ext(name)) {
	case ".json":
		return "application/json"
	case ".xml":
		return "application/xml"
	case ".txt", ".form":
		if example == "application/x-www-form-urlencoded" {
			return example
		}
		return "text/plain; charset=utf-8"
	}
	return first(mime.TypeByExtension(filepath.Ext(name)), "application/octet-stream")
}

// addParameters adds the header fields, parameters and values of the path of flags.
func (s *sampleFlags) addParameters(out *flow.Sample, values map[string]string) error {
	for _, text := range s.headers {
		name, value, ok := strings.Cut(text, ":")
		if !ok {
			return fmt.Errorf("--header %q has no colon; write it like \"X-Event: push\"", text)
		}
		out.Header.Set(strings.TrimSpace(name), strings.TrimSpace(value))
	}
	for _, text := range s.query {
		name, value, _ := strings.Cut(text, "=")
		out.Query.Set(name, value)
	}
	for _, text := range s.path {
		name, value, ok := strings.Cut(text, "=")
		if !ok {
			return fmt.Errorf("--path %q has no value; write it like \"region=eu\"", text)
		}
		values[name] = value
	}
	return nil
}

// address returns the base URL of the gateway and the pattern of the path. The
// default is the gateway on this machine, not the public URL: a sample must not reach
// production by mistake.
func (s *sampleFlags) address(c *command, f *flow.Flow, loaded *load.Config, data string) (base, pattern string, err error) {
	listen := ""
	c.setFromEnv(&listen, "GATEWAY_LISTEN")
	base = s.url
	if base == "" {
		base = localURL(first(listen, loaded.Gateway.Listen), loaded.Gateway.TLS != nil)
	}
	u, err := url.Parse(base)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return "", "", fmt.Errorf("%q is no URL of a gateway; write it like \"http://127.0.0.1:8080\"", base)
	}
	var key []byte
	if hasGeneratedPath(f) {
		given, _ := c.env("GATEWAY_KEY")
		if key, err = readGatewayKey(data, given); err != nil {
			return "", "", err
		}
	}
	return strings.TrimRight(base, "/"), snapshot.Path(key, f.Name, f.Parts.HTTP.Route), nil
}

// localURL returns the URL of a listener for callers on this machine.
func localURL(listen string, secure bool) string {
	host, port, err := net.SplitHostPort(listen)
	if ip := net.ParseIP(host); err != nil || host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	scheme := "http"
	if secure {
		scheme = "https"
	}
	return scheme + "://" + net.JoinHostPort(host, first(port, "8080"))
}

var placeholder = regexp.MustCompile(`\{([^{}]+)\}`)

// fillPath replaces the placeholders of a pattern. One without a value gets its name.
func fillPath(pattern string, values map[string]string) string {
	segments := strings.Split(pattern, "/")
	for i, s := range segments {
		if m := placeholder.FindStringSubmatch(s); m != nil && m[0] == s {
			segments[i] = url.PathEscape(first(values[m[1]], m[1]))
			continue
		}
		segments[i] = snapshot.EscapePath(s)
	}
	return path.Clean(strings.Join(segments, "/"))
}

// sign adds the credentials of the flow, and reports which header fields and
// parameters they are in.
func signSample(f *flow.Flow, s *flow.Sample) (added []string, err error) {
	before, query := s.Header.Clone(), s.Query.Encode()
	if f.Parts.HTTP.Imitate != nil {
		if err := f.Parts.HTTP.Imitate(s, ""); err != nil {
			return nil, fmt.Errorf("the request can't be signed: %w; give the header fields with --header, and --unsigned", err)
		}
	}
	for name := range s.Header {
		if !slices.Equal(before[name], s.Header[name]) {
			added = append(added, name)
		}
	}
	slices.Sort(added)
	if after := s.Query.Encode(); after != query {
		uri, _, _ := strings.Cut(s.URI, "?")
		s.URI = uri + "?" + after
	}
	return added, nil
}

// nameUnsetSecrets adds to an error which secrets of the files are not set here.
func (c *command) nameUnsetSecrets(err error, paths []string) error {
	flows, loadErr := c.loader(paths, load.RequireSet)
	if loadErr != nil {
		return err
	}
	_, diags := flows.Load()
	for _, d := range diags {
		if d.Summary == "Secret not set" {
			err = fmt.Errorf("%w. %s", err, strings.TrimSuffix(d.Detail, "."))
		}
	}
	return err
}

var errNoKey = errors.New("the path of the flow is derived from the key of the gateway: set --data or GATEWAY_KEY, or give the flow a path")

func isNotExist(err error) bool { return errors.Is(err, fs.ErrNotExist) }
