package triggers

import "testing"

// Checks that read members of the body ignore its type, and a type that the trigger
// does not list starts no run even with the right secret.
func TestMembersAreReadWhateverTheTypeSays(t *testing.T) {
	t.Parallel()
	const right, wrong = `{"passcode":"correct-horse-battery"}`, `{"passcode":"guess"}`
	w := mustLoad(t, "auth \"figma\" {\n  secret = secret.key\n}\ncontent_types = [\"json\", \"text\"]")
	for _, typ := range []string{"application/json", "text/plain"} {
		sent{typ: typ, body: right}.accepted(t, w)
		_ = sent{typ: typ, body: wrong}.refused(t, w, 401)
	}
	_ = sent{typ: "text/csv", body: right}.refused(t, w, 415)
	_ = sent{typ: "text/csv", body: wrong}.refused(t, w, 401)
}
