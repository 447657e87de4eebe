package infer

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/webhook-gateway/gateway/internal/value"
)

// isCurl reports whether a text is a curl command, possibly after a prompt.
func isCurl(text []byte) bool {
	text = bytes.TrimPrefix(text, []byte("$ "))
	return bytes.HasPrefix(text, []byte("curl ")) || bytes.HasPrefix(text, []byte("curl\t")) || bytes.HasPrefix(text, []byte("curl.exe "))
}

// readCurl returns the request that a curl command sends.
func readCurl(text string, readFile func(string) ([]byte, error)) (Sample, error) {
	words, err := splitWords(strings.TrimPrefix(text, "$ "))
	if err != nil {
		return Sample{}, fmt.Errorf("reading the curl command: %w", err)
	}
	c := &curl{request: request{header: http.Header{}}, readFile: readFile}
	for rest := words[1:]; len(rest) > 0; {
		if rest, err = c.readWord(rest); err != nil {
			return Sample{}, fmt.Errorf("reading the curl command: %w", err)
		}
	}
	r, err := c.build()
	if err != nil {
		return Sample{}, fmt.Errorf("reading the curl command: %w", err)
	}
	return r.sample()
}

// curl collects the options of a command.
type curl struct {
	request
	readFile func(string) ([]byte, error)
	data     []string
	fields   []field
	hasData  bool
	isGet    bool // -G: the data is the query
	isHead   bool
	isJSON   bool
}

// curlValues lists the options with a value by their letter; "" for those that have
// no letter.
var curlValues = map[string]string{
	"request": "X", "header": "H", "data": "d", "data-ascii": "", "data-raw": "", "data-binary": "", "data-urlencode": "", "json": "",
	"form": "F", "form-string": "", "url": "", "user": "u", "user-agent": "A", "referer": "e", "cookie": "b", "cookie-jar": "c",
	"output": "o", "max-time": "m", "connect-timeout": "", "retry": "", "proxy": "x", "cacert": "", "cert": "E", "key": "", "resolve": "",
	"write-out": "w", "upload-file": "T", "dump-header": "D", "range": "r", "interface": "", "limit-rate": "", "oauth2-bearer": "",
}

// curlLetters are the options without a value that have a letter.
const curlLetters = "sSvikLfgNGI0#OJRqnaj4612lBp"

// readWord reads an option with its value, or a URL, and returns the words after it.
func (c *curl) readWord(words []string) ([]string, error) {
	word, rest := words[0], words[1:]
	switch {
	case strings.HasPrefix(word, "--") && len(word) > 2:
		name, text, has := strings.Cut(word[2:], "=")
		if _, takes := curlValues[name]; !takes {
			c.setFlag(name)
			return rest, nil
		}
		if !has {
			if len(rest) == 0 {
				return nil, fmt.Errorf("%s has no value", word)
			}
			text, rest = rest[0], rest[1:]
		}
		return rest, c.setOption(name, text)
	case strings.HasPrefix(word, "-") && len(word) > 1:
		return c.readLetters(word[1:], rest)
	}
	return rest, c.setURL(word)
}

// readLetters reads options with one dash: -sSL, -XPOST, -d data.
func (c *curl) readLetters(letters string, rest []string) ([]string, error) {
	for i := range len(letters) {
		letter := letters[i : i+1]
		name := ""
		for n, l := range curlValues {
			if l == letter {
				name = n
			}
		}
		switch {
		case name != "" && i+1 < len(letters):
			return rest, c.setOption(name, letters[i+1:])
		case name != "" && len(rest) == 0:
			return nil, fmt.Errorf("-%s has no value", letter)
		case name != "":
			return rest[1:], c.setOption(name, rest[0])
		case letter == "G":
			c.setFlag("get")
		case letter == "I":
			c.setFlag("head")
		case !strings.Contains(curlLetters, letter):
			return nil, fmt.Errorf("the option -%s is not known; remove it", letter)
		}
	}
	return rest, nil
}

func (c *curl) setFlag(name string) {
	switch name {
	case "get":
		c.isGet = true
	case "head":
		c.isHead = true
	}
}

