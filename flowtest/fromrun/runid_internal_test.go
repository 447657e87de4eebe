package fromrun

import "testing"

func TestTheIDOfTheRunIsAReference(t *testing.T) {
	t.Parallel()
	const id = "06h2njc8w0gf89p6m340y15y14"
	for text, want := range map[string]string{
		`"` + id + `"`:                            `run.id`,
		`{ run = "` + id + `", n = 1 }`:           `{ run = run.id, n = 1 }`,
		`["` + id + `", "` + id + `/charge"]`:     `[run.id, "${run.id}/charge"]`,
		`{ "` + id + `" = "/runs/` + id + `?x" }`: `{ "${run.id}" = "/runs/${run.id}?x" }`,
		`"{\"run\": \"` + id + `\"}"`:             `"{\"run\": \"${run.id}\"}"`,
		`"$` + id + `"`:                           `"$` + id + `"`,
		`{ run = "06h2njc8w0gf89p6m340y15y15" }`:  `{ run = "06h2njc8w0gf89p6m340y15y15" }`,
	} {
		if got := withRunID(text, id); got != want {
			t.Errorf("%s becomes %s, want %s", text, got, want)
		}
	}
	if got := withRunID(`"a"`, "a"); got != `"a"` {
		t.Errorf("a text that is no id was replaced: %s", got)
	}
}
