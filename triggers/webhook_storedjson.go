package triggers

import (
	"net/http"
	"slices"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// appendKept writes the event as encoding/json would, apart from what that
// escapes for HTML, in a fraction of the time: it is done for each request.
func appendKept(dst []byte, k *keptEvent) ([]byte, error) {
	dst = appendText(append(dst, `{"method":`...), k.Method)
	dst = appendText(append(dst, `,"url":`...), k.URL)
	if k.Host != "" {
		dst = appendText(append(dst, `,"host":`...), k.Host)
	}
	ip, err := k.RemoteIP.MarshalText()
	if err != nil {
		return nil, err
	}
	dst = appendText(append(dst, `,"remote_ip":`...), string(ip))
	dst = append(dst, `,"received_at":"`...)
	dst = append(k.ReceivedAt.AppendFormat(dst, time.RFC3339Nano), '"')
	if len(k.Header) > 0 {
		dst = appendHeader(append(dst, `,"headers":`...), k.Header)
	}
	if len(k.Path) > 0 {
		dst = append(dst, `,"path":`...)
		dst = appendSorted(dst, k.Path, appendText)
	}
	return append(dst, '}'), nil
}

func appendHeader(dst []byte, h http.Header) []byte {
	return appendSorted(dst, h, func(dst []byte, lines []string) []byte {
		dst = append(dst, '[')
		for i, line := range lines {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = appendText(dst, line)
		}
		return append(dst, ']')
	})
}

// appendSorted writes an object, its members by name.
func appendSorted[M ~map[string]V, V any](dst []byte, members M, appendMember func([]byte, V) []byte) []byte {
	var few [16]string
	names := few[:0]
	for name := range members {
		names = append(names, name)
	}
	slices.Sort(names)
	open := byte('{')
	for _, name := range names {
		dst = append(appendText(append(dst, open), name), ':')
		dst = appendMember(dst, members[name])
		open = ','
	}
	return append(dst, '}')
}

// appendText writes a text in quotes. U+FFFD stands for bytes that are not
// UTF-8, as the error says.
func appendText(dst []byte, s string) []byte {
	dst, _ = jsontext.AppendQuote(dst, s)
	return dst
}
