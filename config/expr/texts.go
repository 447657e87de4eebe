package expr

import (
	"errors"
	"fmt"
)

const (
	smallTexts = 64 << 10 // bytes of text up to which an evaluation takes no memory for its result
	perByte    = 2        // the text, and a copy such as a body that is sent
)

// takeTexts takes memory for texts that an expression makes. The run keeps it until
// it ends, because it keeps the texts. A template that repeats a text of the caller
// makes a text many times as large as the body that the caller has sent.
func takeTexts(env Env, length int64) *memoryShortage {
	m, ok := env.(MemoryTaker)
	if !ok || length <= smallTexts {
		return nil
	}
	if _, ok := m.TakeMemory(perByte * length); !ok {
		return &memoryShortage{fmt.Sprintf("makes texts of %d KiB", length>>10)}
	}
	return nil
}

// textLength returns the length of all texts in a value that HCL has computed.
func textLength(v any) int64 {
	var n int64
	switch v := v.(type) {
	case string:
		return int64(len(v))
	case []any:
		for _, e := range v {
			n += textLength(e)
		}
	case map[string]any:
		for name, e := range v {
			n += int64(len(name)) + textLength(e)
		}
	}
	return n
}

// withoutMemory returns an error for which there is no memory, nil for any other: HCL
// must not try to make the same texts.
func withoutMemory(err error) any {
	if own := (*Error)(nil); errors.As(err, &own) && own.NoMemory {
		return own
	}
	return nil
}