func (c *curl) setURL(text string) error {
	if c.url != "" {
		return errors.New("it has two URLs; give one command for each request")
	}
	if !strings.Contains(text, "://") && !strings.HasPrefix(text, "/") {
		text = "http://" + text
	}
	c.url = text
	return nil
}

func (c *curl) setOption(name, text string) error {
	switch name {
	case "url":
		return c.setURL(text)
	case "request":
		c.method = text
	case "header":
		key, val, _ := strings.Cut(text, ":")
		c.header.Add(strings.TrimSpace(key), strings.TrimSpace(val))
	case "data", "data-ascii", "data-raw", "data-binary", "data-urlencode", "json":
		return c.addData(name, text)
	case "form", "form-string":
		c.addField(name, text)
	case "upload-file":
		return errors.New("-T sends a file by PUT; give its content with --data-binary")
	}
	return nil
}

// addData adds a part of the body, as the man page of curl defines each option.
func (c *curl) addData(name, text string) error {
	c.hasData = true
	c.isJSON = c.isJSON || name == "json"
	if file, ok := strings.CutPrefix(text, "@"); ok && name != "data-raw" && name != "data-urlencode" {
		content, err := c.read(file)
		if err != nil {
			return err
		}
		if text = content; name == "data" || name == "data-ascii" {
			text = strings.NewReplacer("\r", "", "\n", "").Replace(text)
		}
	}
	if name == "data-urlencode" {
		key, val, ok := strings.Cut(text, "=")
		switch {
		case !ok && strings.Contains(text, "@"):
			return errors.New("--data-urlencode names a file; write its content as name=content")
		case !ok:
			text = url.QueryEscape(text)
		case key == "":
			text = url.QueryEscape(val)
		default:
			text = key + "=" + url.QueryEscape(val)
		}
	}
	c.data = append(c.data, text)
	return nil
}

func (c *curl) read(name string) (string, error) {
	if c.readFile == nil || name == "-" {
		return "", fmt.Errorf("it reads the body from %q; write the body in its place", "@"+name)
	}
	text, err := c.readFile(name)
	return string(text), err
}

func (c *curl) addField(name, text string) {
	key, val, _ := strings.Cut(text, "=")
	isFile := name == "form" && (strings.HasPrefix(val, "@") || strings.HasPrefix(val, "<"))
	if name == "form" && !isFile {
		val, _, _ = strings.Cut(val, ";type=")
	}
	c.fields = append(c.fields, field{key, strings.Trim(val, `@<"`), isFile && val[0] == '@'})
}

// build returns the request of the options.
func (c *curl) build() (request, error) {
	r := c.request
	if r.url == "" {
		return r, errors.New("it has no URL")
	}
	separator := "&"
	if c.isJSON {
		separator = ""
	}
	data := strings.Join(c.data, separator)
	method := http.MethodGet
	switch {
	case c.isGet && data != "":
		join := "?"
		if strings.Contains(r.url, "?") {
			join = "&"
		}
		r.url += join + data
	case len(c.fields) > 0:
		method, r.form = http.MethodPost, formValues(c.fields)
	case c.hasData:
		method, r.body = http.MethodPost, []byte(data)
		r.setType(c.isJSON)
	}
	if c.isHead {
		method = http.MethodHead
	}
	if r.method == "" {
		r.method = method
	}
	return r, nil
}

// setType sets the type that curl sends for --data, unless a header names one. Data
// that is JSON is meant as JSON.
func (r *request) setType(isJSON bool) {
	_, err := value.Decode(r.body, value.Limits{})
	startsJSON := err == nil && strings.ContainsRune("{[", rune(bytes.TrimSpace(r.body)[0]))
	switch {
	case r.header.Get("Content-Type") != "":
	case startsJSON && !isJSON:
		r.note = "curl sends this JSON as a form unless it is given the header Content-Type: application/json."
		fallthrough
	case isJSON:
		r.header.Set("Content-Type", "application/json")
	default:
		r.header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
}
