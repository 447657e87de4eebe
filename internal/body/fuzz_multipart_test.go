package body

import (
	"encoding/base64"
	"encoding/json"
	"strconv"
	"testing"

	"github.com/webhook-gateway/gateway/internal/value"
)

func FuzzParseMultipart(f *testing.F) {
	for _, seed := range []string{
		multipartBody(), multipartBody(field("a", "1"), field("a[b]", "2")), multipartBody(file("f", "a.txt"), file("f", "..")),
		multipartBody("X: y"), multipartBody("no colon"), "--b\r\n", "--b\r\nA: b\r\n", "--b\r\n\r\n--b--", "--b--\r\n--b\r\n", "",
		multipartBody("Content-Disposition: form-data; name=a\nContent-Transfer-Encoding: quoted-printable\n\n=FF=\r\n="),
		multipartBody("Content-Disposition: form-data; name=a\nContent-Transfer-Encoding: base64\n\nS8O2bG4="),
		multipartBody(typed("a[b]", "application/json", `{"a":[1]}`), typed("a", "text/plain; charset=koi8-r", "\xff")),
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		v, err := ParseMultipart(body, "b", value.Limits{})
		if err != nil {
			checkRefusal(t, body, err)
			return
		}
		if !isClosed(body, "b") {
			t.Fatal("accepted a body that is cut off")
		}
		checkFixpoint(t, v.Values, 2*value.DefaultDepth)
		checkFiles(t, v.Values)
	})
}

// checkFiles checks that sizes agree with contents.
func checkFiles(t *testing.T, v any) {
	t.Helper()
	members, _ := v.(map[string]any)
	if size, ok := members["size"].(json.Number); ok {
		text, _ := members["content"].(string)
		content, err := base64.StdEncoding.DecodeString(text)
		if err != nil || strconv.Itoa(len(content)) != string(size) {
			t.Fatalf("size %s of %d bytes, %v", size, len(content), err)
		}
	}
	for _, member := range members {
		checkFiles(t, member)
	}
	items, _ := v.([]any)
	for _, item := range items {
		checkFiles(t, item)
	}
}
