package local

import "testing"

func TestFileInnermostFolder(t *testing.T) {
	t.Parallel()
	f := Folders{"/a", "/a/b", "/c"}
	for path, want := range map[string]string{"/a/x": "/a x", "/a/b/x": "/a/b x", "/a/b/c/x": "/a/b c/x", "x/y": "/a x/y", "/c/../a/x": "/a x"} {
		folder, name, err := f.Locate(path)
		if err != nil || folder+" "+name != want {
			t.Errorf("%s: %s %s, error %v; want %s", path, folder, name, err, want)
		}
	}
}
