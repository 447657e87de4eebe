package value

import "bytes"

// RewriteTexts returns a JSON text without white space in which each string, also the
// name of a member, is what rewrite makes of it. The rest stays, in its order. No value
// is made, so that a large text costs little more memory than itself twice. rewrite must
// not retain a string.
//
// It reports false for a text that [Decode] refuses, for half a surrogate pair, and if
// two members of an object get the same name.
func RewriteTexts(data []byte, lim Limits, rewrite func(string) string) ([]byte, bool) {
	f := fastReaders.Get().(*fastReader)
	defer fastReaders.Put(f)
	defer f.release()
	data = bytes.TrimPrefix(data, byteOrderMark)
	if !f.start(data, lim.EffectiveDepth()) {
		return nil, false
	}
	f.text = string(data) // also of a large text: no string is kept
	w := rewriter{f, make([]byte, 0, len(data)), rewrite}
	if !w.writeValue() || f.skipSpace() {
		return nil, false
	}
	return w.out, true
}

// rewriter writes the text that a fastReader reads.
type rewriter struct {
	*fastReader
	out     []byte
	rewrite func(string) string
}

func (w *rewriter) writeValue() bool {
	if !w.skipSpace() {
		return false
	}
	switch w.data[w.pos] {
	case '{':
		return w.writeObject()
	case '[':
		return w.writeArray()
	case '"':
		text, ok := w.readString()
		w.writeText(w.rewrite(text))
		return ok
	}
	start := w.pos
	ok := w.skipValue()
	w.out = append(w.out, w.data[start:w.pos]...)
	return ok
}

func (w *rewriter) writeText(text string) { w.out = appendString(w.out, text) }

func (w *rewriter) writeObject() bool {
	if !w.open() {
		return false
	}
	first := len(w.names)
	w.out = append(w.out, '{')
	for {
		more, ok := w.next('}', len(w.names) == first)
		if !ok {
			return false
		}
		if !more {
			break
		}
		if len(w.names) > first {
			w.out = append(w.out, ',')
		}
		if !w.writeName() || !w.writeValue() {
			return false
		}
	}
	w.out = append(w.out, '}')
	ok := areDistinct(w.names[first:])
	w.dropNames(first)
	return ok
}

// writeName writes the name of a member, and puts it behind the others as it is written.
func (w *rewriter) writeName() bool {
	if !w.readName() {
		return false
	}
	name := &w.names[len(w.names)-1]
	*name = w.rewrite(*name)
	w.writeText(*name)
	w.out = append(w.out, ':')
	return true
}

func (w *rewriter) writeArray() bool {
	if !w.open() {
		return false
	}
	w.out = append(w.out, '[')
	for first := true; ; first = false {
		more, ok := w.next(']', first)
		if !ok {
			return false
		}
		if !more {
			break
		}
		if !first {
			w.out = append(w.out, ',')
		}
		if !w.writeValue() {
			return false
		}
	}
	w.out = append(w.out, ']')
	return true
}
