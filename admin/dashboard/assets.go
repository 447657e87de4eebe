package dashboard

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"net/http"
	"path"

	"github.com/webhook-gateway/gateway/flow/graph"
)

//go:embed assets templates
var files embed.FS

const assetPath = "/assets/"

// assets serves the style sheet, the script and the icon. Their URL has a hash of
// all of them, so browsers keep them for good and never mix two versions.
type assets struct {
	version string
	content map[string][]byte
}

func newAssets() assets {
	a := assets{content: map[string][]byte{}}
	sum := sha256.New()
	entries, err := fs.ReadDir(files, "assets")
	if err != nil {
		panic(err) // the files are embedded
	}
	for _, e := range entries {
		text, err := files.ReadFile("assets/" + e.Name())
		if err != nil {
			panic(err) // as above
		}
		if e.Name() == "dashboard.css" {
			text = append([]byte(graph.CSS), text...)
		}
		a.content[e.Name()] = text
		_, _ = sum.Write(text) // a hash never fails
	}
	a.version = hex.EncodeToString(sum.Sum(nil))[:12]
	return a
}

// url returns the URL of an asset.
func (a assets) url(name string) string { return assetPath + a.version + "/" + name }

// ServeHTTP serves an asset of this version.
func (a assets) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("name")
	text, ok := a.content[name]
	if !ok || r.PathValue("version") != a.version {
		http.Error(w, "There is no such file.", http.StatusNotFound)
		return
	}
	types := map[string]string{".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
	h := w.Header()
	h.Set("Content-Type", types[path.Ext(name)])
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("Etag", `"`+a.version+`"`)
	if r.Header.Get("If-None-Match") == `"`+a.version+`"` {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	_, _ = w.Write(text) // fails only if the caller hung up
}

// StyleURL returns the URL of the style sheet.
func (d *Dashboard) StyleURL() string { return d.assets.url("dashboard.css") }

// IconURL returns the URL of the icon.
func (d *Dashboard) IconURL() string { return d.assets.url("icon.svg") }
