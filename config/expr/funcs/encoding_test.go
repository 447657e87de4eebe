package funcs_test

import "testing"

func TestEncoding(t *testing.T) {
	t.Parallel()
	yields(t, map[string][2]string{
		"base64encode of nothing":      {`base64encode("")`, `""`},
		"base64decode of nothing":      {`base64decode("")`, `""`},
		"base64decode of bytes":        {`base64decode("//79")`, `error: not UTF-8 text`},
		"base64decode unpadded":        {`base64decode("YQ")`, `error: base64urldecode`},
		"base64decode of the other":    {`base64decode("_-8=")`, `error: base64urldecode`},
		"base64decode of rubbish":      {`base64decode("a*b=")`, `error: not base64`},
		"base64urldecode padded":       {`base64urldecode("YT9iPg==")`, `"a?b>"`},
		"base64urldecode of the other": {`base64urldecode("a+b/")`, `error: not URL-safe base64`},
		"base64url round trip":         {`base64urldecode(base64urlencode("§?>~ü"))`, `"§?>~ü"`},
		"urlencode":                    {`urlencode("ü/?&=+ a")`, `"%C3%BC%2F%3F%26%3D%2B+a"`},
		"urldecode of a cut sequence":  {`urldecode("%C")`, `error: invalid URL escape`},
		"urldecode of bytes":           {`urldecode("%ff")`, `error: not UTF-8 text`},
		"urldecode round trip":         {`urldecode(urlencode("a b&c=ü+"))`, `"a b&c=ü+"`},
		"csvdecode with quotes":        {`csvdecode("a,b\n\"1,\n\"\"2\",\n")`, `[{ a = "1,\n\"2", b = "" }]`},
		"csvdecode of a header":        {`csvdecode("a,b\n")`, `[]`},
		"csvdecode of nothing":         {`csvdecode("")`, `error: missing header`},
		"csvdecode of a short line":    {`csvdecode("a,b\n1\n")`, `error: wrong number of fields`},
		"csvdecode of equal names":     {`csvdecode("a,a\n1,2\n")`, `error: duplicate column`},
	})
}
