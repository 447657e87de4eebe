package funcs

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"unicode/utf8"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"

	"github.com/webhook-gateway/gateway/internal/ctytext"
)

// ReadsAtLoad reports whether a function reads files or the environment. Its
// arguments must be known at load: a caller must not choose which file or
// variable is read.
func ReadsAtLoad(name string) bool {
	return name == "env" || name == "file" || name == "filebase64"
}

func loadFuncs(opts Options) []entry {
	return []entry{
		newEntry("env(name[, default])", "Returns an environment variable of the gateway. If the variable is not set, it returns the default; without a default this is an error. A variable that is set but empty is returned as an empty text. Declare secrets in a secret block, which keeps them out of logs.",
			envFunc(opts), `env("SHOP_CURRENCY", "EUR")`, `"EUR"`),
		newEntry("file(path)", "Returns the text of a file, which must be UTF-8. A relative path starts at the folder of the flow file. The file is read when the flows are loaded.",
			fileFunc(opts, decodeText), `file("greeting.txt")`, `"Hello!\n"`),
		newEntry("filebase64(path)", "Returns the bytes of a file in base64. The file may contain any bytes.",
			fileFunc(opts, encodeBase64), `filebase64("greeting.txt")`, `"SGVsbG8hCg=="`),
	}
}

func envFunc(opts Options) function.Function {
	return function.New(&function.Spec{
		Params:   []function.Parameter{{Type: cty.String}},
		VarParam: &function.Parameter{Type: cty.String, AllowNull: true, AllowUnknown: true},
		Type: func(args []cty.Value) (cty.Type, error) {
			if len(args) > 2 {
				return cty.NilType, function.NewArgErrorf(2, "only a default may follow the name")
			}
			return cty.String, nil
		},
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			name := ctytext.String(args[0])
			if name == "" || strings.ContainsAny(name, "=\x00") {
				return cty.NilVal, function.NewArgErrorf(0, "%q cannot be the name of an environment variable", name)
			}
			if opts.Env == nil {
				return cty.NilVal, errors.New("the environment cannot be read here")
			}
			value, set := opts.Env(name)
			switch {
			case set && !utf8.ValidString(value):
				return cty.NilVal, function.NewArgErrorf(0, "the environment variable %s does not hold UTF-8 text", name)
			case set:
				return ctytext.Value(value), nil
			case len(args) == 2:
				return args[1], nil
			case opts.AllowUnset:
				return cty.UnknownVal(cty.String), nil
			}
			return cty.NilVal, function.NewArgErrorf(0, "the environment variable %s is not set; set it, or give a default: env(%q, \"…\")", name, name)
		},
	})
}

// fileFunc makes a function that returns the contents of a file.
func fileFunc(opts Options, decode func(path string, data []byte) (cty.Value, error)) function.Function {
	return textFunc(1, cty.String, func(args []string) (cty.Value, error) {
		path := args[0]
		if path == "" {
			return cty.NilVal, function.NewArgErrorf(0, "the path is empty")
		}
		if opts.ReadFile == nil {
			return cty.NilVal, errors.New("files cannot be read here")
		}
		data, err := opts.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) {
			return cty.NilVal, function.NewArgErrorf(0, "there is no file %q; a relative path starts at the folder of the flow file", path)
		}
		if err == nil {
			err = checkTextSize(len(data))
		}
		if err != nil {
			return cty.NilVal, function.NewArgError(0, fmt.Errorf("cannot read %q: %w", path, err))
		}
		value, err := decode(path, data)
		if err != nil {
			return cty.NilVal, function.NewArgError(0, err)
		}
		return value, nil
	})
}

func decodeText(path string, data []byte) (cty.Value, error) {
	if !utf8.Valid(data) {
		return cty.NilVal, fmt.Errorf("the file %q is not UTF-8 text; filebase64 reads any bytes", path)
	}
	return ctytext.Value(string(data)), nil
}

func encodeBase64(_ string, data []byte) (cty.Value, error) {
	return cty.StringVal(base64.StdEncoding.EncodeToString(data)), nil
}

func linkFuncs(makeLink func(flow, email string) (string, error)) []entry {
	return []entry{
		newEntry("link_url(flow, email)", "Returns the URL of a flow with trigger `link` for one contact. The address in the URL is encrypted: a recipient can neither read it nor make the URL of another contact. The same contact always gets the same URL.",
			textFunc(2, cty.String, func(args []string) (cty.Value, error) {
				if makeLink == nil {
					return cty.NilVal, errors.New("a link is made in a run; call link_url in the action that needs it")
				}
				link, err := makeLink(args[0], args[1])
				return ctytext.Value(link), err
			}), `link_url("offer", "jane@example.com")`, `"https://hooks.example.com/offer?c=Q3v1n8"`),
	}
}
