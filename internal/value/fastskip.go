package value

// skipValue checks the next value and makes nothing of it.
func (f *fastReader) skipValue() bool {
	if !f.skipSpace() {
		return false
	}
	switch f.data[f.pos] {
	case '{':
		return f.skipObject()
	case '[':
		return f.skipArray()
	case '"':
		_, ok := f.readString()
		return ok
	case 't':
		return f.take("true")
	case 'f':
		return f.take("false")
	case 'n':
		return f.take("null")
	}
	return f.skipNumber()
}

func (f *fastReader) skipObject() bool {
	if !f.open() {
		return false
	}
	first := len(f.names)
	for {
		more, ok := f.next('}', len(f.names) == first)
		if !ok {
			return false
		}
		if !more {
			break
		}
		if !f.readName() || !f.skipValue() {
			return false
		}
	}
	ok := areDistinct(f.names[first:])
	f.dropNames(first)
	return ok
}

func (f *fastReader) skipArray() bool {
	if !f.open() {
		return false
	}
	for first := true; ; first = false {
		more, ok := f.next(']', first)
		if !ok {
			return false
		}
		if !more {
			return true
		}
		if !f.skipValue() {
			return false
		}
	}
}

// skipNumber moves behind a number within the limits.
func (f *fastReader) skipNumber() bool {
	start := f.pos
	if f.data[f.pos] == '-' {
		f.pos++
	}
	switch n := f.skipDigits(); {
	case n == 0, n > 1 && f.data[f.pos-n] == '0':
		return false
	}
	if f.takeAny('.', '.') && f.skipDigits() == 0 {
		return false
	}
	if f.takeAny('e', 'E') {
		f.takeAny('+', '-')
		if f.skipDigits() == 0 {
			return false
		}
	}
	return checkNumberLimits(f.data[start:f.pos]) == ""
}

// takeAny moves behind one of two bytes, if it is next.
func (f *fastReader) takeAny(a, b byte) bool {
	if f.pos < len(f.data) && (f.data[f.pos] == a || f.data[f.pos] == b) {
		f.pos++
		return true
	}
	return false
}

func (f *fastReader) skipDigits() (n int) {
	start := f.pos
	for f.pos < len(f.data) && '0' <= f.data[f.pos] && f.data[f.pos] <= '9' {
		f.pos++
	}
	return f.pos - start
}
