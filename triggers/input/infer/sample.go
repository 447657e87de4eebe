package infer

import (
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/webhook-gateway/gateway/internal/body"
	"github.com/webhook-gateway/gateway/internal/value"
	"github.com/webhook-gateway/gateway/triggers/input"
)

// Sample is one request, or one body.
type Sample struct {
	Method  string // "" if the sample is a body alone
	Path    string
	Header  http.Header
	Query   map[string]any
	Body    any
	HasBody bool
	// ContentType is the word for content_types: "json", "form", "multipart", "xml",
	// "text" or a full type; "" without a body.
	ContentType string

	format input.Format // how the values of the body are written
	json   map[string]bool
	note   string
	names  []string // of members and parameters, in the order of the sample
}

// formatOf returns how a member of the body is written.
func (s *Sample) formatOf(member string) input.Format {
	if s.json[member] {
		return input.FormatJSON
	}
	return s.format
}

// request is a request as a source describes it.
type request struct {
	method, url string
	header      http.Header
	body        []byte
	form        map[string]any // the values of a multipart form that has no body
	note        string
}

// sample decodes the query and the body of a request.
func (r request) sample() (Sample, error) {
	at, err := url.Parse(r.url)
	if err != nil {
		return Sample{}, fmt.Errorf("%q is no URL: %w", r.url, err)
	}
	s := Sample{Method: strings.ToUpper(r.method), Path: at.EscapedPath(), Header: r.header, note: r.note}
	if s.Query, err = body.ParseQuery(at.RawQuery, value.Limits{}); err != nil {
		return Sample{}, fmt.Errorf("reading the query of the URL: %w", err)
	}
	s.addNames(parameterNames(at.RawQuery))
	switch {
	case r.form != nil:
		s.Body, s.HasBody, s.ContentType, s.format = r.form, true, "multipart", input.FormatForm
	case len(r.body) > 0:
		err = s.decodeBody(r.body, r.header.Get("Content-Type"))
	}
	return s, err
}

// jsonSample returns the sample of a JSON body.
func jsonSample(text []byte) (Sample, error) {
	var s Sample
	return s, s.decodeBody(text, "application/json")
}

// decodeBody decodes a body by its content type. A body without a type that is no
// JSON is text.
func (s *Sample) decodeBody(text []byte, contentType string) error {
	media, params, err := mime.ParseMediaType(contentType)
	if err != nil && contentType != "" {
		return fmt.Errorf("%q is no content type: %w", contentType, err)
	}
	s.HasBody, s.ContentType = true, contentTypeWord(media)
	switch s.ContentType {
	case "json":
		s.Body, err = value.Decode(text, value.Limits{})
		s.addNames(memberNames(text))
		if err != nil && media == "" {
			s.ContentType, s.format, s.Body, err = "text", input.FormatText, string(text), nil
		}
	case "form":
		s.format = input.FormatForm
		s.Body, err = body.ParseForm(text, charsetOf(params), value.Limits{})
		s.addNames(parameterNames(string(text)))
	case "multipart":
		var form body.MultipartForm
		s.format = input.FormatForm
		form, err = body.ParseMultipart(text, params["boundary"], value.Limits{})
		s.Body, s.json = form.Values, form.JSON
	case "xml":
		s.format = input.FormatText
		s.Body, err = body.ParseXML(text, charsetOf(params), value.Limits{})
	default:
		s.format, s.Body = input.FormatText, string(text)
	}
	if err != nil {
		return fmt.Errorf("reading the body as %s: %w", s.ContentType, err)
	}
	return nil
}

func charsetOf(params map[string]string) body.Charset {
	c, _ := body.FindCharset(params["charset"])
	return c
}

// contentTypeWord returns how content_types names a media type. A body without a
// type is read as JSON.
func contentTypeWord(media string) string {
	_, subtype, _ := strings.Cut(media, "/")
	switch {
	case media == "" || subtype == "json" || strings.HasSuffix(subtype, "+json"):
		return "json"
	case media == "application/x-www-form-urlencoded":
		return "form"
	case media == "multipart/form-data":
		return "multipart"
	case subtype == "xml" || strings.HasSuffix(subtype, "+xml"):
		return "xml"
	case media == "text/plain":
		return "text"
	}
	return media
}

func (s *Sample) addNames(names []string) { s.names = append(s.names, names...) }

// parameterNames returns the outermost names of a query or form in their order.
func parameterNames(raw string) []string {
	var names []string
	for part := range strings.SplitSeq(raw, "&") {
		name, _, _ := strings.Cut(part, "=")
		if plain, err := url.QueryUnescape(name); err == nil {
			name, _, _ = strings.Cut(plain, "[")
			names = append(names, name)
		}
		if len(names) > body.MaxParameters {
			break
		}
	}
	return slices.Clip(names)
}
